// How the post-processing of a job ended, as its result beside the job's results says.
import path from 'node:path';
import * as z from 'zod/mini';
import { parseWith } from '../job/parsed.ts';
import type { Files } from '../system/files.ts';
import { POST_RESULT } from './archive.ts';
import { POST_DIR } from './layout.ts';

const schema = z.looseObject({ status: z.enum(['completed', 'failed']) });

/** Undefined when it has not ended, or none was wanted. */
export function readPostStatus(
  files: Pick<Files, 'readSmall'>,
  dir: string,
): 'completed' | 'failed' | undefined {
  const bytes = files.readSmall(path.join(dir, POST_DIR, POST_RESULT));
  const parsed = bytes && parseWith(schema, bytes);
  return parsed?.ok ? parsed.value.status : undefined;
}
