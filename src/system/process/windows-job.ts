// A Job Object around this process: what it starts from then on is in it, cannot leave, and is ended by Windows when
// this process is gone. It knows the calls it makes, not how they are made.
import type { Handle, Looked } from './windows-process.ts';

export interface WindowsJob {
  /** All that live in it, this process included. One that may not be looked at has no name and was never born. */
  processes(): Looked[];
  /** Processor time of all that ever ran in it, this process included; undefined where Windows does not count. */
  cpuSeconds(): number | undefined;
}

export interface JobCalls {
  create(): Handle;
  setLimits(job: Handle, kind: number, info: Buffer, size: number): boolean;
  assignSelf(job: Handle): boolean;
  query(job: Handle, kind: number, info: Buffer, size: number, needed: null): boolean;
  lastError(): number;
  /** Undefined when there is no such process, or not in this job. */
  lookInside(job: Handle, pid: number): Looked | undefined;
}

const JobObjectBasicAccountingInformation = 1;
const JobObjectBasicProcessIdList = 3;
const JobObjectExtendedLimitInformation = 9;
const JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE = 0x2000;
const ERROR_MORE_DATA = 234;

/** Sizes and places in JOBOBJECT_EXTENDED_LIMIT_INFORMATION and its brothers, 64 bits. */
const LIMITS_SIZE = 144;
const LIMIT_FLAGS_AT = 16;
const ACCOUNTING_SIZE = 48;
const IDS_AT = 8;
const FIRST_CAPACITY = 256;
const MAX_CAPACITY = 100_000;

export function makeJob(calls: JobCalls): WindowsJob | { problem: string } {
  const failed = (what: string) => ({ problem: `${what} failed (error ${calls.lastError()})` });
  const job = calls.create();
  if (job === null || job === 0n) return failed('CreateJobObject');
  const limits = Buffer.alloc(LIMITS_SIZE);
  limits.writeUInt32LE(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, LIMIT_FLAGS_AT);
  if (!calls.setLimits(job, JobObjectExtendedLimitInformation, limits, limits.length))
    return failed('SetInformationJobObject');
  if (!calls.assignSelf(job)) return failed('AssignProcessToJobObject');
  return {
    processes: () => idsOf(calls, job).flatMap((pid) => calls.lookInside(job, pid) ?? []),
    cpuSeconds: () => cpuOf(calls, job),
  };
}

function idsOf(calls: JobCalls, job: Handle, capacity = FIRST_CAPACITY): number[] {
  const list = Buffer.alloc(IDS_AT + 8 * capacity);
  if (!calls.query(job, JobObjectBasicProcessIdList, list, list.length, null)) {
    const code = calls.lastError();
    if (code === ERROR_MORE_DATA && capacity < MAX_CAPACITY) return idsOf(calls, job, 4 * capacity);
    throw new Error(`the processes of the Job Object cannot be read (error ${code})`);
  }
  return Array.from({ length: list.readUInt32LE(4) }, (_, n) => Number(list.readBigUInt64LE(IDS_AT + 8 * n)));
}

function cpuOf(calls: JobCalls, job: Handle): number | undefined {
  const info = Buffer.alloc(ACCOUNTING_SIZE);
  if (!calls.query(job, JobObjectBasicAccountingInformation, info, info.length, null)) return undefined;
  const tenths = info.readBigInt64LE(0) + info.readBigInt64LE(8); // user and kernel
  return tenths === 0n ? undefined : Number(tenths) / 1e7;
}
