import { expect, test } from 'vitest';
import type { QueueFacts } from '../../../src/cli/doctor/queue.ts';
import { judgeQueue } from '../../../src/cli/doctor/queue.ts';
import type { Tree } from '../../../src/store/layout.ts';
import { TREE_NAMES } from '../../../src/store/layout.ts';

const markers = (ids: Partial<Record<Tree, string | undefined>> = {}) =>
  TREE_NAMES.map((tree) => {
    const id = tree in ids ? ids[tree] : 'q-1';
    return id === undefined ? { tree } : { tree, id };
  });

const FACTS: QueueFacts = {
  root: '/srv/q',
  setId: 'q-1',
  settingsFile: '/srv/q/jobq.toml',
  markers: markers(),
  hasArchive: true,
  mirrored: true,
  ignoring: [{ file: '.stignore', missing: [] }],
};

const found = (check: string, facts: Partial<QueueFacts>) =>
  judgeQueue({ ...FACTS, ...facts }).filter((finding) => finding.check === check);

test('a whole queue is all well', () => {
  const findings = judgeQueue(FACTS);
  expect(findings.map(({ check, level }) => `${check}: ${level}`)).toEqual([
    'queue: ok',
    'settings: ok',
    'markers: ok',
    'side: ok',
    'ignore files: ok',
  ]);
});

test.each([
  {
    name: 'a marker of our side that is missing',
    facts: { markers: markers({ outbox: undefined }) },
    what: 'no marker in outbox/',
    remedy: 'once more',
  },
  {
    name: 'markers of the other side that have not arrived',
    facts: { markers: markers({ inbox: undefined, runners: undefined }) },
    what: 'no marker in inbox/, runners/',
    remedy: 'comes from the other side',
  },
  {
    name: 'the same, seen from the side that runs jobs',
    facts: { markers: markers({ inbox: undefined }), hasArchive: false },
    what: 'no marker in inbox/',
    remedy: 'once more',
  },
  {
    name: 'a tree of another queue',
    facts: { markers: markers({ runners: 'q-2' }) },
    what: 'several queues in one folder: q-1, q-2',
    remedy: 'only with each other',
  },
  {
    name: 'another id in the settings',
    facts: { setId: 'q-0' },
    what: 'several queues in one folder: q-0, q-1',
    remedy: 'correct queue.id',
  },
  {
    name: 'a marker that is cut short',
    facts: { markers: [{ tree: 'outbox' as const, problem: 'outbox/.jobq-queue: is empty' }] },
    what: 'outbox/.jobq-queue: is empty',
    remedy: 'arrived whole',
  },
])('$name is a problem', ({ facts, what, remedy }) => {
  expect(found('markers', facts)).toEqual([
    expect.objectContaining({ level: 'problem', what, remedy: expect.stringContaining(remedy) as string }),
  ]);
});

test('an id that the settings do not name is taken from the markers', () => {
  expect(found('markers', { setId: undefined })[0]).toMatchObject({
    level: 'ok',
    what: expect.stringContaining('q-1') as string,
  });
});

test('ignore files matter only where something mirrors', () => {
  const ignoring = [
    { file: '.stignore', missing: ['/archive', '(?d).jobq-*'] },
    { file: 'outbox/.stignore', missing: [] },
  ];
  expect(found('ignore files', { ignoring })).toEqual([
    expect.objectContaining({ level: 'warning', what: '.stignore lacks /archive (?d).jobq-*' }),
  ]);
  expect(found('ignore files', { ignoring, mirrored: false })).toEqual([]);
});
