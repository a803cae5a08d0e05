// Files on Windows: held open by other programs while the runner publishes, and paths longer than 260 characters.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { afterEach, describe, expect, test } from 'vitest';
import type { Station } from './station.ts';
import {
  BY_NODE,
  needsWindows,
  newStation,
  nodeSettings,
  nodeStudy,
  readNow,
  until,
  windowsPath,
} from './station.ts';

let station: Station | undefined;
afterEach(() => station?.close());

function open(context: TestContext, workRoot?: string): Station {
  needsWindows(context);
  station = newStation(nodeSettings(), workRoot);
  return station;
}

/** Opens a file as soon as it is there, says so, and holds it until it is told to let go. `how`: node's flags. */
const HOLDER = `
  import { closeSync, constants, existsSync, openSync, writeFileSync } from 'node:fs';
  const [file, told, let_go, how] = process.argv.slice(2);
  const flags = how === 'alone' ? constants.O_RDWR | 0x10000000 : constants.O_RDONLY;
  const take = () => {
    try {
      const fd = openSync(file, flags);
      writeFileSync(told, 'held');
      const wait = setInterval(() => {
        if (!existsSync(let_go)) return;
        closeSync(fd);
        clearInterval(wait);
      }, 20);
    } catch {
      setTimeout(take, 20);
    }
  };
  take();
`;

function hold(here: Station, file: string, how: 'alone' | 'reading') {
  const script = path.join(here.home, 'holder.mjs');
  const told = path.join(here.home, 'held');
  const letGo = path.join(here.home, 'let-go');
  writeFileSync(script, HOLDER);
  const { over } = here.node(script, ...[file, told, letGo].map(windowsPath), how);
  return { over, isHeld: () => existsSync(told), letGo: () => writeFileSync(letGo, '') };
}

/** Leaves a result, and ends when it is told. */
const RESULT = `
  import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
  mkdirSync('3_results', { recursive: true });
  writeFileSync('3_results/a.csv', 'trial,value\\n1,2\\n');
  console.log('ready');
  setInterval(() => { if (existsSync('end')) process.exit(0); }, 50);
`;

describe('files on Windows', () => {
  test('a result that another program holds for itself is told, and published once it is let go', async (context) => {
    const here = open(context);
    const job = here.submit(nodeStudy(here.home, 'held', RESULT), 'held', ...BY_NODE);
    const daemon = here.daemon();
    const held = path.join(here.workDir(job), '3_results', 'a.csv');
    await until('the result is there', () => readNow(held) !== '');
    const holder = hold(here, held, 'alone');
    await until('it is held', holder.isHeld);
    writeFileSync(path.join(here.workDir(job), 'end'), '');
    const log = path.join(here.home, 'log', 'runner.log');
    await until('the failure is told', () => /"action":"publish".*EBUSY/.test(readNow(log)));
    const seal = path.join(here.queue, 'inbox', job, 'SHA256SUMS');
    expect(existsSync(seal)).toBe(false);
    holder.letGo();
    await until('the record is sealed', () => existsSync(seal));
    expect(here.record(job)).toMatchObject({ state: 'completed', outcome: { kind: 'completed' } });
    expect(readNow(path.join(here.queue, 'inbox', job, '3_results', 'a.csv'))).toBe('trial,value\n1,2\n');
    here.onWindows('runner', 'stop');
    await Promise.all([daemon.over, holder.over]);
  });

  test('a record that somebody reads is replaced once it is closed', async (context) => {
    const here = open(context);
    const job = here.submit(nodeStudy(here.home, 'read', RESULT), 'read', ...BY_NODE);
    const daemon = here.daemon();
    const record = path.join(here.queue, 'inbox', job, 'job.json');
    await until('it runs', () => readNow(record).includes('"state": "running"'));
    const holder = hold(here, record, 'reading');
    await until('it is held', holder.isHeld);
    writeFileSync(path.join(here.workDir(job), 'end'), '');
    const log = path.join(here.home, 'log', 'runner.log');
    await until('the failure is told', () => /EPERM|EBUSY|EACCES/.test(readNow(log)));
    holder.letGo();
    await until('it is replaced', () => readNow(record).includes('"state": "completed"'));
    here.onWindows('runner', 'stop');
    await Promise.all([daemon.over, holder.over]);
  });

  test('paths of more than 260 characters are copied, written and published', (context) => {
    const here = open(
      context,
      path.join(...Array.from({ length: 2 }, (_, depth) => `work-root-${depth}-`.padEnd(30, 'x'))),
    );
    const deep = `2_iterations/${'d'.repeat(70)}/${'e'.repeat(70)}/result.txt`;
    const script = `
      import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
      import path from 'node:path';
      const file = path.resolve(${JSON.stringify(deep)});
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, readFileSync('1_setup/${'s'.repeat(100)}/in.txt', 'utf8') + ' and out');
      console.log(file.length);
    `;
    const study = nodeStudy(here.home, 'long', script);
    const input = path.join(study, '1_setup', 's'.repeat(100));
    mkdirSync(input, { recursive: true });
    writeFileSync(path.join(input, 'in.txt'), 'in');
    const job = here.submit(study, 'long', ...BY_NODE, '--expect', deep);
    expect(here.runOnce()).toMatchObject({
      status: 0,
      value: { ended: [{ job_id: job, outcome: 'completed' }] },
    });
    const { log_tail } = here.record(job)['outcome'] as { log_tail: string[] };
    expect(Number(log_tail[0])).toBeGreaterThan(260);
    expect(readNow(path.join(here.queue, 'inbox', job, deep))).toBe('in and out');
  });
});
