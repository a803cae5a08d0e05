// One try to send one message to one target, and what came of it. Nothing it returns holds a secret.
import path from 'node:path';
import { messageOf } from '../errors.ts';
import type { Settings } from '../settings/keys.ts';
import type { NotifyTarget } from '../settings/notify-targets.ts';
import type { Disk } from '../store/disk.ts';
import type { Environment } from '../system/environment.ts';
import type { Http, HttpAnswer } from '../system/http.ts';
import type { Run } from '../system/process/run.ts';
import type { HttpChannel, Verdict } from './channels/channel.ts';
import { CHANNELS } from './channels/channels.ts';
import { concealer } from './conceal.ts';
import { oneLine } from './harmless.ts';
import { letterFor } from './letter.ts';
import type { Message } from './message.ts';
import type { Secrets } from './secrets.ts';
import { secretsOf } from './secrets.ts';

export interface SendingParts {
  disk: Disk;
  /** The ledger; the output of commands is kept beside it. */
  file: string;
  settings: Settings['notify'];
  variables: Environment['variables'];
  http: Http;
  run: Run;
}

/** Never throws: what goes wrong is a verdict. */
export async function send(
  parts: SendingParts,
  message: Message,
  name: string,
  target: NotifyTarget,
): Promise<Verdict> {
  const secrets = secretsOf(target, { variables: parts.variables, files: parts.disk.files });
  if ('problem' in secrets) return { result: 'retry', problem: secrets.problem, pause: true };
  const conceal = concealer(target, secrets);
  try {
    const sent =
      target.kind === 'command'
        ? await runCommand(parts, message, name, target)
        : await exchange(parts, message, name, target, secrets, conceal);
    return concealed(sent, conceal);
  } catch (error) {
    return concealed({ result: 'retry', problem: messageOf(error) }, conceal);
  }
}

type Conceal = (text: string) => string;

function concealed(verdict: Verdict, conceal: Conceal): Verdict {
  if (verdict.result === 'retry') return { ...verdict, problem: oneLine(conceal(verdict.problem)) };
  return verdict.result === 'refused' ? { ...verdict, reason: oneLine(conceal(verdict.reason)) } : verdict;
}

async function exchange(
  { http, settings, disk }: SendingParts,
  message: Message,
  name: string,
  target: Exclude<NotifyTarget, { kind: 'command' }>,
  secrets: Secrets,
  conceal: Conceal,
): Promise<Verdict> {
  // the table of channels fits each kind to its target
  const channel = CHANNELS[target.kind] as HttpChannel<typeof target.kind>;
  const letter = letterFor(message, name, target, channel.disarm);
  const request = channel.request(letter, target as never, secrets, disk.clock.now());
  const answer = await http({ ...request, timeoutMs: settings.timeout_s * 1000 });
  if ('problem' in answer) return { result: 'retry', problem: answer.problem, pause: true };
  const verdict = channel.verdict(answer, target as never, disk.clock.now());
  if (verdict.result === 'sent') return verdict;
  // the answer may repeat what it was asked with, and is cut to be told: so it is concealed before
  const told = channel.verdict(concealedAnswer(answer, conceal), target as never, disk.clock.now());
  if (verdict.result === 'retry')
    return told.result === 'retry' ? { ...verdict, problem: told.problem } : verdict;
  return told.result === 'refused' ? told : verdict;
}

function concealedAnswer(answer: HttpAnswer, conceal: Conceal): HttpAnswer {
  const headers = Object.entries(answer.headers).map(([header, value]) => [header, conceal(value)]);
  return {
    ...answer,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: conceal(answer.body),
  };
}

async function runCommand(
  { disk, file, run, settings }: SendingParts,
  message: Message,
  name: string,
  target: Extract<NotifyTarget, { kind: 'command' }>,
): Promise<Verdict> {
  const channel = CHANNELS.command;
  const cwd = path.dirname(file);
  // what the last command of this target printed; a test must not write into what the watcher's own one prints
  const outputFile = path.join(cwd, `notify-${name}${message.kind === 'test' ? '.test' : ''}.log`);
  await disk.files.removeFile(outputFile);
  const request = channel.request(letterFor(message, name, target, channel.disarm), target);
  const end = await run({ ...request, cwd, outputFile, timeoutMs: settings.timeout_s * 1000 });
  return channel.verdict(end);
}
