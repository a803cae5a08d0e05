// What Linux tells of a process under /proc, read and parsed. It knows nothing of attempts.
import { readdirSync, readFileSync } from 'node:fs';
import type { Listed } from './family.ts';

/** A line of /proc/<pid>/stat. */
export interface ProcStat extends Listed {
  name: string;
  session: number;
  /** False for one that has ended and only waits for its parent to look. */
  alive: boolean;
  /** Its own processor time. */
  cpu_s: number;
  /** The processor time of its children that have ended and were looked at. */
  children_cpu_s: number;
}

/** Linux shows times in hundredths of a second to every program, whatever its kernel counts in. */
const TICKS_PER_S = 100;

/** `pid (name) state parent group session ...`; the name may hold blanks, brackets and line ends. */
export function parseStat(text: string): ProcStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const [state = '', ...rest] = text
    .slice(close + 1)
    .trim()
    .split(/\s+/);
  const field = (number: number) => Number(rest[number - 4]); // counted as in proc(5)
  const stat: ProcStat = {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    parent: field(4),
    session: field(6),
    // a first thread that has ended is shown as a zombie while others of the process go on
    alive: !/^[ZXx]$/.test(state) || field(20) > 1,
    cpu_s: (field(14) + field(15)) / TICKS_PER_S,
    children_cpu_s: (field(16) + field(17)) / TICKS_PER_S,
    born: field(22),
  };
  return Number.isNaN(stat.born) ? undefined : stat;
}

export function readStat(pid: number): ProcStat | undefined {
  const text = read(`${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** Every process there is, the dead ones that nobody has looked at yet included. */
export function readStats(): ProcStat[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readStat(Number(name)) ?? []) : []));
}

/** Does it have this entry in its environment? Children inherit it, whatever group or parent they have. */
export function hasEntry(pid: number, entry: string): boolean {
  return `\0${read(`${pid}/environ`) ?? ''}`.includes(`\0${entry}\0`);
}

export function memoryMb(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(read(`${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 102.4) / 10;
}

/** Different after each start of the machine: times of birth are counted from it. */
export function bootId(): string {
  return read('sys/kernel/random/boot_id')?.trim() ?? '';
}

/** Undefined when it has ended, or is somebody else's. */
function read(file: string): string | undefined {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
