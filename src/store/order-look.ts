// What a look at a waiting order tells people: as far as the names below its directory and two small files go. No other
// file is looked at.
import path from 'node:path';
import type { Fields } from '../job/lenient-text.ts';
import { isSealFile, JOB_JSON } from '../job/seal.ts';
import { ORDER_BYTES } from '../job/sizes.ts';
import type { Files } from '../system/files.ts';
import { fieldsOf } from './kin.ts';
import { isSealedManifest, manifestFault, readSeal } from './seal.ts';
import { listNames } from './tree.ts';

interface Looked {
  fields: Fields;
  /** Paths of the conflict copies below its directory. */
  conflicts: string[];
}

export type OrderLook =
  | (Looked & { seal: 'none' })
  | (Looked & { seal: 'missing' })
  | (Looked & { seal: 'unfit'; reason: string })
  /** `sha256`: of the seal itself. `unsealed`: files that it does not name. */
  | (Looked & { seal: 'valid'; sha256: string; unsealed: string[] });

/** `none`: there is no such directory, or no file in it. */
export function lookAtOrder(files: Files, dir: string): OrderLook {
  const { files: names, conflicts } = listNames(files, dir);
  if (names.length === 0) return { seal: 'none', fields: {}, conflicts };
  const seal = readSeal(files, dir);
  const jobJson = files.readSmall(path.join(dir, JOB_JSON), ORDER_BYTES);
  const looked = { fields: (jobJson && fieldsOf(jobJson)) ?? {}, conflicts };
  if (seal.seal !== 'valid') return { ...looked, ...seal };
  if (!jobJson || !isSealedManifest(seal.entries, jobJson))
    return { ...looked, seal: 'unfit', reason: manifestFault(jobJson) };
  const named = new Set(seal.entries.map((entry) => entry.path));
  const unsealed = names.filter((name) => !isSealFile(name) && !named.has(name));
  return { ...looked, seal: 'valid', sha256: seal.sha256, unsealed };
}
