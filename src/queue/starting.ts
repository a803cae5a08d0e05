// Which of the orders that could start do start now, and what each of the others waits for. The machine's room is
// given away in the order of urgency; an order that waits for something takes none of it.
import type { Order } from '../job/order.ts';
import { foldCase } from '../job/portable-path.ts';
import { closedUntil } from '../job/schedule.ts';
import { freeSeats } from './licences.ts';
import { pausedNow } from './owner-wish.ts';
import type { Surroundings } from './plan-attempt.ts';
import { overMb } from './plan-work-dirs.ts';
import type { RunnerJob } from './runner-snapshot.ts';
import { workPathOf } from './work-path.ts';

export interface Ready {
  job: RunnerJob;
  order: Order;
}

/** What is left of the machine for the next order. */
export interface Room {
  slots: number;
  cpus: number;
  freeMb: number | undefined;
  /** Memory that orders get which start now. */
  givenMb: number;
  /** Seats of jobs that this runner started about when it last looked at the licences, or later. */
  seats: Record<string, number>;
  /** By how many MB the work directories of ended jobs take more than they may. */
  overMb: number;
  /** Fixed work paths that are in use, folded, by the job that uses them. */
  workPaths: Map<string, string>;
}

const MB = 1_000_000;

/** The room that jobs under way leave. `taken`: jobs that run, or are being copied to run next. */
export function roomLeft(
  jobs: readonly RunnerJob[],
  taken: readonly RunnerJob[],
  around: Surroundings,
): Room {
  const { machine, policy } = around;
  const room: Room = {
    slots: policy.slots,
    cpus: machine.cpus,
    freeMb: machine.freeMb,
    givenMb: 0,
    seats: {},
    overMb: overMb(jobs, policy),
    workPaths: new Map(),
  };
  for (const job of taken) {
    room.slots -= 1;
    room.cpus -= job.accepted?.requires?.cpu ?? 0;
    if (mayLackSeats(job, around)) takeSeats(room, job.accepted);
  }
  for (const { job_id, accepted, ledger, record } of jobs) {
    const isDone =
      ledger?.phase === 'deleting' || ledger?.phase === 'deleted' || record?.sealSha256 !== undefined;
    const path = accepted && ledger && !isDone ? workPathOf(policy.work_path, accepted) : undefined;
    if (path !== undefined) room.workPaths.set(foldCase(path), job_id);
  }
  return room;
}

/** A job takes its seats some time after its start: one that started just before the look may not have had them yet. */
function mayLackSeats({ ledger }: RunnerJob, { machine, policy }: Surroundings): boolean {
  const { licences } = machine;
  if (licences.state !== 'known') return false;
  return (ledger?.at ?? 0) >= licences.seenAtMs - policy.licence_interval_s * 1000;
}

function takeSeats(room: Room, order: Order | undefined): void {
  for (const [feature, count] of Object.entries(order?.requires?.licences ?? {})) {
    room.seats[feature] = (room.seats[feature] ?? 0) + count;
  }
}

/** What keeps an order from starting now, in the words of `waiting_for`; undefined when nothing does. */
export function startWait(ready: Ready, room: Room, around: Surroundings): string | undefined {
  return (
    ownerWait(around) ??
    (room.slots < 1 ? 'slot' : undefined) ??
    roomWait(ready, room, around) ??
    freeSeats(ready.order.requires?.licences ?? {}, around.machine.licences, room.seats)
  );
}

/** What keeps every order from starting. */
function ownerWait({ machine, policy, nowMs }: Surroundings): string | undefined {
  const { owner } = machine;
  const paused = pausedNow(owner, nowMs);
  if (paused) {
    const until = paused.until ? ` until ${paused.until}` : '';
    return `paused by owner${until}${paused.reason ? ` (${paused.reason})` : ''}`;
  }
  if (owner.draining) return 'drained by owner';
  if (machine.stopping) return 'runner (it stops)';
  const opens = closedUntil(policy.schedule, machine.weekMinute);
  return opens === undefined ? undefined : `schedule until ${opens}`;
}

function roomWait({ job, order }: Ready, room: Room, around: Surroundings): string | undefined {
  const { policy, machine } = around;
  const path = workPathOf(policy.work_path, order);
  const user = path === undefined ? undefined : room.workPaths.get(foldCase(path));
  if (user !== undefined && user !== job.job_id) return `work path (${path} is used by ${user})`;
  if (room.overMb > 0)
    return `disk (work directories take ${Math.ceil(room.overMb)} MB more than runner.work_max_gb)`;
  const diskMb = policy.min_free_mb + needMb(job, order);
  if (room.freeMb !== undefined && room.freeMb < diskMb) {
    return `disk (${Math.floor(room.freeMb)} MB free, ${Math.ceil(diskMb)} MB needed)`;
  }
  const memoryMb =
    order.requires?.memory_mb === undefined ? 0 : policy.min_free_memory_mb + order.requires.memory_mb;
  const leftMb = memoryMb > 0 ? machine.memoryMb - room.givenMb : 0;
  if (leftMb < memoryMb) {
    return `memory (${Math.floor(leftMb)} MB free, ${memoryMb} MB needed)`;
  }
  const cpu = order.requires?.cpu ?? 0;
  return cpu > room.cpus
    ? `processors (${Math.max(0, room.cpus)} of ${machine.cpus} free, ${cpu} needed)`
    : undefined;
}

/** Disk space that a job still takes: what it says, and its inputs as long as they are not copied. */
function needMb(job: RunnerJob, order: Order): number {
  const inputsMb = job.staged ? 0 : (order.inputs?.bytes ?? 0) / MB;
  return (order.requires?.disk_mb ?? 0) + inputsMb;
}

/** The order starts, or is copied to start: what is left for the next one. */
export function take(room: Room, { job, order }: Ready, { policy }: Surroundings): void {
  room.slots -= 1;
  room.cpus -= order.requires?.cpu ?? 0;
  room.givenMb += order.requires?.memory_mb ?? 0;
  if (room.freeMb !== undefined) room.freeMb -= needMb(job, order);
  takeSeats(room, order);
  const path = workPathOf(policy.work_path, order);
  if (path !== undefined) room.workPaths.set(foldCase(path), job.job_id);
}
