// The command line as commander reads it, made from the verbs' descriptions. The only import of commander.
// It loads no command: what is asked for is answered as a value.
import { Argument, Command, CommanderError, Option } from 'commander';
import { JobqError } from '../errors.ts';
import type { Environment } from '../system/environment.ts';
import { programNotes, verbNotes } from './help.ts';
import type { Out } from './parts.ts';
import type { Verb, VerbArgument, VerbInput, VerbOption } from './verb.ts';
import { VERB_GROUPS } from './verbs/groups.ts';

/** A verb that is to be run. */
export interface Asked {
  verb: Verb;
  input: VerbInput;
}

export interface ProgramParts {
  environment: Environment;
  out: Out;
  version: string;
}

/** Width of help where nobody's terminal tells. */
const HELP_WIDTH = 100;
const GLOBAL = 'Global options:';

/** Reads the arguments. Undefined when help or the version was asked for and printed. */
export function readArguments(parts: ProgramParts, argv: readonly string[]): Asked | undefined {
  let asked: Asked | undefined;
  const program = newProgram(parts);
  for (const { title, verbs } of VERB_GROUPS) {
    for (const verb of verbs) addVerb(program, title, verb, (input) => (asked = { verb, input }));
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw usageError(error);
  }
  return asked;
}

function newProgram({ environment, out, version }: ProgramParts): Command {
  const width = environment.stdoutIsTerminal ? environment.columns : HELP_WIDTH;
  const program = new Command('jobq')
    .description(
      'A job queue over a mirrored folder: submit on one machine, run on another, share nothing but files.',
    )
    .usage('<verb> [options]')
    .exitOverride()
    // what stands behind the verb is the verb's own: `--arg --json` hands `--json` to the script
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => out.stdout(text),
      writeErr: (text) => out.stderr(text),
      // told once, by whoever called, in the form that was asked for
      outputError: () => {},
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .version(version, '--version', 'print the version')
    .addHelpOption(helpOption())
    .helpCommand('help [verb]', 'print the help of a verb')
    .addHelpText('after', programNotes());
  for (const option of globalOptions()) program.addOption(option);
  return program;
}

/** Fresh ones for each command: they may stand before and behind the verb. */
function globalOptions(): Option[] {
  return [
    new Option(
      '--queue <dir>',
      'folder of the queue (default: JOBQ_QUEUE, else the queue one stands in)',
    ).helpGroup(GLOBAL),
    new Option('--json', 'print the result, or the error, as one JSON value on standard output').helpGroup(
      GLOBAL,
    ),
  ];
}

function helpOption(): Option {
  return new Option('--help', 'print this help').helpGroup(GLOBAL);
}

function addVerb(program: Command, title: string, verb: Verb, ask: (input: VerbInput) => void): void {
  const command = program
    .command(verb.name)
    .helpGroup(`${title}:`)
    .summary(verb.summary)
    .description(`${verb.summary[0]?.toUpperCase()}${verb.summary.slice(1)}.\n\n${verb.description}`)
    .addHelpOption(helpOption())
    .addHelpText('after', verbNotes(verb));
  for (const argument of verb.arguments) command.addArgument(argumentOf(argument));
  for (const option of verb.options) command.addOption(optionOf(option));
  for (const option of globalOptions()) command.addOption(option);
  command.action(() => {
    const { queue, json, ...options } = { ...program.opts(), ...command.opts() } as {
      queue?: string;
      json?: boolean;
    };
    ask({ args: command.args, options, queue, json: json ?? false });
  });
}

function argumentOf({ name, required, variadic, description, choices }: VerbArgument): Argument {
  const dots = variadic ? '...' : '';
  const argument = new Argument(required ? `<${name}${dots}>` : `[${name}${dots}]`, description);
  return choices ? argument.choices([...choices]) : argument;
}

function optionOf({ flags, description, default: fallback, parse, choices }: VerbOption): Option {
  const option = new Option(flags, description);
  if (choices) option.choices([...choices]);
  if (parse) option.argParser(parse);
  if (fallback !== undefined) option.default(fallback);
  return option;
}

function usageError(error: CommanderError): JobqError {
  const [first = '', ...rest] = error.message.split('\n');
  const message = error.code === 'commander.help' ? 'no verb was given' : first.replace(/^error: /, '');
  return new JobqError('usage', [message, ...(error.code === 'commander.help' ? [] : rest)].join(' '), {
    remedy: 'run `jobq --help`, or `jobq <verb> --help`',
    cause: error,
  });
}
