// A command of this machine: no shell, the message as JSON on standard input and its facts in variables.
import type { RunEnd } from '../../system/process/run.ts';
import type { Letter } from '../letter.ts';
import type { CommandChannel, Verdict } from './channel.ts';
import { payloadOf } from './webhook.ts';

const PREFIX = 'JOBQ_MESSAGE_';

/** Every fact under its own name, and what all messages have. */
function variablesOf({ message, title, text }: Letter): Record<string, string> {
  const { id, kind, event, job_id } = message;
  const { message_id: _, ...facts } = message.facts;
  const all = { ...facts, id, kind, event, job_id, title, text };
  const named = Object.entries(all).map(([name, value]) => [PREFIX + name.toUpperCase(), String(value)]);
  return { ...Object.fromEntries(named), JOBQ_JOB_ID: job_id };
}

function problemOf({ problem, timed_out, signal, exit_code }: RunEnd): string {
  if (timed_out) return 'the command ran longer than notify.timeout_s and was ended';
  if (problem !== undefined) return `the command could not be run: ${problem}`;
  return signal === null
    ? `the command ended with exit code ${exit_code}`
    : `the command was ended by ${signal}`;
}

function verdict(end: RunEnd): Verdict {
  const isDone = end.exit_code === 0 && !end.timed_out && end.problem === undefined;
  if (isDone) return { result: 'sent' };
  const couldNotRun = end.problem !== undefined && !end.timed_out;
  return { result: 'retry', problem: problemOf(end), ...(couldNotRun && { pause: true }) };
}

export const command: CommandChannel = {
  over: 'command',
  request: (letter, target) => ({
    command: target.command,
    env: variablesOf(letter),
    input: `${JSON.stringify(payloadOf(letter))}\n`,
  }),
  verdict,
};
