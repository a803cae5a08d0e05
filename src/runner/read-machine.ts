// Reads what decisions need of the machine: room, local time, licences, and what its owner asked for.
import type { MachineSeen, OwnerWish } from '../queue/machine.ts';
import type { Problem } from '../queue/problem.ts';
import { readOwner } from '../store/owner.ts';
import { sight } from '../store/sighting.ts';
import type { RunnerState } from './parts.ts';

const MB = 1_000_000;

export function readMachine(runner: RunnerState, problems: Problem[]): MachineSeen {
  const { disk, at, machine, licences, stopping, only } = runner;
  let memoryMb: number | undefined;
  const free = disk.files.freeBytes(at.work);
  return {
    freeMb: free === undefined ? undefined : free / MB,
    // asked for where something may start, and then once
    get memoryMb() {
      memoryMb ??= machine.freeMemoryMb();
      return memoryMb;
    },
    totalMemoryMb: machine.totalMemoryMb(),
    cpus: machine.cpus(),
    weekMinute: machine.weekMinute(disk.clock.now()),
    licences: licences.seen(),
    // whoever runs a job by hand is the owner
    owner: only === undefined ? seeOwner(runner, problems) : {},
    stopping,
  };
}

/** Read again where it may have changed, and at every look while it cannot be read. */
function seeOwner(runner: RunnerState, problems: Problem[]): OwnerWish {
  const { disk, at } = runner;
  const found: Problem[] = [];
  const read = () => readOwner(disk.files, at, found);
  runner.ownerSeen = sight(disk, runner.ownerSeen, [at.owner], read, { isSettled: () => found.length === 0 });
  problems.push(...found);
  return runner.ownerSeen.value;
}
