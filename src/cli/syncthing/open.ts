// Syncthing for the verbs that are about it: found, or an error that says what was looked for, where, and what to set.
import { JobqError } from '../../errors.ts';
import type { Answer, FolderConfig, Refusal, Syncthing } from '../../link/api.ts';
import type { NoApi } from '../../link/find-api.ts';
import { syncthingOver } from '../../link/syncthing.ts';
import type { Carried } from '../../link/trees.ts';
import { apiOf, seePartsOf } from '../ask-syncthing.ts';
import type { Context } from '../context.ts';

export interface Mirror {
  syncthing: Syncthing;
  /** Where it is asked; never the key. */
  url: string;
  carriedBy(folders: readonly FolderConfig[]): Carried;
}

export async function openMirror(context: Context): Promise<Mirror | NoApi> {
  const parts = await context.parts.loadMirror();
  const api = apiOf(context, parts);
  if ('problem' in api) return api;
  const { carriedBy } = seePartsOf(context, parts);
  return { syncthing: syncthingOver(parts.localHttp, api), url: api.url, carriedBy };
}

export async function requireMirror(context: Context): Promise<Mirror> {
  const mirror = await openMirror(context);
  if ('problem' in mirror) throw failed(trouble(mirror));
  return mirror;
}

/** The value of an answer, or the error that stands for it. */
export async function answered<T>({ url }: Mirror, asked: Promise<Answer<T>>): Promise<T> {
  const answer = await asked;
  if ('problem' in answer) throw failed(troubleAt(url, answer));
  return answer.value;
}

export interface Trouble {
  what: string;
  remedy: string;
}

const WHERE =
  'where it runs as another user or on another address, set syncthing.home, or syncthing.url and syncthing.api_key_file, in jobq.toml';

/** That no Syncthing was found. */
export function trouble({ problem, isAbsent }: NoApi): Trouble {
  if (isAbsent)
    return {
      what: `no Syncthing was found: ${problem}`,
      remedy: `install and start Syncthing as this user; ${WHERE}`,
    };
  return { what: `Syncthing cannot be asked: ${problem}`, remedy: `mend that; ${WHERE}` };
}

/** That it was found, and does not answer or says no. */
export function troubleAt(url: string, { problem, status }: Refusal): Trouble {
  if (status === 401 || status === 403)
    return {
      what: `Syncthing at ${url} refuses the key: ${problem}`,
      remedy:
        'set syncthing.api_key_file to a file with the API key, which its GUI shows under Actions, Settings; unset api_key and JOBQ_SYNCTHING_API_KEY if they are old',
    };
  if (status !== undefined)
    return { what: `Syncthing at ${url} ${problem}`, remedy: `look whether that is Syncthing; ${WHERE}` };
  return { what: `Syncthing does not answer at ${url}: ${problem}`, remedy: `start it; ${WHERE}` };
}

function failed({ what, remedy }: Trouble): JobqError {
  return new JobqError('queue-unusable', what, { remedy });
}
