// The states of a job, the one table of their transitions, and SYS_19's four words for them.

export const STATES = ['submitted', 'queued', 'running', 'completed', 'failed', 'cancelled', 'lost'] as const;
export type State = (typeof STATES)[number];

/** SYS_19's words, which `status` in job.json keeps to. */
export const STATUSES = ['submitted', 'running', 'completed', 'failed'] as const;
export type Status = (typeof STATUSES)[number];

/**
 * What may follow what. A run that was interrupted, or got no licence, may wait to be started again. `lost` is the watcher's verdict; news from the runner overrules it, so everything that a
 * runner can report may follow it.
 */
export const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  submitted: ['queued', 'cancelled', 'lost'],
  queued: ['running', 'failed', 'cancelled', 'lost'],
  running: ['queued', 'completed', 'failed', 'cancelled', 'lost'],
  completed: [],
  failed: [],
  cancelled: [],
  lost: ['queued', 'running', 'completed', 'failed', 'cancelled'],
};

/** What each state means, for the README's diagram and for `--help`. */
export const MEANINGS: Readonly<Record<State, string>> = {
  submitted: 'the order is in outbox/; no runner has written a record yet',
  queued: 'the runner knows the order and says in waiting_for what it waits for',
  running: 'the script runs and the heartbeat moves',
  completed: 'exit code 0 and every expected output is there',
  failed: 'the script, its inputs or its environment failed; the outcome says how',
  cancelled: 'ended on request; what there was of results is kept',
  lost: "the watcher's verdict: no sign of life while the link was up",
};

export function isState(text: string): text is State {
  return (STATES as readonly string[]).includes(text);
}

/** Has the job ended as far as its runner is concerned? */
export function isFinal(state: State): boolean {
  return TRANSITIONS[state].length === 0;
}

/** The word SYS_19's readers know. */
export function statusOf(state: State): Status {
  switch (state) {
    case 'submitted':
    case 'queued':
      return 'submitted';
    case 'running':
      return 'running';
    case 'completed':
      return 'completed';
    case 'failed':
    case 'cancelled':
    case 'lost':
      return 'failed';
  }
}

/** The table as a Mermaid state diagram, which the README shows. */
export function stateDiagram(): string {
  const edges = STATES.flatMap((from) => TRANSITIONS[from].map((to) => `  ${from} --> ${to}`));
  const ends = STATES.filter(isFinal).map((state) => `  ${state} --> [*]`);
  return ['stateDiagram-v2', '  [*] --> submitted', ...edges, ...ends].join('\n');
}
