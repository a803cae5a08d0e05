// What must hold of one job, whatever was killed and when. Pure: from the evidence to the breaches, in words.
import type { Archived, JobEvidence } from './evidence.ts';
import { sha256 } from './evidence.ts';
import type { JournalLine } from './journal.ts';
import { scriptArgs } from './plan.ts';

type Line<E extends JournalLine['event']> = Extract<JournalLine, { event: E }>;
type Check = (job: JobEvidence, archived: Archived) => (string | false)[];

export function breachesOf(job: JobEvidence): string[] {
  const [archived, ...others] = job.archived;
  if (!archived || others.length > 0) return [`${job.id}: is in the archive ${job.archived.length} times`];
  return CHECKS.flatMap((check) => check(job, archived))
    .filter((breach) => breach !== false)
    .map((breach) => `${job.id}: ${breach}`);
}

function lines<E extends JournalLine['event']>(
  { journal }: JobEvidence,
  event: E,
  attempt?: number,
): Line<E>[] {
  return journal.filter(
    (line): line is Line<E> => line.event === event && (attempt === undefined || line.attempt === attempt),
  );
}

const attemptsOf = ({ record }: Archived) => record.attempts ?? [];
const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const text = (value: unknown) => JSON.stringify(value);

/** The attempt whose fresh copy of the order is the one that was published: the first that was not resumed. */
const chainStart = ({ plan }: JobEvidence, attempt: number) => (plan.onInterrupt === 'resume' ? 1 : attempt);

const sealed: Check = (_, { sumsProblems }) => sumsProblems;

const attemptsAreCounted: Check = (job, archived) => {
  const attempts = attemptsOf(archived);
  const numbers = attempts.map(({ attempt }) => attempt);
  const starts = lines(job, 'start').map(({ attempt }) => attempt);
  return [
    !isSame(
      numbers,
      numbers.map((_, index) => index + 1),
    ) && `attempts are numbered ${text(numbers)}`,
    numbers.length === 0 && 'was never attempted',
    archived.record.attempt !== numbers.at(-1) &&
      `attempt is ${archived.record.attempt}, not ${numbers.at(-1)}`,
    ...attempts.map(({ attempt, outcome }) => !outcome && `attempt ${attempt} has no outcome`),
    !isSame(attempts.at(-1)?.outcome?.kind, archived.record.outcome?.kind) &&
      'does not end as its last attempt does',
    new Set(starts).size !== starts.length && `a script ran twice: starts of attempts ${text(starts)}`,
    ...starts.map((start) => !numbers.includes(start) && `attempt ${start} ran and is not in the record`),
  ];
};

const policyIsKept: Check = ({ plan, killed }, archived) => {
  const attempts = attemptsOf(archived);
  const most = plan.onInterrupt === 'fail' ? 1 : plan.maxAttempts;
  const last = attempts.at(-1)?.outcome?.kind;
  return [
    attempts.length > most && `${attempts.length} attempts, ${most} were allowed (${plan.onInterrupt})`,
    ...attempts
      .slice(0, -1)
      .map(
        ({ attempt, outcome }) =>
          outcome?.kind !== 'interrupted' &&
          `attempt ${attempt} was followed by another, but was ${outcome?.kind}`,
      ),
    last === 'interrupted' &&
      attempts.length < most &&
      `given up after ${attempts.length} of ${most} attempts`,
    ...attempts.map(
      ({ attempt, outcome }) =>
        outcome?.kind === 'interrupted' &&
        !killed.some((one) => one.what === 'supervisor' && one.attempt === attempt) &&
        `attempt ${attempt} was interrupted though its supervisor was not killed: ${outcome.message}`,
    ),
  ];
};

/** The end that the record tells is the one that the script told the journal, or a kill that there was. */
const endIsTrue: Check = (job, archived) => {
  const attempt = attemptsOf(archived).at(-1)?.attempt ?? 0;
  const { outcome, state } = archived.record;
  const told = lines(job, 'end', attempt).map(({ exit }) => exit);
  const wasKilled = job.killed.some((one) => one.what === 'script' && one.attempt === attempt);
  switch (outcome?.kind) {
    case 'completed':
      return [
        !isSame(told, [0]) && `completed, but its script told ${text(told)} at its end`,
        state !== 'completed' && `completed, but its state is ${state}`,
      ];
    case 'failed':
      return [
        outcome.exit_code !== null &&
          !isSame(told, [outcome.exit_code]) &&
          `ended with exit code ${outcome.exit_code}, but its script told ${text(told)}`,
        outcome.exit_code === null &&
          !wasKilled &&
          `failed without an exit code, unprovoked: ${outcome.message}`,
      ];
    case 'interrupted':
      return [];
    default:
      return [`ended as ${outcome?.kind}: ${outcome?.message}`];
  }
};

/** A resumed attempt has arguments of its own and finds what was there; a restarted one begins anew. */
const beginningsAreRight: Check = (job) =>
  lines(job, 'start').flatMap((start) => {
    const { attempt, args, found } = start;
    const resumes = attempt > 1 && job.plan.onInterrupt === 'resume';
    const wanted = scriptArgs(job.plan, resumes ? 'resume' : 'begin');
    const before = job.journal.slice(0, job.journal.indexOf(start));
    const after = job.journal.slice(job.journal.indexOf(start));
    const made = before.flatMap((line) => (line.event === 'step' ? [line.file] : []));
    const missing = made.filter((file) => !found.includes(file));
    return [
      !isSame(args, wanted) && `attempt ${attempt} was called with ${text(args)}`,
      !resumes && found.length > 0 && `attempt ${attempt} is no resumption and found ${text(found)}`,
      resumes && missing.length > 0 && `attempt ${attempt} resumed and did not find ${text(missing)}`,
      after.some((line) => line.attempt < attempt) && `an attempt before ${attempt} lived on while it ran`,
    ];
  });

/** Every step that a script told of is published whole; what an attempt made that was thrown away is not. */
const outputsAreWhole: Check = (job, { files, ...archived }) => {
  const attempt = attemptsOf({ files, ...archived }).at(-1)?.attempt ?? 0;
  const first = chainStart(job, attempt);
  const steps = lines(job, 'step').filter((line) => line.attempt >= first);
  const strange = Object.keys(files).filter(
    (file) => Number(/\/step-(\d+)-/.exec(file)?.[1] ?? first) < first,
  );
  return [
    ...steps.map(({ file, attempt: by }) => {
      const number = /-(\d+)\.txt$/.exec(file)?.[1];
      const wanted = sha256(`${job.id} ${by} ${number}\n`.repeat(400));
      return files[`3_results/${file}`] !== wanted && `${file} was told of and is not published whole`;
    }),
    ...strange.map((file) => `${file} is of an attempt that was thrown away`),
  ];
};

const completedIsComplete: Check = (job, { record, made, files, log }) => {
  if (record.state !== 'completed') return [];
  const attempt = record.attempt ?? 0;
  const count = (part: string) => log.split(part).length - 1;
  const steps = Array.from(
    { length: job.plan.steps },
    (_, index) => `jobq_trial: ${index + 1}/${job.plan.steps}`,
  );
  const said = log.split('\n').filter((line) => line.startsWith('jobq_trial:'));
  return [
    made?.attempt !== attempt && `completed, but made.json is of attempt ${made?.attempt}`,
    Object.keys(made?.files ?? {}).length !== job.plan.steps &&
      'completed, but made.json does not name every step',
    ...Object.entries(made?.files ?? {}).map(
      ([file, digest]) => files[`3_results/${file}`] !== digest && `${file} is not what its script wrote`,
    ),
    count(`attempt ${attempt} begins`) !== 1 && 'completed, but the log does not tell of one beginning',
    count(`attempt ${attempt} ends with 0`) !== 1 && 'completed, but the log does not tell of one end',
    !isSame(said, steps) && `completed, but the log tells of the steps ${text(said)}`,
  ];
};

/** One line of the ledger for each step of each attempt, in the order of the protocol. */
const ledgerIsInOrder: Check = ({ ledger }) => {
  const story = ledger.map(({ event, attempt }) => `${event} ${attempt}`).join(', ');
  const order =
    /^(?:intent (\d+), (?:started \1, )?again \1, )*intent (\d+), (?:started \2, )?ended \2, deleting \2, deleted \2$/;
  const intents = ledger.filter(({ event }) => event === 'intent').map(({ attempt }) => attempt);
  return [
    !order.test(story) && `the ledger tells: ${story}`,
    !isSame(
      intents,
      intents.map((_, index) => index + 1),
    ) && `the ledger counts attempts ${text(intents)}`,
  ];
};

const CHECKS: readonly Check[] = [
  sealed,
  attemptsAreCounted,
  policyIsKept,
  endIsTrue,
  beginningsAreRight,
  outputsAreWhole,
  completedIsComplete,
  ledgerIsInOrder,
];
