// The log of a daemon as a process of its own writes it: to standard error, and into its file.
import { spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { tempDir } from './temp-dir.ts';

const source = fileURLToPath(new URL('../../src/system/log.ts', import.meta.url));
let log = '';
beforeAll(async () => {
  const banner =
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    banner: { js: banner },
  });
  log = outputFiles[0]?.text ?? '';
});

/** Runs these statements with `systemLog` at hand. */
function logged(statements: string, stderr: 'pipe' | number = 'pipe') {
  const dir = tempDir();
  const file = path.join(dir, 'log', 'runner.log');
  writeFileSync(path.join(dir, 'log.mjs'), log);
  const given = `{ path: ${JSON.stringify(file)}, maxBytes: 1000, keep: 2 }`;
  writeFileSync(
    path.join(dir, 'main.mjs'),
    `import { systemLog } from './log.mjs';\nconst file = ${given};\n${statements}\n`,
  );
  const done = spawnSync(process.execPath, [path.join(dir, 'main.mjs')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', stderr],
  });
  const lines = (text: string) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((each) => JSON.parse(each) as Record<string, unknown>);
  return {
    status: done.status,
    shown: stderr === 'pipe' ? lines(done.stderr) : [],
    kept: existsSync(file) ? lines(readFileSync(file, 'utf8')) : undefined,
    stdout: done.stdout,
  };
}

describe('the log', () => {
  test('goes to standard error as JSON lines, and to no file unless told so', () => {
    const { shown, kept, stdout } = logged("systemLog('info').info({ job_id: 'job-a' }, 'started');");
    expect(shown).toEqual([expect.objectContaining({ level: 30, job_id: 'job-a', msg: 'started' })]);
    expect(shown[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(kept).toBeUndefined();
    expect(stdout).toBe('');
  });

  test('goes to both from then on, with what was said last before the end of the process', () => {
    const { shown, kept } = logged(
      "const log = systemLog('info'); log.info({}, 'one'); log.alsoTo(file); log.warn({}, 'two'); log.error({}, 'three'); process.exit(1);",
    );
    expect(shown.map(({ msg }) => msg)).toEqual(['one', 'two', 'three']);
    expect(kept?.map(({ msg, level }) => [msg, level])).toEqual([
      ['two', 40],
      ['three', 50],
    ]);
  });

  test.each([
    { level: 'debug', shown: ['d', 'i', 'w', 'e'] },
    { level: 'warn', shown: ['w', 'e'] },
    { level: 'error', shown: ['e'] },
  ])('at level $level says the same in both places', ({ level, shown }) => {
    const all = "log.debug({}, 'd'); log.info({}, 'i'); log.warn({}, 'w'); log.error({}, 'e');";
    const seen = logged(`const log = systemLog('${level}'); log.alsoTo(file); ${all}`);
    expect(seen.shown.map(({ msg }) => msg)).toEqual(shown);
    expect(seen.kept?.map(({ msg }) => msg)).toEqual(shown);
  });

  test('tells once of a file that cannot be written, and goes on', () => {
    const { status, shown } = logged(
      "const log = systemLog('info'); log.alsoTo({ ...file, path: '/dev/null/runner.log' }); log.info({}, 'one'); log.info({}, 'two');",
    );
    expect(status).toBe(0);
    expect(new Set(shown.map(({ msg }) => msg))).toEqual(
      new Set(['one', 'the log file cannot be written', 'two']),
    );
    expect(shown).toHaveLength(3);
    expect(shown.find(({ msg }) => msg === 'the log file cannot be written')).toMatchObject({
      level: 40,
      file: '/dev/null/runner.log',
    });
  });

  test('behind a full disk stops nobody', (ctx) => {
    if (!existsSync('/dev/full')) ctx.skip('there is no /dev/full here');
    const seen = logged(
      "const log = systemLog('info'); log.alsoTo(file); for (let i = 0; i < 5; i++) log.info({ i }, 'on');",
      openSync('/dev/full', 'w'),
    );
    expect(seen.status).toBe(0);
    expect(seen.kept?.map(({ i }) => i)).toEqual([0, 1, 2, 3, 4]);
  });

  test('is put aside by its size, and the newest lines are in the file', () => {
    const { kept } = logged(
      "const log = systemLog('info'); log.alsoTo(file); for (let i = 0; i < 40; i++) log.info({ i }, 'x'.repeat(50));",
    );
    expect(kept?.at(-1)?.['i']).toBe(39);
    expect(kept?.length).toBeLessThan(10);
  });
});
