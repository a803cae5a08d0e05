// How the daemons of a simulated world are opened: the same parts as in the program, over simulated machines.
import { openNotifier } from '../../src/notify/notifier.ts';
import { openRunner } from '../../src/runner/runner.ts';
import { loadSettings } from '../../src/settings/load.ts';
import { layoutOf, runnerLayoutOf } from '../../src/store/layout.ts';
import type { Chores } from '../../src/system/chores.ts';
import type { Http } from '../../src/system/http.ts';
import type { Log } from '../../src/system/log.ts';
import type { Ticking } from '../../src/system/loop.ts';
import { announcer, messageEvents, untold } from '../../src/watcher/announce.ts';
import { newBus } from '../../src/watcher/bus.ts';
import type { WatcherParts } from '../../src/watcher/parts.ts';
import { openWatcher } from '../../src/watcher/watcher.ts';
import { fakeMachine } from '../helpers/fake-machine.ts';
import { INPUTS_TIMEOUT_S, QUEUE_ID, ROOTS, STATE_DIR, WORK_DIR } from './check/book.ts';
import { breach } from './check/breach.ts';
import { checkMessage } from './check/messages.ts';
import type { Life } from './machine/life.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

export const LINUX_LAYOUT = layoutOf(ROOTS.linux);
const WINDOWS_LAYOUT = layoutOf(ROOTS.windows);
export const RUNNER_LAYOUT = runnerLayoutOf(STATE_DIR, WORK_DIR);

const TOML = `[notify]\ntargets.x = { kind = "webhook", url = "http://x.example/" }\n`;
const { settings: SETTINGS } = loadSettings({
  tomlBytes: Buffer.from(TOML),
  tomlFile: 'jobq.toml',
  variables: {},
  flags: [],
  facts: { host: 'station', platform: 'linux', dataDir: '/data', user: 'engineer' },
});

const RUNNER_SETTINGS = { ...SETTINGS.runner, inputs_timeout_s: INPUTS_TIMEOUT_S };
const WATCHER_SETTINGS: WatcherParts['settings'] = {
  unsealed_quiet_s: 60,
  second_look_s: 10,
  post_command: ['post'],
  post_timeout_s: 60,
  post: {},
  post_tries: 2,
  post_backoff_s: 30,
  post_concurrency: 2,
  post_env_inherit: ['PATH'],
  lost_after_s: 300,
  lost_unknown_after_s: 3600,
  retry_max: 0,
  retry_on: [],
  retry_backoff_s: 60,
  retry_multiplier: 2,
  retry_backoff_max_s: 600,
  events_heartbeat_s: 300,
  events_progress_s: 60,
  events_max_mb: 0.02,
  events_keep: 50,
  checkpoint_interval_s: 60,
};

/** No promise of an answer: a program that breaks while it runs says so in its log. */
const BROKEN = /Cannot read propert|is not a function|is not iterable|undefined \(|TypeError|RangeError/;

function logOf(world: World, who: string): Log {
  const at = (level: string) => (facts: object, message: string) => {
    if (level === 'debug') return;
    const { error, reason } = facts as { error?: unknown; reason?: unknown };
    if (BROKEN.test(`${String(error)} ${String(reason)}`))
      breach(world, `the ${who} broke: ${String(error)}`);
    if (world.trace) world.say(who, `${level}: ${message} ${JSON.stringify(facts).slice(0, 300)}`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

type Opener = (life: Life, chores: Chores, ring: () => void) => Promise<Ticking>;

export function newOpener(world: World, who: 'watcher' | 'runner'): Opener {
  const random = world.random(`${who} outside`);
  const log = logOf(world, who);
  return who === 'runner'
    ? (life, chores, ring) => openSimulatedRunner(world, { life, chores, ring, log })
    : (life, chores, ring) => openSimulatedWatcher(world, random, { life, chores, ring, log });
}

interface Opening {
  life: Life;
  chores: Chores;
  ring: () => void;
  log: Log;
}

async function openSimulatedWatcher(
  world: World,
  random: Random,
  { life, chores, ring, log }: Opening,
): Promise<Ticking> {
  const bus = newBus(ring);
  const eventsOf = messageEvents();
  const parts = { disk: life, layout: LINUX_LAYOUT };
  const notifier = await openNotifier({
    disk: life,
    file: LINUX_LAYOUT.notifications,
    settings: SETTINGS.notify,
    variables: {},
    http: receiver(world, random),
    run: () => Promise.reject(new Error('no command is expected')),
    random: () => random.between(0, 1),
    chores,
    log,
    heard: (change, waiting) => {
      for (const event of eventsOf(change, waiting)) bus.post(event);
    },
  });
  for (const event of untold(parts, notifier.dead())) bus.post(event);
  bus.subscribe(announcer(parts, notifier));
  const watcher: WatcherParts = {
    ...parts,
    log,
    bus,
    notifier,
    settings: WATCHER_SETTINGS,
    link: () => world.mirror.link(),
    identity: { host: 'linux', user: 'agent' },
    run: postProcessor(life, random),
  };
  return openWatcher(watcher, QUEUE_ID, chores, ring);
}

/** Somewhere out there: it can be unreachable, refuse, or take a message and not say so. */
function receiver(world: World, random: Random): Http {
  return async ({ body = '' }) => {
    await world.timeline.sleep(random.magnitude(1, 200));
    if (!world.isCalm && random.chance(0.15)) return { problem: 'it cannot be reached' };
    checkMessage(world, JSON.parse(body) as Record<string, unknown>);
    if (!world.isCalm && random.chance(0.05)) return { problem: 'no whole answer' };
    return { status: 200, headers: {}, body: '' };
  };
}

function postProcessor({ files, clock }: Life, random: Random): WatcherParts['run'] {
  return async ({ cwd, outputFile }) => {
    await clock.sleep(random.magnitude(1, 3000));
    const out = files.openNew(`${cwd}/plot-${files.uniqueName()}.txt`);
    out.write(Buffer.from('a plot'));
    out.close();
    const log = files.openAppend(outputFile);
    log.write(Buffer.from('plotted\n'));
    log.close();
    return { exit_code: random.chance(0.1) ? 1 : 0, signal: null, timed_out: false };
  };
}

async function openSimulatedRunner(world: World, { life, chores, ring, log }: Opening): Promise<Ticking> {
  const side = world.sides.windows;
  const parts = {
    disk: life,
    layout: WINDOWS_LAYOUT,
    at: RUNNER_LAYOUT,
    launcher: world.supervisors.launcher,
    machine: fakeMachine(),
    run: () => Promise.reject(new Error('there is no Python here')),
    log,
    identity: { id: 'station', host: 'windows', pid: 7, boot_id: side.bootId, version: '0' },
    settings: { ...RUNNER_SETTINGS, slots: world.scenario.slots },
  };
  return openRunner(parts, QUEUE_ID, chores, ring);
}
