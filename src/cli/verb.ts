// What a verb is: a light description that help and the parser are made from, and a module that is loaded when it runs.
import type { CliParts } from './parts.ts';
import type { Style } from './render/style.ts';

export interface VerbArgument {
  name: string;
  required: boolean;
  variadic?: boolean;
  description: string;
  choices?: readonly string[];
}

export interface VerbOption {
  /** As commander reads it: `--limit <n>`, `--arg <text...>`, `--hold`. */
  flags: string;
  /** With the unit, where there is one. */
  description: string;
  default?: string | number | boolean | undefined;
  /** Reads the text of the option; throws a JobqError of code `usage`. */
  parse?: (text: string, before: unknown) => unknown;
  choices?: readonly string[];
}

export interface VerbInput<O extends object = object> {
  /** The arguments, with those of a variadic one in a row. */
  args: readonly string[];
  /** The options of the verb by their names in camel case; what was not given and has no default is missing. */
  options: Readonly<O>;
  queue: string | undefined;
  json: boolean;
}

export interface VerbResult {
  /** What `--json` prints. */
  value: unknown;
  /** All of it has been printed while the verb ran: nothing more is. */
  printed?: true;
  /** 0 unless told. */
  exitCode?: number;
  /** The same for people, without the last line feed; '' prints nothing. */
  text(style: Style): string | Promise<string>;
  /** The text is what a script said, and is printed as it is. */
  raw?: boolean;
  /** What is done only once it is printed. */
  afterwards?(): Promise<void>;
}

interface CommandModule {
  run(parts: CliParts, input: VerbInput): Promise<VerbResult>;
}

export interface Verb {
  name: string;
  /** One line, without a full stop. */
  summary: string;
  /** Two to six lines on what it does, as one paragraph. */
  description: string;
  arguments: readonly VerbArgument[];
  options: readonly VerbOption[];
  examples: readonly string[];
  /** The exit codes that matter, in words of this verb: `[5, 'a job failed']`. 0, 1, 2 and 7 are everybody's. */
  exits?: readonly (readonly [code: number, meaning: string])[];
  load(): Promise<CommandModule>;
}
