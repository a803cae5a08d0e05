// One grammar for every path in a seal, in `script`, `expect`, `archived_as` and for ids: what both Windows and
// Linux can hold and the mirror carries. It knows text only, no disk.
import { isSkippedName } from './skipped-names.ts';

const RESERVED =
  /^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$) *(\..*)?$/i;
/** What most names are made of: nothing in them can be wrong but the name itself. */
const PLAIN = /^[\w-]+(\.[\w-]+)*$/;
const FORBIDDEN = /[<>:"|?*\\]/;

/**
 * What ext4 holds, in UTF-8; NTFS holds as many UTF-16 units, which are never more. The mirror's temporary names need no
 * room: it hashes those of long names.
 */
const NAME_BYTES = 255;

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** No UTF-16 unit takes more than three bytes: most names need not be counted. */
function isTooLong(part: string): boolean {
  return part.length * 3 > NAME_BYTES && bytesOf(part) > NAME_BYTES;
}

function isControl(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return code < 0x20 || code === 0x7f;
}

/** Why one part of a path cannot be held everywhere, or undefined when it can. */
export function partProblem(part: string): string | undefined {
  const problem = PLAIN.test(part) ? undefined : textProblem(part);
  if (problem) return problem;
  if (isTooLong(part))
    return `has a name of ${bytesOf(part)} bytes, over the ${NAME_BYTES} that Linux can hold`;
  if (RESERVED.test(part)) return `has a name that Windows reserves ("${part}")`;
  if (isSkippedName(part)) return `has a name that the mirror or jobq skips ("${part}")`;
  return undefined;
}

function textProblem(part: string): string | undefined {
  if (part === '') return 'has an empty part';
  if (part === '.' || part === '..') return `has the part "${part}"`;
  if (part !== part.normalize('NFC')) return 'is not in Unicode form NFC';
  if (Array.from(part).some(isControl)) return 'has a control character';
  const bad = FORBIDDEN.exec(part);
  if (bad) return `has the character ${bad[0]}, which Windows cannot hold`;
  return /[. ]$/.test(part) ? `has a part that ends in a dot or a space ("${part}")` : undefined;
}

/** Why a relative path breaks the grammar, or undefined when it keeps it. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.startsWith('/')) return 'is not relative';
  if (/^[a-z]:/i.test(path)) return 'names a drive';
  for (const part of path.split('/')) {
    const problem = partProblem(part);
    if (problem) return problem;
  }
  return undefined;
}

/** The key under which two paths are the same file on a file system without case. */
export function foldCase(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** The directories on the way to a path. */
function parentsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, depth) => parts.slice(0, depth + 1).join('/'));
}

/**
 * The groups of names that are one name where case does not count: paths, and the directories on their way. A path
 * that stands twice, or as a file and as a directory, is a group, too.
 */
export function caseClashes(paths: readonly string[]): string[][] {
  const names = [...paths, ...new Set(paths.flatMap(parentsOf))];
  if (new Set(names.map(foldCase)).size === names.length) return [];
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = foldCase(name);
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function encodeChar(char: string): string {
  return [...new TextEncoder().encode(char)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

function encodePart(part: string): string {
  const encoded = Array.from(part)
    .map((char) => (isControl(char) || FORBIDDEN.test(char) || char === '%' ? encodeChar(char) : char))
    .join('')
    .replace(/[. ]$/, encodeChar)
    .replace(/\.(?=sync-conflict-)/gi, encodeChar);
  // one name has several Unicode forms, and a mark may join the character before it: then bytes speak
  const normal = encoded === encoded.normalize('NFC') ? encoded : encoded.replace(/[^ -~]/gu, encodeChar);
  const short = fitted(normal);
  return partProblem(short) ? encodeFirst(short) : short;
}

/** The same name where it is short enough, else its beginning, a digest of all of it, and its ending. */
function fitted(part: string): string {
  if (!isTooLong(part)) return part;
  const [ending = ''] = /\.[a-z0-9]{1,16}$/i.exec(part) ?? [];
  const tail = `~${digestOf(part)}${ending}`;
  let [head, bytes] = ['', tail.length];
  for (const char of part) {
    bytes += bytesOf(char);
    if (bytes > NAME_BYTES) break;
    head += char;
  }
  return head.replace(/%[0-9A-F]?$/, '') + tail;
}

/** FNV-1a, twice: it only keeps apart what begins alike. */
function digestOf(text: string): string {
  const half = (seed: number) => {
    let hash = seed;
    for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  };
  return half(0x811c9dc5) + half(0x01234567);
}

/** The same for a name that is portable but taken, such as job.json at the top of a record: its first character. */
export function encodeFirst(part: string): string {
  const [first = '', ...rest] = Array.from(part);
  return fitted(encodeChar(first) + rest.join(''));
}

/** A portable name for an output whose own name breaks the grammar: percent-encoded, reversible where it is not cut. */
export function encodePath(path: string): string {
  return path.split('/').map(encodePart).join('/');
}
