// The log of the daemons, by pino: readable on a terminal, JSON lines elsewhere, and JSON lines in a file when there is
// one. The only import of pino. A log that cannot be written stops nobody.
import { multistream, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import { messageOf } from '../errors.ts';
import type { LogFile } from './log-file.ts';
import { rotatedFile } from './log-file.ts';

export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface DaemonLog extends Log {
  /** From now on the log is kept in this file, too. */
  alsoTo(file: LogFile): void;
}

export type LogLevel = keyof Log;

/** A log to standard error: for people when it is a terminal, JSON lines otherwise. */
export function systemLog(level: LogLevel): DaemonLog {
  const shown = { level, stream: standardError() };
  const streams = multistream([shown]);
  const logger = pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, streams);
  return Object.assign(logger, {
    alsoTo: (file: LogFile) => {
      const lines = rotatedFile(file, (error) => {
        const told = { level: 40, time: new Date().toISOString(), file: file.path, error: messageOf(error) };
        shown.stream.write(`${JSON.stringify({ ...told, msg: 'the log file cannot be written' })}\n`);
      });
      streams.add({ level, stream: lines });
    },
  });
}

function standardError() {
  const stream = process.stderr.isTTY
    ? pretty({ colorize: true, translateTime: 'SYS:HH:MM:ss', destination: 2, sync: true })
    : pino.destination({ dest: 2, sync: true });
  // a terminal that went away, a full disk behind a redirection: whoever cannot be told is not told
  stream.on('error', () => {});
  return stream;
}

export const silentLog: DaemonLog = { debug() {}, info() {}, warn() {}, error() {}, alsoTo() {} };
