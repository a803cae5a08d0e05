// Keeps the secrets of a target out of every text that is told, also where they are written in another way.
import type { NotifyTarget } from '../settings/notify-targets.ts';
import type { Secrets } from './secrets.ts';

/** Shorter parts of an address are words such as `api`; a shorter piece of a secret gives nothing away. */
const PART_MIN = 6;

const HIDDEN = '***';

/** Such as `services` in the address of Slack: what a service says may have it in common with that. */
const WORD = /^[a-z]{1,12}$/;

interface Hidden {
  /** A token, an address from a variable or file, and the parts that make it secret. */
  texts: string[];
  /** Those of which no piece may be seen: the host of an address is no secret. */
  parts: string[];
}

function hiddenIn(target: NotifyTarget, { url, secret }: Secrets): Hidden {
  const token = secret === undefined ? [] : [secret];
  if (url === '') return { texts: token, parts: token };
  const { pathname, search, searchParams } = new URL(url);
  const isOpen = 'url' in target && target.url !== undefined;
  const ofPath = isOpen ? [] : pathname.split('/');
  const long = ({ length }: string) => length >= PART_MIN;
  const values = [...ofPath, ...searchParams.values()].filter(long);
  const whole = [...(isOpen ? [] : [url, pathname + search]), search.slice(1)].filter(long);
  return {
    texts: [...token, ...values, ...whole],
    parts: [...token, ...values.filter((each) => !WORD.test(each))],
  };
}

/** Takes the secrets out of a text; of one in which there is still a piece of them nothing is shown. */
export function concealer(target: NotifyTarget, secrets: Secrets): (text: string) => string {
  const { texts, parts } = hiddenIn(target, secrets);
  const forms = texts.flatMap((text) => [
    text,
    encodeURIComponent(text),
    decoded(text),
    JSON.stringify(text).slice(1, -1),
  ]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length).map(anyCase);
  const pieces = new Set(parts.flatMap(piecesOf));
  return (text) => {
    const left = longestFirst.reduce((rest, form) => rest.replaceAll(form, HIDDEN), text);
    const read = [left, decoded(left)].map((each) => plain(each));
    return [...pieces].some((piece) => read.some((each) => each.includes(piece))) ? HIDDEN : left;
  };
}

function anyCase(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi');
}

/** So that letters of any size, and base64 for addresses, are found alike. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll('-', '+').replaceAll('_', '/');
}

/** Every piece of a text that gives something away, as it is, in hex and in base64. */
function piecesOf(text: string): string[] {
  const hex = Buffer.from(text).toString('hex');
  return [
    ...windows(plain(text), PART_MIN),
    ...windows(hex, 2 * PART_MIN),
    ...[0, 1, 2].flatMap((before) => windows(plain(base64(text, before)), (4 * PART_MIN) / 3)),
  ];
}

/** As it stands in base64 behind so many other bytes: without the letters that others have a share in. */
function base64(text: string, before: number): string {
  const bytes = Buffer.from('\0'.repeat(before) + text);
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 3));
  return whole.toString('base64').slice(before === 0 ? 0 : before + 1);
}

function windows(text: string, length: number): string[] {
  return Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) =>
    text.slice(at, at + length),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
