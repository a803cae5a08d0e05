// The few functions of Windows that keeping processes in hand needs, called through koffi, which may not be installed.
// It knows nothing of attempts.
import { messageOf } from '../../errors.ts';
import type { JobCalls, WindowsJob } from './windows-job.ts';
import { makeJob } from './windows-job.ts';
import type { Handle, Looked, WindowsProcess } from './windows-process.ts';
import { bornOfFileTime } from './windows-process.ts';

export interface WindowsApi {
  /** Every process whose time of birth this user may see. */
  processes(): WindowsProcess[];
  /** Answers for one that has just ended, too, as long as somebody holds a handle to it. */
  look(pid: number): Looked | undefined;
  /** Ends the process that has this id and was born then; another one it leaves alone. */
  terminate(pid: number, born: number): void;
  /** A job that this very process is in from now on. */
  makeJob(): WindowsJob | { problem: string };
  /** Whether the machine may go to sleep; false when Windows refuses. */
  stayAwake(awake: boolean): boolean;
}

const PROCESS_TERMINATE = 0x0001;
const PROCESS_QUERY_INFORMATION = 0x0400;
const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
const TH32CS_SNAPPROCESS = 0x2;
const ES_CONTINUOUS = 0x80000000;
const ES_SYSTEM_REQUIRED = 0x1;
const ERROR_ACCESS_DENIED = 5;
const KILLED_CODE = 1;
const ALL_ONES = 0xffff_ffff_ffff_ffffn;

/** The layouts below are those of 64 bits. */
const ARCHITECTURES = ['x64', 'arm64'];

let loaded: Promise<WindowsApi | { problem: string }> | undefined;

export function windowsApi(): Promise<WindowsApi | { problem: string }> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<WindowsApi | { problem: string }> {
  if (process.platform !== 'win32') return { problem: 'this is not Windows' };
  if (!ARCHITECTURES.includes(process.arch)) return { problem: `no Job Object for ${process.arch}` };
  try {
    const koffi = await import('koffi');
    return apiOf(koffi.default.load('kernel32.dll'));
  } catch (error) {
    return { problem: `koffi cannot be loaded (${messageOf(error).split('\n')[0]})` };
  }
}

type Library = ReturnType<typeof import('koffi').load>;

function apiOf(kernel32: Library): WindowsApi {
  const calls = callsOf(kernel32);
  const withProcess = <T>(pid: number, access: number, use: (handle: Handle) => T): T | undefined => {
    const handle = calls.openProcess(access, false, pid);
    if (handle === null || handle === 0n) return undefined;
    try {
      return use(handle);
    } finally {
      calls.closeHandle(handle);
    }
  };
  const look = (pid: number) =>
    withProcess(pid, PROCESS_QUERY_LIMITED_INFORMATION, (handle) => lookedAt(calls, pid, handle));
  return {
    look,
    processes: () =>
      snapshot(calls).flatMap(({ pid, parent, name }) => {
        const looked = look(pid);
        return looked ? { ...looked, parent, name } : [];
      }),
    terminate: (pid, born) => {
      withProcess(pid, PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION, (handle) => {
        if (birthOf(calls, handle)?.born === born) calls.terminateProcess(handle, KILLED_CODE);
      });
    },
    makeJob: () =>
      makeJob({
        ...jobCallsOf(kernel32),
        lastError: calls.lastError,
        lookInside: (job, pid) => {
          let denied = true;
          const looked = withProcess(pid, PROCESS_QUERY_INFORMATION, (handle) => {
            denied = false;
            return calls.isInJob(handle, job) ? lookedAt(calls, pid, handle) : undefined;
          });
          denied &&= calls.lastError() === ERROR_ACCESS_DENIED;
          return denied ? { pid, born: 0, name: 'unknown' } : looked;
        },
      }),
    stayAwake: (awake) => calls.setState(ES_CONTINUOUS + (awake ? ES_SYSTEM_REQUIRED : 0)) !== 0,
  };
}

type Calls = ReturnType<typeof callsOf>;

function callsOf(kernel32: Library) {
  const inJob = kernel32.func('bool __stdcall IsProcessInJob(void* process, void* job, _Out_ int* answer)');
  const closeHandle = kernel32.func('bool __stdcall CloseHandle(void* handle)');
  return {
    openProcess: kernel32.func('void* __stdcall OpenProcess(uint32 access, bool inherit, uint32 pid)') as (
      access: number,
      inherit: boolean,
      pid: number,
    ) => Handle,
    closeHandle: closeHandle as (handle: Handle) => boolean,
    lastError: kernel32.func('uint32 __stdcall GetLastError()') as () => number,
    terminateProcess: kernel32.func('bool __stdcall TerminateProcess(void* process, uint32 code)') as (
      process: Handle,
      code: number,
    ) => boolean,
    isInJob: (process: Handle, job: Handle): boolean => {
      const answer = [0];
      return (inJob(process, job, answer) as boolean) && answer[0] !== 0;
    },
    times: kernel32.func(
      'bool __stdcall GetProcessTimes(void* process, void* born, void* ended, void* kernel, void* user)',
    ) as (process: Handle, ...times: Buffer[]) => boolean,
    memory: kernel32.func(
      'bool __stdcall K32GetProcessMemoryInfo(void* process, void* counters, uint32 size)',
    ) as (process: Handle, counters: Buffer, size: number) => boolean,
    imageName: kernel32.func(
      'bool __stdcall QueryFullProcessImageNameW(void* process, uint32 flags, void* name, void* length)',
    ) as (process: Handle, flags: number, name: Buffer, length: Buffer) => boolean,
    snapshot: kernel32.func('void* __stdcall CreateToolhelp32Snapshot(uint32 flags, uint32 pid)') as (
      flags: number,
      pid: number,
    ) => Handle,
    first: kernel32.func('bool __stdcall Process32FirstW(void* snapshot, void* entry)') as NextProcess,
    next: kernel32.func('bool __stdcall Process32NextW(void* snapshot, void* entry)') as NextProcess,
    setState: kernel32.func('uint32 __stdcall SetThreadExecutionState(uint32 flags)') as (
      flags: number,
    ) => number,
  };
}

type NextProcess = (snapshot: Handle, entry: Buffer) => boolean;

function jobCallsOf(kernel32: Library): Pick<JobCalls, 'create' | 'setLimits' | 'query' | 'assignSelf'> {
  const create = kernel32.func('void* __stdcall CreateJobObjectW(void* security, str16 name)');
  const assign = kernel32.func('bool __stdcall AssignProcessToJobObject(void* job, void* process)');
  const self = kernel32.func('void* __stdcall GetCurrentProcess()');
  return {
    create: () => create(null, null) as Handle,
    assignSelf: (job) => assign(job, self()) as boolean,
    setLimits: kernel32.func(
      'bool __stdcall SetInformationJobObject(void* job, int kind, void* info, uint32 size)',
    ) as JobCalls['setLimits'],
    query: kernel32.func(
      'bool __stdcall QueryInformationJobObject(void* job, int kind, void* info, uint32 size, void* needed)',
    ) as JobCalls['query'],
  };
}

/** The processes of a PROCESSENTRY32W snapshot, without their times of birth. */
function snapshot(calls: Calls): { pid: number; parent: number; name: string }[] {
  const handle = calls.snapshot(TH32CS_SNAPPROCESS, 0);
  if (handle === null || BigInt.asUintN(64, handle) === ALL_ONES) return [];
  const entry = Buffer.alloc(568);
  entry.writeUInt32LE(entry.length, 0);
  const found = [];
  for (let more = calls.first(handle, entry); more; more = calls.next(handle, entry)) {
    const name = entry.toString('utf16le', 44, 564).split('\0')[0] ?? '';
    found.push({ pid: entry.readUInt32LE(8), parent: entry.readUInt32LE(32), name });
  }
  calls.closeHandle(handle);
  return found;
}

function birthOf(calls: Calls, handle: Handle): { born: number; cpu_s: number } | undefined {
  const [born, ended, kernel, user] = [0, 0, 0, 0].map(() => Buffer.alloc(8)) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  if (!calls.times(handle, born, ended, kernel, user)) return undefined;
  const cpu_s = Number(kernel.readBigUInt64LE() + user.readBigUInt64LE()) / 1e7;
  return { born: bornOfFileTime(born.readBigUInt64LE()), cpu_s };
}

function lookedAt(calls: Calls, pid: number, handle: Handle): Looked | undefined {
  const birth = birthOf(calls, handle);
  if (!birth) return undefined;
  const counters = Buffer.alloc(72); // PROCESS_MEMORY_COUNTERS
  counters.writeUInt32LE(counters.length, 0);
  const tells = calls.memory(handle, counters, counters.length);
  const memory_mb = tells ? Math.round(Number(counters.readBigUInt64LE(16)) / 104_857.6) / 10 : undefined;
  return { pid, ...birth, name: nameOf(calls, handle), ...(memory_mb !== undefined && { memory_mb }) };
}

function nameOf(calls: Calls, handle: Handle): string {
  const name = Buffer.alloc(2 * 1024);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(name.length / 2);
  if (!calls.imageName(handle, 0, name, length)) return 'unknown';
  return (
    name
      .toString('utf16le', 0, 2 * length.readUInt32LE())
      .split('\\')
      .at(-1) ?? 'unknown'
  );
}
