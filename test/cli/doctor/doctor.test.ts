// The verb: one table of everything, exit codes, which side is checked, and what it does when there is no queue.
import { describe, expect, test } from 'vitest';
import { doctorShape } from '../../../src/cli/shapes.ts';
import { put } from '../../helpers/make-order.ts';
import type { World } from '../world.ts';
import { bareWorld, QUEUE, queueWorld, seen, submitted } from '../world.ts';

/** A machine on which all is well: one machine for both sides, its services there, its daemons up. */
async function wellWorld(): Promise<World> {
  const world = await queueWorld();
  const settings = '[queue]\nid = "q-1"\n[syncthing]\nlink = "local"\n[runner]\nid = "station"\n';
  await world.write(world.layout.settings, settings);
  for (const tree of ['outbox', 'inbox', 'requests', 'runners'] as const)
    await world.write(`${world.layout.tree(tree)}/.jobq-queue`, '{"queue_id": "q-1", "schema_version": 1}');
  put(world.disk, '/usr/bin/python3', 'x');
  world.environment.variables = { HOME: '/home/ada', PATH: '/usr/bin' };
  const show = [
    'LoadState=loaded',
    'UnitFileState=enabled',
    'ActiveState=active',
    'SubState=running',
    'Result=success',
  ];
  world.ask = () => Promise.resolve({ exit_code: 0, output: show.join('\n'), complaint: '' });
  for (const role of ['runner', 'watcher']) {
    const { json } = await world.json('service', 'install', '--role', role, '--print');
    const { file } = json as { file: { path: string; text: string } };
    await world.write(file.path, file.text);
  }
  await seen(world, 'station');
  // memory has no limits
  world.disk.files.freeBytes = () => 50e9;
  put(world.disk, '/home/ada/.data/jobq/q-1/runner/ledger.jsonl', '{"event": "ledger", "ledger_id": "l"}\n');
  return world;
}

async function diagnosed(world: World, ...options: string[]) {
  const { code, json } = await world.json('doctor', ...options);
  const value = doctorShape.parse(json);
  const of = (check: string) => value.checks.filter((each) => each.check === check);
  const levels = (level: string) => value.checks.filter((each) => each.level === level);
  return { code, value, of, levels };
}

interface Harm {
  name: string;
  harm: (world: World) => void | Promise<void>;
  check: string;
  level: string;
}

describe('on a machine where all is well', () => {
  test('finds nothing to complain of, and ends with 0', async () => {
    const { code, value, levels } = await diagnosed(await wellWorld());
    expect(levels('problem')).toEqual([]);
    expect(levels('warning')).toEqual([]);
    expect(code).toBe(0);
    expect(value).toMatchObject({ queue: QUEUE, roles: ['runner', 'watcher'], ok: true });
  });

  test('changes nothing', async () => {
    const world = await wellWorld();
    const before = world.disk.volume.toJSON();
    await world.run('doctor');
    expect(world.disk.volume.toJSON()).toEqual(before);
  });

  test('says of every finding why it matters, and of every fault what to do', async () => {
    const world = await wellWorld();
    await world.write(`${QUEUE}/outbox/strange.txt`, 'x');
    const { value } = await diagnosed(world);
    for (const { what, why } of value.checks) {
      expect(what).not.toBe('');
      expect(why).not.toBe('');
    }
    const faults = value.checks.filter(({ level }) => level === 'warning' || level === 'problem');
    expect(faults).toHaveLength(1);
    for (const { remedy } of faults) expect(remedy).not.toBeNull();
  });

  test('shows one table, and below it the rest of what matters', async () => {
    const world = await wellWorld();
    await world.write(`${QUEUE}/outbox/strange.txt`, 'x');
    const { stdout, code } = await world.run('doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^level +check +found\n/);
    expect(stdout).toMatch(/\nok +node +Node 20\.19\.0\n/);
    expect(stdout).toContain('\nwarning files in the queue: outbox/strange.txt: is not a job directory\n');
    expect(stdout).toContain('\n  why it matters: ');
    expect(stdout).toContain('\n  what to do: move it out of the queue\n');
    expect(stdout.trimEnd()).toMatch(/\n0 problems, 1 warning$/);
  });
});

describe('finds', () => {
  test.each<Harm>([
    {
      name: 'a marker that is gone',
      harm: (world: World) => world.disk.files.removeFile(`${QUEUE}/inbox/.jobq-queue`),
      check: 'markers',
      level: 'problem',
    },
    {
      name: 'a missing interpreter',
      harm: (world: World) => world.disk.files.removeFile('/usr/bin/python3'),
      check: 'interpreter python',
      level: 'problem',
    },
    {
      name: 'a ledger that is gone',
      harm: (world: World) => world.disk.files.removeFile('/home/ada/.data/jobq/q-1/runner/ledger.jsonl'),
      check: 'ledger',
      level: 'problem',
    },
    {
      name: 'a work directory inside the queue',
      harm: (world: World) =>
        world.write(
          world.layout.settings,
          `[syncthing]\nlink = "local"\n[runner]\nid = "station"\nwork_root = "${QUEUE}/work"\n`,
        ),
      check: 'work directory',
      level: 'problem',
    },
    {
      name: 'a work directory that a link leads into the queue',
      harm: (world: World) => {
        world.disk.files.makeDir('/home/ada/.data/jobq/q-1');
        world.disk.volume.symlinkSync(QUEUE, '/home/ada/.data/jobq/q-1/work');
      },
      check: 'work directory',
      level: 'problem',
    },
    {
      name: 'a post-processor that is not there',
      harm: (world: World) =>
        world.write(
          world.layout.settings,
          '[queue]\nid = "q-1"\n[syncthing]\nlink = "local"\n[watcher]\npost_command = ["collect"]\n',
        ),
      check: 'post-processor',
      level: 'problem',
    },
    {
      name: 'an archive that cannot be written',
      harm: (world: World) => {
        const { openNew } = world.disk.files;
        world.disk.files.openNew = (file) => {
          if (file.startsWith(world.layout.archive)) throw new Error('EROFS');
          return openNew(file);
        };
      },
      check: 'archive',
      level: 'problem',
    },
    {
      name: 'a log folder that cannot be made',
      harm: (world: World) => world.write('/home/ada/.data/jobq/q-1/log', 'a file'),
      check: 'log',
      level: 'warning',
    },
    {
      name: 'a full disk',
      harm: (world: World) => {
        world.disk.files.freeBytes = () => 1e6;
      },
      check: 'room for jobs',
      level: 'warning',
    },
    {
      name: 'daemons that do not run',
      harm: (world: World) => {
        world.held = () => false;
      },
      check: 'watcher',
      level: 'warning',
    },
    {
      name: 'a service that is not installed',
      harm: (world: World) => {
        world.ask = () => Promise.resolve({ exit_code: 0, output: 'LoadState=not-found', complaint: '' });
      },
      check: 'runner service',
      level: 'warning',
    },
    {
      name: 'requests of a job that is nowhere',
      harm: (world: World) => world.disk.files.makeDir(world.layout.requests('job-gone')),
      check: 'requests',
      level: 'warning',
    },
    {
      name: 'a conflict copy',
      harm: (world: World) => world.write(`${QUEUE}/inbox/job.sync-conflict-20260101-1.json`, '{}'),
      check: 'conflict copies',
      level: 'warning',
    },
  ])('$name', async ({ harm, check, level }) => {
    const world = await wellWorld();
    await harm(world);
    const { of, code, value } = await diagnosed(world);
    expect(of(check)).toEqual([expect.objectContaining({ level })]);
    expect(value.ok).toBe(level !== 'problem');
    expect(code).toBe(level === 'problem' ? 7 : 0);
  });

  test('a stop file for a daemon that does not run, and not for one that does', async () => {
    const world = await wellWorld();
    await world.write(world.layout.stopFile('runner-station'), '{}');
    expect((await diagnosed(world)).of('stop file')).toEqual([]);
    world.held = () => false;
    expect((await diagnosed(world)).of('stop file')).toEqual([
      expect.objectContaining({ what: world.layout.stopFile('runner-station') }),
    ]);
  });

  test('ignore files that somebody changed, where a mirror is', async () => {
    const world = await wellWorld();
    await world.write(world.layout.settings, '[queue]\nid = "q-1"\n[runner]\nid = "station"\n');
    expect((await diagnosed(world)).of('ignore files')[0]?.level).toBe('ok');
    await world.write(`${QUEUE}/inbox/.stignore`, '*.tmp\r\n(?d).DS_Store\r\n');
    const [finding] = (await diagnosed(world)).of('ignore files');
    expect(finding?.what).toMatch(/^inbox\/\.stignore lacks !\.jobq-queue /);
    expect(finding?.what).not.toContain('.DS_Store');
  });

  test('no fault in a job that waits', async () => {
    const world = await wellWorld();
    const id = await submitted(world, 'wing', '--run-on', 'station');
    await world.run('cancel', id);
    const { levels } = await diagnosed(world);
    expect([...levels('warning'), ...levels('problem')]).toEqual([]);
  });
});

describe('the side', () => {
  test('that submits is not asked for interpreters, the other not for an archive', async () => {
    const world = await wellWorld();
    const watcher = await diagnosed(world, '--role', 'watcher');
    expect(watcher.value.roles).toEqual(['watcher']);
    expect(watcher.of('interpreter python')).toEqual([]);
    const runner = await diagnosed(world, '--role', 'runner');
    expect(runner.of('archive')).toEqual([]);
    expect(runner.of('start at logon')).toHaveLength(1);
  });

  test('is told by the archive, and by a runner that was seen here', async () => {
    const world = await wellWorld();
    await world.write(world.layout.settings, '[queue]\nid = "q-1"\n[runner]\nid = "station"\n');
    expect((await diagnosed(world)).value.roles).toEqual(['watcher']);
    world.environment.host = 'cad';
    expect((await diagnosed(world)).value.roles).toEqual(['runner', 'watcher']);
    await world.disk.files.removeTree(world.layout.archive);
    expect((await diagnosed(world)).value.roles).toEqual(['runner']);
  });
});

describe('without a queue that can be opened', () => {
  test('says so, and looks at the machine', async () => {
    const { code, value, of } = await diagnosed(bareWorld());
    expect(code).toBe(7);
    expect(value).toMatchObject({ queue: null, roles: [], ok: false });
    expect(of('node')).toHaveLength(1);
    expect(of('queue')).toEqual([expect.objectContaining({ level: 'problem' })]);
  });

  test('names the setting that is wrong', async () => {
    const world = await wellWorld();
    await world.write(world.layout.settings, '[runner]\nslotz = 1\n');
    const { code, of } = await diagnosed(world);
    expect(code).toBe(7);
    expect(of('settings')).toEqual([
      expect.objectContaining({ level: 'problem', what: expect.stringContaining('slotz') as string }),
    ]);
  });
});
