// What really runs for an order: the interpreter's program, the script and its arguments, as a list, never a shell line.

import path from 'node:path';
import type { Order } from '../job/order.ts';
import type { AttemptCommand } from '../store/work-dir.ts';
import type { RunnerState } from './parts.ts';
import { filesDir } from './read-attempt.ts';

export function attemptCommand(runner: RunnerState, order: Order, attempt: number): AttemptCommand {
  const { settings } = runner;
  const name = order.interpreter ?? settings.default_interpreter;
  const interpreter = settings.interpreters[name];
  if (!interpreter) throw new Error(`there is no interpreter ${name} in the settings`);
  const workDir = filesDir(runner, order.job_id);
  const script = path.join(...order.script.split('/'));
  return {
    job_id: order.job_id,
    attempt,
    command: [
      interpreter.path,
      ...interpreter.args_before_script,
      script,
      ...interpreter.args_after_script,
      ...argsOf(runner, order),
    ],
    cwd: workDir,
    work_dir: runner.at.workDir(order.job_id),
    env: {
      PYTHONUNBUFFERED: '1',
      PYTHONUTF8: '1',
      ...interpreter.env,
      ...order.env,
      JOBQ_JOB_ID: order.job_id,
      JOBQ_WORK_DIR: workDir,
      JOBQ_ATTEMPT: String(attempt),
      JOBQ_CANCEL_FILE: path.join(workDir, `.jobq-cancel-${order.job_id}-${attempt}.json`),
    },
    env_inherit: settings.env_inherit,
    path_prepend: interpreter.path_prepend,
    timeout_s: order.timeout_s ?? settings.timeout_s,
    stall_timeout_s: order.stall_timeout_s ?? settings.stall_timeout_s,
    grace_s: settings.grace_s,
    linger_s: settings.linger_s,
    fail_patterns: [...settings.fail_patterns, ...(order.fail_patterns ?? [])],
    licence_patterns: settings.licence_error_patterns,
    finite_csv: order.finite_csv ?? [],
    keep_awake: settings.keep_awake,
    order: Buffer.from(JSON.stringify(order)).toString('base64'),
  };
}

/** A run that is resumed has arguments of its own, where the order gives them. */
function argsOf({ ledger }: RunnerState, { job_id, args, resume_args }: Order): readonly string[] {
  return ledger.jobs.get(job_id)?.again?.how === 'resume' && resume_args ? resume_args : args;
}
