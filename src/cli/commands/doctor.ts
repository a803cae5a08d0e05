// `jobq doctor`: looks at everything a queue needs on this machine, and says what to do about what is missing.
import { EXIT_CODES, JobqError } from '../../errors.ts';
import type { ServiceRole } from '../../service/service.ts';
import { readPresence } from '../../store/presences.ts';
import { forShowing } from '../../store/unreadable.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import type { Sides } from '../doctor/checks.ts';
import { checkAll } from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { newCheck } from '../doctor/finding.ts';
import { judgeMachine, lookAtMachine } from '../doctor/machine.ts';
import type { CliParts } from '../parts.ts';
import { doctorText } from '../render/doctor-text.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  role?: ServiceRole;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const { role } = input.options;
  const opened = await openContext(parts, { queue: input.queue }).catch((error: unknown) => {
    if (error instanceof JobqError) return error;
    throw error;
  });
  if (opened instanceof JobqError) {
    const machine = judgeMachine(await lookAtMachine(parts, role === 'runner', undefined));
    return resultOf(null, [], [...machine, judgeUnopened(opened)]);
  }
  const sides =
    role === undefined ? sidesOf(opened) : { runner: role === 'runner', watcher: role === 'watcher' };
  const roles = (['runner', 'watcher'] as const).filter((each) => sides[each]);
  return resultOf(opened.layout.root, roles, await checkAll(opened, sides));
}

/** Both where one machine holds both sides: nothing mirrors there, or its runner has been seen. */
function sidesOf({ parts, layout, settings }: Context): Sides {
  const { files } = parts.disk;
  const watcher = files.facts(layout.archive) !== undefined;
  const wasHere =
    readPresence(
      forShowing(files, () => {}),
      layout,
      settings.runner.id,
    )?.host === parts.environment.host;
  return { watcher, runner: !watcher || settings.syncthing.link === 'local' || wasHere };
}

function judgeUnopened({ code, message, remedy }: JobqError): Finding {
  const isSettings = code === 'usage';
  const check = newCheck(
    isSettings ? 'settings' : 'queue',
    isSettings ? 'a setting that is wrong stops every command' : 'every command works on this folder',
  );
  return check.problem(message, remedy);
}

function resultOf(
  queue: string | null,
  roles: readonly ServiceRole[],
  checks: readonly Finding[],
): VerbResult {
  const ok = !checks.some(({ level }) => level === 'problem');
  return {
    value: { queue, roles, ok, checks },
    exitCode: ok ? 0 : EXIT_CODES['queue-unusable'].exit,
    text: (style) => doctorText(style, checks),
  };
}
