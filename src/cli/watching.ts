// Shows the same again and again until the interrupt: a picture on a terminal, or one JSON value a line.

import { JobqError } from '../errors.ts';
import { isoNow } from '../store/disk.ts';
import type { CliParts } from './parts.ts';
import { errorOf, errorText } from './render/error.ts';
import { frame } from './render/screen.ts';
import { styleOf } from './render/style.ts';
import type { VerbResult } from './verb.ts';

const DEFAULT_S = 5;

/** The value of an option `--watch [s]`. */
export type Every = number | true;

export interface Watching {
  every: Every;
  json: boolean;
  look: () => Promise<VerbResult>;
}

/** What cannot be looked at once is told, and looked at again: the queue may come back. */
export async function watchOn(parts: CliParts, { every, json, look }: Watching): Promise<VerbResult> {
  const { environment, out, interrupt, disk } = parts;
  if (!json && !environment.stdoutIsTerminal) throw noTerminal();
  const waitMs = (every === true ? DEFAULT_S : every) * 1000;
  for (let first = true; !interrupt.aborted; first = false) {
    out.stdout(json ? await line(look) : frame(await picture(parts, look), environment, first));
    await disk.clock.sleep(waitMs, interrupt);
  }
  return { value: null, printed: true, text: () => '' };
}

async function line(look: Watching['look']): Promise<string> {
  const value = await look().then(
    (result) => result.value,
    (error: unknown) => ({ error: errorOf(error) }),
  );
  return `${JSON.stringify(value)}\n`;
}

async function picture({ environment, disk }: CliParts, look: Watching['look']): Promise<string> {
  const style = styleOf(environment);
  const text = await look().then(
    (result) => result.text(style),
    (error: unknown) => errorText(errorOf(error), style),
  );
  const time = isoNow(disk).slice(11, 19);
  return `${text}\n\n${style.colors.dim(`${time} UTC; Ctrl+C ends this`)}`;
}

function noTerminal(): JobqError {
  return new JobqError('usage', '--watch draws on a terminal, and there is none', {
    field: '--watch',
    remedy: 'leave it out, or add --json for one line of JSON each time',
  });
}
