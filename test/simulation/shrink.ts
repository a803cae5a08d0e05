// Makes a scenario that fails smaller: fast-check leaves out what it fails without, one thing after the other.
import fc from 'fast-check';
import type { Fault } from './fault-kinds.ts';
import type { JobPlan, Scenario } from './scenario.ts';

/** Takes one thing away; answers the same scenario where that cannot be. */
type Without = (scenario: Scenario) => Scenario;

/** `fails` says whether a scenario still breaks a rule. */
export async function shrunk(
  scenario: Scenario,
  fails: (smaller: Scenario) => Promise<boolean>,
  triesMax = 200,
): Promise<Scenario> {
  const parts = partsOf(scenario);
  const smaller = (kept: readonly boolean[]) =>
    parts.reduce((rest, without, nth) => (kept[nth] === true ? rest : without(rest)), scenario);
  let tries = 0;
  const passes = async (kept: readonly boolean[]) => {
    if (kept.every(Boolean)) return false;
    tries += 1;
    return tries > triesMax || !(await fails(smaller(kept)));
  };
  const property = fc.asyncProperty(fc.tuple(...parts.map(() => fc.boolean())), passes);
  const whole = parts.map(() => true);
  const { counterexample } = await fc.check(property, { numRuns: 1, examples: [[whole]] });
  return smaller(counterexample?.[0] ?? whole);
}

function partsOf({ faults, jobs, slowness, deafness, ntfs, folders, skewMs }: Scenario): Without[] {
  const isSkewed = skewMs.linux !== 0 || skewMs.windows !== 0;
  const simpler: (Partial<Scenario> | false)[] = [
    slowness > 0 && { slowness: 0 },
    deafness > 0 && { deafness: 0 },
    ntfs && { ntfs: false },
    folders === 'one' && { folders: 'four' },
    isSkewed && { skewMs: { linux: 0, windows: 0 } },
  ];
  return [
    ...faults.map(
      (fault): Without =>
        (rest) => ({ ...rest, faults: rest.faults.filter((one) => one !== fault) }),
    ),
    // those that depend on others first; deeds name jobs by their places, so they are left out after the deeds
    ...jobs.map(withoutJob).reverse(),
    ...simpler.flatMap((less) => (less ? [(rest: Scenario) => ({ ...rest, ...less })] : [])),
  ];
}

/** Without the job that another one depends on, that one would wait for ever. */
function withoutJob({ id }: JobPlan): Without {
  return (rest) => {
    const { jobs } = rest;
    const nth = jobs.findIndex((job) => job.id === id);
    const isNeeded = jobs.some(({ fields }) => (fields['depends_on'] as string[] | undefined)?.includes(id));
    if (isNeeded || jobs.length === 1) return rest;
    const faults = rest.faults.flatMap((fault): Fault[] => {
      if (!('job' in fault)) return [fault];
      if (fault.job === nth) return [];
      return [fault.job > nth ? { ...fault, job: fault.job - 1 } : fault];
    });
    return { ...rest, jobs: jobs.filter((job) => job.id !== id), faults };
  };
}
