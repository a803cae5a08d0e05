// A sender over a disk in memory, a clock told to advance, and targets that answer as told.
import type { Notifier, NotifierParts } from '../../src/notify/notifier.ts';
import { openNotifier } from '../../src/notify/notifier.ts';
import { newChores } from '../../src/system/chores.ts';
import type { Http } from '../../src/system/http.ts';
import type { Run } from '../../src/system/process/run.ts';
import type { MemoryDisk } from '../helpers/memory-disk.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { keptLog, notifySettings } from './given.ts';

export const LEDGER = '/state/notify.jsonl';
export const HOOKS = `
  targets.x = { kind = "webhook", url = "http://x.example/" }
  targets.y = { kind = "webhook", url = "http://y.example/" }
`;

export interface Desk {
  disk: MemoryDisk;
  parts: NotifierParts;
  log: ReturnType<typeof keptLog>;
  /** What `heard` was told, as `event target id`. */
  heard: string[];
  open(): Promise<Notifier>;
}

const noRun: Run = () => Promise.reject(new Error('no command is expected'));

export function desk(http: Http, toml = HOOKS, more: Partial<NotifierParts> = {}): Desk {
  const disk = memoryDisk();
  const log = keptLog();
  const heard: string[] = [];
  const parts = (): NotifierParts => ({
    disk,
    file: LEDGER,
    settings: notifySettings(toml),
    variables: {},
    http,
    run: noRun,
    random: () => 0.5,
    chores: newChores(disk.clock, () => {}),
    log,
    heard: ({ event, target, id }) => void heard.push(`${event} ${target} ${id}`),
    ...more,
  });
  return { disk, parts: parts(), log, heard, open: () => openNotifier(parts()) };
}

/** One tick, and what it has begun. */
export async function turn({ disk }: Pick<Desk, 'disk'>, notifier: Notifier): Promise<void> {
  notifier.tick(disk.clock.now());
  await notifier.settled();
}

/** Ticks, an hour or less between two, until nothing waits; fails when that does not come. */
export async function drain(desk: Pick<Desk, 'disk'>, notifier: Notifier, turns = 500): Promise<void> {
  for (let nth = 0; notifier.pending().length > 0; nth++) {
    if (nth === turns) throw new Error(`still waiting: ${JSON.stringify(notifier.pending())}`);
    await turn(desk, notifier);
    const soonest = Math.min(...notifier.pending().map(({ nextMs }) => nextMs));
    if (Number.isFinite(soonest)) desk.disk.clock.advance(Math.max(1000, soonest - desk.disk.clock.now()));
  }
}
