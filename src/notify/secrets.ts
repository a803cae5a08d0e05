// The secrets of a target, from a variable or a file, at the moment they are needed. No problem told here names a value, nor
// a name that may be one.
import type { NotifyTarget } from '../settings/notify-targets.ts';
import type { Environment } from '../system/environment.ts';
import type { Files } from '../system/files.ts';

export interface Secrets {
  /** The address, for every kind but a command. */
  url: string;
  /** Token or key. */
  secret: string | undefined;
}

export interface SecretSources {
  variables: Environment['variables'];
  files: Pick<Files, 'read'>;
}

type Found = { value: string | undefined } | { problem: string };

/** What a variable or a file holds, without blanks around it. */
function find(option: string, name: string | undefined, read: (name: string) => string | undefined): Found {
  if (name === undefined) return { value: undefined };
  const what = option.endsWith('_env') ? 'variable' : 'file';
  const value = read(name)
    ?.replace(/^\uFEFF/, '')
    .trim();
  const missing = (how: string) => ({ problem: `the ${what} that ${option} names ${how}` });
  if (value === undefined) return missing('is not there');
  if (value === '') return missing('is empty');
  // it goes into a header or an address
  if (!/^[\x21-\x7e]+$/.test(value)) return missing('holds more than one word of plain characters');
  return { value };
}

function findIn(target: NotifyTarget, what: 'url' | 'secret', { variables, files }: SecretSources): Found {
  const options = target as { readonly [option: string]: unknown };
  const named = (option: string) => options[option] as string | undefined;
  const found = find(`${what}_env`, named(`${what}_env`), (name) => variables[name]);
  if ('problem' in found || found.value !== undefined) return found;
  const readText = (file: string) => {
    try {
      return files.read(file)?.toString('utf8');
    } catch {
      return undefined;
    }
  };
  return find(`${what}_file`, named(`${what}_file`), readText);
}

function isUsable(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

export function secretsOf(target: NotifyTarget, sources: SecretSources): Secrets | { problem: string } {
  const secret = findIn(target, 'secret', sources);
  if ('problem' in secret) return secret;
  const hidden = findIn(target, 'url', sources);
  if ('problem' in hidden) return hidden;
  const url = hidden.value ?? ('url' in target ? target.url : undefined) ?? '';
  if (target.kind !== 'command' && !isUsable(url))
    return { problem: 'what url_env or url_file leads to is not an address without user name and password' };
  return { url, secret: secret.value };
}

/** What could be an address and a token, too. */
const SOUND = 'http://sound.example/';

/** What is wrong with the variables of a target, whatever its files hold: each process has variables of its own. */
export function missingVariable(
  target: NotifyTarget,
  variables: SecretSources['variables'],
): string | undefined {
  const found = secretsOf(target, { variables, files: { read: () => Buffer.from(SOUND) } });
  return 'problem' in found ? found.problem : undefined;
}

/** What is wrong with the files of a target, whatever its variables hold. */
export function missingFile(target: NotifyTarget, files: SecretSources['files']): string | undefined {
  const options = target as { readonly [option: string]: unknown };
  const named = ['url_env', 'secret_env'].flatMap((option) => (options[option] as string | undefined) ?? []);
  const variables = Object.fromEntries(named.map((name) => [name, SOUND]));
  const found = secretsOf(target, { variables, files });
  return 'problem' in found ? found.problem : undefined;
}
