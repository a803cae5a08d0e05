// What help says below the options: examples, exit codes, how the queue is found, the usual course of things.
import { EXIT_CODES } from '../errors.ts';
import type { Verb } from './verb.ts';

const FLOW = `Usual course:
  jobq init <queue>              once; then keep \`jobq runner\` and \`jobq watcher\` running
  jobq submit <study-dir>        prints the job id
  jobq wait <job>                exit code 0 when it completed
  jobq status <job> --json       results_dir is where results and log are`;

const QUEUE = `The queue is the folder that --queue names, else the variable JOBQ_QUEUE, else the nearest folder
upwards from here that has jobq.toml or outbox/.jobq-queue. A job may be named by any unambiguous part of
its id.`;

const ENVIRONMENT = `Environment:
  JOBQ_QUEUE                     folder of the queue
  JOBQ_LOG_LEVEL                 log level of the daemons: debug, info (default), warn, error
  JOBQ_<SECTION>_<KEY>           a setting, such as JOBQ_RUNNER_SLOTS; wins over jobq.toml
  NO_COLOR                       no colour`;

const JSON_NOTE = `With --json standard output is one JSON value: the result, or
{"error": {code, message, file?, field?, remedy}} together with the exit code of the error.`;

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

function exitTable(): string {
  const rows = Object.entries(EXIT_CODES).map(
    ([code, { exit, meaning }]) => `${String(exit).padStart(2)}  ${code.padEnd(15)} ${meaning}`,
  );
  return `Exit codes:\n${indented(rows)}`;
}

/** Stands below `jobq --help`. */
export function programNotes(): string {
  return ['', FLOW, QUEUE, ENVIRONMENT, JSON_NOTE, exitTable()].join('\n\n').slice(1);
}

/** Stands below the help of a verb. */
export function verbNotes({ examples, exits = [] }: Verb): string {
  const codes = [
    [0, 'done'],
    ...exits,
    [2, 'the command line or a setting is wrong'],
    [7, 'the queue cannot be used'],
  ] as const;
  const unique = codes.filter(([code], index) => codes.findIndex(([other]) => other === code) === index);
  const rows = unique
    .toSorted(([a], [b]) => a - b)
    .map(([code, meaning]) => `${String(code).padStart(2)}  ${meaning}`);
  const shown = [
    `Examples:\n${indented(examples)}`,
    `Exit codes (all of them: jobq --help):\n${indented(rows)}`,
  ];
  return ['', ...shown].join('\n\n').slice(1);
}
