// jobq.toml of either side of a mirrored queue, for tests and the bench: quick looks, short limits, nothing outside the
// given folder. It starts nothing.
import path from 'node:path';

export type Value = string | number | boolean | readonly string[];
/** By section, then by key. */
export type Sections = Readonly<Record<string, Readonly<Record<string, Value>>>>;

export const QUEUE_ID = 'q-mirror';
const RUNNER_ID = 'workstation';

/** TOML is as JSON is in these. */
export function tomlOf(sections: Sections): string {
  return Object.entries(sections)
    .map(([section, keys]) => {
      const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
      return [`[${section}]`, ...lines, ''].join('\n');
    })
    .join('\n');
}

/** The later ones win, key by key. */
export function merged(...all: readonly Sections[]): Sections {
  const result: Record<string, Record<string, Value>> = {};
  for (const sections of all) {
    for (const [section, keys] of Object.entries(sections)) {
      result[section] = { ...result[section], ...keys };
    }
  }
  return result;
}

/** A heartbeat may not come more often than every ten seconds. */
const HEARTBEAT_S = 10;

export function basicSettings(home: string, python: string | undefined): Sections {
  return {
    queue: { id: QUEUE_ID, run_on: RUNNER_ID },
    runner: {
      id: RUNNER_ID,
      slots: 2,
      heartbeat_interval_s: HEARTBEAT_S,
      progress_interval_s: 1,
      publish_interval_s: 2,
      poll_interval_s: 0.3,
      grace_s: 2,
      linger_s: 0.3,
      min_free_mb: 0,
      keep_awake: false,
      state_dir: path.join(home, 'runner'),
      work_root: path.join(home, 'work'),
    },
    'runner.interpreters.sh': { path: '/bin/sh' },
    ...(python !== undefined && { 'runner.interpreters.python': { path: python } }),
    watcher: { unsealed_quiet_s: 1, second_look_s: 0.5, poll_interval_s: 0.3 },
    log: { dir: path.join(home, 'log'), level: 'debug' },
  };
}

export interface Reached {
  url: string;
  key: string;
}

export function syncthingSettings({ url, key }: Reached, nudge: boolean): Sections {
  return { syncthing: { link: 'auto', url, api_key: key, nudge, poll_interval_s: 0.5 } };
}
