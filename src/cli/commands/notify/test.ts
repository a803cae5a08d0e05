// `jobq notify test`: sends a message that says nothing, past the ledger, and says what came back.
import { EXIT_CODES, JobqError } from '../../../errors.ts';
import { testTarget } from '../../../notify/notifier.ts';
import type { Context } from '../../context.ts';
import type { DaemonParts } from '../../parts.ts';
import type { VerbResult } from '../../verb.ts';

interface Tested {
  target: string;
  kind: string;
  sent: boolean;
  status: number | null;
  problem: string | null;
  retryable: boolean;
}

export async function test(context: Context, named: readonly string[], all: boolean): Promise<VerbResult> {
  const { parts, layout, settings } = context;
  const known = Object.keys(settings.notify.targets);
  const names = all ? known : [...new Set(named)];
  if (names.length === 0) throw nothingNamed(known);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw noTarget(unknown, known);
  parts.disk.files.makeDir(layout.watcher);
  const daemon = await parts.loadDaemon();
  const tests: Tested[] = [];
  for (const name of names) tests.push(await one(context, daemon, name));
  const isSent = tests.every(({ sent }) => sent);
  return {
    value: { tests },
    exitCode: isSent ? 0 : EXIT_CODES['queue-unusable'].exit,
    text: () => tests.map(textOf).join('\n'),
  };
}

async function one({ parts, layout, settings }: Context, daemon: DaemonParts, name: string): Promise<Tested> {
  let status: number | null = null;
  const verdict = await testTarget(
    {
      disk: parts.disk,
      file: layout.notifications,
      settings: settings.notify,
      variables: parts.environment.variables,
      run: daemon.run,
      http: async (request) => {
        const answer = await daemon.http(request);
        if ('status' in answer) status = answer.status;
        return answer;
      },
    },
    name,
  );
  const kind = settings.notify.targets[name]?.kind ?? '';
  const about = { target: name, kind, sent: verdict.result === 'sent', status };
  if (verdict.result === 'sent') return { ...about, problem: null, retryable: false };
  return verdict.result === 'retry'
    ? { ...about, problem: verdict.problem, retryable: true }
    : { ...about, problem: verdict.reason, retryable: false };
}

function textOf({ target, kind, sent, status, problem, retryable }: Tested): string {
  if (sent) {
    const came = status === null ? 'the command ended with exit code 0' : `status ${status}`;
    return `${target} (${kind}): sent, ${came}. Look whether "A test message of jobq for ${target}" has arrived.`;
  }
  const variable = /\bvariable\b/.test(problem ?? '')
    ? ' in this terminal; the watcher has variables of its own'
    : '';
  const fate = retryable ? 'it is tried again for notify.retry_max_h' : 'it is given up at once';
  return `${target} (${kind}): not sent: ${problem ?? ''}${variable}. When that comes of a message about a job, ${fate}.`;
}

function nothingNamed(known: readonly string[]): JobqError {
  return new JobqError('usage', 'say which target is to be tested', {
    field: 'what',
    remedy:
      known.length === 0
        ? 'there is none: add [notify.targets.<name>] to jobq.toml'
        : `give one of ${known.join(', ')}, or --all`,
  });
}

function noTarget(name: string, known: readonly string[]): JobqError {
  return new JobqError('not-found', `notify.targets has no "${name}"`, {
    field: 'notify.targets',
    remedy: known.length === 0 ? 'add a target to the settings' : `take one of ${known.join(', ')}`,
  });
}
