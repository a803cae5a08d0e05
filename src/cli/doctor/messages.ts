// The targets of messages: can each be sent to, does anything wait in vain, was anything given up?
import type { Context } from '../context.ts';
import type { TargetNow } from '../messages.ts';
import { lookAtMessages } from '../messages.ts';
import { troublesOf } from '../render/messages-text.ts';
import { sendsMessages } from '../sends-messages.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';

const check = newCheck('messages', 'a message that cannot be sent tells nobody how a job ended');

/** `watcherRuns`: does the daemon whose variables count run on this machine? */
export function checkMessages(context: Context, watcherRuns: boolean): Finding[] {
  if (!sendsMessages(context)) return [];
  return judgeMessages(lookAtMessages(context, watcherRuns).targets, watcherRuns);
}

function judgeMessages(targets: readonly TargetNow[], watcherRuns: boolean): Finding[] {
  return targets.map((target) => judgeTarget(target, watcherRuns));
}

function judgeTarget(now: TargetNow, watcherRuns: boolean): Finding {
  const { target, kind, pending, missing } = now;
  const troubles = troublesOf(now);
  const said = `${target}${kind === null ? '' : ` (${kind})`}: ${troubles.join('; ')}`;
  if (missing !== null) return check.problem(said, secretRemedy(missing, target, watcherRuns));
  if (troubles.length > 0) return check.warning(said, remedyOf(now));
  return check.ok(
    `${target}${kind === null ? '' : ` (${kind})`}: ${pending === 0 ? 'nothing waits' : `${pending} on the way`}`,
  );
}

function secretRemedy(missing: string, target: string, watcherRuns: boolean): string {
  const test = `then \`jobq notify test ${target}\``;
  if (!/\bvariable\b/.test(missing))
    return `correct the file, readable for the user of the watcher only, ${test}`;
  const where = watcherRuns
    ? 'the watcher was started without it'
    : 'it is not set in this terminal, and the watcher does not run';
  return `${where}: set it where the watcher is started (a service of systemd: ~/.config/environment.d/*.conf), start the watcher anew, ${test}`;
}

function remedyOf({ target, kind, dead, watcher_knows }: TargetNow): string {
  if (watcher_knows === false) return '`jobq watcher stop`, and start it anew: it reads the settings once';
  if (kind === null)
    return `add [notify.targets.${target}] again, or \`jobq notify forget --target ${target}\``;
  const mend = `\`jobq notify test ${target}\` shows what comes back; mend that`;
  return dead > 0
    ? `${mend}, then \`jobq notify again --target ${target}\`, or \`jobq notify forget --target ${target}\``
    : `${mend}: what waits is tried again by itself`;
}
