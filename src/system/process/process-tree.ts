// What the platforms do differently with the processes of one attempt. A supervisor uses it; it knows nothing of jobs.
import type { ProcessId } from '../../job/outcome.ts';

/** A process as it is seen now. */
export interface ProcessSeen extends ProcessId {
  name: string;
  /** Processor time so far; undefined where the system does not tell. */
  cpu_s?: number;
  memory_mb?: number;
}

/** How the processes of an attempt are known. */
export interface Attempt {
  /** The entry (`NAME=value`) that each of them has in its environment, and no other process. */
  mark: string;
  /** Processes that were seen to belong to it: the script itself first, as far as it was started. */
  known: readonly ProcessId[];
}

export interface Contained {
  /** `job-object`: nothing can leave. `group`: process group and environment. `walk`: by parent and time of birth. */
  by: 'job-object' | 'group' | 'walk';
  /** Why it is not the best the platform has. */
  note?: string;
}

export interface Ended {
  /** What was still alive and has been ended. */
  killed: ProcessSeen[];
  /** Nothing of it is left. */
  confirmed: boolean;
}

export interface ProcessTree {
  /** Must the first process lead a group of its own? */
  detached: boolean;
  /** Called once by a supervisor before it starts anything: what it starts from then on cannot get away. */
  contain(): Promise<Contained>;
  /** Who this process is, for `known`; undefined when there is no such process. */
  identify(pid: number): Promise<ProcessId | undefined>;
  /** Tells the tree below this process to stop, as far as the platform can. */
  ask(pid: number): void;
  /** The living processes of the attempt, the caller itself left out. */
  list(attempt: Attempt): Promise<ProcessSeen[]>;
  /** Ends all of them, and looks until none is left or too long has passed. Never by name. */
  end(attempt: Attempt): Promise<Ended>;
  /** Processor time of all that ran in the attempt, ended ones included where the system tells. */
  cpuSeconds(attempt: Attempt): Promise<number | undefined>;
}
