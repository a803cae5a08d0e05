// What is told of a job must be so: the record whole and for good in the archive, and told once.
import type { World } from '../world.ts';
import { count, isHarmed, ROOTS } from './book.ts';
import { breach } from './breach.ts';
import { archivedNamesOf, lacks } from './contents.ts';

const ARCHIVE = `${ROOTS.linux}/archive`;

/** No receiver is so often unable to answer. */
const MANY = 12;

/** A message as its receiver gets it. */
export function checkMessage(world: World, body: Record<string, unknown>): void {
  const { book, sides } = world;
  const { id = '', job_id: job = '' } = body as { id?: string; job_id?: string };
  world.say('receiver', id);
  const before = book.sent.get(id) ?? 0;
  count(book.sent, id);
  const { disk } = sides.linux;
  const ledger = String(disk.bytes(`${ROOTS.linux}/.jobq-watcher/notify.jsonl`) ?? '');
  const isNoted = ledger
    .split('\n')
    .some((line) => line.includes('"event":"sent"') && line.includes(`"${id}"`));
  if (before > 0 && isNoted) breach(world, `${id} was sent again although the ledger has it as sent`);
  if (before >= MANY) breach(world, `${id} was sent ${before + 1} times`);
  const [, state, , kind] = id.split('/');
  if (kind !== undefined && kind !== 'late') return;
  if (state !== 'completed' || isHarmed(book, job)) return;
  const reasons = archivedNamesOf(disk, ARCHIVE, job).map((name) =>
    lacks(disk, `${ARCHIVE}/${name}`, 'after a power cut'),
  );
  if (!reasons.includes(undefined))
    breach(
      world,
      `${job} was announced as completed, but in the archive ${reasons[0] ?? 'there is nothing'}`,
    );
}
