// What doctor found: a table of everything, and below it what matters of the rest and why.
import { oneLine } from '../../notify/harmless.ts';
import type { Finding, Level } from '../doctor/finding.ts';
import type { Colors, Style } from './style.ts';
import { table } from './table.ts';
import { countText } from './words.ts';

const PAINT = { ok: 'green', note: 'cyan', warning: 'yellow', problem: 'red' } as const satisfies Record<
  Level,
  keyof Colors
>;

export function doctorText(style: Style, findings: readonly Finding[]): string {
  const { colors } = style;
  const rows = findings.map(({ level, check, what }) => [colors[PAINT[level]](level), check, oneLine(what)]);
  const open = (['problem', 'warning', 'note'] as const).flatMap((level) =>
    findings.filter((finding) => finding.level === level),
  );
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  return [
    table(style, ['level', 'check', 'found'], rows),
    ...(open.length > 0 ? ['', ...open.flatMap((finding) => findingLines(colors, finding))] : []),
    '',
    `${countText(count('problem'), 'problem')}, ${countText(count('warning'), 'warning')}`,
  ].join('\n');
}

export function findingLines(colors: Colors, { level, check, what, why, remedy }: Finding): string[] {
  return [
    `${colors[PAINT[level]](level)} ${check}: ${oneLine(what)}`,
    `  why it matters: ${oneLine(why)}`,
    ...(remedy === null ? [] : [`  what to do: ${oneLine(remedy)}`]),
  ];
}
