// What `jobq notify` and its actions say to people.
import type { TargetNow } from '../messages.ts';
import { troubleLines } from './messages-text.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { countText, momentText } from './words.ts';

/** The value of `jobq notify`. */
export interface NotifyList {
  queue: string;
  watcher_runs: boolean;
  targets: TargetNow[];
  dead: {
    message: string;
    job_id: string;
    target: string;
    event: string;
    title: string;
    queued_at: string;
    given_up_at: string;
    reason: string;
    asked: 'again' | 'forget' | null;
  }[];
}

/** More are counted; --json has all of them. */
const SHOWN = 20;

const NO_WATCHER = 'The watcher does not run on this machine: nothing is sent before it is started.';

export function notifyText(style: Style, { watcher_runs, targets, dead }: NotifyList): string {
  if (targets.length === 0)
    return 'No targets: nobody is told of jobs. Add [notify.targets.<name>] to jobq.toml, and start the watcher anew.';
  const rows = targets.map(({ target, kind, pending, dead: given, missing, problem, dead_reason }) => [
    target,
    kind ?? '(not in the settings)',
    String(pending),
    String(given),
    missing ?? problem ?? dead_reason ?? '',
  ]);
  const troubles = troubleLines(targets);
  return [
    table(style, ['target', 'kind', 'waiting', 'given up', 'last problem'], rows),
    ...(watcher_runs ? [] : [NO_WATCHER]),
    ...(troubles.length === 0 ? [] : [troubles.join('\n')]),
    ...(dead.length === 0 ? [] : [deadText(style, dead)]),
  ].join('\n\n');
}

const ASKED = { again: ', to be sent again', forget: ', to be forgotten' } as const;

function deadText({ colors }: Style, dead: NotifyList['dead']): string {
  const lines = dead
    .slice(-SHOWN)
    .map(
      ({ message, target, given_up_at, reason, asked }) =>
        `${message} to ${target}, ${momentText(given_up_at)}: ${reason}${asked ? ASKED[asked] : ''}`,
    );
  const older = dead.length - lines.length;
  return [
    colors.bold('Given up'),
    ...(older > 0 ? [`(${countText(older, 'older one')}: \`jobq notify --json\`)`] : []),
    ...lines,
    'next: mend what is wrong, `jobq notify test <target>`, `jobq notify again <message|job>` or `--all`; or `jobq notify forget`',
  ].join('\n');
}
