// What to write where a setting of [notify] is wrong, in one clause that names the option. It repeats nothing that was
// written but names: a value may be a secret in the wrong place.
import { MESSAGE_EVENTS } from '../job/message-template.ts';
import type { SettingKey } from './keys.ts';
import { optionsOf, TARGET_KINDS } from './notify-targets.ts';

const VARIABLE = 'the name of an environment variable';
const FILE = 'the absolute path of a file';
const NAMES = 'a list of names, in which * stands for any letters';

/** By option; what is not here is a text. */
const TAKES: Readonly<Record<string, string>> = {
  kind: `one of ${TARGET_KINDS.join(', ')}`,
  on: `a list of the words ${MESSAGE_EVENTS.join(', ')}`,
  projects: NAMES,
  types: NAMES,
  template: 'a text with fields such as {job_id}, {happened} and {reason}; {{ stands for a brace',
  url: 'an address such as http://127.0.0.1:18789/hooks',
  url_env: `${VARIABLE} that holds the address, not the address itself`,
  url_file: `${FILE} that holds the address`,
  secret_env: `${VARIABLE} that holds the token, not the token itself`,
  secret_file: `${FILE} that holds the token`,
  include_log: 'true or false',
  deliver: 'true or false',
  priority: 'a whole number from 1 to 5',
  tags: 'a list of texts',
  secret_as: '"signature" or "bearer"',
  command: 'a list: the program, by its absolute path or a bare name, then its arguments',
};

const HIDDEN =
  'replace url by url_env, the name of a variable, or url_file, the path of a file, and put the address there';

/** Undefined where the meaning of the setting says enough. */
export function wantedIn(key: SettingKey, value: unknown, path: readonly PropertyKey[]): string | undefined {
  if (key === 'notify.channels')
    return 'write a channel as "#channel" = ["target"], a list of names of notify.targets';
  if (key !== 'notify.targets') return undefined;
  const [name, option] = path.map(String);
  if (name === undefined) return 'write a target as [notify.targets.<name>], with its options below';
  const kind = kindOf(value, name);
  if (option === undefined) return kind && `${name} is a target of kind ${kind}, ${optionsText(kind)}`;
  const known = kind === undefined ? undefined : optionsOf(kind);
  if (option === 'url' && (kind === 'slack' || kind === 'discord')) return HIDDEN;
  if (option !== 'kind' && known && !known.includes(option))
    return `a target of kind ${kind} has no ${option}, ${optionsText(String(kind))}`;
  return `${option} takes ${TAKES[option] ?? 'a text'}`;
}

function kindOf(value: unknown, name: string): string | undefined {
  const target = (value as Readonly<Record<string, unknown>> | null)?.[name];
  const kind = (target as { kind?: unknown } | null | undefined)?.kind;
  return TARGET_KINDS.find((known) => known === kind);
}

function optionsText(kind: string): string {
  return `whose options are ${optionsOf(kind).join(', ')}`;
}
