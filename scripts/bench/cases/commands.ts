// What the commands that people and agents give all day take: to look at a queue, and to put a job into it.
import { newQueue, submitMany, writeStudy } from '../queue.ts';
import type { BenchCase } from '../site.ts';
import { bareNodeMs, folder, inTurn, jobqMs } from '../site.ts';

export const commands: BenchCase = {
  name: 'commands',
  about: '`jobq status`, `jobq list` with 100 jobs and `jobq submit`: processor time beside `node -e 0`',
  measure: async (site) => {
    const queue = folder(site, 'queue');
    const study = writeStudy(folder(site, 'wing'));
    const times = { times: 3 };
    const rowOf = async (verb: string, what: string, args: readonly string[]) => ({
      what: `jobq ${verb}, ${what}: processor time`,
      unit: 'ms',
      beside: 'node -e 0',
      reach: { atMost: 1.3 },
      pairs: await inTurn(
        site.rounds(21),
        () => jobqMs(site, [verb, ...args, '--queue', queue], times),
        () => bareNodeMs(site, times),
      ),
    });
    await submitMany(await newQueue(queue), study, 100);
    return [
      await rowOf('status', '100 jobs', ['--json']),
      await rowOf('list', '100 jobs', ['--json']),
      await rowOf('submit', 'a job of 5 files', [study]),
    ];
  },
};
