// What it takes to start jobq where it has next to nothing to do.
import type { BenchCase } from '../site.ts';
import { bareNodeMs, inTurn, jobqMs } from '../site.ts';

export const starting: BenchCase = {
  name: 'starting',
  about: '`jobq --version` and `jobq --help`: processor time beside `node -e 0`',
  measure: async (site) => {
    const times = { times: 3 };
    const rowOf = async (flag: string) => ({
      what: `jobq ${flag}, processor time`,
      unit: 'ms',
      beside: 'node -e 0',
      reach: { atMost: 1.15 },
      pairs: await inTurn(
        site.rounds(21),
        () => jobqMs(site, [flag], times),
        () => bareNodeMs(site, times),
      ),
    });
    return [await rowOf('--version'), await rowOf('--help')];
  },
};
