// What an Optuna study tells of the progress of a script that says nothing itself. How it is read is not known here.
import * as z from 'zod/mini';
import { count } from './fields.ts';
import type { Progress } from './progress.ts';
import { percentOf } from './progress.ts';

const studyFactsSchema = z.looseObject({
  /** Trials that are over: complete, pruned or failed. */
  finished: count,
  /** Best value of the complete ones; null without any, and where several objectives have no single best. */
  best: z.nullable(z.number()),
  /** How many trials there are to be, where the study itself says so. */
  total: z.nullable(count),
  /** How long the last trials took. */
  durations_s: z.array(z.number()),
});
export type StudyFacts = z.infer<typeof studyFactsSchema>;

/** What a reader of a database answers. */
export const databaseAnswerSchema = z.looseObject({
  problem: z.optional(z.string()),
  /** Null: there is no study in it. */
  study: z.optional(z.nullable(studyFactsSchema)),
});
export type DatabaseAnswer = z.infer<typeof databaseAnswerSchema>;

/** The progress of a study; `args` are the script's, which often tell how many trials there are to be. */
export function progressOfStudy(study: StudyFacts, args: readonly string[]): Progress {
  const { finished, best } = study;
  const trials = study.total ?? trialsToCome(finished, args);
  return {
    trial: finished,
    ...(best !== null && { best }),
    ...(trials && { trials, percent: percentOf((100 * finished) / trials), ...eta(trials, study) }),
  };
}

const TRIALS_ARG = /^--(?:n[-_])?trials(?:=(.*))?$/;

/** A study that goes on may hold more trials than this run is to make: then nobody knows the number. */
function trialsToCome(finished: number, args: readonly string[]): number | undefined {
  const at = args.findIndex((arg) => TRIALS_ARG.test(arg));
  const text = TRIALS_ARG.exec(args[at] ?? '')?.[1] ?? args[at + 1] ?? '';
  const trials = at >= 0 && /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return trials >= finished && trials > 0 ? trials : undefined;
}

function eta(trials: number, { finished, durations_s }: StudyFacts): Progress {
  if (durations_s.length === 0) return {};
  const meanS = durations_s.reduce((sum, each) => sum + each, 0) / durations_s.length;
  return { eta_s: Math.round(meanS * Math.max(0, trials - finished)) };
}
