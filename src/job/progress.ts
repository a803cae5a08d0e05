// What a script says of its own progress: lines on standard output, or a file progress.json.
import * as z from 'zod/mini';

export const progressSchema = z.looseObject({
  percent: z.optional(z.number()),
  stage: z.optional(z.string()),
  message: z.optional(z.string()),
  sub_percent: z.optional(z.number()),
  trial: z.optional(z.number()),
  trials: z.optional(z.number()),
  best: z.optional(z.number()),
  eta_s: z.optional(z.number()),
});
export type Progress = z.infer<typeof progressSchema>;

const LINE = /^jobq_(progress|status|trial):\s*(.*?)\s*$/;
const TRIAL = /^(\d+)(?:\s*\/\s*(\d+))?(?:\s+best=(\S+))?/;

export function percentOf(value: number): number {
  return Math.min(100, Math.max(0, Math.round(value * 10) / 10));
}

function afterTrial(progress: Progress, text: string): Progress {
  const match = TRIAL.exec(text);
  if (!match) return progress;
  const trial = Number(match[1]);
  const trials = match[2] === undefined ? progress.trials : Number(match[2]);
  const best = match[3] === undefined ? Number.NaN : Number(match[3]);
  return {
    ...progress,
    trial,
    ...(trials !== undefined && { trials }),
    ...(Number.isFinite(best) && { best }),
    ...(trials && { percent: percentOf((100 * trial) / trials) }),
  };
}

/** The progress after one more line of the log; lines that say nothing of progress change nothing. */
export function afterLine(progress: Progress, line: string): Progress {
  const match = LINE.exec(line);
  const text = match?.[2] ?? '';
  switch (match?.[1]) {
    case 'progress': {
      const percent = Number.parseFloat(text);
      return Number.isFinite(percent) ? { ...progress, percent: percentOf(percent) } : progress;
    }
    case 'status':
      return { ...progress, message: text };
    case 'trial':
      return afterTrial(progress, text);
    default:
      return progress;
  }
}

/**
 * Adds the time that is left, from the share that is done, where nobody has told it; nothing in the first percent, where
 * it would be a guess.
 */
export function withEta(progress: Progress, elapsedS: number): Progress {
  const { percent, eta_s } = progress;
  if (eta_s !== undefined || percent === undefined || percent < 1 || percent >= 100) return progress;
  return { ...progress, eta_s: Math.round((elapsedS * (100 - percent)) / percent) };
}
