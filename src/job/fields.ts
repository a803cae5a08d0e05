// The field types that several wire files share.
import * as z from 'zod/mini';
import { jobIdProblem, SHORT_NAME } from './job-id.ts';
import { logPatternProblem } from './log-pattern.ts';
import { pathPatternProblem } from './path-pattern.ts';
import { pathProblem } from './portable-path.ts';

/** The version of the wire format this program writes and reads. */
export const SCHEMA_VERSION = 1;

function told(problemOf: (text: string) => string | undefined) {
  return z.string().check(
    z.superRefine<string>((text, ctx) => {
      const problem = problemOf(text);
      if (problem) ctx.addIssue({ code: 'custom', message: `${problem}: ${JSON.stringify(text)}` });
    }),
  );
}

export const portablePath = told(pathProblem);
export const pathPattern = told(pathPatternProblem);
export const logPattern = told(logPatternProblem);
export const jobId = told(jobIdProblem);
export const shortName = told((text) =>
  SHORT_NAME.test(text) ? undefined : 'should be letters, digits, - and _ (at most 63)',
);
/** A moment as ISO 8601 text. Never compared between machines. */
export const moment = told((text) =>
  Number.isNaN(Date.parse(text)) ? 'is not a time like 2026-02-10T14:30:22Z' : undefined,
);
export const sha256Hex = told((text) =>
  /^[0-9a-f]{64}$/.test(text) ? undefined : 'is not a SHA-256 digest',
);
export const count = z.int().check(z.nonnegative());
export const positiveSeconds = z.number().check(z.positive());

export const schemaVersion = z.int().check(
  z.superRefine<number>((version, ctx) => {
    if (version > SCHEMA_VERSION)
      ctx.addIssue({
        code: 'custom',
        message: `is ${version}, but this jobq knows versions up to ${SCHEMA_VERSION}: update jobq on this machine`,
      });
  }),
);

/** What a seal covers besides job.json itself: how many files and how many bytes. */
export const contents = z.looseObject({
  files: count,
  bytes: count,
  empty_dirs: z.optional(z.array(portablePath)),
});
export type Contents = z.infer<typeof contents>;
