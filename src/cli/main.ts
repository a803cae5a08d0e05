// One call of jobq: reads the arguments, runs the verb, prints its value or its error, and answers the exit code.
import { JobqError } from '../errors.ts';
import type { Environment } from '../system/environment.ts';
import type { CliParts } from './parts.ts';
import type { Asked, ProgramParts } from './program.ts';
import { errorOf, errorText } from './render/error.ts';
import { printable } from './render/printable.ts';
import type { VerbResult } from './verb.ts';

/** `argv` without the program's own name. Nothing is thrown, and the process is not ended. */
export async function main(
  parts: CliParts,
  argv: readonly string[],
  read: (parts: ProgramParts, argv: readonly string[]) => Asked | undefined,
): Promise<number> {
  let json = asksForJson(argv);
  try {
    const asked = read(parts, argv);
    if (!asked) return 0;
    const { verb, input } = asked;
    json = input.json;
    const command = await verb.load();
    const result = await command.run(parts, input);
    if (!result.printed) await print(parts, result, json);
    await result.afterwards?.();
    return result.exitCode ?? 0;
  } catch (error) {
    return printError(parts, error, json);
  }
}

async function print({ out, environment }: CliParts, result: VerbResult, json: boolean): Promise<void> {
  const text = json ? JSON.stringify(result.value, null, 2) : await textOf(result, environment);
  if (text !== '') out.stdout(`${text}\n`);
}

/** Loaded where there is something for people to read. */
async function textOf(result: VerbResult, environment: Environment): Promise<string> {
  const { isColored, styleOf } = await import('./render/style.ts');
  const text = await result.text(styleOf(environment));
  return result.raw === true ? text : printable(text, { colored: isColored(environment) });
}

async function printError({ out, environment }: CliParts, error: unknown, json: boolean): Promise<number> {
  const told = errorOf(error);
  if (json) out.stdout(`${JSON.stringify({ error: told }, null, 2)}\n`);
  else {
    const { isColored, styleOf } = await import('./render/style.ts');
    const text = printable(errorText(told, styleOf(environment)), { colored: isColored(environment) });
    out.stderr(`${text}\n`);
  }
  return error instanceof JobqError ? error.exitCode : 1;
}

/** As long as the arguments are not read, and when they cannot be: this looks at the words alone. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).includes('--json');
}
