// Points in time as people write them: a date, a moment, or how long ago. And the one in a job's id.
import { JobqError } from '../errors.ts';

const AGO_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const AGO = /^(\d+(?:\.\d+)?)([smhd])$/;
const DATED = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/;
const ID_TIME = /^job-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})(-|$)/;

/** Milliseconds since 1970. A moment without a zone is UTC, as in job ids. */
export function sinceMs(text: string, nowMs: number): number {
  const ago = AGO.exec(text.trim());
  if (ago) return nowMs - Number(ago[1]) * (AGO_MS[ago[2] ?? ''] ?? 0);
  const dated = DATED.exec(text.trim());
  const moment = dated ? Date.parse(dated[1] && !dated[4] ? `${text.trim()}Z` : text.trim()) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new JobqError('usage', `--since should be a date or how long ago, but is ${JSON.stringify(text)}`, {
    field: '--since',
    remedy: 'give it as 2026-02-10, 2026-02-10T14:30:00Z, 30m, 2h or 3d',
  });
}

/** When a job was submitted, as its id tells it. */
export function idTimeMs(jobId: string): number | undefined {
  const [, year, month, day, hour, minute, second] = ID_TIME.exec(jobId) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

const AGE_DAY_MS = 86_400_000;

/** How old something is to be, in milliseconds: `90d`, `12h`, `4w`. */
export function ageMs(flag: string, text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text.trim()) ?? [];
  if (number !== undefined && unit !== 's' && unit !== 'm')
    return Number(number) * (unit === 'w' ? 7 * AGE_DAY_MS : (AGO_MS[unit] ?? 0));
  // 3m is three months to most people, and three minutes elsewhere here: what it means must not be guessed
  const minutes = unit === 'm' ? `: ${text.trim()} would be minutes; months: ${Number(number) * 30}d` : '';
  throw new JobqError('usage', `${flag} should be an age, but is ${JSON.stringify(text)}${minutes}`, {
    field: flag,
    remedy: `give ${flag} in weeks, days or hours: 4w, 90d or 36h`,
  });
}
