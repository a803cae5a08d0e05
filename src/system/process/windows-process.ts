// A process as Windows tells of it, whichever way it was asked, and the text PowerShell answers with. Pure.
import type { Listed } from './family.ts';
import type { ProcessSeen, ProcessTree } from './process-tree.ts';

export interface WindowsProcess extends Listed {
  /** Milliseconds since 1970. */
  born: number;
  name: string;
  cpu_s?: number;
  memory_mb?: number;
}

/** One that was looked at alone. */
export type Looked = Omit<WindowsProcess, 'parent'>;

/** What koffi makes of a HANDLE. */
export type Handle = bigint | null;

/** Windows counts tenths of a microsecond since 1601. */
const TENTHS_PER_MS = 10_000n;
const MS_TO_1970 = 11_644_473_600_000n;

/** In whole milliseconds: that is all that PowerShell tells, and no id is given out again within one. */
export function bornOfFileTime(fileTime: bigint): number {
  return Number(fileTime / TENTHS_PER_MS - MS_TO_1970);
}

export function startedText(born: number): string {
  return new Date(born).toISOString();
}

export function seenOf({ pid, born, name, cpu_s, memory_mb }: Looked): ProcessSeen {
  return {
    pid,
    started: startedText(born),
    name,
    ...(cpu_s !== undefined && { cpu_s }),
    ...(memory_mb !== undefined && { memory_mb }),
  };
}

/** What PowerShell is told to run. Its console may have no code page for a name, and none at all. */
export const LIST_COMMAND = [
  'try { [Console]::OutputEncoding = [Text.Encoding]::UTF8 } catch {}',
  'Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,CreationDate,Name,KernelModeTime,UserModeTime,WorkingSetSize | ConvertTo-Json -Compress',
].join('; ');

/** Undefined when that is no list of processes. Those without a time of birth are left out: they cannot be known again. */
export function parseProcesses(text: string): WindowsProcess[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const rows = (Array.isArray(parsed) ? parsed : [parsed]).flatMap((row) => processOf(row) ?? []);
  return rows.length > 0 ? rows : undefined;
}

function processOf(row: unknown): WindowsProcess | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  const { ProcessId, ParentProcessId, CreationDate, Name, KernelModeTime, UserModeTime, WorkingSetSize } =
    row as Record<string, unknown>;
  const born = bornOfDate(CreationDate);
  if (typeof ProcessId !== 'number' || typeof ParentProcessId !== 'number' || born === undefined)
    return undefined;
  const cpu = [KernelModeTime, UserModeTime].map(amount);
  const bytes = amount(WorkingSetSize);
  return {
    pid: ProcessId,
    parent: ParentProcessId,
    born,
    name: typeof Name === 'string' ? Name : 'unknown',
    ...(cpu[0] !== undefined && cpu[1] !== undefined && { cpu_s: (cpu[0] + cpu[1]) / 1e7 }),
    ...(bytes !== undefined && { memory_mb: Math.round(bytes / 104_857.6) / 10 }),
  };
}

/** Some versions write numbers of 64 bits as text. */
function amount(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Windows PowerShell writes `/Date(1700000000123)/`, some objects around it; PowerShell 7 an ISO date. */
function bornOfDate(value: unknown): number | undefined {
  if (typeof value === 'object' && value !== null) return bornOfDate((value as { value?: unknown }).value);
  if (typeof value !== 'string') return undefined;
  const ms = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/.exec(value)?.[1];
  const born = ms === undefined ? Date.parse(value) : Number(ms);
  return Number.isNaN(born) ? undefined : born;
}

/** One way to keep the processes of an attempt in hand. */
export type WindowsWay = Pick<ProcessTree, 'identify' | 'list' | 'end' | 'cpuSeconds'> & {
  /** As in `Starting`, with the time of the wall clock at which it was told. */
  begun(pid: number, when: number): void;
  over(pid: number, when: number): void;
};
