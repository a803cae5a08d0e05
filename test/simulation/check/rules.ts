// The rules that hold at every moment, each held against one call of a daemon before or after it is made.

import { sha256Of } from '../../../src/store/disk.ts';
import { readEventsAfter } from '../../../src/store/event-files.ts';
import { layoutOf } from '../../../src/store/layout.ts';
import type { Process } from '../fault-kinds.ts';
import type { Device } from '../mirror/versions.ts';
import { hasPayload, isAllOf } from '../submitting.ts';
import type { World } from '../world.ts';
import { count, DATA_DIR, isHarmed, ROOTS, WORK_DIR } from './book.ts';
import { breach, json } from './breach.ts';
import { afterMoved } from './closing.ts';
import { archivedNamesOf, contentOf, lacks, sameContent } from './contents.ts';
import { beforeInboxChange, INBOX, notArchived, REMOVING } from './inbox.ts';
import { afterCancel, afterLost } from './silence.ts';
import { isJobState, TABLE } from './states.ts';

const OWN: Record<Device, readonly string[]> = {
  linux: ['outbox', 'requests', 'processing', 'archive', '.jobq-staging', '.jobq-watcher'].map(
    (name) => `${ROOTS.linux}/${name}`,
  ),
  windows: [
    ...['inbox', 'runners', '.jobq-staging'].map((name) => `${ROOTS.windows}/${name}`),
    DATA_DIR,
    WORK_DIR,
  ],
};

const ARCHIVE = `${ROOTS.linux}/archive`;

/** A call that is about to change a file. */
export function beforeChange(world: World, device: Device, who: Process, call: string, file: string): void {
  if (call === 'syncDir') return;
  if (!OWN[device].some((dir) => file === dir || file.startsWith(`${dir}/`)))
    breach(world, `the ${who} changed ${file}, which is not its own (${call})`);
  if (call === 'write' && file.endsWith('.jsonl')) beforeLine(world, device, file);
  if (device === 'windows' && file.startsWith(INBOX)) beforeInboxChange(world, call, file);
  if (device === 'windows' && call === 'removeTree' && file.startsWith(`${WORK_DIR}/job-`))
    beforeWorkRemoved(world, file);
  if (device === 'linux' && REMOVING.includes(call)) beforeRemoval(world, file);
}

/** What is written behind a torn line is a part of it, and is never read. */
function beforeLine({ sides, book }: World, device: Device, file: string): void {
  const bytes = sides[device].disk.bytes(file);
  const isTorn = bytes !== undefined && bytes.length > 0 && bytes.at(-1) !== 10;
  if (isTorn) book.breach ??= `${file}: a line was written behind a torn one`;
}

function beforeWorkRemoved(world: World, file: string): void {
  const job = file.slice(WORK_DIR.length + 1).split('/')[0] ?? '';
  const sealed = world.book.records.get(job)?.at(-1);
  if (!sealed || isHarmed(world.book, job)) return;
  const why = notArchived(world, job, sealed.digest);
  if (why) breach(world, `the work directory of ${job} was removed: ${why}`);
}

function beforeRemoval(world: World, file: string): void {
  if (file.startsWith(`${ROOTS.linux}/outbox/`)) {
    breach(world, `${file} was deleted by the watcher`);
    return;
  }
  if (!file.startsWith(`${ARCHIVE}/`) || file.startsWith(`${ARCHIVE}/.jobq-`)) return;
  breach(world, `${file} was deleted from the archive`);
}

const RECORD = /^\/C\/queue\/inbox\/([^/]+)\/job\.json$/;
const SEALED = /^\/C\/queue\/inbox\/([^/]+)\/SHA256SUMS$/;
const REQUEST = /^\/queue\/requests\/([^/]+)\/(archived|cancel)\.json$/;
const LOST = /^\/queue\/\.jobq-watcher\/lost\/(.+)\.json$/;
const SEALED_ORDER = /^\/queue\/outbox\/([^/]+)\/SHA256SUMS$/;
const FILED = /^\/queue\/archive\/([^/.]+)_\d{8}-\d{6}(?:-\d+)?$/;
const ORDER_PLACE = /^\/queue\/outbox\/([^/]+-r\d+)$/;

/** A rename that was made. */
export function afterRename(world: World, from: string, to: string): void {
  afterMoved(world, from);
  const record = RECORD.exec(to)?.[1];
  if (record !== undefined) {
    afterRecord(world, record, to);
    return;
  }
  const sealed = SEALED.exec(to)?.[1];
  if (sealed !== undefined) {
    afterSeal(world, sealed);
    return;
  }
  const filed = FILED.exec(to)?.[1];
  if (filed !== undefined) {
    afterFiled(world, filed, to);
    return;
  }
  const [, job = '', kind] = REQUEST.exec(to) ?? [];
  if (kind === 'archived') {
    afterAcknowledged(world, job, to);
    return;
  }
  if (kind === 'cancel') {
    afterCancel(world, job, to);
    return;
  }
  const lost = LOST.exec(to)?.[1];
  if (lost !== undefined) {
    afterLost(world, lost, to);
    return;
  }
  const byHand = SEALED_ORDER.exec(to)?.[1];
  if (byHand !== undefined) {
    afterSealedByHand(world, byHand);
    return;
  }
  const retry = ORDER_PLACE.exec(to)?.[1];
  if (retry !== undefined) {
    afterRetry(world, retry);
    return;
  }
  if (to === `${ROOTS.windows}/runners/station.json`) world.book.presenceMs.push(world.timeline.nowMs());
}

/** Transitions follow the table. */
function afterRecord(world: World, job: string, file: string): void {
  const { book } = world;
  const { state } = json(world, 'windows', file) as { state?: string };
  const before = book.states.get(job) ?? 'submitted';
  book.states.set(job, state ?? '?');
  if (state === undefined || !isJobState(state) || !isJobState(before)) {
    breach(world, `${job}: state ${state}`);
    return;
  }
  if (state === before) return;
  count(book.seen, `${before} -> ${state}`);
  // without its ledger a runner closes what it had not sealed as interrupted, whatever its record says
  const isForgotten = state === 'failed' && book.seen.has('fault: ledger deleted');
  if (!TABLE[before].includes(state) && !isHarmed(book, job) && !isForgotten)
    breach(world, `${job} went from ${before} to ${state}, which the table does not have`);
}

function afterSeal({ book, sides }: World, job: string): void {
  const dir = `${INBOX}${job}`;
  const digest = sha256Of(sides.windows.disk.bytes(`${dir}/SHA256SUMS`) ?? '');
  const records = book.records.get(job) ?? [];
  if (records.some((record) => record.digest === digest)) return;
  book.records.set(job, [...records, { digest, content: contentOf(sides.windows.disk, dir) }]);
}

/** What the watcher seals must be all that its maker wrote, and is the order from then on. */
function afterSealedByHand(world: World, job: string): void {
  const order = world.book.orders.get(job);
  const content = contentOf(world.sides.linux.disk, `${ROOTS.linux}/outbox/${job}`);
  if (!order) {
    breach(world, `${job} was sealed before its maker was done`);
    return;
  }
  count(world.book.seen, 'sealed by hand');
  if (!isAllOf(content, order.content) && !isHarmed(world.book, job))
    breach(world, `${job} was sealed without all that its maker wrote`);
  world.book.orders.set(job, { ...order, content });
}

/** Nothing goes into the archive whose end nobody has been told of: what is told is found by those events alone. */
function afterFiled(world: World, job: string, dir: string): void {
  const { disk } = world.sides.linux;
  if (!disk.bytes(`${dir}/SHA256SUMS`) || isHarmed(world.book, job)) return;
  const { events } = readEventsAfter(disk.files, layoutOf(ROOTS.linux), 0);
  if (!events.some((event) => event.type === 'finished' && event.job_id === job))
    breach(world, `${job} was archived, and no event says that it ended`);
}

function afterAcknowledged(world: World, job: string, file: string): void {
  const { seal_sha256, archived_as } = json(world, 'linux', file) as Record<string, string>;
  const { disk } = world.sides.linux;
  const dir = `${ARCHIVE}/${archived_as}`;
  const seal = disk.bytes(`${dir}/SHA256SUMS`);
  if (!seal || sha256Of(seal) !== seal_sha256) {
    breach(world, `${job}: archived.json names a seal that is not in the archive`);
    return;
  }
  const why = lacks(disk, dir, 'after a power cut');
  if (why) breach(world, `${job}: archived.json was written, but in the archive ${why}`);
}

function afterRetry(world: World, job: string): void {
  const { book, sides } = world;
  const dir = `${ROOTS.linux}/outbox/${job}`;
  const content = contentOf(sides.linux.disk, dir);
  const { retry_of } = JSON.parse(content.get('job.json') ?? '{}') as { retry_of?: string };
  const old = retry_of === undefined ? undefined : book.orders.get(retry_of);
  if (!old || retry_of === undefined) {
    breach(world, `${job} says of no job that it repeats it`);
    return;
  }
  count(book.seen, 'retried');
  const told = json(world, 'linux', `${ROOTS.linux}/requests/${retry_of}/cancel.json`)['superseded_by'];
  const plans = archivedNamesOf(sides.linux.disk, ARCHIVE, retry_of).map(
    (name) => json(world, 'linux', `${ARCHIVE}/${name}/retry.json`)['retried_as'],
  );
  if (told !== job && !plans.includes(job)) breach(world, `${job} was made before ${retry_of} was told`);
  if (lacks(sides.linux.disk, dir, 'now')) breach(world, `${job}: its order is not whole`);
  const inputs = [...old.content].filter(([file]) => file !== 'job.json' && file !== 'SHA256SUMS');
  if (inputs.some(([file, text]) => content.get(file) !== text) && !isHarmed(book, job))
    breach(world, `${job} has other inputs than ${retry_of}`);
  book.orders.set(job, { content, plan: { ...old.plan, id: job } });
}

/** No order that was submitted is nowhere. */
export function checkOrders(world: World): void {
  const { book, sides } = world;
  const { disk } = sides.linux;
  for (const [job, { content }] of book.orders) {
    if (isHarmed(book, job)) continue;
    const places = [
      `${ROOTS.linux}/outbox/${job}`,
      ...archivedNamesOf(disk, ARCHIVE, job).map((name) => `${ARCHIVE}/${name}/order`),
    ];
    // of one made by hand the watcher writes job.json anew before it seals it
    const isThere = content.has('SHA256SUMS') ? sameContent : hasPayload;
    if (!places.some((dir) => isThere(contentOf(disk, dir), content)))
      breach(world, `${job}: the order is not whole anywhere`);
  }
}
