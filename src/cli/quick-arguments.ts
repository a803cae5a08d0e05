// Reads the arguments of the verbs that are called most, from the same descriptions as program.ts and with the same
// outcome, without commander. Of whatever is not plain it makes nothing: then program.ts reads, answers and refuses.
import type { Asked } from './program.ts';
import type { Verb, VerbOption } from './verb.ts';

interface Reading {
  verb: Verb;
  args: string[];
  options: Record<string, unknown>;
  queue: string | undefined;
  json: boolean;
}

/** `--run-on <runner>`: no short form, no value that may be left out, no `--no-`. */
const FLAG = /^--(?!no-)([a-z]+(?:-[a-z]+)*)( <[^>.]+>)?$/;

export function readQuickly(verbs: readonly Verb[], argv: readonly string[]): Asked | undefined {
  const [name, ...words] = argv;
  const verb = verbs.find((each) => each.name === name);
  if (!verb) return undefined;
  const reading: Reading = { verb, args: [], options: {}, queue: undefined, json: false };
  for (const option of verb.options) {
    const key = keyOf(option);
    if (key !== undefined && option.default !== undefined) reading.options[key] = option.default;
  }
  while (words.length > 0) if (!takeWord(reading, words)) return undefined;
  const { args, options, queue, json } = reading;
  return fitsArguments(verb, args.length) ? { verb, input: { args, options, queue, json } } : undefined;
}

/** Takes one word, and its value, from the front; false when it is none that is plain. */
function takeWord(reading: Reading, words: string[]): boolean {
  const word = words.shift() ?? '';
  if (!word.startsWith('-')) return reading.args.push(word) > 0;
  const equals = word.indexOf('=');
  const flag = equals < 0 ? word : word.slice(0, equals);
  const given = equals < 0 ? undefined : word.slice(equals + 1);
  if (flag === '--json') {
    reading.json = true;
    return given === undefined;
  }
  const option = reading.verb.options.find(({ flags }) => flags.split(' ', 1)[0] === flag);
  if (flag !== '--queue' && option === undefined) return false;
  if (option && !FLAG.exec(option.flags)?.[2]) return given === undefined && setOption(reading, option, true);
  const value = given ?? words.shift();
  if (value === undefined) return false;
  if (option) return setOption(reading, option, value);
  reading.queue = value;
  return true;
}

function setOption({ options }: Reading, option: VerbOption, value: string | true): boolean {
  const key = keyOf(option);
  if (key === undefined || (option.choices && !option.choices.includes(String(value)))) return false;
  try {
    options[key] = value === true ? true : (option.parse?.(value, options[key]) ?? value);
    return true;
  } catch {
    return false;
  }
}

/** The name of the option in camel case; undefined when its flag is none that is plain. */
function keyOf({ flags }: VerbOption): string | undefined {
  const name = FLAG.exec(flags)?.[1];
  return name?.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function fitsArguments({ arguments: wanted }: Verb, given: number): boolean {
  if (wanted.some(({ choices }) => choices)) return false;
  const least = wanted.filter(({ required }) => required).length;
  const most = wanted.at(-1)?.variadic ? Number.POSITIVE_INFINITY : wanted.length;
  return given >= least && given <= most;
}
