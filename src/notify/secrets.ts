// The secrets of a target, from a variable or a file, at the moment they are needed; and how they are kept out of every
// text. No problem told here names a value, nor a name that may be one.
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
  if (value === undefined) return { problem: `the ${what} that ${option} names is not there` };
  if (value === '') return { problem: `the ${what} that ${option} names is empty` };
  // it goes into a header or an address
  if (!/^[\x21-\x7e]+$/.test(value))
    return { problem: `the ${what} that ${option} names holds more than one word of plain characters` };
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

/** Shorter parts of an address are words such as `api`. */
const PART_MIN = 6;

/** Everything that must not be seen: a token, an address from a variable or file, and the parts that make it secret. */
function hiddenTexts(target: NotifyTarget, { url, secret }: Secrets): string[] {
  const texts = secret === undefined ? [] : [secret];
  if (url === '') return texts;
  const { pathname, search, searchParams } = new URL(url);
  const isOpen = 'url' in target && target.url !== undefined;
  const parts = isOpen ? [] : [...pathname.split('/'), url, pathname + search];
  const values = [...parts, ...searchParams.values(), search.slice(1)].filter(
    ({ length }) => length >= PART_MIN,
  );
  return [...texts, ...values];
}

/** Takes the secrets out of a text, also where they are written in another way. */
export function concealer(target: NotifyTarget, secrets: Secrets): (text: string) => string {
  const plain = hiddenTexts(target, secrets);
  const forms = plain.flatMap((text) => [
    text,
    encodeURIComponent(text),
    decoded(text),
    JSON.stringify(text).slice(1, -1),
  ]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((left, form) => left.replaceAll(form, '***'), text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
