// service: what is written and run, that twice is once, what a failure says, and how it is shown.
import { describe, expect, test } from 'vitest';
import { errorShape, serviceShape, serviceStatusShape } from '../../src/cli/shapes.ts';
import type { Answer } from '../../src/system/process/ask.ts';
import type { World } from './world.ts';
import { queueWorld, seen } from './world.ts';

const UNIT = 'jobq-runner-q-1.service';
const UNIT_FILE = `/home/ada/.config/systemd/user/${UNIT}`;
const TASK = 'jobq-runner-q-1';

const said = (output: string, exit_code = 0): Answer => ({ exit_code, output, complaint: '' });
const refused = (complaint: string, exit_code: number | null = 1): Answer => ({
  exit_code,
  output: '',
  complaint,
});

interface System {
  /** Every command, as one line. */
  asked: string[];
  /** Commands that fail, by how they begin. */
  broken: Map<string, Answer>;
}

/** A machine with systemd and loginctl, as far as a service needs them. */
function withSystemd(world: World): System {
  const state = { enabled: false, active: false, linger: false, loaded: '' };
  const system: System = { asked: [], broken: new Map() };
  const unitText = () => world.disk.files.read(UNIT_FILE)?.toString() ?? '';
  const answers: Record<string, () => Answer> = {
    'systemctl --user daemon-reload': () => {
      state.loaded = unitText();
      return said('');
    },
    'systemctl --user is-enabled': () => (state.enabled ? said('enabled') : said('disabled', 1)),
    'systemctl --user enable': () => {
      state.enabled = true;
      return said('');
    },
    'systemctl --user is-active': () => (state.active ? said('active') : said('inactive', 3)),
    'systemctl --user restart': () => {
      state.active = true;
      return said('');
    },
    'systemctl --user disable --now': () => {
      Object.assign(state, { enabled: false, active: false });
      return said('');
    },
    'systemctl --user show': () =>
      said(
        [
          `LoadState=${unitText() === '' ? 'not-found' : 'loaded'}`,
          `UnitFileState=${state.enabled ? 'enabled' : ''}`,
          `ActiveState=${state.active ? 'active' : 'inactive'}`,
          `SubState=${state.active ? 'running' : 'dead'}`,
          'Result=success',
          'ExecMainStatus=0',
          'NRestarts=0',
        ].join('\n'),
      ),
    'loginctl show-user': () => (state.linger ? said('yes') : refused('Failed to look up user ada')),
    'loginctl enable-linger': () => {
      state.linger = true;
      return said('');
    },
  };
  world.ask = (command) => Promise.resolve(answerOf(system, answers, command));
  return system;
}

/** A machine with Task Scheduler. */
function withTaskScheduler(world: World): System & { tasks: Map<string, string> } {
  const tasks = new Map<string, string>();
  const system = { asked: [], broken: new Map(), tasks };
  const nameIn = (line: string) => /\/TN (\S+)/.exec(line)?.[1] ?? '';
  const missing = () => refused('ERROR: The system cannot find the file specified.');
  const answers: Record<string, (line: string) => Answer> = {
    'schtasks /Query': (line) => {
      if (!tasks.has(nameIn(line))) return missing();
      return said(`"CAD","\\${nameIn(line)}","N/A","Running","Interactive only","now","267009"`);
    },
    'schtasks /Create': (line) => {
      const file = / \/XML (\S+)/.exec(line)?.[1] ?? '';
      tasks.set(nameIn(line), world.disk.files.read(file)?.toString('utf16le') ?? 'no file');
      return said('SUCCESS');
    },
    'schtasks /Run': () => said('SUCCESS'),
    'schtasks /Delete': (line) => (tasks.delete(nameIn(line)) ? said('SUCCESS') : missing()),
  };
  world.ask = (command) => Promise.resolve(answerOf(system, answers, command));
  return system;
}

function answerOf(
  { asked, broken }: System,
  answers: Record<string, (line: string) => Answer>,
  command: readonly string[],
): Answer {
  const line = command.join(' ');
  asked.push(line);
  const fault = [...broken].find(([start]) => line.startsWith(start));
  if (fault) return fault[1];
  const answer = Object.entries(answers).find(([start]) => line.startsWith(start));
  if (!answer) throw new Error(`nobody knows the answer to ${line}`);
  return answer[1](line);
}

async function linux(): Promise<World> {
  const world = await queueWorld();
  await world.write(world.layout.settings, '[queue]\nid = "q-1"\n');
  world.environment.variables = { HOME: '/home/ada', PATH: '/usr/bin' };
  world.held = () => false;
  return world;
}

async function windows(): Promise<World> {
  const world = await linux();
  Object.assign(world.environment, { platform: 'win32', dataDir: 'C:\\data', nodePath: 'C:\\node.exe' });
  world.environment.variables = { USERDOMAIN: 'CAD' };
  return world;
}

const install = ['service', 'install', '--role', 'runner'] as const;
const ranOf = (json: unknown) =>
  serviceShape.parse(json).commands.flatMap(({ ran, shown }) => (ran ? [shown] : []));

describe('--print', () => {
  test.each(['systemd', 'task', 'winsw', 'servy'])('of %s changes nothing and asks nobody', async (kind) => {
    const world = await linux();
    const before = world.disk.volume.toJSON();
    const { code, json } = await world.json(...install, '--kind', kind, '--print');
    expect(code).toBe(0);
    const value = serviceShape.parse(json);
    expect(value).toMatchObject({ kind, printed: true, changed: false });
    expect(value.commands.length).toBeGreaterThan(0);
    expect(value.commands.every(({ ran }) => !ran)).toBe(true);
    expect(world.disk.volume.toJSON()).toEqual(before);
  });

  test('shows the file and the commands just as an installation writes and runs them', async () => {
    const world = await linux();
    withSystemd(world);
    const { stdout } = await world.run(...install, '--print');
    const printed = serviceShape.parse((await world.json(...install, '--print')).json);
    const done = await world.json(...install);
    expect(world.disk.files.read(UNIT_FILE)?.toString()).toBe(printed.file?.text);
    expect(ranOf(done.json)).toEqual(printed.commands.map(({ shown }) => shown));
    expect(stdout).toContain(`# write ${UNIT_FILE}\n${printed.file?.text}`);
    for (const { shown } of printed.commands) expect(stdout).toContain(`\n${shown}\n`);
  });

  test('takes paths, account and the time of a stop from the machine and the settings', async () => {
    const world = await linux();
    await world.write(
      world.layout.settings,
      '[queue]\nid = "q-1"\n[runner]\non_stop = "interrupt"\ngrace_s = 200\n',
    );
    world.environment.variables = { XDG_CONFIG_HOME: '/etc/ada', HOME: '/home/ada' };
    const { json } = await world.json(...install, '--print');
    const { file } = serviceShape.parse(json);
    expect(file?.path).toBe(`/etc/ada/systemd/user/${UNIT}`);
    expect(file?.text).toContain('TimeoutStopSec=290\n');
    expect(file?.text).toContain(
      '"/usr/bin/node" "/opt/jobq/bin/jobq.js" "runner" "--queue" "/home/ada/queue"',
    );
  });

  test('of an uninstall shows what would be run and removed', async () => {
    const { stdout } = await (await linux()).run('service', 'uninstall', '--role', 'runner', '--print');
    expect(stdout).toBe(
      [
        '# run',
        `systemctl --user disable --now ${UNIT}`,
        `# remove ${UNIT_FILE}`,
        'systemctl --user daemon-reload\n',
      ].join('\n'),
    );
  });
});

describe('on Linux', () => {
  test('an installation writes the unit, runs the commands and shows each', async () => {
    const world = await linux();
    const { asked } = withSystemd(world);
    const { code, stdout } = await world.run(...install);
    expect(code).toBe(0);
    const changing = asked.filter((line) => !/is-|show/.test(line));
    expect(changing).toEqual([
      'systemctl --user daemon-reload',
      `systemctl --user enable ${UNIT}`,
      `systemctl --user restart ${UNIT}`,
      'loginctl enable-linger ada',
    ]);
    for (const line of changing) expect(stdout).toContain(`ran ${line}\n`);
    expect(stdout).toContain(`wrote ${UNIT_FILE}\n`);
    expect(stdout).toContain(`${UNIT} is installed\n`);
  });

  test('a second one changes nothing and says so', async () => {
    const world = await linux();
    withSystemd(world);
    await world.run(...install);
    const before = world.disk.volume.toJSON();
    const { code, json } = await world.json(...install);
    expect(code).toBe(0);
    expect(serviceShape.parse(json).changed).toBe(false);
    expect(ranOf(json)).toEqual([]);
    expect(world.disk.volume.toJSON()).toEqual(before);
    expect((await world.run(...install)).stdout).toContain(
      `${UNIT} is installed already; nothing was changed`,
    );
  });

  test('a unit that changed is loaded again and its daemon started anew', async () => {
    const world = await linux();
    withSystemd(world);
    await world.run(...install);
    world.environment.nodePath = '/opt/node22/bin/node';
    const { json } = await world.json(...install);
    expect(ranOf(json)).toEqual(['systemctl --user daemon-reload', `systemctl --user restart ${UNIT}`]);
    expect(world.disk.files.read(UNIT_FILE)?.toString()).toContain('/opt/node22/bin/node');
  });

  test('a command that fails is named with its words and a remedy, and the next try goes on from there', async () => {
    const world = await linux();
    const { broken } = withSystemd(world);
    broken.set('systemctl --user daemon-reload', refused('Failed to connect to bus: No medium found'));
    const { code, json } = await world.json(...install);
    expect(code).toBe(7);
    const { error } = errorShape.parse(json);
    expect(error.message).toBe(
      '`systemctl --user daemon-reload` ended with 1: Failed to connect to bus: No medium found',
    );
    expect(error.file).toBe(UNIT_FILE);
    expect(error.remedy).toContain('XDG_RUNTIME_DIR');
    broken.clear();
    const again = await world.json(...install);
    expect(ranOf(again.json)).toContain(`systemctl --user restart ${UNIT}`);
  });

  test('without lingering it says what that means', async () => {
    const world = await linux();
    const { broken } = withSystemd(world);
    broken.set('loginctl enable-linger', refused('Could not enable linger: Access denied'));
    const { code, json } = await world.json(...install);
    expect(code).toBe(7);
    expect(errorShape.parse(json).error.remedy).toContain('sudo loginctl enable-linger ada');
  });

  test('a program that is not there is told, too', async () => {
    const world = await linux();
    const { broken } = withSystemd(world);
    broken.set('systemctl', refused('spawn systemctl ENOENT', null));
    const { json } = await world.json(...install);
    expect(errorShape.parse(json).error.message).toContain('could not be run: spawn systemctl ENOENT');
  });

  test('an uninstallation stops it, removes the unit, and says what stays', async () => {
    const world = await linux();
    withSystemd(world);
    await world.run(...install);
    const { json } = await world.json('service', 'uninstall', '--role', 'runner');
    expect(ranOf(json)).toEqual([`systemctl --user disable --now ${UNIT}`, 'systemctl --user daemon-reload']);
    expect(world.disk.files.facts(UNIT_FILE)).toBeUndefined();
    const notes = serviceShape.parse(json).notes.join('\n');
    expect(notes).toContain('queue, ledger, work directories and logs, lingering of ada');
    expect(notes).toContain('scripts that run go on');
    const again = await world.run('service', 'uninstall', '--role', 'runner');
    expect(again.stdout).toContain(`${UNIT} is not installed; nothing was changed`);
  });

  test('a unit does not go to nowhere when HOME is not set', async () => {
    const world = await linux();
    withSystemd(world);
    world.environment.variables = {};
    const { code, json } = await world.json(...install);
    expect(code).toBe(2);
    expect(errorShape.parse(json).error.message).toContain('HOME');
  });
});

describe('on Windows', () => {
  test('an installation registers and starts the task, and a second one changes nothing', async () => {
    const world = await windows();
    const { tasks } = withTaskScheduler(world);
    const first = await world.json(...install);
    expect(ranOf(first.json).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'schtasks /Create',
      'schtasks /Run',
    ]);
    const text = tasks.get(TASK) ?? '';
    // schtasks reads UTF-16 with a byte order mark
    expect(text.startsWith('\uFEFF<?xml version="1.0" encoding="UTF-16"?>')).toBe(true);
    expect(text).toContain('<UserId>CAD\\ada</UserId>');
    world.held = () => true;
    const second = await world.json(...install);
    expect(serviceShape.parse(second.json).changed).toBe(false);
    expect(ranOf(second.json)).toEqual([]);
  });

  test('a runner that runs is told to be stopped when its task changed', async () => {
    const world = await windows();
    withTaskScheduler(world);
    await world.run(...install);
    world.held = () => true;
    const { json } = await world.json(...install, '--window');
    expect(ranOf(json).map((line) => line.split(' ')[1])).toEqual(['/Create']);
    expect(serviceShape.parse(json).notes[0]).toContain('`jobq runner stop`');
  });

  test('an uninstallation removes the task and asks the runner to stop', async () => {
    const world = await windows();
    const { tasks } = withTaskScheduler(world);
    await world.run(...install);
    const stopFile = world.layout.stopFile('runner-desk');
    let asked = 0;
    // the runner sees the file, and ends
    world.held = () => {
      if (world.disk.files.facts(stopFile)) asked++;
      return asked < 2;
    };
    const { json } = await world.json('service', 'uninstall', '--role', 'runner');
    expect(ranOf(json)).toEqual([`schtasks /Delete /TN ${TASK} /F`]);
    expect(tasks.size).toBe(0);
    expect(asked).toBe(2);
    expect(world.disk.files.facts(stopFile)).toBeUndefined();
    const again = await world.json('service', 'uninstall', '--role', 'runner');
    expect(serviceShape.parse(again.json).changed).toBe(false);
  });

  test('an uninstallation tells of a runner that goes on', async () => {
    const world = await windows();
    withTaskScheduler(world);
    await world.run(...install);
    world.held = () => true;
    const { code, json } = await world.json('service', 'uninstall', '--role', 'runner');
    expect(code).toBe(0);
    expect(serviceShape.parse(json).notes[0]).toContain('runner desk still runs');
  });
});

describe('status', () => {
  const status = ['service', 'status', '--role', 'runner'] as const;

  test('of what is not installed', async () => {
    const world = await linux();
    withSystemd(world);
    const { code, json } = await world.json(...status);
    expect(code).toBe(0);
    expect(serviceStatusShape.parse(json)).toMatchObject({
      name: UNIT,
      installed: false,
      running: false,
      current: false,
      daemon_runs: false,
      last_sign_s: null,
    });
  });

  test('of what runs, with the age of its sign of life', async () => {
    const world = await linux();
    withSystemd(world);
    await world.run(...install);
    world.held = () => true;
    world.environment.host = 'cad';
    await world.write(world.layout.settings, '[queue]\nid = "q-1"\n[runner]\nid = "station"\n');
    await seen(world, 'station');
    world.disk.clock.advance(Date.parse('2026-02-10T14:45:40Z') - world.disk.clock.now());
    const { json } = await world.json(...status);
    const value = serviceStatusShape.parse(json);
    expect(value).toMatchObject({ installed: true, enabled: true, running: true, current: true });
    expect(value).toMatchObject({ daemon_runs: true, last_sign_s: 40, sign_is_fresh: true });
    world.disk.clock.advance(300_000);
    const later = serviceStatusShape.parse((await world.json(...status)).json);
    expect(later).toMatchObject({ last_sign_s: 340, sign_is_fresh: false });
    expect((await world.run(...status)).stdout).toContain('too long ago: look into its log');
  });

  test('holds nobody else’s clock against this one', async () => {
    const world = await linux();
    withSystemd(world);
    await world.write(world.layout.settings, '[queue]\nid = "q-1"\n[runner]\nid = "station"\n');
    await seen(world, 'station');
    const { json } = await world.json(...status);
    expect(serviceStatusShape.parse(json)).toMatchObject({ last_sign_s: null, sign_is_fresh: null });
  });

  test('says when the unit is not as it would be installed now, and how to start it', async () => {
    const world = await linux();
    withSystemd(world);
    await world.run(...install);
    world.environment.nodePath = '/opt/node22/bin/node';
    const { stdout } = await world.run(...status);
    expect(stdout).toContain('not as this version would install it');
    expect(stdout).toContain(`start it: systemctl --user start ${UNIT}`);
  });

  test('says why the system cannot be asked', async () => {
    const world = await linux();
    const { broken } = withSystemd(world);
    broken.set('systemctl', refused('Failed to connect to bus'));
    const { json } = await world.json(...status);
    expect(serviceStatusShape.parse(json)).toMatchObject({
      installed: false,
      running: null,
      problem: 'Failed to connect to bus',
    });
  });

  test('of a task', async () => {
    const world = await windows();
    withTaskScheduler(world);
    const before = serviceStatusShape.parse((await world.json(...status)).json);
    expect(before).toMatchObject({ installed: false, running: false, problem: null });
    await world.run(...install);
    const after = serviceStatusShape.parse((await world.json(...status)).json);
    expect(after).toMatchObject({
      installed: true,
      running: true,
      state: 'Running',
      last_result: 'running now',
    });
  });
});

describe('is refused', () => {
  test.each([
    { argv: ['install'], field: '--role' },
    { argv: ['install', '--role', 'runner', '--kind', 'task'], field: '--kind' },
    { argv: ['uninstall', '--role', 'runner', '--kind', 'winsw'], field: '--kind' },
    { argv: ['status', '--role', 'runner', '--print'], field: '--print' },
    { argv: ['install', '--role', 'runner', '--window'], field: '--window' },
  ])('$argv, because of $field', async ({ argv, field }) => {
    const world = await linux();
    const { code, json } = await world.json('service', ...argv);
    expect(code).toBe(2);
    expect(errorShape.parse(json).error.field).toBe(field);
  });

  test('a watcher on the side without an archive', async () => {
    const world = await linux();
    withSystemd(world);
    await world.disk.files.removeTree(world.layout.archive);
    const { code, json } = await world.json('service', 'install', '--role', 'watcher');
    expect(code).toBe(7);
    expect(errorShape.parse(json).error.message).toContain('archive/');
  });

  test('a queue whose id nobody knows', async () => {
    const world = await linux();
    await world.write(world.layout.settings, '');
    for (const tree of ['outbox', 'inbox', 'requests', 'runners'] as const)
      await world.disk.files.removeFile(`${world.layout.tree(tree)}/.jobq-queue`);
    const { code, json } = await world.json(...install, '--print');
    expect(code).toBe(7);
    expect(errorShape.parse(json).error.field).toBe('queue.id');
  });

  test('a system that jobq has no service for', async () => {
    const world = await linux();
    Object.assign(world.environment, { platform: 'darwin' });
    const { code, json } = await world.json(...install);
    expect(code).toBe(2);
    expect(errorShape.parse(json).error.message).toContain('darwin');
  });
});
