// Why a whole order cannot be run here, decided from the order and the settings alone.
import { sentence } from '../job/issues.ts';
import type { Fields } from '../job/lenient-text.ts';
import type { Order } from '../job/order.ts';
import { RUN_ON_AUTO, wantedRunner } from '../job/order.ts';
import type { Outcome } from '../job/outcome.ts';
import type { Requests } from '../job/request.ts';
import { JOB_JSON } from '../job/seal.ts';
import type { MachineSeen } from './machine.ts';
import type { SealedOrder } from './order-facts.ts';
import type { RunnerPolicy } from './runner-snapshot.ts';

export function rejected(message: string): Outcome {
  return { kind: 'rejected', error_class: 'inputs', message };
}

/** The first reason to refuse an order that is whole, as an outcome that names file and field. */
export function rejectionOf(
  facts: SealedOrder,
  policy: RunnerPolicy,
  machine: Pick<MachineSeen, 'cpus' | 'totalMemoryMb'>,
): Outcome | undefined {
  const { order, problems } = facts;
  if (!order) return rejected(problems.map((problem) => sentence(JOB_JSON, problem)).join('; '));
  if (!facts.entries.some((entry) => entry.path === order.script)) {
    return rejected(`job.json, script: "${order.script}" is not among the files of the order`);
  }
  const interpreter = order.interpreter ?? policy.default_interpreter;
  if (!Object.hasOwn(policy.interpreters, interpreter)) {
    const known = Object.keys(policy.interpreters).join(', ') || 'none';
    return rejected(`job.json, interpreter: "${interpreter}" is not one this runner has (${known})`);
  }
  const stranger = Object.keys(order.env ?? {}).find((name) => !policy.env_allowed.includes(name));
  if (stranger !== undefined) {
    return rejected(`job.json, env.${stranger}: this runner does not let orders set it (runner.env_allowed)`);
  }
  return beyondMachine(order, policy, machine);
}

/** What this machine will never have; what it only lacks now is waited for. */
function beyondMachine(
  { requires = {} }: Order,
  policy: RunnerPolicy,
  machine: Pick<MachineSeen, 'cpus' | 'totalMemoryMb'>,
): Outcome | undefined {
  const { tags = [], cpu = 0, memory_mb = 0 } = requires;
  const lacking = tags.find((tag) => !policy.tags.includes(tag));
  if (lacking !== undefined) {
    const known = policy.tags.join(', ') || 'none';
    return rejected(`job.json, requires.tags: this runner has no "${lacking}" (runner.tags: ${known})`);
  }
  if (cpu > machine.cpus) {
    return rejected(`job.json, requires.cpu: ${cpu} processors, but this machine has ${machine.cpus}`);
  }
  const total = Math.floor(machine.totalMemoryMb);
  if (memory_mb <= total) return undefined;
  return rejected(`job.json, requires.memory_mb: ${memory_mb} MB, but this machine has ${total} MB in all`);
}

/** Is this order for this runner? */
export function isMine(fields: Fields, requests: Requests, runnerId: string): boolean {
  const wanted = wantedRunner(fields);
  return wanted === runnerId || (wanted === RUN_ON_AUTO && requests.assign?.runner === runnerId);
}
