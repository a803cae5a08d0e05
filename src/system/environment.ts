// What this process was given: environment, arguments, host, platform. Read here and nowhere else.
import { readFileSync } from 'node:fs';
import { hostname, uptime, userInfo } from 'node:os';
import envPaths from 'env-paths';

export interface Environment {
  variables: Readonly<Record<string, string | undefined>>;
  cwd: string;
  platform: string;
  host: string;
  pid: number;
  bootId: string;
  user: string;
  /** Where this user's programs keep data that is not mirrored. */
  dataDir: string;
  nodePath: string;
  /** `20.19.0` */
  nodeVersion: string;
  stdoutIsTerminal: boolean;
  columns: number;
  /** Of the terminal; undefined where there is none. */
  rows?: number | undefined;
}

/** Different after each start of the machine. Windows tells none, so the time of the start stands for it. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `boot-${Math.round((Date.now() / 1000 - uptime()) / 10)}`;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? process.env['USERNAME'] ?? 'unknown';
  }
}

export function systemEnvironment(): Environment {
  return {
    variables: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    host: hostname(),
    pid: process.pid,
    bootId: bootId(),
    user: userName(),
    dataDir: envPaths('jobq', { suffix: '' }).data,
    nodePath: process.execPath,
    nodeVersion: process.versions.node,
    // asked for only where it matters: what Node keeps for standard output takes long to make
    get stdoutIsTerminal() {
      return process.stdout.isTTY === true;
    },
    // asked for each time: the window may change
    get columns() {
      return process.stdout.columns ?? 100;
    },
    get rows() {
      return process.stdout.rows;
    },
  };
}
