// What a run used: processor time at its end, and the most memory that was seen.
import type { Resources } from '../../job/outcome.ts';
import type { ProcessSeen } from '../../system/process/process-tree.ts';
import { nowAndThen } from './now-and-then.ts';
import type { Run } from './run.ts';

export interface ResourceWatch {
  look(): void;
  /** Once all is over. */
  total(): Promise<Resources>;
}

/** Soon after the start, for short runs; then more and more seldom. */
const FIRST_LOOK_MS = 1000;
const LOOK_MAX_MS = 10_000;

export function watchResources(run: Run): ResourceWatch {
  let cpu = 0;
  let memory = 0;
  const lookAtCpu = async () => {
    // what has ended may take its time with it, so the most that was seen is what was used
    cpu = Math.max(cpu, (await run.processes.cpuSeconds()) ?? 0);
  };
  const sample = nowAndThen(
    run.awake,
    (times) => Math.min(LOOK_MAX_MS, FIRST_LOOK_MS * 2 ** times),
    async () => {
      const living = (await run.processes.list()) ?? [];
      memory = Math.max(memory, memoryOf(living));
      await lookAtCpu();
      await run.processes.save();
    },
  );
  return {
    look: sample.look,
    total: async () => {
      await sample.settled();
      await lookAtCpu();
      return {
        ...(cpu > 0 && { cpu_s: Math.round(cpu * 100) / 100 }),
        ...(memory > 0 && { peak_memory_mb: Math.round(memory) }),
      };
    },
  };
}

function memoryOf(living: readonly ProcessSeen[]): number {
  return living.reduce((sum, { memory_mb = 0 }) => sum + memory_mb, 0);
}
