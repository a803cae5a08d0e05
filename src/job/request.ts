// Requests: what is asked of the runner after submission. Files under `requests/<job-id>/`, state and not messages.
import * as z from 'zod/mini';
import { jobId, moment, portablePath, sha256Hex, shortName } from './fields.ts';

const asked = {
  requested_at: z.optional(moment),
  requested_by: z.optional(z.string()),
};

export const assignSchema = z.looseObject({ ...asked, runner: shortName });
export const releaseSchema = z.looseObject({
  ...asked,
  /** Though jobs that it depends on have not completed. */
  forced: z.optional(z.boolean()),
});
export const cancelSchema = z.looseObject({
  ...asked,
  reason: z.optional(z.string()),
  grace_s: z.optional(z.number()),
  superseded_by: z.optional(jobId),
  /** When that job will be made, by the clock of the watcher; missing where it is made at once. */
  retry_at: z.optional(moment),
  abandoned: z.optional(z.boolean()),
});
export const archivedSchema = z.looseObject({
  requested_at: z.optional(moment),
  seal_sha256: sha256Hex,
  archived_as: portablePath,
});

export type Assign = z.infer<typeof assignSchema>;
export type Release = z.infer<typeof releaseSchema>;
export type Cancel = z.infer<typeof cancelSchema>;
export type Archived = z.infer<typeof archivedSchema>;

/** The requests of one job that are there and readable. */
export interface Requests {
  assign?: Assign;
  release?: Release;
  cancel?: Cancel;
  archived?: Archived;
}
export type RequestKind = keyof Requests;

/** The file of each kind of request, in the order in which they are removed: what stops a second run goes last. */
export const REQUEST_FILES: Readonly<Record<RequestKind, string>> = {
  assign: 'assign.json',
  release: 'release.json',
  cancel: 'cancel.json',
  archived: 'archived.json',
};

export const REQUEST_SCHEMAS = {
  assign: assignSchema,
  release: releaseSchema,
  cancel: cancelSchema,
  archived: archivedSchema,
} as const;

export const REQUEST_KINDS = Object.keys(REQUEST_FILES) as RequestKind[];

/** `cancelled by ada@desk: wrong mesh`; undefined when nothing is known but that it was. */
export function cancelText({
  reason,
  by,
}: {
  reason?: string | undefined;
  by?: string | undefined;
}): string | undefined {
  if (reason === undefined && by === undefined) return undefined;
  return `cancelled${by === undefined ? '' : ` by ${by}`}${reason === undefined ? '' : `: ${reason}`}`;
}
