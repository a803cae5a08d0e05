// The files of a queue's folder, each with a good one, the place it has, and the very reader that the programs use.
import path from 'node:path';
import { readHolder } from '../../src/cli/holder.ts';
import { abandonmentOf, readAbandoned } from '../../src/store/abandoned.ts';
import { readCheckpoint } from '../../src/store/checkpoint.ts';
import { sha256Of } from '../../src/store/disk.ts';
import { lastSeq, readEventsAfter } from '../../src/store/event-files.ts';
import { readJudgement } from '../../src/store/judgement.ts';
import { fieldsIn } from '../../src/store/kin.ts';
import type { Layout } from '../../src/store/layout.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { readLost } from '../../src/store/lost.ts';
import { markedId } from '../../src/store/marker.ts';
import { highestCursor, readNewsCursor } from '../../src/store/news-cursor.ts';
import { readPostJournal } from '../../src/store/post-journal.ts';
import { readPostStatus } from '../../src/store/post-status.ts';
import { lookAtPresences } from '../../src/store/presences.ts';
import { readPruned } from '../../src/store/pruned.ts';
import { readOrder } from '../../src/store/read-order.ts';
import { readArrival } from '../../src/store/read-record.ts';
import { readRequests } from '../../src/store/requests.ts';
import { readRetryPlan } from '../../src/store/retry-plan.ts';
import { readSaid } from '../../src/store/said.ts';
import { readSeal } from '../../src/store/seal.ts';
import { checkHandMade } from '../../src/store/seal-hand-made.ts';
import { listTree } from '../../src/store/tree.ts';
import { standingOf } from '../../src/submit/keys.ts';
import type { Files } from '../../src/system/files.ts';
import type { MemoryDisk } from '../helpers/memory-disk.ts';
import { hostileJson, hostileLines, hostileObjects } from './json-mutations.ts';
import type { Hostile } from './mutations.ts';
import { hostileBytes } from './mutations.ts';
import * as sample from './samples.ts';
import { JOB, QUEUE_ID } from './samples.ts';

export const ROOT = '/queue';
const layout = layoutOf(ROOT);
const ARCHIVE = layout.archived(`${JOB}_20260210-150000`);

export interface Kind {
  name: string;
  /** Where the file stands. */
  file: string;
  inputs: () => Hostile[];
  good: string;
  /** What else must stand there for the file to be read, given its bytes. */
  around?: (disk: MemoryDisk, bytes: Buffer) => void;
  /** What the programs make of it; undefined, false or an empty list where they take it for none. */
  read: (disk: MemoryDisk) => unknown;
  /** How much of 100 MB may be read; nothing unless said otherwise. */
  readsUpTo?: number;
  /** Not JSON as a whole: what no JSON may be can be some of it. */
  isText?: true;
}

type Json = Record<string, unknown>;
type Read = (files: Files, layout: Layout) => unknown;

export function jsonKind(
  name: string,
  file: string,
  good: Json,
  read: Kind['read'],
  more: Partial<Kind> = {},
): Kind {
  return { name, file, good: JSON.stringify(good), inputs: () => hostileJson(good), read, ...more };
}

const of = (name: string, file: string, good: Json, read: Read, more: Partial<Kind> = {}): Kind =>
  jsonKind(name, file, good, ({ files }) => read(files, layout), more);

const request = (name: 'assign' | 'release' | 'cancel' | 'archived', good: Json): Kind =>
  of(`${name}.json`, path.join(layout.requests(JOB), `${name}.json`), good, (files) => {
    const problems: object[] = [];
    const seen = readRequests(files, layout, JOB, problems as never)[name];
    // what is there and counts for nothing is told
    if (seen === undefined && problems.length === 0) throw new TypeError(`${name}.json: nobody is told`);
    // it becomes the name of a directory
    const next = (seen as { superseded_by?: string } | undefined)?.superseded_by ?? JOB;
    if (path.dirname(layout.order(next)) !== layout.tree('outbox')) throw new TypeError(`${next} leads out`);
    return seen;
  });

/** An order is read when its seal names its job.json. */
function sealed({ volume }: MemoryDisk, bytes: Buffer): void {
  const script = 'print("hello")\n';
  volume.writeFileSync(path.join(layout.order(JOB), 'run_optimization.py'), script);
  const seal = `${sha256Of(bytes)}  job.json\n${sha256Of(script)}  run_optimization.py\n`;
  volume.writeFileSync(path.join(layout.order(JOB), 'SHA256SUMS'), seal);
}

const SEAL = `${'a'.repeat(64)}  job.json\n${'b'.repeat(64)}  3_results/study.db\n`;

/** Logs and ledgers grow as long as they are used: they are read, some parts of them more than once. */
export const GROWS = 400_000_000;

const orders: Kind[] = [
  of(
    'a sealed order',
    path.join(layout.order(JOB), 'job.json'),
    sample.ORDER,
    (files) => {
      const facts = readOrder(files, layout.order(JOB), JOB);
      if (facts?.seal !== 'valid') throw new TypeError('its seal fits');
      if (facts.order === undefined && facts.problems.length === 0) throw new TypeError('nobody is told');
      return facts.order;
    },
    { around: sealed },
  ),
  of(
    'an order made by hand',
    path.join(layout.order(JOB), 'job.json'),
    sample.ORDER,
    (files) => checkHandMade({ files }, layout.order(JOB), JOB, listTree(files, layout.order(JOB))),
    { around: ({ volume }) => volume.writeFileSync(path.join(layout.order(JOB), 'run_optimization.py'), '') },
  ),
  of(
    'the fields of an order',
    path.join(layout.order(JOB), 'job.json'),
    sample.ORDER,
    (files) => fieldsIn(files, layout.order(JOB)),
    { inputs: () => [...hostileBytes(JSON.stringify(sample.ORDER)), ...hostileObjects(sample.ORDER)] },
  ),
];

const inbox: Kind[] = [
  of('a record', path.join(layout.record(JOB), 'job.json'), sample.RECORD, (files) => {
    const seen = readArrival(files, layout.record(JOB), JOB);
    if (!seen) throw new TypeError('nobody is told');
    return seen.record;
  }),
  {
    name: 'SHA256SUMS',
    file: path.join(layout.record(JOB), 'SHA256SUMS'),
    good: SEAL,
    inputs: () => hostileBytes(SEAL),
    read: ({ files }) => {
      const seen = readSeal(files, layout.record(JOB));
      if (seen.seal === 'missing') throw new TypeError('nobody is told');
      return seen.seal === 'valid' && seen.entries;
    },
  },
  of('a presence', layout.presence('cad'), sample.PRESENCE, (files) => {
    const seen = lookAtPresences(files, layout);
    if (seen.presences.length === 0 && seen.problems.length === 0) throw new TypeError('nobody is told');
    return seen.presences[0];
  }),
];

const watchers: Kind[] = [
  of('the checkpoint', layout.checkpoint, sample.CHECKPOINT, (files) => {
    const read = readCheckpoint(files, layout, QUEUE_ID);
    return read.found === 'whole' ? read.checkpoint : undefined;
  }),
  {
    name: 'the log of events',
    file: layout.events,
    good: sample.EVENTS.map((line) => `${JSON.stringify(line)}\n`).join(''),
    inputs: () => hostileLines(sample.EVENTS),
    isText: true,
    readsUpTo: GROWS,
    read: ({ files }) => [lastSeq(files, layout), ...readEventsAfter(files, layout, 0).events],
  },
  of('a place in the news', layout.news('agent'), sample.CURSOR, (files) => {
    const read = readNewsCursor(files, layout, 'agent');
    return read.found === 'whole' ? [read, highestCursor(files, layout)] : undefined;
  }),
  of('who is alive', layout.judgement, sample.JUDGEMENT, readJudgement),
  of('the verdict that a job is lost', layout.lost(JOB), sample.LOST, (files) =>
    readLost(files, layout.lost(JOB)),
  ),
  of('who gave a job up', layout.abandoned(JOB), sample.ABANDONED, (files) =>
    abandonmentOf(files, layout, JOB, {}),
  ),
];

const archive: Kind[] = [
  of('a note that a hold is lifted', layout.unheld(JOB), sample.SAID, (files) => {
    const said = readSaid(files, layout.unheld(JOB));
    return said && Object.keys(said).length > 0 ? said : undefined;
  }),
  of('who gave an archived job up', path.join(ARCHIVE, 'abandoned.json'), sample.ABANDONED, (files) =>
    readAbandoned(files, ARCHIVE),
  ),
  of('the retry of an archived job', path.join(ARCHIVE, 'retry.json'), sample.RETRY, (files) =>
    readRetryPlan(files, ARCHIVE),
  ),
  of('what was pruned', path.join(ARCHIVE, 'pruned.json'), sample.PRUNED, (files) =>
    readPruned(files, ARCHIVE),
  ),
  of('how far post-processing is', path.join(ARCHIVE, 'post/attempts.json'), sample.POST_JOURNAL, (files) =>
    readPostJournal(files, ARCHIVE),
  ),
  of('the result of post-processing', path.join(ARCHIVE, 'post/result.json'), sample.POST_JOURNAL, (files) =>
    readPostStatus(files, ARCHIVE),
  ),
];

const others: Kind[] = [
  of('a marker', path.join(layout.tree('outbox'), '.jobq-queue'), sample.MARKER, (files) =>
    markedId(files, layout, 'outbox'),
  ),
  of('the holder of a lock', layout.holder(layout.watcherLock), sample.HOLDER, (files) =>
    readHolder(files, layout.holder(layout.watcherLock)),
  ),
  of(
    'the reservation of a key',
    path.join(ROOT, '.jobq-keys', `${sha256Of('k')}.1`, 'reservation.json'),
    sample.RESERVATION,
    (files) => {
      const standing = standingOf(files, layout, 'k');
      if (standing.is === 'free') return undefined;
      if (path.dirname(layout.order(standing.jobId)) !== layout.tree('outbox'))
        throw new TypeError('leads out');
      return standing.jobId;
    },
  ),
];

export const queueKinds: readonly Kind[] = [
  ...orders,
  ...inbox,
  request('assign', sample.ASSIGN),
  request('release', sample.RELEASE),
  request('cancel', sample.CANCEL),
  request('archived', sample.ARCHIVED),
  ...watchers,
  ...archive,
  ...others,
];
