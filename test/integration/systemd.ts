// A systemd of one's own: the real user manager, in a folder of its own and apart from any that runs here.
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const MANAGER = '/usr/lib/systemd/systemd';
const UNSHARE = '/usr/bin/unshare';

/** A manager refuses to start unless it seems that systemd booted the machine. */
const START = `mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec ${MANAGER} --user --unit=basic.target`;

/** There is no logind for it: this one remembers what it was told. */
const LOGINCTL = `#!/bin/sh
case "$1" in
  enable-linger) touch "$HOME/lingers" ;;
  show-user) [ -e "$HOME/lingers" ] && echo yes || echo no ;;
esac
`;

export interface Systemd {
  env: Record<string, string | undefined>;
  systemctl(...args: string[]): string;
  close(): Promise<void>;
}

/** Why it cannot be tried here; undefined when it can. */
export function noSystemd(): string | undefined {
  if (process.platform !== 'linux') return 'systemd is for Linux';
  if (!existsSync(MANAGER)) return `there is no ${MANAGER}`;
  const tried = spawnSync(UNSHARE, ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /run'], { encoding: 'utf8' });
  return tried.status === 0 ? undefined : 'a mount namespace needs root: unshare -m is refused';
}

export async function startSystemd(home: string): Promise<Systemd> {
  // a socket's path holds 107 bytes
  const runtime = path.join(home, 'run');
  const programs = path.join(home, 'bin');
  for (const dir of [runtime, programs]) mkdirSync(dir);
  chmodSync(runtime, 0o700);
  writeFileSync(path.join(programs, 'loginctl'), LOGINCTL, { mode: 0o755 });
  const env = {
    ...process.env,
    HOME: home,
    PATH: `${programs}:${process.env['PATH']}`,
    XDG_CONFIG_HOME: path.join(home, 'config'),
    XDG_RUNTIME_DIR: runtime,
    DBUS_SESSION_BUS_ADDRESS: undefined,
  };
  const manager = spawn(UNSHARE, ['-m', 'sh', '-c', START], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [manager.stdout, manager.stderr])
    stream.on('data', (text: Buffer) => {
      said += String(text);
    });
  await socketOf(manager, path.join(runtime, 'systemd', 'private'), () => said);
  return {
    env,
    systemctl: (...args) => spawnSync('systemctl', ['--user', ...args], { env, encoding: 'utf8' }).stdout,
    close: async () => {
      const gone = new Promise((resolve) => manager.once('exit', resolve));
      manager.kill('SIGTERM');
      await gone;
    },
  };
}

async function socketOf(manager: ChildProcess, socket: string, said: () => string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!existsSync(socket)) {
    if (manager.exitCode !== null || performance.now() > deadline)
      throw new Error(`the systemd manager did not come up: ${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
