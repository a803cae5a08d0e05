// The processes of an attempt on Windows with a Job Object around this very process: whatever lives in it, and known
// processes of an earlier supervisor that may have had none.
import type { ProcessId } from '../../job/outcome.ts';
import type { Clock } from '../clock.ts';
import { endAll } from './ending.ts';
import { familyOf } from './family.ts';
import type { Attempt } from './process-tree.ts';
import type { WindowsApi } from './windows-api.ts';
import type { WindowsJob } from './windows-job.ts';
import type { Looked, WindowsWay } from './windows-process.ts';
import { seenOf, startedText } from './windows-process.ts';

const CONFIRM_MS = 10_000;
const PAUSE_MS = 50;

export interface JobWayParts {
  self: number;
  clock: Clock;
  ownCpuSeconds(): number;
}

export function newJobWay(
  { self, clock, ownCpuSeconds }: JobWayParts,
  api: WindowsApi,
  job: WindowsJob,
): WindowsWay {
  const children = new Map<number, ProcessId | undefined>();
  const look = (pid: number): ProcessId | undefined => {
    const looked = api.look(pid);
    return looked && { pid, started: startedText(looked.born), name: looked.name };
  };
  const inside = () => job.processes().filter(({ pid }) => pid !== self);
  const members = ({ known }: Attempt): Looked[] => {
    const found = inside();
    const ids = new Set(found.map(({ pid }) => pid));
    const strays = new Set(
      known.filter(({ pid }) => !ids.has(pid)).map((one) => `${one.pid} ${one.started}`),
    );
    if (strays.size === 0) return found;
    const outside = api.processes().filter(({ pid }) => pid !== self && !ids.has(pid));
    return [...found, ...familyOf(outside, (one) => strays.has(`${one.pid} ${startedText(one.born)}`))];
  };
  return {
    begun: (pid) => void children.set(pid, look(pid)),
    over: () => {},
    identify: (pid) => Promise.resolve(children.get(pid) ?? look(pid)),
    list: (attempt) => Promise.resolve(members(attempt).map(seenOf)),
    cpuSeconds: () => {
      const all = job.cpuSeconds();
      return Promise.resolve(all === undefined ? undefined : Math.max(0, all - ownCpuSeconds()));
    },
    end: (attempt) =>
      endAll(
        {
          clock,
          limitMs: CONFIRM_MS,
          pauseMs: PAUSE_MS,
          find: members,
          seen: seenOf,
          // one by one: to end the job is to end this process before it can tell of it
          kill: (found) => {
            for (const { pid, born } of found) api.terminate(pid, born);
          },
        },
        attempt,
      ),
  };
}
