// What is told of a job of which some file or directory cannot be read.
import type { Problem } from '../queue/problem.ts';

export function unreadable(job_id: string, reason: string): Problem {
  const remedy =
    'check who may read it, and whether another program holds it; it is looked at again at every tick';
  return { kind: 'unreadable', file: job_id, job_id, reason, remedy };
}
