// Listing where nearly all jobs are archived, beside reading one file with a line of each.
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { archiveMany, finished, newQueue } from '../queue.ts';
import type { Row } from '../row.ts';
import type { BenchCase, Site } from '../site.ts';
import { folder, inTurn, jobqMs, processorMs } from '../site.ts';

const READ_LINES = `const lines = require('node:fs').readFileSync(process.argv[1], 'utf8').split('\\n');
for (const line of lines) if (line !== '') JSON.parse(line);`;

export const archived: BenchCase = {
  name: 'archived',
  about: '`jobq list` over 100 to 100,000 archived jobs, beside reading one NDJSON file of them',
  measure: async (site) => {
    const rows: Row[] = [];
    for (const count of [100, 1_000, 10_000, 100_000]) rows.push(await rowOf(site, count));
    return rows;
  },
};

async function rowOf(site: Site, count: number): Promise<Row> {
  const queue = folder(site, `queue-${count}`);
  archiveMany(await newQueue(queue), count);
  const file = path.join(site.dir, `jobs-${count}.ndjson`);
  for (let nth = 0; nth < count; nth++)
    appendFileSync(file, `${JSON.stringify(finished(`job-${nth}`, '2026-01-01T00:00:00Z', nth))}\n`);
  const pairs = await inTurn(
    site.rounds(9),
    () => jobqMs(site, ['list', '--json', '--queue', queue]),
    () => processorMs(site, [process.execPath, '-e', READ_LINES, file]),
  );
  const isAsked = count === 100_000;
  return {
    what: `jobq list, ${count.toLocaleString('en')} archived jobs: processor time`,
    unit: 'ms',
    beside: 'one NDJSON file of them',
    reach: isAsked ? { atMost: 1.5 } : 'nothing',
    pairs,
  };
}
