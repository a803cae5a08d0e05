// `jobq notify again|forget`: leaves a wish for each message that was given up; only the watcher writes the ledger.
import { JobqError } from '../../../errors.ts';
import type { Wish } from '../../../notify/again.ts';
import { askAgain, isMeant, readWishes } from '../../../notify/again.ts';
import { readDeliveries } from '../../../notify/ledger.ts';
import type { Dead } from '../../../notify/ledger-lines.ts';
import type { Context } from '../../context.ts';
import { watcherRuns } from '../../living.ts';
import { countText } from '../../render/words.ts';
import type { VerbResult } from '../../verb.ts';

export interface Wanted {
  action: 'again' | 'forget';
  /** Ids of messages, or parts of job ids. */
  what: readonly string[];
  all: boolean;
  target: string | undefined;
}

export async function ask(context: Context, wanted: Wanted): Promise<VerbResult> {
  const { parts, layout } = context;
  const { disk } = parts;
  const forget = wanted.action === 'forget';
  const dead = [...readDeliveries(disk.files, layout.notifications).dead.values()];
  const meant = meantBy(
    wanted,
    forget || !wanted.all ? dead : dead.filter((given) => !isHomeless(context, given)),
  );
  if (!forget) refuseHomeless(context, meant);
  const before = readWishes(disk.files, layout.notifications).filter(
    (wish) => (wish.forget === true) === forget,
  );
  const asked = meant.map((given) => ({
    message: given.message.id,
    job_id: given.message.job_id,
    target: given.target,
    written: !before.some((wish) => isMeant(wish, given)),
  }));
  for (const wish of wishesFor(
    wanted,
    asked.filter(({ written }) => written),
  ))
    await askAgain(disk, layout.notifications, { ...wish, ...(forget && { forget }) });
  const watcher_runs = await watcherRuns(context);
  return {
    value: { action: wanted.action, watcher_runs, asked },
    text: () => textOf(wanted.action, asked.length, watcher_runs),
  };
}

/** One for each message that was named, else one for each target: there may be thousands of messages. */
function wishesFor({ what }: Wanted, asked: readonly { message: string; target: string }[]): Wish[] {
  if (what.length > 0) return asked.map(({ message: id, target }) => ({ id, target }));
  return [...new Set(asked.map(({ target }) => target))].map((target) => ({ target }));
}

function isHomeless({ settings }: Context, { target }: Dead): boolean {
  return !Object.hasOwn(settings.notify.targets, target);
}

function meantBy({ action, what, all, target }: Wanted, dead: readonly Dead[]): Dead[] {
  if (!all && target === undefined && what.length === 0) throw nothingNamed(action);
  const known = dead.filter((given) => target === undefined || given.target === target);
  const meant = what.length === 0 ? known : what.flatMap((name) => named(name, known));
  if (meant.length === 0) throw noneFits(target === undefined ? 'nothing' : `nothing to ${target}`);
  return [...new Set(meant)];
}

/** A message by its id, or all those of one job. */
function named(name: string, dead: readonly Dead[]): Dead[] {
  const exact = dead.filter(({ message }) => message.id === name || message.job_id === name);
  const found = exact.length > 0 ? exact : dead.filter(({ message }) => message.job_id.includes(name));
  const jobs = [...new Set(found.map(({ message }) => message.job_id))];
  if (jobs.length === 0) throw noneFits(`nothing about "${name}"`);
  if (jobs.length === 1) return found;
  throw new JobqError('not-found', `"${name}" fits several jobs: ${jobs.join(', ')}`, {
    field: 'what',
    remedy: 'give more of the id, or --all',
  });
}

function noneFits(what: string): JobqError {
  return new JobqError('not-found', `${what} was given up`, {
    field: 'what',
    remedy: '`jobq notify` shows what was; what still waits is tried again by itself',
  });
}

function nothingNamed(action: string): JobqError {
  return new JobqError('usage', `say which messages are meant with \`jobq notify ${action}\``, {
    field: 'what',
    remedy: 'give a message or a job as `jobq notify` shows them, or --target <target>, or --all',
  });
}

function refuseHomeless(context: Context, meant: readonly Dead[]): void {
  const homeless = meant.find((given) => isHomeless(context, given));
  if (!homeless) return;
  const { target } = homeless;
  throw new JobqError(
    'conflict',
    `the settings do not name the target ${target} any more; nothing was asked`,
    {
      field: 'notify.targets',
      remedy: `add [notify.targets.${target}] and start the watcher anew, or \`jobq notify forget --target ${target}\``,
    },
  );
}

function textOf(action: Wanted['action'], count: number, watcherRuns: boolean): string {
  const messages = countText(count, 'message');
  const when = watcherRuns ? 'within seconds' : 'when it is started: it does not run on this machine';
  const does = action === 'again' ? `sends ${messages} again` : `forgets ${messages}`;
  return `The watcher ${does} ${when}. \`jobq notify\` shows what became of it.`;
}
