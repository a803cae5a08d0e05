// What Windows tells of processes, in the words of PowerShell and of its own calls.
import { expect, test } from 'vitest';
import {
  bornOfFileTime,
  LIST_COMMAND,
  parseProcesses,
  seenOf,
  startedText,
} from '../../../src/system/process/windows-process.ts';

const row = {
  ProcessId: 300,
  ParentProcessId: 32,
  CreationDate: '/Date(1763898760329)/',
  Name: 'cmd.exe',
  KernelModeTime: 2500000,
  UserModeTime: 5000000,
  WorkingSetSize: 14680064,
};
const born = 1763898760329;
const parsed = { pid: 300, parent: 32, born, name: 'cmd.exe', cpu_s: 0.75, memory_mb: 14 };

test.each([
  { name: 'a list', text: JSON.stringify([row, { ...row, ProcessId: 304 }]), count: 2 },
  { name: 'a single process, which PowerShell puts into no list', text: JSON.stringify(row), count: 1 },
  {
    name: 'a list after a byte order mark, with line ends',
    text: `\uFEFF${JSON.stringify([row], null, 2)}\r\n`,
    count: 1,
  },
])('reads $name', ({ text, count }) => {
  const found = parseProcesses(text);
  expect(found?.[0]).toEqual(parsed);
  expect(found).toHaveLength(count);
});

test.each([
  { name: 'of Windows PowerShell', date: '/Date(1763898760329)/' },
  { name: 'of Windows PowerShell, with a time zone', date: '/Date(1763898760329+0100)/' },
  {
    name: 'in an object around it',
    date: { value: '/Date(1763898760329)/', DisplayHint: 2, DateTime: 'Sunday' },
  },
  { name: 'of PowerShell 7', date: '2025-11-23T12:52:40.3299999+01:00' },
  { name: 'of PowerShell 7 in universal time', date: '2025-11-23T11:52:40.329Z' },
])('reads a date $name', ({ date }) => {
  expect(parseProcesses(JSON.stringify([{ ...row, CreationDate: date }]))).toEqual([parsed]);
});

test('leaves out what cannot be known again, and numbers that are not told', () => {
  const rows = [
    { ...row, ProcessId: 4, CreationDate: null },
    { ...row, ProcessId: 8, CreationDate: 'soon' },
    { ...row, ProcessId: null },
    null,
    'text',
    { ...row, KernelModeTime: null, WorkingSetSize: null, Name: null },
    { ...row, UserModeTime: '5000000', KernelModeTime: '2500000', WorkingSetSize: '14680064' },
  ];
  expect(parseProcesses(JSON.stringify(rows))).toEqual([
    { pid: 300, parent: 32, born, name: 'unknown' },
    parsed,
  ]);
});

test.each(['', 'PowerShell is blocked', '[]', 'null', '{"ProcessId":1}', '[1,2]', '{"a":'])(
  'what is no list of processes is none: %j',
  (text) => {
    expect(parseProcesses(text)).toBeUndefined();
  },
);

test('PowerShell is asked for all that is read', () => {
  for (const name of Object.keys(row)) expect(LIST_COMMAND).toContain(name);
  expect(LIST_COMMAND).not.toContain('"'); // it is given as one argument
});

test('a time of birth is the same, whoever tells it', () => {
  // as GetProcessTimes has told it, in tenths of microseconds since 1601
  expect(startedText(bornOfFileTime(134399123272856070n))).toBe('2026-11-23T12:58:47.285Z');
  expect(bornOfFileTime(116444736000000000n + 9999n)).toBe(0);
  expect(seenOf(parsed)).toEqual({
    pid: 300,
    started: '2025-11-23T11:52:40.329Z',
    name: 'cmd.exe',
    cpu_s: 0.75,
    memory_mb: 14,
  });
  expect(seenOf({ pid: 1, born: 0, name: 'x' })).toEqual({
    pid: 1,
    started: '1970-01-01T00:00:00.000Z',
    name: 'x',
  });
});
