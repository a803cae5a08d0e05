// What really runs for an order: the interpreter's program, the script and its arguments, as a list, never a shell line.

import path from 'node:path';
import type { Order } from '../job/order.ts';
import type { AttemptCommand } from '../store/work-dir.ts';
import { ATTEMPT } from '../store/work-dir.ts';
import type { RunnerState } from './parts.ts';

export function attemptCommand(runner: RunnerState, order: Order, attempt: number): AttemptCommand {
  const { settings, at } = runner;
  const name = order.interpreter ?? settings.default_interpreter;
  const interpreter = settings.interpreters[name];
  if (!interpreter) throw new Error(`there is no interpreter ${name} in the settings`);
  const workDir = at.workDir(order.job_id);
  const script = path.join(...order.script.split('/'));
  return {
    job_id: order.job_id,
    attempt,
    command: [
      interpreter.path,
      ...interpreter.args_before_script,
      script,
      ...interpreter.args_after_script,
      ...order.args,
    ],
    cwd: workDir,
    env: {
      PYTHONUNBUFFERED: '1',
      PYTHONUTF8: '1',
      ...interpreter.env,
      ...order.env,
      JOBQ_JOB_ID: order.job_id,
      JOBQ_WORK_DIR: workDir,
      JOBQ_ATTEMPT: String(attempt),
      JOBQ_CANCEL_FILE: path.join(at.attempt(order.job_id, attempt), ATTEMPT.cancel),
    },
    path_prepend: [...interpreter.path_prepend],
    timeout_s: order.timeout_s ?? settings.timeout_s,
    grace_s: settings.grace_s,
  };
}
