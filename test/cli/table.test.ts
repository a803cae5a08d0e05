// A table fits the terminal it is made for.
import { expect, test } from 'vitest';
import { styleOf } from '../../src/cli/render/style.ts';
import { table } from '../../src/cli/render/table.ts';

const HEAD = [
  'id',
  'host',
  'running',
  'waiting',
  'last sign, by its clock',
  'heard here',
  'its clock',
  'room',
];
const ROW = [
  'station-1',
  'cad-workstation-07',
  '1/2',
  '12',
  '2026-02-10 14:30:22 UTC',
  '4 s ago',
  'at most 12 s behind',
  'paused until 2026-02-10 19:00 (meshing), 120 GB free',
];

function widest(columns: number): number {
  const environment = { stdoutIsTerminal: true, columns, variables: { NO_COLOR: '1' } };
  const style = styleOf(environment as unknown as Parameters<typeof styleOf>[0]);
  return Math.max(
    ...table(style, HEAD, [ROW])
      .split('\n')
      .map((line) => line.length),
  );
}

test.each([80, 100, 160, 400])('of %i columns', (columns) => {
  expect(widest(columns)).toBeLessThanOrEqual(columns);
});

test('the first column, which names the row, is never cut', () => {
  const style = styleOf({ stdoutIsTerminal: true, columns: 60, variables: {} } as unknown as Parameters<
    typeof styleOf
  >[0]);
  expect(table(style, HEAD, [ROW])).toContain('station-1');
});
