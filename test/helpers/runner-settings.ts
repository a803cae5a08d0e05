// The settings of a runner as they are when nobody set any, for tests that say only what differs.

import type { Settings } from '../../src/settings/keys.ts';
import { loadSettings } from '../../src/settings/load.ts';

export function runnerSettings(fields: Partial<Settings['runner']> = {}): Settings['runner'] {
  const facts = { host: 'station', platform: 'linux', dataDir: '/data', user: 'engineer' };
  const loaded = loadSettings({
    tomlBytes: undefined,
    tomlFile: 'jobq.toml',
    variables: {},
    flags: [],
    facts,
  });
  return { ...loaded.settings.runner, ...fields };
}
