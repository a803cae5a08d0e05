import { describe, expect, test } from 'vitest';
import { JobqError } from '../../src/errors.ts';
import type { Tree } from '../../src/store/layout.ts';
import { TREE_NAMES } from '../../src/store/layout.ts';
import { assertQueue, markedId, markerFile, writeMarker } from '../../src/store/marker.ts';
import { put } from '../helpers/make-order.ts';
import type { QueuePlace } from './two-disks.ts';
import { onBothDisks, QUEUE_ID, queueIn } from './two-disks.ts';

function refusal(work: () => unknown): JobqError {
  try {
    work();
  } catch (error) {
    if (error instanceof JobqError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

async function replaceMarker(
  { disk, layout }: QueuePlace,
  tree: Tree,
  text: string | undefined,
): Promise<void> {
  await disk.files.removeFile(markerFile(layout, tree));
  if (text !== undefined) put(disk, markerFile(layout, tree), text);
}

onBothDisks('the markers of a queue', (make) => {
  test('tell its id', async () => {
    const { disk, layout } = await queueIn(make());
    expect(assertQueue(disk.files, layout)).toBe(QUEUE_ID);
    expect(assertQueue(disk.files, layout, QUEUE_ID)).toBe(QUEUE_ID);
    for (const tree of TREE_NAMES) expect(markedId(disk.files, layout, tree)).toBe(QUEUE_ID);
  });

  describe.each([
    { tree: 'outbox', remedy: 'jobq init <queue> --role linux`' },
    { tree: 'requests', remedy: 'jobq init <queue> --role linux`' },
    { tree: 'inbox', remedy: `jobq init <queue> --role windows --queue-id ${QUEUE_ID}\`` },
    { tree: 'runners', remedy: `jobq init <queue> --role windows --queue-id ${QUEUE_ID}\`` },
  ] as const)('of which $tree has', ({ tree, remedy }) => {
    test('none: it says so, and who makes one', async () => {
      const place = await queueIn(make());
      await replaceMarker(place, tree, undefined);
      const { disk, layout } = place;
      const error = refusal(() => assertQueue(disk.files, layout, QUEUE_ID));
      expect(error).toMatchObject({ code: 'queue-unusable', file: markerFile(layout, tree) });
      expect(error.message).toContain(`${tree}/ has no marker .jobq-queue`);
      expect(error.remedy).toContain(remedy);
    });

    test('lost its whole directory', async () => {
      const { disk, layout } = await queueIn(make());
      await disk.files.removeTree(layout.tree(tree));
      expect(refusal(() => assertQueue(disk.files, layout, QUEUE_ID)).message).toContain(
        `${tree}/ has no marker`,
      );
    });

    test("another queue's", async () => {
      const { disk, layout } = await queueIn(make());
      await writeMarker(disk, layout, tree, 'q-another');
      const error = refusal(() => assertQueue(disk.files, layout, QUEUE_ID));
      expect(error).toMatchObject({ code: 'queue-unusable', file: markerFile(layout, tree) });
      expect(error.message).toBe(`${tree}/ belongs to queue q-another, not to ${QUEUE_ID}`);
      expect(error.remedy).toContain('queue.id in jobq.toml');
    });

    test.each([
      { what: 'an empty one', text: '', message: 'is empty' },
      { what: 'a torn one', text: '{ "queue_id": "q-st', message: 'is not valid JSON' },
      { what: 'one without an id', text: '{ "schema_version": 1 }', message: 'queue_id: is missing' },
      {
        what: 'one of a later version',
        text: `{ "queue_id": "${QUEUE_ID}", "schema_version": 2 }`,
        message: 'is 2, but this jobq knows versions up to 1',
      },
    ])('$what', async ({ text, message }) => {
      const place = await queueIn(make());
      await replaceMarker(place, tree, text);
      const error = refusal(() => assertQueue(place.disk.files, place.layout, QUEUE_ID));
      expect(error).toMatchObject({ code: 'queue-unusable', file: markerFile(place.layout, tree) });
      expect(error.message).toContain(`${tree}/.jobq-queue`);
      expect(error.message).toContain(message);
      expect(error.remedy).not.toBe('');
    });
  });

  test('must agree with each other when nobody says which queue is meant', async () => {
    const { disk, layout } = await queueIn(make());
    await writeMarker(disk, layout, 'inbox', 'q-another');
    expect(refusal(() => assertQueue(disk.files, layout)).message).toContain('belongs to queue q-another');
  });

  test('are asked only of the trees that matter', async () => {
    const place = await queueIn(make());
    await replaceMarker(place, 'runners', undefined);
    expect(assertQueue(place.disk.files, place.layout, QUEUE_ID, ['outbox', 'inbox'])).toBe(QUEUE_ID);
  });
});
