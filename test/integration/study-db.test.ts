// Databases of a running script, copied and read by a real Python: never half, never changed, never kept from the script.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StudyFacts } from '../../src/job/study.ts';
import type { RunnerSettings } from '../../src/runner/parts.ts';
import type { DatabaseTask } from '../../src/runner/study-db.ts';
import { askDatabase, isDatabase } from '../../src/runner/study-db.ts';
import { STUDY_READER } from '../../src/runner/study-reader.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemFiles } from '../../src/system/files.ts';
import { systemRun } from '../../src/system/process/run.ts';
import { fakeClock } from '../helpers/memory-disk.ts';
import { needsPython, PYTHON, python, pythonThatHolds } from '../helpers/python.ts';
import { runnerSettings } from '../helpers/runner-settings.ts';
import { runningJob } from '../runner/running-job.ts';
import { tempDir } from '../system/temp-dir.ts';

interface Place {
  /** Where the script's files are. */
  dir: string;
  source: string;
  scratchDir: string;
}

function place(name = 'study.db'): Place {
  const root = tempDir();
  const dir = path.join(root, 'a b#?%41é', '3_results');
  const scratchDir = path.join(root, 'attempt');
  for (const each of [dir, scratchDir]) systemFiles.makeDir(each);
  return { dir, source: path.join(dir, name), scratchDir };
}

interface Asked {
  study: StudyFacts | null | undefined;
  /** What the copy holds: the rows of each table. */
  rows: Record<string, unknown[][]>;
}

const ROWS = `
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 't%'")]
print(json.dumps({n: db.execute('SELECT * FROM ' + n).fetchall() for n in names}))
`;

async function ask({ source, scratchDir }: Place, task: Partial<DatabaseTask> = {}): Promise<Asked> {
  const disk = { files: systemFiles, clock: systemClock };
  const settings = runnerSettings();
  const wanted = { source, scratchDir, copy: true, study: true, largestBytes: 8_000_000, ...task };
  const asked: Asked = { study: undefined, rows: {} };
  await askDatabase({ disk, run: systemRun, settings }, wanted, (answer, copy) => {
    asked.study = answer.study;
    if (!wanted.copy) return;
    expect(readdirSync(scratchDir).filter((name) => /-(wal|shm|journal)$/.test(name))).toEqual([]);
    asked.rows = JSON.parse(python(ROWS, [copy])) as Asked['rows'];
  });
  return asked;
}

/** Names, sizes, times and content of all that stands beside the source. */
function stateOf({ dir }: Place) {
  const files = readdirSync(dir).sort();
  return files.map((name) => {
    const { size, mtimeMs, ino } = statSync(path.join(dir, name));
    return { name, size, mtimeMs, ino, content: readFileSync(path.join(dir, name)).toString('base64') };
  });
}

/** Asks, and shows that nothing beside the source was made, changed or removed, and that nothing is left over. */
async function askUnchanged(at: Place, task: Partial<DatabaseTask> = {}): Promise<Asked> {
  const before = stateOf(at);
  try {
    return await ask(at, task);
  } finally {
    expect(stateOf(at)).toEqual(before);
    expect(readdirSync(at.scratchDir)).toEqual(['study-reader.py']);
  }
}

const SQL = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    db.execute(statement)
`;

const TABLE = 'CREATE TABLE t (n INTEGER)';
const WAL = 'PRAGMA journal_mode=WAL';
const CHANGED = 'the database changed while it was copied';

/** The reader as a module: what it defines is there, and nothing has run. */
const READER = `
import sqlite3, sys
source, scratch = sys.argv[2:4]
text = sys.argv[1]
__name__ = 'reader'
exec(text)
`;

describe('a copy of a database', () => {
  test('that nobody writes is whole, and has no study where there is none', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    python(SQL, [at.source, TABLE, 'INSERT INTO t VALUES (1), (2)']);
    expect(await askUnchanged(at)).toEqual({ study: null, rows: { t: [[1], [2]] } });
    expect(isDatabase(systemFiles, at.source)).toBe(true);
  });

  test('in the middle of a transaction holds what was committed before it', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    python(SQL, [at.source, TABLE, 'INSERT INTO t VALUES (1)']);
    const writer = await pythonThatHolds(SQL, [at.source, 'BEGIN IMMEDIATE', 'INSERT INTO t VALUES (2)']);
    expect((await askUnchanged(at)).rows).toEqual({ t: [[1]] });
    await writer.letGo();
  });

  test('that is locked fails with the reason, after some waiting', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    python(SQL, [at.source, TABLE]);
    const writer = await pythonThatHolds(SQL, [at.source, 'BEGIN EXCLUSIVE', 'INSERT INTO t VALUES (2)']);
    await expect(askUnchanged(at)).rejects.toThrow('database is locked');
    await writer.letGo();
  });

  test('waits for a lock that is let go of in time', (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    const program = `${READER}
import threading
db = sqlite3.connect(source, isolation_level=None, check_same_thread=False)
db.execute('CREATE TABLE t (n INTEGER)')
db.execute('BEGIN EXCLUSIVE')
threading.Timer(0.5, lambda: db.execute('COMMIT')).start()
print(connect(source).execute('SELECT count(*) FROM t').fetchone())
`;
    expect(python(program, [STUDY_READER, at.source, at.scratchDir])).toBe('(0,)\n');
  });

  test('that a killed script left in the middle of a commit is refused, and its journal stays', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    python(SQL, [at.source, TABLE, 'INSERT INTO t VALUES (1)']);
    // a cache of one page: the database itself is written before the commit
    const spilling = `${SQL}
db.execute('PRAGMA cache_size=1')
db.execute('BEGIN')
db.executemany('INSERT INTO t VALUES (?)', ((n,) for n in range(100000)))
import os
os._exit(0)
`;
    python(spilling, [at.source]);
    expect(readdirSync(at.dir)).toEqual(['study.db', 'study.db-journal']);
    await expect(askUnchanged(at)).rejects.toThrow(/readonly|unable to open/);
  });

  test('in WAL mode, with a writer in the middle of a transaction, holds what was committed', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    const statements = [WAL, TABLE, 'INSERT INTO t VALUES (1)', 'BEGIN', 'INSERT INTO t VALUES (2)'];
    const writer = await pythonThatHolds(SQL, [at.source, ...statements]);
    expect(readdirSync(at.dir)).toEqual(['study.db', 'study.db-shm', 'study.db-wal']);
    expect(statSync(`${at.source}-wal`).size).toBeGreaterThan(0);
    expect((await askUnchanged(at)).rows).toEqual({ t: [[1]] });
    await writer.letGo();
  });

  test('in WAL mode holds what a checkpoint has moved, and what came after it', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    const statements = [
      WAL,
      TABLE,
      'INSERT INTO t VALUES (1)',
      'PRAGMA wal_checkpoint(PASSIVE)',
      'INSERT INTO t VALUES (2)',
    ];
    const writer = await pythonThatHolds(SQL, [at.source, ...statements]);
    expect((await askUnchanged(at)).rows).toEqual({ t: [[1], [2]] });
    await writer.letGo();
  });

  test('in WAL mode that nobody has open makes no -wal and no -shm', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    python(SQL, [at.source, WAL, TABLE, 'INSERT INTO t VALUES (1)']);
    expect(readdirSync(at.dir)).toEqual(['study.db']);
    expect((await askUnchanged(at)).rows).toEqual({ t: [[1]] });
    expect((await askUnchanged(at, { copy: false })).study).toBeNull();
  });

  test('in WAL mode is consistent whatever a busy writer does meanwhile', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    const busy = `
import sqlite3, sys, threading, time
def work():
    db = sqlite3.connect(sys.argv[1], isolation_level=None)
    db.execute('PRAGMA journal_mode=WAL')
    db.execute('PRAGMA wal_autocheckpoint=50')
    db.execute('CREATE TABLE t (n INTEGER, twin INTEGER, pad TEXT)')
    ready.set()
    for n in range(1000000):
        db.execute('BEGIN')
        db.execute('INSERT INTO t VALUES (?, 0, ?)', (n, 'x' * 500))
        db.execute('UPDATE t SET twin = n WHERE n = ?', (n,))
        db.execute('DELETE FROM t WHERE n < ?', (n - 200,))
        db.execute('COMMIT')
        time.sleep(0.001)
ready = threading.Event()
threading.Thread(target=work, daemon=True).start()
ready.wait()
`;
    const writer = await pythonThatHolds(busy, [at.source]);
    const copies: unknown[][][] = [];
    const refusals: string[] = [];
    while (copies.length < 4 && refusals.length < 40) {
      await ask(at, { study: false }).then(
        (asked) => copies.push(asked.rows['t'] ?? []),
        (error: Error) => refusals.push(error.message),
      );
    }
    expect(new Set([...refusals, CHANGED])).toEqual(new Set([CHANGED]));
    expect(copies).toHaveLength(4);
    for (const rows of copies) {
      const first = Number(rows[0]?.[0] ?? 0);
      expect(rows.map(([n]) => n)).toEqual(rows.map((_, index) => first + index));
      expect(rows.every(([n, twin]) => n === twin)).toBe(true);
    }
    await writer.letGo();
  });

  test.for([
    {
      name: 'whose log was begun anew meanwhile',
      before: "db.execute('INSERT INTO t VALUES (1)')",
      meanwhile: "db.execute('PRAGMA wal_checkpoint(RESTART)'); db.execute('INSERT INTO t VALUES (2)')",
    },
    {
      name: 'that was written and closed meanwhile',
      before: 'db.close()',
      meanwhile:
        "db = sqlite3.connect(source); db.execute('INSERT INTO t VALUES (2)'); db.commit(); db.close()",
    },
  ])('in WAL mode $name is refused', ({ before, meanwhile }, ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    const program = `${READER}
import shutil
db = sqlite3.connect(source, isolation_level=None)
db.execute('PRAGMA journal_mode=WAL')
db.execute('CREATE TABLE t (n INTEGER)')
${before}
copyfile = shutil.copyfile
def copy_and_write(source_file, to):
    global db
    copyfile(source_file, to)
    if source_file == source:
        ${meanwhile}
shutil.copyfile = copy_and_write
try:
    copy_without_locks(source, scratch + '/copy')
except Unusable as error:
    print(error)
`;
    expect(python(program, [STUDY_READER, at.source, at.scratchDir])).toBe(`${CHANGED}\n`);
  });

  test('that is garbage behind the right first bytes fails with the reason', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    writeFileSync(at.source, `SQLite format 3\0${'garbage '.repeat(2000)}`);
    expect(isDatabase(systemFiles, at.source)).toBe(true);
    await expect(askUnchanged(at)).rejects.toThrow(/not a database|malformed/);
  });

  test('that is larger than may be copied is only read, without a copy', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    python(SQL, [at.source, TABLE]);
    expect((await askUnchanged(at, { copy: false, largestBytes: 10 })).study).toBeNull();
    await expect(askUnchanged(at, { copy: true, largestBytes: 10 })).rejects.toThrow('too large');
    python(SQL, [at.source, WAL]);
    await expect(askUnchanged(at, { copy: false, largestBytes: 10 })).rejects.toThrow('too large');
  });

  test('that is gone fails and makes none', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    await expect(askUnchanged(at)).rejects.toThrow('No such file');
  });
});

test.for([
  { path: 'C:\\work dir\\a#b%c?.db', separator: '\\', uri: 'file:///C:/work%20dir/a%23b%25c%3F.db' },
  { path: '\\\\host\\share\\é.db', separator: '\\', uri: 'file:////host/share/%C3%A9.db' },
  { path: '/tmp/a b\\c.db', separator: '/', uri: 'file:///tmp/a%20b%5Cc.db' },
])('$path is $uri to SQLite', ({ path: file, separator, uri }, ctx) => {
  needsPython(ctx, 'sqlite3');
  const program = `${READER}
print(uri_of(source, scratch))
`;
  expect(python(program, [STUDY_READER, file, separator]).trim()).toBe(uri);
});

describe('a study', () => {
  const OPTUNA = `
import os, sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
os.chdir(os.path.dirname(sys.argv[1]))
storage = 'sqlite:///study.db'
`;

  test('that Optuna made is read: trials that are over, best value, number of trials, times', async (ctx) => {
    const using = needsPython(ctx, 'optuna');
    const at = place();
    const program = `${OPTUNA}
first = optuna.create_study(storage=storage, study_name='first')
first.optimize(lambda trial: -100.0, n_trials=1)
study = optuna.create_study(storage=storage, study_name='second', direction='maximize')
study.set_user_attr('n_trials', 40)
def objective(trial):
    x = trial.suggest_float('x', 0, 1)
    if trial.number == 2:
        raise optuna.TrialPruned()
    if trial.number == 3:
        raise ValueError('no solution')
    return float('inf') if trial.number == 5 else float(trial.number)
study.optimize(objective, n_trials=8, catch=(ValueError,))
study.enqueue_trial({'x': 0.5})
study.ask()
`;
    python(program, [at.source], using);
    const { study, rows } = await askUnchanged(at);
    // of eight trials one was pruned and one failed; a ninth runs
    expect(study).toMatchObject({ finished: 8, best: 7, total: 40 });
    expect(study?.durations_s).toHaveLength(8);
    expect(study?.durations_s.every((each) => each >= 0 && each < 60)).toBe(true);
    expect(rows['trials']).toHaveLength(10);
    expect((await askUnchanged(at, { copy: false })).study).toEqual(study);
  });

  test('of several objectives has no best value', async (ctx) => {
    const using = needsPython(ctx, 'optuna');
    const at = place();
    const program = `${OPTUNA}
study = optuna.create_study(storage=storage, directions=['minimize', 'maximize'])
study.optimize(lambda trial: (1.0, 2.0), n_trials=3)
`;
    python(program, [at.source], using);
    expect((await askUnchanged(at)).study).toMatchObject({ finished: 3, best: null, total: null });
  });

  test('that Optuna writes at this very moment is read, and Optuna goes on', async (ctx) => {
    const using = needsPython(ctx, 'optuna');
    const at = place();
    const program = `${OPTUNA}
study = optuna.create_study(storage=storage)
study.optimize(lambda trial: float(trial.suggest_float('x', 1, 2)), n_trials=60)
print(len(study.trials))
`;
    const writing = systemRun({
      command: [using, '-c', program, at.source],
      cwd: at.dir,
      env: {},
      input: '',
      timeoutMs: 60_000,
      outputFile: path.join(at.scratchDir, 'optuna.log'),
    });
    let isOver = false;
    void writing.then(() => (isOver = true));
    const seen: number[] = [];
    while (!isOver) {
      const asked = isDatabase(systemFiles, at.source) ? await ask(at).catch(() => undefined) : undefined;
      if (asked?.study) seen.push(asked.study.finished);
      await systemClock.sleep(20);
    }
    expect(await writing).toMatchObject({ exit_code: 0 });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect((await ask(at)).study?.finished).toBe(60);
  }, 90_000);

  const SCHEMA_2_4 = [
    'CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name VARCHAR(512) NOT NULL)',
    'CREATE TABLE study_directions (study_direction_id INTEGER PRIMARY KEY, direction VARCHAR(8) NOT NULL, study_id INTEGER NOT NULL, objective INTEGER NOT NULL)',
    'CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER PRIMARY KEY, study_id INTEGER, key VARCHAR(512), value_json VARCHAR(2048))',
    'CREATE TABLE trials (trial_id INTEGER PRIMARY KEY, number INTEGER, study_id INTEGER, state VARCHAR(8) NOT NULL, datetime_start DATETIME, datetime_complete DATETIME)',
    'CREATE TABLE trial_values (trial_value_id INTEGER PRIMARY KEY, trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value FLOAT NOT NULL)',
    "INSERT INTO studies VALUES (1, 'old'), (2, 'new')",
    "INSERT INTO study_directions VALUES (1, 'MAXIMIZE', 1, 0), (2, 'MINIMIZE', 2, 0)",
    "INSERT INTO study_user_attributes VALUES (1, 1, 'n_trials', '7'), (2, 2, 'n_trials', '\"many\"'), (3, 2, 'jobq_trials', '50')",
    `INSERT INTO trials VALUES
      (1, 0, 1, 'COMPLETE', '2026-01-01 10:00:00.000000', '2026-01-01 10:00:05.000000'),
      (2, 0, 2, 'COMPLETE', '2026-01-01 10:00:00.000000', '2026-01-01 10:00:10.500000'),
      (3, 1, 2, 'COMPLETE', '2026-01-01 10:01:00', '2026-01-01 10:01:20'),
      (4, 2, 2, 'PRUNED', '2026-01-01 10:02:00.000000', '2026-01-01 10:02:30.000000'),
      (5, 3, 2, 'FAIL', NULL, '2026-01-01 10:03:00.000000'),
      (6, 4, 2, 'RUNNING', '2026-01-01 10:04:00.000000', NULL),
      (7, 5, 2, 'WAITING', NULL, NULL),
      (8, 6, 2, 'COMPLETE', NULL, NULL)`,
    'INSERT INTO trial_values VALUES (1, 1, 0, -9), (2, 2, 0, 4.5), (3, 3, 0, 2.25), (4, 4, 0, 0.5), (5, 8, 0, -9e999)',
  ];

  test('of Optuna 2.4 is read: the newest one, whose best value is from complete trials only', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    python(SQL, [at.source, ...SCHEMA_2_4]);
    const study = { finished: 5, best: 2.25, total: 50, durations_s: [30, 20, 10.5] };
    expect((await askUnchanged(at, { copy: false })).study).toEqual(study);
  });

  test('of Optuna 2.0 is read: one direction and one value, in the tables themselves', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    python(SQL, [
      at.source,
      'CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name VARCHAR(512) NOT NULL, direction VARCHAR(8) NOT NULL)',
      'CREATE TABLE trials (trial_id INTEGER PRIMARY KEY, number INTEGER, study_id INTEGER, state VARCHAR(8) NOT NULL, value FLOAT, datetime_start DATETIME, datetime_complete DATETIME)',
      'CREATE TABLE trial_values (trial_value_id INTEGER PRIMARY KEY, trial_id INTEGER, step INTEGER, value FLOAT)',
      "INSERT INTO studies VALUES (1, 'a', 'MAXIMIZE')",
      "INSERT INTO trials VALUES (1, 0, 1, 'COMPLETE', 3.5, NULL, NULL), (2, 1, 1, 'COMPLETE', 4.5, NULL, NULL), (3, 2, 1, 'FAIL', NULL, NULL, NULL)",
      'INSERT INTO trial_values VALUES (1, 1, 0, 99)',
    ]);
    expect((await askUnchanged(at)).study).toEqual({ finished: 3, best: 4.5, total: null, durations_s: [] });
  });

  test('of which only the last ten trials tell the time', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    const trials = Array.from({ length: 15 }, (_, n) => {
      const minute = String(n).padStart(2, '0');
      const values = `${n + 10}, ${n}, 2, 'COMPLETE', '2026-01-02 10:${minute}:00', '2026-01-02 10:${minute}:${10 + n}'`;
      return `INSERT INTO trials VALUES (${values})`;
    });
    python(SQL, [at.source, ...SCHEMA_2_4, ...trials]);
    expect((await askUnchanged(at, { copy: false })).study?.durations_s).toEqual([
      24, 23, 22, 21, 20, 19, 18, 17, 16, 15,
    ]);
  });

  test('is none where tables only have its names', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    python(SQL, [at.source, 'CREATE TABLE studies (name TEXT)', 'CREATE TABLE trials (name TEXT)']);
    expect((await askUnchanged(at)).study).toBeNull();
  });

  test('is none before the first one was made', async (ctx) => {
    needsPython(ctx, 'sqlite3');
    const at = place();
    python(SQL, [at.source, ...SCHEMA_2_4.slice(0, 5)]);
    expect((await askUnchanged(at)).study).toBeNull();
  });
});

describe('without a Python that works', () => {
  const disk = { files: systemFiles, clock: systemClock };
  const interpreter = (program: string, args: string[] = []) => ({
    python: { path: program, args_before_script: args, args_after_script: [], path_prepend: [], env: {} },
  });
  const failing = async (interpreters: RunnerSettings['interpreters']) => {
    const { source, scratchDir } = place();
    writeFileSync(source, 'x');
    const task = { source, scratchDir, copy: true, study: true, largestBytes: 1000 };
    const settings = runnerSettings({ interpreters });
    const error: unknown = await askDatabase({ disk, run: systemRun, settings }, task, () => {
      throw new Error('an answer that nobody gave');
    }).catch((reason: unknown) => reason);
    expect(readdirSync(scratchDir).filter((name) => name !== 'study-reader.py')).toEqual([]);
    return (error as Error).message;
  };

  test('it is said why', async () => {
    expect(await failing({})).toBe('there is no interpreter python in the settings');
    expect(await failing(interpreter('jobq-no-such-python'))).toContain('ENOENT');
    expect(
      await failing(
        interpreter(process.execPath, ['-e', 'console.log("not Python"); process.exit(9)', '--']),
      ),
    ).toBe('Python ended with exit code 9: not Python');
    expect(await failing(interpreter(process.execPath, ['-e', 'console.log("{}}")', '--']))).toBe(
      'Python ended with exit code 0: {}}',
    );
  });

  test('the directories of the interpreter come before PATH, and its variables are set', async (ctx) => {
    if (process.platform === 'win32') ctx.skip('the program of this test is a shell script');
    const bin = tempDir();
    const file = path.join(bin, 'its-python');
    writeFileSync(file, '#!/bin/sh\necho "{\\"problem\\": \\"$GREETING from $0\\"}"\n', { mode: 0o755 });
    const its = { ...interpreter('its-python').python, path_prepend: [bin], env: { GREETING: 'hello' } };
    expect(await failing({ python: its })).toBe(`hello from ${file}`);
  });
});

test('the Python of this machine is the one that tests mean', (ctx) => {
  needsPython(ctx, 'sqlite3');
  expect(runnerSettings().interpreters['python']?.path).toBe(PYTHON);
});

test('a real study is published and read while it is written, on a real disk', async (ctx) => {
  const using = needsPython(ctx, 'optuna');
  const root = tempDir();
  const disk = { files: systemFiles, clock: fakeClock() };
  const job = runningJob({ disk, root, run: systemRun, order: { args: ['--n-trials=20'] } });
  const program = `
import os, sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
os.chdir(sys.argv[1])
os.makedirs('3_results', exist_ok=True)
study = optuna.create_study(storage='sqlite:///3_results/study.db', study_name='a', load_if_exists=True)
study.optimize(lambda trial: float(trial.number + 1), n_trials=5)
`;
  python(program, [job.workDir], using);
  await job.live();
  expect(job.lines).toEqual([]);
  expect(job.progress()).toMatchObject({ trial: 5, trials: 20, percent: 25, best: 1 });
  expect(job.progress().eta_s).toBeGreaterThanOrEqual(0);
  expect(readdirSync(job.inRecord('3_results'))).toEqual(['study.db']);
  const count = `import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM trials').fetchone()[0])`;
  expect(python(count, [job.inRecord('3_results/study.db')]).trim()).toBe('5');
  python(program, [job.workDir], using);
  await job.nextLive();
  expect(python(count, [job.inRecord('3_results/study.db')]).trim()).toBe('10');
  expect(job.progress()).toMatchObject({ trial: 10, percent: 50 });
  job.end();
  const record = await job.publish();
  expect(record).toMatchObject({
    progress: { trial: 10, trials: 20, percent: 50, best: 1 },
    results: { files: 1 },
  });
  expect(readdirSync(job.inRecord('3_results'))).toEqual(['study.db']);
});
