// Starts supervisors as processes of their own, which go on when this one ends, and tells whether one still lives. One
// more than is needed is kept ready, and one whose attempt is over gets another, since a process takes long to come up.
import type { Socket } from 'node:net';
import { execa } from 'execa';
import type { Locks } from '../lock.ts';

export interface Launcher {
  /** Starts a supervisor for an attempt's directory; `ended` is called when it is over. */
  launch(attemptDir: string, ended: () => void): void;
  /** Does a supervisor live that holds this attempt's lock? True for a short while after a launch, too. */
  isHeld(attemptDir: string, lockFile: string): Promise<boolean>;
  /** From now on one more supervisor than is needed is up and waits for an attempt below this directory. */
  keepReady?(attemptsDir: string): void;
}

/**
 * How long after a launch there is to be one that is ready, and no more: the script that is about to begin has the
 * processors first, and where one job follows the other those that have ended theirs are needed again.
 */
const REST_MS = 2000;

/** Without its own pipes to this process, it does not end with it. */
const ON_ITS_OWN = { detached: true, cleanup: false, windowsHide: true, reject: false } as const;

type Child = { pid?: number | undefined; exitCode: number | null; signalCode: string | null };

interface Waiting {
  child: Child;
  /** Gives it an attempt; `over` is called once, when that is over or when the process has ended. */
  begin(attemptDir: string, over: () => void): void;
  /** It is not needed any more. */
  dismiss(): void;
}

/**
 * Launches `node <supervisorFile> <attemptDir>`, detached. Those kept ready are `node <supervisorFile> --wait <where attempts
 * are>`, are told each attempt in a line of JSON on their standard input, write a line when it is over if they can take
 * another, and end when their input does: with their runner.
 */
export function systemLauncher(nodePath: string, supervisorFile: string, locks: Locks): Launcher {
  const alive = new Set<string>();
  const startFor = (attemptDir: string, over: () => void) => {
    const child = execa(nodePath, [supervisorFile, attemptDir], { ...ON_ITS_OWN, stdio: 'ignore' });
    child.unref(); // a runner that stops does not wait for the runs that go on
    void child.then(over);
  };
  const pool = newPool((attemptsDir) => startWaiting(nodePath, supervisorFile, attemptsDir));
  return {
    launch: (attemptDir, ended) => {
      alive.add(attemptDir);
      const over = () => {
        alive.delete(attemptDir);
        ended();
      };
      if (!pool.begin(attemptDir, over)) startFor(attemptDir, over);
    },
    isHeld: async (attemptDir, lockFile) => {
      if (alive.has(attemptDir)) return true;
      const lock = await locks.take(lockFile);
      await lock?.release();
      return lock === undefined;
    },
    keepReady: pool.keep,
  };
}

function startWaiting(nodePath: string, supervisorFile: string, attemptsDir: string): Waiting {
  const args = [supervisorFile, '--wait', attemptsDir];
  const streams = { stdin: 'pipe', stdout: 'pipe', stderr: 'ignore', buffer: false } as const;
  const child = execa(nodePath, args, { ...ON_ITS_OWN, ...streams });
  child.stdin.on('error', () => {}); // it died before it was told; that it ended says so
  child.unref();
  for (const stream of [child.stdin, child.stdout]) (stream as Partial<Socket>).unref?.();
  let under: (() => void) | undefined;
  const isOver = () => {
    const over = under;
    under = undefined;
    over?.();
  };
  child.stdout.on('data', isOver);
  void child.then(isOver);
  return {
    child,
    begin: (attemptDir, over) => {
      under = over;
      child.stdin.write(`${JSON.stringify(attemptDir)}\n`);
    },
    dismiss: () => child.stdin.end(),
  };
}

/** Those that wait; where none can be had, the launch does without. */
function newPool(start: (attemptsDir: string) => Waiting) {
  let ready: Waiting[] = [];
  let keptFor: string | undefined;
  let resting: NodeJS.Timeout | undefined;
  const settle = () => {
    if (keptFor === undefined) return;
    const [first = start(keptFor), ...more] = ready.filter(isUp);
    for (const one of more) one.dismiss();
    ready = [first];
  };
  const keep = (attemptsDir: string) => {
    keptFor = attemptsDir;
    settle();
  };
  /** False where nothing is kept ready at all. */
  const begin = (attemptDir: string, ended: () => void): boolean => {
    if (keptFor === undefined) return false;
    ready = ready.filter(isUp);
    const one = ready.pop() ?? start(keptFor);
    one.begin(attemptDir, () => {
      if (isUp(one)) ready.push(one);
      ended();
    });
    clearTimeout(resting);
    resting = setTimeout(settle, REST_MS).unref();
    return true;
  };
  return { keep, begin };
}

function isUp({ child }: Waiting): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
