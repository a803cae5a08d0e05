// The table of transitions as the design has it, word for word: the code's own table is what is being checked.
const STATES = ['submitted', 'queued', 'running', 'completed', 'failed', 'cancelled'] as const;
type JobState = (typeof STATES)[number];

/** Between two attempts a job that ran is queued again. */
export const TABLE: Readonly<Record<JobState, readonly string[]>> = {
  submitted: ['queued', 'cancelled'],
  queued: ['running', 'failed', 'cancelled'],
  running: ['queued', 'completed', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
};

export function isJobState(text: string): text is JobState {
  return (STATES as readonly string[]).includes(text);
}
