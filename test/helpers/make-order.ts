// Puts a sealed order into an outbox, as `submit` would, without looking at a study.
import path from 'node:path';
import type { SealEntry } from '../../src/job/seal.ts';
import { JOB_JSON } from '../../src/job/seal.ts';
import type { Disk } from '../../src/store/disk.ts';
import { jsonText, sha256Of } from '../../src/store/disk.ts';
import type { Layout } from '../../src/store/layout.ts';
import { joinPortable } from '../../src/store/portable.ts';
import { writeSeal } from '../../src/store/seal.ts';

export interface OrderParts {
  job_id: string;
  files?: Record<string, string>;
  fields?: Record<string, unknown>;
}

export const SCRIPT = 'run_optimization.py';

/** Writes `bytes` to a path of a test's disk, making directories. */
export function put(disk: Disk, file: string, text: string): void {
  disk.files.makeDir(path.dirname(file));
  const out = disk.files.openNew(file);
  out.write(Buffer.from(text));
  out.close();
}

export async function makeOrder(disk: Disk, layout: Layout, parts: OrderParts): Promise<void> {
  const files = { [SCRIPT]: 'print("hello")\n', 'README.md': '# A study\n', ...parts.files };
  const dir = path.join(layout.staging, `order-${parts.job_id}`);
  const entries: SealEntry[] = [];
  for (const [name, text] of Object.entries(files)) {
    put(disk, joinPortable(dir, name), text);
    entries.push({ path: name, sha256: sha256Of(text) });
  }
  const bytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const jobJson = jsonText({
    job_id: parts.job_id,
    created_at: new Date(disk.clock.now()).toISOString(),
    script: SCRIPT,
    args: ['--start'],
    status: 'submitted',
    schema_version: 1,
    inputs: { files: entries.length, bytes },
    run_on: 'station',
    ...parts.fields,
  });
  put(disk, path.join(dir, JOB_JSON), jobJson);
  await writeSeal(disk, layout.staging, dir, [...entries, { path: JOB_JSON, sha256: sha256Of(jobJson) }]);
  await disk.files.rename(dir, layout.order(parts.job_id));
}
