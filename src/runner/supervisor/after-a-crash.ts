// What a supervisor that died has left of its attempt: nothing of it may live on, and it is never begun again.
import { idOf } from './processes.ts';
import type { Run } from './run.ts';
import type { Stop } from './stop.ts';
import { askedStop } from './stop.ts';
import type { End } from './verdict.ts';
import { listed, message, whyStopped } from './words.ts';

const DIED = 'the supervisor of the run ended without a word (crash or reboot)';

export async function endLeftovers(run: Run): Promise<End> {
  const killed = (await run.processes.endAll()).map(idOf);
  // what the run was being ended for when its supervisor died is carried out
  const stop: Stop | undefined = askedStop(run);
  const count = killed.length === 1 ? '1 of its processes was' : `${killed.length} of its processes were`;
  const left = killed.length > 0 ? `${count} alive and ended: ${listed(killed)}` : undefined;
  return {
    exit_code: null,
    signal: null,
    ended_by: stop?.by ?? 'interrupted',
    ...message(stop && whyStopped(stop), DIED, left),
    ...(killed.length > 0 && { killed }),
  };
}
