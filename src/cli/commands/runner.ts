// `jobq runner [action]`: the daemon itself, and what the owner of its machine asks of it. Each action is loaded alone.
import { JobqError } from '../../errors.ts';
import type { CliParts } from '../parts.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Action {
  /** The options that mean something with it. */
  options: readonly string[];
  load(): Promise<(parts: CliParts, input: VerbInput) => Promise<VerbResult>>;
}

const wish = () => import('./runner/wish.ts');

const ACTIONS: Readonly<Record<string, Action>> = {
  run: {
    options: ['once', 'acceptLostLedger'],
    load: async () => (await import('./runner/daemon.ts')).run,
  },
  status: { options: [], load: async () => (await import('./runner/status.ts')).run },
  pause: { options: ['until', 'reason', 'interrupt'], load: async () => (await wish()).pause },
  resume: { options: [], load: async () => (await wish()).resume },
  drain: { options: ['reason'], load: async () => (await wish()).drain },
  stop: { options: ['timeout'], load: async () => (await import('./runner/stop.ts')).run },
};

export async function run(parts: CliParts, input: VerbInput): Promise<VerbResult> {
  const name = input.args[0] ?? 'run';
  const action = ACTIONS[name];
  if (!action) throw unknown(name);
  refuseIdleOptions(name, action, input.options);
  const act = await action.load();
  return act(parts, input);
}

function unknown(name: string): JobqError {
  return new JobqError('usage', `\`jobq runner\` knows no ${JSON.stringify(name)}`, {
    remedy: `give one of ${Object.keys(ACTIONS).join(', ')}`,
  });
}

/** An option that would do nothing is a mistake of the one who gave it. */
function refuseIdleOptions(name: string, action: Action, options: object): void {
  const idle = Object.keys(options).find((option) => !action.options.includes(option));
  if (idle === undefined) return;
  const flag = `--${idle.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new JobqError('usage', `${flag} means nothing with \`jobq runner ${name}\``, {
    field: flag,
    remedy: 'leave it out; `jobq runner --help` says what belongs together',
  });
}
