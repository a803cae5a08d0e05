// The events of a queue as lines, and what their page says of them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Draft } from '../../src/job/event.ts';
import { EVENT_SCHEMAS, EVENT_TYPES, eventSchema, parseEvent, readableDraft } from '../../src/job/event.ts';
import { rowOf } from '../../src/settings/keys.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/events.md', import.meta.url)), 'utf8');
const COMMON = Object.keys(eventSchema.shape);
const LOST = {
  seq: 3,
  at: '2026-02-10T15:00:00Z',
  type: 'lost',
  job_id: 'job-a',
  reason: 'r',
  lost_at: '2026-02-10T15:00:00Z',
  attempt: 1,
};

describe('an event', () => {
  test.each([
    { name: 'that is whole', value: LOST, read: true },
    { name: 'with a field of a later version', value: { ...LOST, mood: 'blue' }, read: true },
    { name: 'of a type of a later version', value: { ...LOST, type: 'teleported' }, read: false },
    { name: 'of a type that only an object has', value: { ...LOST, type: 'toString' }, read: false },
    { name: 'without a number', value: { ...LOST, seq: undefined }, read: false },
    { name: 'with a number that is none', value: { ...LOST, seq: 0 }, read: false },
    { name: 'without a time', value: { ...LOST, at: 'yesterday' }, read: false },
    { name: 'without what its type says', value: { ...LOST, reason: undefined }, read: false },
    { name: 'that is none', value: null, read: false },
  ])('$name', ({ value, read }) => {
    expect(parseEvent(value)).toEqual(read ? value : undefined);
  });
});

test('a field that an event need not have is left out where it is strange', () => {
  expect(parseEvent({ ...LOST, runner: 5 })).toEqual(LOST);
  expect(parseEvent({ ...LOST, runner: { deep: 1 }, reason: 5 })).toBeUndefined();
  const { seq: _, ...draft } = LOST;
  expect(readableDraft({ ...draft, runner: 5 } as unknown as Draft)).toEqual(draft);
  expect(readableDraft({ ...draft, attempt: 'many' } as unknown as Draft)).toBeUndefined();
});

describe('the page of events', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \|(.*?)\|/gm)].map(([, type = '', fields = '']) => ({
    type,
    fields: [...fields.matchAll(/`([a-z_0-9]+)`/g)].map(([, field]) => field),
  }));

  test('has every type, in the order of the source', () => {
    expect(rows.map(({ type }) => type)).toEqual(EVENT_TYPES);
  });

  test.each(rows)('$type: every field, and no other', ({ type, fields }) => {
    const schema = EVENT_SCHEMAS[type as keyof typeof EVENT_SCHEMAS];
    expect(fields).toEqual(Object.keys(schema.shape).filter((field) => !COMMON.includes(field)));
  });

  test('shows events that are some', () => {
    const lines = [...page.matchAll(/^\{"seq.*$/gm)].map(([line]) => JSON.parse(line) as object);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(parseEvent(line)).toEqual(line);
  });

  test('names settings that exist', () => {
    const named = [...page.matchAll(/`(watcher\.[a-z_]+)`/g)].map(([, key = '']) => key);
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((key) => !rowOf(key))).toEqual([]);
  });
});
