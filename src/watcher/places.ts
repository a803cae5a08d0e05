// What there is of which job, by names alone: in the trees, in the archive, and among the watcher's own notes. Each
// directory is listed again where it has changed.
import path from 'node:path';
import { asKnown, jobDirs } from '../store/job-dirs.ts';
import type { Sighting } from '../store/sighting.ts';
import { sight } from '../store/sighting.ts';
import type { WatcherState } from './parts.ts';

type Ids = ReadonlySet<string>;

export interface Places {
  order: Ids;
  record: Ids;
  /** Jobs that have a directory of requests. */
  asked: Ids;
  /** Those of which a note of the watcher's own lies there. */
  lost: Ids;
  abandoned: Ids;
  unheld: Ids;
}

/** The last look, kept between ticks. */
export interface PlacesSeen {
  lists: readonly Sighting<Ids>[];
  places: Places;
}

/** Not every file system changes the times of a directory with its entries; a large one is listed less often for that. */
const LIST_AGAIN_MS = 60_000;
const LIST_MANY_AGAIN_MS = 300_000;
const MANY = 1000;

const listAgainMs = (before: ReadonlySet<string> | undefined) =>
  (before?.size ?? 0) < MANY ? LIST_AGAIN_MS : LIST_MANY_AGAIN_MS;

export function seePlaces(watcher: WatcherState): Places {
  const { disk, layout, placesSeen: before } = watcher;
  const trees = (['outbox', 'inbox', 'requests'] as const).map((tree) => layout.tree(tree));
  // by the path of any one note
  const notes = [layout.lost(''), layout.abandoned(''), layout.unheld('')].map(path.dirname);
  const list = (dir: string, n: number) => {
    const names = () => (n < trees.length ? jobDirs(disk.files, dir) : noted(watcher, dir));
    const read = () => asKnown(before?.lists[n]?.value, names());
    return sight<Ids>(disk, before?.lists[n], [dir], read, { againMs: listAgainMs(before?.lists[n]?.value) });
  };
  const lists = [...trees, ...notes].map(list);
  if (before && lists.every(({ value }, n) => value === before.lists[n]?.value)) {
    before.lists = lists;
    return before.places;
  }
  const [order, record, asked, lost, abandoned, unheld] = lists.map(({ value }) => value) as Six;
  const places = { order, record, asked, lost, abandoned, unheld };
  watcher.placesSeen = { lists, places };
  return places;
}

/** As they were at the last look. */
export function lastPlaces(watcher: WatcherState): Places {
  return watcher.placesSeen?.places ?? seePlaces(watcher);
}

type Six = [Ids, Ids, Ids, Ids, Ids, Ids];

function noted({ disk }: WatcherState, dir: string): string[] {
  return (disk.files.list(dir) ?? []).map(({ name }) => path.basename(name, '.json'));
}
