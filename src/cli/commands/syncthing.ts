// `jobq syncthing setup|status`: each is loaded alone.
import { JobqError } from '../../errors.ts';
import type { CliParts } from '../parts.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

export async function run(parts: CliParts, input: VerbInput): Promise<VerbResult> {
  if (input.args[0] === 'setup') return (await import('./syncthing/setup.ts')).run(parts, input);
  const idle = Object.keys(input.options)[0];
  if (idle !== undefined) {
    const flag = `--${idle.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new JobqError('usage', `${flag} means nothing with \`jobq syncthing status\``, {
      field: flag,
      remedy: 'leave it out: status shows how things are on this side, and changes nothing',
    });
  }
  return (await import('./syncthing/status.ts')).run(parts, input);
}
