// Which directories there are of which job: in the trees of the queue and among the work directories. A tree is listed
// again where it has changed, and the ids are put together again where one of them has.
import { asKnown, jobDirs } from '../store/job-dirs.ts';
import type { Sighting } from '../store/sighting.ts';
import { sight } from '../store/sighting.ts';
import type { RunnerState } from './parts.ts';

type Ids = ReadonlySet<string>;

export interface Places {
  /** Every job that there is anything of, in the order of the names. */
  ids: readonly string[];
  order: Ids;
  record: Ids;
  asked: Ids;
  work: Ids;
}

/** The last look, kept between ticks. */
export interface PlacesSeen {
  lists: readonly Sighting<Ids>[];
  /** Of the ledger then. */
  members: number;
  places: Places;
}

/** Not every file system changes the times of a directory with its entries; a large one is listed less often for that. */
const LIST_AGAIN_MS = 60_000;
const LIST_MANY_AGAIN_MS = 300_000;
const MANY = 1000;

const listAgainMs = (before: ReadonlySet<string> | undefined) =>
  (before?.size ?? 0) < MANY ? LIST_AGAIN_MS : LIST_MANY_AGAIN_MS;

export function seePlaces(runner: RunnerState): Places {
  const { disk, layout, ledger, at, placesSeen: before } = runner;
  const dirs = [layout.tree('outbox'), layout.tree('inbox'), layout.tree('requests'), at.work];
  const lists = dirs.map((dir, n) =>
    sight<Ids>(
      disk,
      before?.lists[n],
      [dir],
      () => asKnown(before?.lists[n]?.value, jobDirs(disk.files, dir)),
      { againMs: listAgainMs(before?.lists[n]?.value) },
    ),
  );
  const isSame =
    before?.members === ledger.members && lists.every(({ value }, n) => value === before.lists[n]?.value);
  if (before && isSame) {
    before.lists = lists;
    return before.places;
  }
  const [order, record, asked, work] = lists.map(({ value }) => value) as [Ids, Ids, Ids, Ids];
  const withWork = [...work].filter((id) => ledger.jobs.has(id));
  const ids = [...new Set([...order, ...record, ...ledger.open, ...withWork])].sort();
  const places = { ids, order, record, asked, work };
  runner.placesSeen = { lists, members: ledger.members, places };
  return places;
}
