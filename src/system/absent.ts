// Which errors of the system say that there is no such file. It opens none.
import { systemCode } from '../errors.ts';

/** ENXIO: a socket cannot be opened. ERR_INVALID_ARG_VALUE: a path with a NUL, which no file can have. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENXIO', 'ERR_INVALID_ARG_VALUE']);

export function absentAs<T>(fallback: T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = systemCode(error);
    if (code !== undefined && ABSENT.has(code)) return fallback;
    throw error;
  }
}
