// Which side of the mirror this machine is: orders and requests are written by the Linux side alone.
import { JobqError } from '../errors.ts';
import type { Context } from './context.ts';
import { requireTrees } from './context.ts';

/** Throws unless this machine may write orders and requests. The archive lies on no other side. */
export function requireLinuxSide(context: Context): void {
  requireTrees(context, ['outbox', 'requests']);
  requireArchive(context);
}

export function isLinuxSide({ parts, layout }: Context): boolean {
  return parts.disk.files.facts(layout.archive) !== undefined;
}

/** Throws where there is no archive: the watcher and everybody who writes orders work beside it. */
export function requireArchive(context: Context): void {
  const { layout } = context;
  if (isLinuxSide(context)) return;
  throw new JobqError(
    'queue-unusable',
    'this is not the side of the queue that writes orders and requests: it has no archive/',
    {
      file: layout.archive,
      remedy:
        'give the command on the Linux side; where both sides are on this machine, run `jobq init <queue> --role both`',
    },
  );
}

/** Who asks, for requests and seals. */
export function whoAsks({ parts }: Context): string {
  return `${parts.environment.user}@${parts.environment.host}`;
}
