// The log of the daemons, by pino: readable on a terminal, JSON lines elsewhere. The only import of pino.
import type { Logger as PinoLogger } from 'pino';
import { pino } from 'pino';
import pretty from 'pino-pretty';

export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** A log to standard error: for people when it is a terminal, JSON lines otherwise. */
export function systemLog(level: string): Log {
  const logger: PinoLogger = process.stderr.isTTY
    ? pino(
        { level },
        pretty({
          colorize: true,
          ignore: 'pid,hostname',
          translateTime: 'SYS:HH:MM:ss',
          destination: 2,
          sync: true,
        }),
      )
    : pino(
        { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
        pino.destination({ dest: 2, sync: true }),
      );
  return logger;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
