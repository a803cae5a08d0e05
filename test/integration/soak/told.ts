// The messages that reached the target of the soak, and what must hold of them. The target's journal lies beside the disk.
import { existsSync, readFileSync } from 'node:fs';
import type { Killed } from '../crash/assault.ts';
import type { JobEvidence } from '../crash/evidence.ts';

interface Told {
  id: string;
  job: string;
  at: number;
}

const PROGRAM = `
import json, os, sys, time
message = json.loads(sys.stdin.read())
told = {"id": os.environ["JOBQ_MESSAGE_ID"], "job": os.environ["JOBQ_JOB_ID"], "at": round(time.time() * 1000)}
out = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(out, (json.dumps(told) + "\\n").encode())
`;

export function tellingTarget(python: string, journal: string): string {
  return JSON.stringify({ soak: { kind: 'command', command: [python, '-c', PROGRAM, journal] } });
}

export function readTold(journal: string): Told[] {
  if (!existsSync(journal)) return [];
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Told);
}

/** Each end is told under the id of that end; again only where a watcher died after it was told before. */
export function toldBreaches(jobs: readonly JobEvidence[], told: readonly Told[], killed: readonly Killed[]) {
  const deaths = killed.flatMap(({ what, at }) => (what === 'watcher' ? [at ?? 0] : []));
  return jobs.flatMap(({ id, archived }): string[] => {
    const { state, attempt } = archived[0]?.record ?? {};
    const end = `${id}/${state}/${attempt}`;
    const mine = told.filter(({ job }) => job === id);
    const strange = mine.filter((message) => message.id !== end);
    return [
      ...(mine.length === strange.length ? [`${end} was not told`] : []),
      ...strange.map((message) => `${message.id} was told, the end is ${end}`),
      ...mine.slice(1).flatMap(({ at }, index) => {
        const before = mine[index]?.at ?? 0;
        // half a second: the one who is told may outlive the watcher that tells it
        const isExcused = deaths.some((death) => death > before - 500 && death <= at);
        return isExcused ? [] : [`${end} was told again though no watcher had died`];
      }),
    ];
  });
}
