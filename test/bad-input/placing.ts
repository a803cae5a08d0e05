// Puts orders into the outbox of a fenced queue as nobody would: whatever their bytes and their seals are.
import path from 'node:path';
import { sha256Of } from '../../src/store/disk.ts';
import { SCRIPT } from '../helpers/make-order.ts';
import type { Fenced } from './fenced.ts';
import { JOB } from './samples.ts';

export const SCRIPT_TEXT = 'print("hello")\n';

/** As many letters as the name has that it replaces, so that no length in a file changes. */
export const idOf = (nth: number) => JOB.replace('wfe', nth.toString(36).padStart(3, '0'));

/** The bytes as they would be of another job, in whatever encoding. */
export function about(bytes: Buffer, id: string): Buffer {
  let text = bytes.toString('latin1');
  for (const encoding of ['latin1', 'utf16le'] as const) {
    const wide = (name: string) => Buffer.from(name, encoding).toString('latin1');
    text = text.replaceAll(wide(JOB), wide(id));
  }
  return Buffer.from(text, 'latin1');
}

export interface Put {
  q: Fenced;
  id: string;
  bytes: Buffer;
}

export const seal = (jobJson: Buffer | string) =>
  `${sha256Of(jobJson)}  job.json\n${sha256Of(SCRIPT_TEXT)}  ${SCRIPT}\n`;

export function order(
  { q, id }: Pick<Put, 'q' | 'id'>,
  jobJson: Buffer | string,
  sums?: Buffer | string,
): void {
  orderIn(q, q.layout.order(id), jobJson, sums);
}

export function orderIn(q: Fenced, dir: string, jobJson: Buffer | string, sums?: Buffer | string): void {
  q.write(path.join(dir, SCRIPT), SCRIPT_TEXT);
  q.write(path.join(dir, 'job.json'), jobJson);
  if (sums !== undefined) q.write(path.join(dir, 'SHA256SUMS'), sums);
}

export const PLAIN = {
  job_id: JOB,
  script: SCRIPT,
  schema_version: 1,
  run_on: 'station',
  inputs: { files: 1, bytes: 15 },
};
export const plain = (id: string) => JSON.stringify({ ...PLAIN, job_id: id });
/** A sound order that waits, so that what is asked of it is what decides. */
export const held = (at: Pick<Put, 'q' | 'id'>) => {
  const text = JSON.stringify({ ...PLAIN, job_id: at.id, hold: true });
  order(at, text, seal(text));
};

/** Its runner has it, or it is over. */
export const isUnderWay = (q: Fenced, id: string) => q.view(id).state !== 'submitted';
