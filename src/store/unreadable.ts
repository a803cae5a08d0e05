// What is told of a job, or of a file that belongs to none, that cannot be read: one of them never stops a look at all.
import { messageOf, systemCode } from '../errors.ts';
import type { Problem } from '../queue/problem.ts';
import type { Files } from '../system/files.ts';

/** `why`: what was thrown, or the reason in words. */
export function unreadable(job_id: string, why: unknown): Problem {
  return { kind: 'unreadable', file: job_id, job_id, reason: messageOf(why), remedy: remedyFor(why) };
}

/** The same of one file, by its path below the queue. */
export function unreadableFile(file: string, why: unknown, job_id?: string): Problem {
  const of = job_id === undefined ? {} : { job_id };
  return { kind: 'unreadable', file, ...of, reason: messageOf(why), remedy: remedyFor(why) };
}

/** What is told of a job whose files can be read, and of which nobody foresaw what they say. */
export function unplanned(job_id: string, why: unknown): Problem {
  const reason = `nothing can be decided about it: ${messageOf(why)}`;
  const remedy = 'please report it; until it is mended nothing is done about this job, and the others go on';
  return { kind: 'unreadable', file: job_id, job_id, reason, remedy };
}

function remedyFor(why: unknown): string {
  switch (systemCode(why)) {
    case 'ELOOP':
      return 'put a file in the place of the link: links of a queue are never followed';
    case 'EFBIG':
      return 'nothing of jobq is as large: look at who wrote it, and replace or remove it';
    default:
      return 'check who may read it, and whether another program holds it; it is looked at again at every tick';
  }
}

type Reading = Pick<Files, 'list' | 'facts' | 'read' | 'readSmall'>;

/**
 * The same files for whoever only shows them: what cannot be read is given to `failed`, and is as if it were not there.
 * Nobody may decide anything by that.
 */
export function forShowing(files: Files, failed: (file: string, error: unknown) => void): Files {
  const safely = <A extends unknown[], R>(look: (file: string, ...rest: A) => R | undefined) => {
    return (file: string, ...rest: A): R | undefined => {
      try {
        return look(file, ...rest);
      } catch (error) {
        failed(file, error);
        return undefined;
      }
    };
  };
  const { list, facts, read, readSmall } = files;
  const shown: Reading = {
    list: safely(list),
    facts: safely(facts),
    read: safely(read),
    readSmall: safely(readSmall),
  };
  return Object.assign(Object.create(files) as Files, shown);
}

/** What a look gives; undefined when it throws, which is a problem then and nothing more. */
export function guarded<T>(
  problems: Problem[],
  problemOf: (error: unknown) => Problem,
  look: () => T,
): T | undefined {
  try {
    return look();
  } catch (error) {
    problems.push(problemOf(error));
    return undefined;
  }
}
