// What the tests of the settings hand in: a machine, a file as text, and the error of a load that fails.
import { JobqError } from '../../src/errors.ts';
import type { Loaded, LoadParts } from '../../src/settings/load.ts';
import { loadSettings } from '../../src/settings/load.ts';

export const FACTS = {
  host: 'Station 7',
  platform: 'linux',
  dataDir: '/home/u/.local/share/jobq',
  user: 'u',
};
export const WINDOWS = { ...FACTS, platform: 'win32', dataDir: 'C:\\Users\\u\\AppData\\Local\\jobq' };

export const bytes = (text: string) => new TextEncoder().encode(text);

export type Handed = Partial<Omit<LoadParts, 'tomlBytes'>> & { toml?: string | Uint8Array };

export function load({ toml, ...rest }: Handed = {}): Loaded {
  const tomlBytes = typeof toml === 'string' ? bytes(toml) : toml;
  return loadSettings({
    tomlBytes,
    tomlFile: '/q/jobq.toml',
    variables: {},
    flags: [],
    facts: FACTS,
    ...rest,
  });
}

export function errorOf(handed: Handed): JobqError {
  try {
    load(handed);
  } catch (error) {
    if (error instanceof JobqError) return error;
    throw error;
  }
  throw new Error('the settings were accepted');
}
