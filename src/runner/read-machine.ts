// Reads what decisions need of the machine: room, local time, licences, and what its owner asked for.
import type { MachineSeen } from '../queue/machine.ts';
import type { Problem } from '../queue/problem.ts';
import { readOwner } from '../store/owner.ts';
import type { RunnerState } from './parts.ts';

const MB = 1_000_000;

export function readMachine(runner: RunnerState, problems: Problem[]): MachineSeen {
  const { disk, at, machine, licences, stopping, only } = runner;
  const free = disk.files.freeBytes(at.work);
  return {
    freeMb: free === undefined ? undefined : free / MB,
    memoryMb: machine.freeMemoryMb(),
    totalMemoryMb: machine.totalMemoryMb(),
    cpus: machine.cpus(),
    weekMinute: machine.weekMinute(disk.clock.now()),
    licences: licences.seen(),
    // whoever runs a job by hand is the owner
    owner: only === undefined ? readOwner(disk.files, at, problems) : {},
    stopping,
  };
}
