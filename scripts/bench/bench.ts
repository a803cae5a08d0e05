// The bench: runs the cases one after the other and puts their rows into one table.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { archived } from './cases/archived.ts';
import { commands } from './cases/commands.ts';
import { committing } from './cases/committing.ts';
import { copying } from './cases/copying.ts';
import { idle } from './cases/idle.ts';
import { scriptStart } from './cases/script-start.ts';
import { starting } from './cases/starting.ts';
import { through } from './cases/through.ts';
import { ticks } from './cases/ticks.ts';
import { machineText } from './machine.ts';
import type { Row } from './row.ts';
import { judge } from './row.ts';
import type { BenchCase } from './site.ts';
import { aligned } from './table.ts';

/** In the order of the table. */
const CASES: readonly BenchCase[] = [
  starting,
  commands,
  committing,
  copying,
  archived,
  ticks,
  idle,
  scriptStart,
  through,
];

export interface BenchOptions {
  home: string;
  /** Names of cases; none for all. */
  only: readonly string[];
  rounds: number | undefined;
  /** A folder with BullMQ in its node_modules. */
  bullmq: string | undefined;
  /** What goes on. */
  say(line: string): void;
}

export function caseList(): string {
  return aligned(CASES.map(({ name, about }) => [name, about]));
}

export async function bench({ home, only, rounds, bullmq, say }: BenchOptions) {
  const unknown = only.filter((wanted) => !CASES.some(({ name }) => name === wanted));
  if (unknown.length > 0) throw new Error(`there is no case ${unknown.join(', ')}; --list names them`);
  const machine = machineText();
  const rows: Row[] = [];
  for (const { name, measure } of CASES.filter((one) => only.length === 0 || only.includes(one.name))) {
    say(name);
    const dir = path.join(home, name);
    mkdirSync(dir);
    const ask = { rounds: (usual: number) => rounds ?? usual, bullmq };
    const site = { dir, ...ask, say: (line: string) => say(`  ${line}`) };
    for (const row of await measure(site)) {
      rows.push(row);
      site.say(aligned([cellsOf(row)]));
    }
  }
  const figures = { machine, rows: rows.map((row) => ({ ...row, medians: judge(row) })) };
  return { text: `${machine}\n\n${aligned([HEADS, ...rows.map(cellsOf)], { right: NUMBERS })}`, figures };
}

const HEADS = ['what', 'ours', 'beside it', '', 'ratio', 'to reach', 'reached', ''];
/** Columns of figures. */
const NUMBERS = [1, 2, 4, 5];

function cellsOf(row: Row): string[] {
  const { what, unit, beside, note = '' } = row;
  const judged = judge(row);
  if (row.pairs.length === 0) return [what, '', '', beside, '', reachText(row), 'not measured', note];
  return [
    what,
    `${short(judged.ours)} ${unit}`,
    `${short(judged.beside)} ${unit}`,
    beside,
    Number.isFinite(judged.ratio) ? ratioText(row, judged.ratio) : '',
    reachText(row),
    judged.reached === undefined ? '' : yesNo(judged.reached),
    note,
  ];
}

const yesNo = (is: boolean) => (is ? 'yes' : 'NO');

const isPart = ({ reach }: Row) => reach !== 'nothing' && 'atLeast' in reach;

function ratioText(row: Row, ratio: number): string {
  return isPart(row) ? percent(ratio) : `${ratio.toFixed(2)} x`;
}

function reachText({ reach, unit }: Row): string {
  if (reach === 'nothing') return '';
  if ('limit' in reach) return `${short(reach.limit)} ${unit}`;
  return 'atMost' in reach ? `${reach.atMost} x` : percent(reach.atLeast);
}

const percent = (part: number) => `${Math.round(part * 100)} %`;

function short(figure: number): string {
  if (!Number.isFinite(figure)) return '-';
  return Math.abs(figure) < 100 ? String(Number(figure.toPrecision(3))) : figure.toFixed(0);
}
