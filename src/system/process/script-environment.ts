// The environment of a script: what the settings let it inherit, then its own, then directories before PATH.
import path from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

export interface ScriptEnvironment {
  /** Names of variables to inherit; `*` stands for any letters, and for none. */
  env_inherit: readonly string[];
  /** Names of variables that are not inherited all the same. */
  withheld?: readonly string[];
  env: Readonly<Record<string, string>>;
  path_prepend: readonly string[];
}

/** A jobq that the script calls must not take the runner's own settings for its own. */
const OWN = /^JOBQ_/i;

/** Windows takes `Path` and `PATH` for one name, Linux for two. */
export function scriptEnvironment(
  { env_inherit, withheld = [], env, path_prepend }: ScriptEnvironment,
  variables: Variables,
  platform: string,
): Record<string, string> {
  const key = (name: string) => (platform === 'win32' ? name.toUpperCase() : name);
  const patterns = env_inherit.map((pattern) => namePattern(pattern, platform));
  const kept = new Set(withheld.map(key));
  const chosen = new Map<string, [string, string]>();
  for (const [name, value] of Object.entries(variables)) {
    const inherited =
      !OWN.test(name) && !kept.has(key(name)) && patterns.some((pattern) => pattern.test(name));
    if (inherited && value !== undefined) chosen.set(key(name), [name, value]);
  }
  for (const [name, value] of Object.entries(env)) chosen.set(key(name), [name, value]);
  return withPath(Object.fromEntries(chosen.values()), path_prepend);
}

function namePattern(pattern: string, platform: string): RegExp {
  const source = pattern.split('*').map(escaped).join('.*');
  return new RegExp(`^${source}$`, platform === 'win32' ? 'is' : 's');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** The name is PATH, or what this environment writes for it (Windows: `Path`). */
export function withPath<E extends Variables>(env: E, prepend: readonly string[]): E {
  if (prepend.length === 0) return env;
  const name = 'PATH' in env ? 'PATH' : Object.keys(env).find((one) => one.toUpperCase() === 'PATH');
  const key = name ?? 'PATH';
  return { ...env, [key]: [...prepend, env[key] ?? ''].filter(Boolean).join(path.delimiter) };
}
