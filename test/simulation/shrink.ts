// Makes a scenario that fails smaller: leaves out what it fails without, one thing after the other.
import type { JobPlan, Scenario } from './scenario.ts';

/** `fails` says whether a scenario still breaks a rule. */
export async function shrunk(
  scenario: Scenario,
  fails: (smaller: Scenario) => Promise<boolean>,
  triesMax = 200,
): Promise<Scenario> {
  let best = scenario;
  for (let tries = 0; tries < triesMax; ) {
    let isSmaller = false;
    for (const smaller of smallerOnes(best)) {
      tries += 1;
      if (tries > triesMax) break;
      if (!(await fails(smaller))) continue;
      best = smaller;
      isSmaller = true;
      break;
    }
    if (!isSmaller) break;
  }
  return best;
}

function* smallerOnes(scenario: Scenario): Generator<Scenario> {
  const { faults, jobs } = scenario;
  for (const nth of faults.keys()) yield { ...scenario, faults: faults.filter((_, index) => index !== nth) };
  // deeds name jobs by their places
  if (jobs.length > 1 && !faults.some(({ kind }) => kind === 'person'))
    for (const [nth, { id }] of jobs.entries())
      if (!isNeeded(id, jobs)) yield { ...scenario, jobs: jobs.filter((_, index) => index !== nth) };
  if (jobs.length > 1) yield { ...scenario, jobs: jobs.slice(0, -1) };
  if (scenario.slowness > 0) yield { ...scenario, slowness: 0 };
  if (scenario.deafness > 0) yield { ...scenario, deafness: 0 };
  if (scenario.ntfs) yield { ...scenario, ntfs: false };
  if (scenario.folders === 'one') yield { ...scenario, folders: 'four' };
  const { linux, windows } = scenario.skewMs;
  if (linux !== 0 || windows !== 0) yield { ...scenario, skewMs: { linux: 0, windows: 0 } };
}

/** Without the job that another one depends on, that one would wait for ever. */
function isNeeded(id: string, jobs: readonly JobPlan[]): boolean {
  return jobs.some(({ fields }) => (fields['depends_on'] as string[] | undefined)?.includes(id));
}
