// The supervisors and scripts of a simulated workstation, with the files that the real ones write: they go on when the
// daemon dies, only one can hold an attempt, and each can die by itself or with the machine.
import { makeDurable } from '../../../src/store/made-durable.ts';
import type { AttemptCommand } from '../../../src/store/work-dir.ts';
import {
  ATTEMPT,
  hasAttemptFile,
  readCommand,
  readSupervisor,
  reserveRoom,
  writeAttemptFile,
  writeWithReserve,
} from '../../../src/store/work-dir.ts';
import type { Launcher } from '../../../src/system/process/launch.ts';
import type { Random } from '../random.ts';
import type { Timeline } from '../timeline.ts';
import type { Life } from './life.ts';
import type { LifeHooks, Side } from './side.ts';

export interface ScriptPlan {
  runMs: number;
  /** How this attempt ends. */
  end: { exit_code: number; findings?: object };
}

export interface Supervisors {
  launcher: Launcher;
  /** One of those that live dies within its next calls. */
  crash(inCalls: number): boolean;
  /** The machine goes down: nothing of what ran is left. */
  powerLost(): void;
  isAnyAlive(): boolean;
}

export interface SupervisorsParts {
  side: Side;
  timeline: Timeline;
  random: Random;
  hooks: Omit<LifeHooks, 'died'>;
  planOf(command: AttemptCommand): ScriptPlan;
  /** A script begins, and finds this directory. */
  started(command: AttemptCommand): void;
  /** It has ended by itself, and left these files. */
  ended(command: AttemptCommand, files: ReadonlyMap<string, string>): void;
}

interface Script {
  attemptDir: string;
  job: string;
  isAlive: boolean;
  files: Map<string, string>;
}

interface Supervisor {
  attemptDir: string;
  life: Life;
}

const LOOK_MS = 1000;
const RETRY_MS = 5000;

export function newSupervisors(parts: SupervisorsParts): Supervisors {
  const { side, timeline, random } = parts;
  const alive = new Map<string, Supervisor>();
  const scripts: Script[] = [];
  const isHeld = (attemptDir: string) => alive.has(attemptDir);

  const supervise = async ({ attemptDir, life }: Supervisor): Promise<void> => {
    const { files } = life;
    const command = await surely(life, async () => readCommand(files, attemptDir) ?? null);
    if (!command || hasAttemptFile(side.disk.files, attemptDir, 'exit')) return;
    const started_at = readSupervisor(side.disk.files, attemptDir)?.started_at ?? iso(life);
    const end = hasAttemptFile(side.disk.files, attemptDir, 'supervisor')
      ? endLeftovers(attemptDir)
      : await begin(life, attemptDir, command, started_at);
    await makeDurable(life, attemptDir, command);
    await surely(life, () => writeExit(life, attemptDir, started_at, end));
  };
  const writeExit = (life: Life, attemptDir: string, started_at: string, end: object) =>
    writeWithReserve(life, attemptDir, 'exit', {
      exit_code: 0,
      signal: null,
      ended_by: 'itself',
      started_at,
      finished_at: iso(life),
      ...end,
    });
  /** What cannot be written is tried again until it can. */
  const surely = async <T>(life: Life, work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (life.isDead()) throw error;
        await life.clock.sleep(RETRY_MS);
      }
    }
  };
  const endLeftovers = (attemptDir: string) => {
    for (const script of scripts) if (script.attemptDir === attemptDir) script.isAlive = false;
    return { exit_code: null, ended_by: 'interrupted', message: 'its supervisor died' };
  };
  const begin = async (
    life: Life,
    attemptDir: string,
    command: AttemptCommand,
    started_at: string,
  ): Promise<object> => {
    await surely(life, () =>
      writeAttemptFile(life, attemptDir, 'supervisor', { pid: 1, boot_id: side.bootId, started_at }),
    );
    await reserveRoom(life, attemptDir).catch(() => {});
    if (life.isDead()) throw new Error('the supervisor is dead');
    const script = start(attemptDir, command);
    const plan = parts.planOf(command);
    const endsAt = timeline.nowMs() + plan.runMs;
    for (;;) {
      await life.clock.sleep(Math.min(LOOK_MS, Math.max(1, endsAt - timeline.nowMs())));
      if (timeline.nowMs() >= endsAt) {
        finish(script, command);
        return plan.end;
      }
      const asked = askedOf(attemptDir);
      if (!asked) continue;
      script.isAlive = false;
      return { exit_code: null, signal: 'SIGTERM', ended_by: asked, message: 'asked to end' };
    }
  };
  const askedOf = (attemptDir: string): 'interrupted' | 'cancel' | undefined => {
    const bytes = side.disk.bytes(`${attemptDir}/${ATTEMPT.cancel}`);
    if (!bytes) return undefined;
    return (JSON.parse(String(bytes)) as { interrupt?: boolean }).interrupt ? 'interrupted' : 'cancel';
  };
  const start = (attemptDir: string, command: AttemptCommand): Script => {
    const script: Script = { attemptDir, job: command.job_id, isAlive: true, files: new Map() };
    scripts.push(script);
    parts.started(command);
    const log = 'jobq_trial: 1/2 best=3.5\n';
    write(script, `${attemptDir}/${ATTEMPT.log}`, log);
    write(script, `${command.cwd}/3_results/history.csv`, 'trial,value\n1,3.5\n');
    return script;
  };
  const finish = (script: Script, command: AttemptCommand): void => {
    if (!script.isAlive) return;
    write(script, `${script.attemptDir}/${ATTEMPT.log}`, 'jobq_trial: 2/2 best=3.25\n');
    write(script, `${command.cwd}/3_results/history.csv`, '2,3.25\n');
    write(script, `${command.cwd}/3_results/study.db`, `results of ${command.job_id}`);
    script.isAlive = false;
    const prefix = `${command.cwd}/`;
    const made = [...script.files].filter(([file]) => file.startsWith(prefix));
    parts.ended(command, new Map(made.map(([file, text]) => [file.slice(prefix.length), text])));
  };
  /** Scripts write in place and sync nothing. */
  const write = (script: Script, file: string, text: string): void => {
    const dir = file.slice(0, file.lastIndexOf('/'));
    side.disk.files.makeDir(dir);
    const out = side.disk.files.openAppend(file);
    out.write(Buffer.from(text));
    script.files.set(file, String(side.disk.bytes(file)));
  };
  const launch: Launcher['launch'] = (attemptDir, ended) => {
    if (alive.has(attemptDir)) return;
    const over = () => {
      if (alive.get(attemptDir) === supervisor) alive.delete(attemptDir);
    };
    const died = () => {
      over();
      // what it ran is ended with it, or goes on until the next one comes
      if (random.chance(0.5)) endLeftovers(attemptDir);
      timeline.after(50, ended);
    };
    const supervisor: Supervisor = { attemptDir, life: side.live('supervisor', { ...parts.hooks, died }) };
    alive.set(attemptDir, supervisor);
    timeline.after(random.between(20, 500), () => {
      if (supervisor.life.isDead()) return;
      supervise(supervisor).then(
        () => {
          over();
          timeline.after(5, ended);
        },
        () => supervisor.life.kill(),
      );
    });
  };
  return {
    launcher: { launch, isHeld: (attemptDir) => Promise.resolve(isHeld(attemptDir)) },
    crash: (inCalls) => {
      const [any] = random.shuffled([...alive.values()]);
      any?.life.dieIn(inCalls);
      return any !== undefined;
    },
    powerLost: () => {
      const lost = [...alive.values()];
      alive.clear();
      for (const { life } of lost) life.kill();
      for (const script of scripts) script.isAlive = false;
    },
    isAnyAlive: () => alive.size > 0,
  };
}

function iso({ clock }: Life): string {
  return new Date(clock.now()).toISOString();
}
