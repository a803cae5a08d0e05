// jobq notify, and what status, doctor and news say of messages that do not arrive: over a ledger that the sender of the
// watcher itself writes.
import { describe, expect, test } from 'vitest';
import { openContext } from '../../src/cli/context.ts';
import { checkTargets } from '../../src/cli/notifying.ts';
import type { DaemonParts } from '../../src/cli/parts.ts';
import {
  doctorShape,
  glanceShape,
  notifyAskShape,
  notifyShape,
  notifyTestShape,
} from '../../src/cli/shapes.ts';
import type { Open } from '../../src/notify/ledger-lines.ts';
import type { Notifier } from '../../src/notify/notifier.ts';
import { openNotifier } from '../../src/notify/notifier.ts';
import { standings } from '../../src/notify/standing.ts';
import { newChores } from '../../src/system/chores.ts';
import type { HttpAnswer, HttpProblem } from '../../src/system/http.ts';
import { put } from '../helpers/make-order.ts';
import { drain, turn } from '../notify/desk.ts';
import { answer, fakeHttp, keptLog, messageOf } from '../notify/given.ts';
import type { World } from './world.ts';
import { partsOf, queueWorld } from './world.ts';

const TARGETS = `
[notify.targets.team]
kind = "webhook"
url = "http://team.example/"
secret_env = "TEAM_KEY"

[notify.targets.boss]
kind = "slack"
url_file = "/home/ada/slack-url"
`;
const HOOK = 'https://hooks.example/T123/sEcReT-pArT';

interface Told {
  world: World;
  log: ReturnType<typeof keptLog>;
  http: ReturnType<typeof fakeHttp>;
  /** The sender as the watcher has it. */
  watcher(): Promise<Notifier>;
}

/** A queue with two targets, and what answers them. */
async function told(
  reply: (nth: number) => HttpAnswer | HttpProblem = () => answer(200),
  toml = TARGETS,
): Promise<Told> {
  const world = await queueWorld();
  await world.write(world.layout.settings, String(world.disk.files.read(world.layout.settings)) + toml);
  put(world.disk, '/home/ada/slack-url', HOOK);
  world.environment.variables = { TEAM_KEY: 'k3y-oF-tEaM' };
  world.ask = () => Promise.resolve({ exit_code: 1, output: '', complaint: '' });
  const http = fakeHttp((_request, nth) => reply(nth));
  world.daemon = () =>
    Promise.resolve({
      http,
      run: () => Promise.reject(new Error('no command here')),
    } as unknown as DaemonParts);
  const log = keptLog();
  const watcher = async () => {
    const context = await openContext(partsOf(world, { stdout: '', stderr: '' }), {});
    await checkTargets(context, log);
    return openNotifier({
      disk: world.disk,
      file: world.layout.notifications,
      settings: context.settings.notify,
      variables: world.environment.variables,
      http,
      run: () => Promise.reject(new Error('no command here')),
      random: () => 0.5,
      chores: newChores(world.disk.clock, () => {}),
      log,
    });
  };
  return { world, log, http, watcher };
}

const listed = async (world: World) => notifyShape.parse((await world.json('notify')).json);
const troubles = async (world: World) => glanceShape.parse((await world.json('status')).json).messages;
const findings = async (world: World) =>
  doctorShape
    .parse((await world.json('doctor', '--role', 'watcher')).json)
    .checks.filter(({ check }) => check === 'messages');

describe('a queue that tells nobody', () => {
  test('has no targets to show, and says nothing of messages elsewhere', async () => {
    const { world } = await told(undefined, '');
    expect((await world.run('notify')).stdout).toMatch(
      /^No targets: nobody is told of jobs\. Add \[notify\.targets/,
    );
    expect(await listed(world)).toMatchObject({ targets: [], dead: [] });
    expect(await troubles(world)).toEqual([]);
    expect(await findings(world)).toEqual([]);
  });
});

describe('targets of which all is well', () => {
  test('are listed, and are no trouble', async () => {
    const { world, watcher, log } = await told();
    const notifier = await watcher();
    expect(log.lines).toEqual([]);
    await notifier.enqueue(messageOf('job-a'));
    expect(await listed(world)).toMatchObject({
      watcher_runs: true,
      targets: [
        {
          target: 'team',
          kind: 'webhook',
          pending: 1,
          tries: 0,
          dead: 0,
          missing: null,
          watcher_knows: true,
        },
        { target: 'boss', kind: 'slack', pending: 1, problem: null, next_try_at: null },
      ],
      dead: [],
    });
    expect(await troubles(world)).toEqual([]);
    expect((await findings(world)).map(({ level, what }) => [level, what])).toEqual([
      ['ok', 'team (webhook): 1 on the way'],
      ['ok', 'boss (slack): 1 on the way'],
    ]);
    await drain(world, notifier);
    expect((await findings(world))[0]?.what).toBe('team (webhook): nothing waits');
  });
});

describe('a target that does not answer', () => {
  test('is shown with what waits and its last problem by notify, status and doctor', async () => {
    const { world, watcher } = await told(() => answer(500, 'down'));
    const notifier = await watcher();
    for (const job of ['job-a', 'job-b']) await notifier.enqueue(messageOf(job));
    await turn(world, notifier);
    const line = /team: 2 messages wait, tried 1 time in vain: status 500: down; next try 2026-\S+ \S+ UTC$/m;
    expect((await world.run('notify')).stdout).toMatch(line);
    expect((await world.run('status')).stdout).toMatch(line);
    expect(await troubles(world)).toMatchObject([
      { target: 'team', pending: 2, tries: 1, problem: 'status 500: down' },
      { target: 'boss', pending: 2, tries: 1 },
    ]);
    const [team] = await findings(world);
    expect(team).toMatchObject({
      level: 'warning',
      remedy: '`jobq notify test team` shows what comes back; mend that: what waits is tried again by itself',
    });
    expect(team?.what).toMatch(/^team \(webhook\): 2 messages wait, tried 1 time in vain: status 500: down/);
  });
});

test('of messages that were tried differently often the one that was tried most is told', () => {
  const open = (id: string, tries: number, nextMs: number) =>
    ({ message: { id }, target: 'team', queuedMs: 1000, tries, nextMs, problem: `p${tries}` }) as Open;
  const all = [open('a', 0, 9000), open('b', 1, 3000), open('c', 4, 5000)];
  const given = { open: new Map(all.map((each) => [each.message.id, each])), dead: new Map() };
  expect(standings(given, [])).toMatchObject([
    { pending: 3, tries: 4, problem: 'p4', next_try_at: '1970-01-01T00:00:03.000Z' },
  ]);
});

describe('messages that were given up', () => {
  async function givenUp(jobs = ['job-wing', 'job-wfe']): Promise<Told & { notifier: Notifier }> {
    const made = await told((nth) =>
      nth <= 2 * jobs.length ? answer(404, 'no such hook') : answer(200, 'ok'),
    );
    const notifier = await made.watcher();
    for (const job of jobs) await notifier.enqueue(messageOf(job));
    await drain(made.world, notifier);
    expect(notifier.dead()).toHaveLength(2 * jobs.length);
    return { ...made, notifier };
  }

  test('are listed with why, and told by status and doctor', async () => {
    const { world } = await givenUp();
    const { stdout } = await world.run('notify');
    expect(stdout).toMatch(/^team +webhook +0 +2 +status 404: no such hook$/m);
    expect(stdout).toMatch(/^job-wing\/completed\/1 to team, 2026-\S+ \S+ UTC: status 404: no such hook$/m);
    expect(stdout).toContain('`jobq notify again <message|job>`');
    expect((await listed(world)).dead[0]).toMatchObject({
      message: 'job-wing/completed/1',
      job_id: 'job-wing',
      target: 'team',
      event: 'completed',
      reason: 'status 404: no such hook',
      asked: null,
    });
    expect((await world.run('status')).stdout).toContain(
      'team: 2 messages given up, the last: status 404: no such hook',
    );
    expect(await findings(world)).toMatchObject([
      {
        level: 'warning',
        remedy: expect.stringContaining('then `jobq notify again --target team`') as unknown,
      },
      { level: 'warning' },
    ]);
  });

  test.each([
    { argv: ['--all'], sent: ['team job-wing', 'team job-wfe', 'boss job-wing', 'boss job-wfe'] },
    { argv: ['--target', 'team'], sent: ['team job-wing', 'team job-wfe'] },
    { argv: ['wfe'], sent: ['team job-wfe', 'boss job-wfe'] },
    { argv: ['job-wfe/completed/1', '--target', 'boss'], sent: ['boss job-wfe'] },
    {
      argv: ['wing', 'wfe', 'job-wfe'],
      sent: ['team job-wing', 'team job-wfe', 'boss job-wing', 'boss job-wfe'],
    },
  ])('are sent again by the watcher that runs: $argv', async ({ argv, sent }) => {
    const { world, http, notifier } = await givenUp();
    const before = http.requests.length;
    const ran = await world.json('notify', 'again', ...argv);
    const value = notifyAskShape.parse(ran.json);
    expect(value).toMatchObject({ action: 'again', watcher_runs: true });
    expect(value.asked.map(({ target, job_id }) => `${target} ${job_id}`).toSorted()).toEqual(
      sent.toSorted(),
    );
    expect(value.asked.every(({ written }) => written)).toBe(true);
    const waiting = (await listed(world)).dead.filter(({ asked }) => asked === 'again');
    expect(waiting).toHaveLength(sent.length);
    await turn(world, notifier);
    await drain(world, notifier);
    expect(http.requests.length - before).toBe(sent.length);
    expect((await listed(world)).dead).toHaveLength(4 - sent.length);
  });

  test('asked for twice are asked for once', async () => {
    const { world } = await givenUp();
    await world.run('notify', 'again', 'wfe');
    const value = notifyAskShape.parse((await world.json('notify', 'again', '--all')).json);
    const wishes = () => world.disk.files.list(`${world.layout.watcher}/notify-again`)?.length;
    expect(wishes()).toBe(4);
    await world.run('notify', 'again', 'wing');
    expect(wishes()).toBe(4);
    expect(value.asked.filter(({ written }) => !written).map(({ job_id }) => job_id)).toEqual([
      'job-wfe',
      'job-wfe',
    ]);
  });

  test('are sent when a watcher is started, where none runs', async () => {
    const { world, watcher, http } = await givenUp();
    world.held = () => false;
    const { code, stdout } = await world.run('notify', 'again', '--all');
    expect([code, stdout]).toEqual([
      0,
      'The watcher sends 4 messages again when it is started: it does not run on this machine. `jobq notify` shows what became of it.\n',
    ]);
    expect((await world.run('notify')).stdout).toContain('nothing is sent before it is started');
    const before = http.requests.length;
    const later = await watcher();
    await turn(world, later);
    await drain(world, later);
    expect(http.requests.length - before).toBe(4);
  });

  test('are forgotten, and not sent when the same happens to be told once more', async () => {
    const { world, notifier, watcher } = await givenUp(['job-wing']);
    expect((await world.run('notify', 'forget', '--all')).stdout).toMatch(
      /^The watcher forgets 2 messages within/,
    );
    expect((await listed(world)).dead.map(({ asked }) => asked)).toEqual(['forget', 'forget']);
    await turn(world, notifier);
    expect(await listed(world)).toMatchObject({ dead: [], targets: [{ dead: 0 }, { dead: 0 }] });
    expect(await troubles(world)).toEqual([]);
    expect(await (await watcher()).enqueue(messageOf('job-wing'))).toEqual([]);
  });

  test('to a target that is not in the settings any more can only be forgotten', async () => {
    const { world, watcher } = await givenUp(['job-wing']);
    const text = String(world.disk.files.read(world.layout.settings));
    await world.write(world.layout.settings, text.slice(0, text.indexOf('[notify.targets.boss]')));
    expect((await world.run('notify')).stdout).toMatch(/^boss +\(not in the settings\) +0 +1 /m);
    expect(await world.run('notify', 'again', '--target', 'boss')).toMatchObject({ code: 10 });
    expect(notifyAskShape.parse((await world.json('notify', 'again', '--all')).json).asked).toMatchObject([
      { target: 'team' },
    ]);
    expect(await findings(world)).toMatchObject([
      {},
      { remedy: 'add [notify.targets.boss] again, or `jobq notify forget --target boss`' },
    ]);
    expect(await world.run('notify', 'forget', '--target', 'boss')).toMatchObject({ code: 0 });
    const later = await watcher();
    await turn(world, later);
    expect((await listed(world)).targets.map(({ target }) => target)).toEqual(['team']);
  });

  test.each([
    { argv: ['again'], code: 2 },
    { argv: ['forget'], code: 2 },
    { argv: ['again', '--all', 'wfe'], code: 2 },
    { argv: ['list', 'x'], code: 2 },
    { argv: ['list', '--all'], code: 2 },
    { argv: ['test', 'team', '--target', 'team'], code: 2 },
    { argv: ['again', 'job-w'], code: 3 },
    { argv: ['again', 'nothing'], code: 3 },
    { argv: ['forget', '--target', 'nobody'], code: 3 },
  ])('$argv is refused with $code, and nothing is asked', async ({ argv, code }) => {
    const { world } = await givenUp();
    expect((await world.run('notify', ...argv)).code).toBe(code);
    expect((await listed(world)).dead.map(({ asked }) => asked)).toEqual([null, null, null, null]);
  });
});

describe('a secret that is missing', () => {
  test('is warned of in the log of the watcher, once at its start, and a problem to doctor', async () => {
    const made = await told(undefined, TARGETS);
    const { world, log, watcher } = made;
    world.environment.variables = {};
    await world.disk.files.removeFile('/home/ada/slack-url');
    const notifier = await watcher();
    const warnings = log.lines.filter((line) => line.includes('no message can be sent to this target'));
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain(
      '"target":"team","problem":"the variable that secret_env names is not there"',
    );
    expect(log.lines.join('\n')).not.toMatch(/TEAM_KEY|slack-url/);
    await notifier.enqueue(messageOf('job-a'));
    await turn(world, notifier);
    // the terminal has it: the watcher has not
    world.environment.variables = { TEAM_KEY: 'k3y-oF-tEaM' };
    const found = await findings(world);
    expect(found).toMatchObject([{ level: 'problem' }, { level: 'problem' }]);
    expect(found[0]?.what).toMatch(
      /^team \(webhook\): the variable that secret_env names is not there; 1 message waits, tried 1 time in vain; next try/,
    );
    expect(found[0]?.remedy).toMatch(
      /^the watcher was started without it: set it where the watcher is started/,
    );
    expect(found[1]?.remedy).toBe(
      'correct the file, readable for the user of the watcher only, then `jobq notify test boss`',
    );
    expect((await world.run('doctor', '--role', 'watcher')).code).toBe(7);
    expect((await world.run('status')).stdout).toContain(
      'team: the variable that secret_env names is not there',
    );
  });

  test('here is none to a watcher that has it', async () => {
    const { world, watcher } = await told();
    await watcher();
    world.environment.variables = {};
    expect(await findings(world)).toMatchObject([{ level: 'ok' }, { level: 'ok' }]);
    world.held = () => false;
    expect((await world.run('status')).stdout).toContain(
      'team: the variable that secret_env names is not there in this terminal',
    );
    expect(await findings(world)).toMatchObject([
      {
        level: 'problem',
        remedy: expect.stringMatching(
          /^it is not set in this terminal, and the watcher does not run/,
        ) as unknown,
      },
      { level: 'ok' },
    ]);
  });

  test('in a file is seen when it has been mended, without a new start', async () => {
    const { world, watcher } = await told();
    await world.disk.files.removeFile('/home/ada/slack-url');
    await watcher();
    expect((await findings(world))[1]).toMatchObject({ level: 'problem' });
    put(world.disk, '/home/ada/slack-url', HOOK);
    expect((await findings(world))[1]).toMatchObject({ level: 'ok' });
  });
});

test('a target that was added while the watcher ran is told as one that it does not know', async () => {
  const { world, watcher } = await told(undefined, '');
  await watcher();
  await world.write(world.layout.settings, String(world.disk.files.read(world.layout.settings)) + TARGETS);
  expect(await findings(world)).toMatchObject([
    {
      level: 'warning',
      what: 'team (webhook): the watcher that runs was started before it was in the settings',
      remedy: '`jobq watcher stop`, and start it anew: it reads the settings once',
    },
    {},
  ]);
  await watcher();
  expect(await findings(world)).toMatchObject([{ level: 'ok' }, { level: 'ok' }]);
});

describe('a test of a target', () => {
  test('is sent at once, as kind test, and nothing is queued', async () => {
    const { world, http } = await told(() => answer(204));
    const { code, stdout } = await world.run('notify', 'test', 'team');
    expect([code, stdout]).toEqual([
      0,
      'team (webhook): sent, status 204. Look whether "A test message of jobq for team" has arrived.\n',
    ]);
    expect(JSON.parse(http.requests[0]?.body ?? '')).toMatchObject({
      kind: 'test',
      facts: { event: 'test' },
    });
    expect(await listed(world)).toMatchObject({
      targets: [
        { pending: 0, dead: 0 },
        { pending: 0, dead: 0 },
      ],
    });
  });

  test.each([
    { reply: answer(500, 'oh'), status: 500, problem: 'status 500: oh', retryable: true },
    { reply: answer(404, `no ${HOOK}`), status: 404, problem: 'status 404: no ***', retryable: false },
    { reply: { problem: 'ECONNREFUSED' }, status: null, problem: 'ECONNREFUSED', retryable: true },
  ])('that is not sent says what came back: $problem', async ({ reply, status, problem, retryable }) => {
    const { world } = await told(() => reply);
    const ran = await world.json('notify', 'test', 'boss');
    expect(ran.code).toBe(7);
    expect(notifyTestShape.parse(ran.json)).toEqual({
      tests: [{ target: 'boss', kind: 'slack', sent: false, status, problem, retryable }],
    });
    const { code, stdout } = await world.run('notify', 'test', 'boss');
    expect(code).toBe(7);
    expect(stdout).toContain(`boss (slack): not sent: ${problem}.`);
    expect(stdout).toContain(retryable ? 'is tried again for notify.retry_max_h' : 'is given up at once');
  });

  test('of all, of which one lacks its variable in this terminal', async () => {
    const { world } = await told(() => answer(200, 'ok'));
    world.environment.variables = {};
    const { code, stdout } = await world.run('notify', 'test', '--all');
    expect(code).toBe(7);
    expect(stdout.split('\n')).toEqual([
      expect.stringContaining(
        'team (webhook): not sent: the variable that secret_env names is not there in this terminal; the watcher has variables of its own.',
      ),
      expect.stringContaining('boss (slack): sent, status 200.'),
      '',
    ]);
  });

  test.each([
    { argv: [], code: 2, says: 'give one of team, boss, or --all' },
    { argv: ['teem'], code: 3, says: 'take one of team, boss' },
    { argv: ['team', 'teem'], code: 3, says: 'take one of team, boss' },
  ])('$argv: $code', async ({ argv, code, says }) => {
    const { world, http } = await told();
    const ran = await world.run('notify', 'test', ...argv);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(says);
    expect(http.requests).toEqual([]);
  });

  test('is for the side of the watcher', async () => {
    const { world } = await told();
    await world.disk.files.removeTree(world.layout.archive);
    expect((await world.run('notify', 'test', 'team')).code).toBe(7);
  });
});
