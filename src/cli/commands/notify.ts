// `jobq notify list|test|again|forget`: each is loaded alone.
import { JobqError } from '../../errors.ts';
import { openContext } from '../context.ts';
import type { CliParts } from '../parts.ts';
import { requireArchive } from '../side.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

export interface NotifyOptions {
  all?: boolean;
  target?: string;
}

export async function run(parts: CliParts, input: VerbInput<NotifyOptions>): Promise<VerbResult> {
  const [action = 'list', ...what] = input.args;
  const { all, target } = input.options;
  const looks = action === 'list';
  if (looks && what.length > 0) throw idle(action, String(what[0]));
  if (all && (looks || what.length > 0)) throw idle(action, '--all');
  if (target !== undefined && (looks || action === 'test')) throw idle(action, '--target');
  const context = await openContext(parts, { queue: input.queue });
  requireArchive(context);
  if (action === 'test') return (await import('./notify/test.ts')).test(context, what, all === true);
  if (action === 'list') return (await import('./notify/list.ts')).list(context);
  const wanted = {
    action: action === 'forget' ? 'forget' : 'again',
    what,
    all: all === true,
    target,
  } as const;
  return (await import('./notify/ask.ts')).ask(context, wanted);
}

function idle(action: string, what: string): JobqError {
  return new JobqError('usage', `${what} means nothing here with \`jobq notify ${action}\``, {
    field: what,
    remedy: 'leave it out; `jobq notify --help` shows examples',
  });
}
