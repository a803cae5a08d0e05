// Is the service of a role installed, and as this version would install it?
import { ownKind } from '../../service/plan.ts';
import type { ServiceRole } from '../../service/service.ts';
import type { Context } from '../context.ts';
import { planOf } from '../service/facts.ts';
import type { ServiceStatus } from '../service/status.ts';
import { serviceStatus } from '../service/status.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';

/** Undefined where jobq installs no service, or the queue has no id yet. */
export async function lookAtService(context: Context, role: ServiceRole): Promise<ServiceStatus | undefined> {
  if (ownKind(context.parts.environment.platform) === undefined || context.queueId === undefined)
    return undefined;
  return serviceStatus(context, planOf(context, { role }), role);
}

export function judgeService(role: ServiceRole, status: ServiceStatus | undefined): Finding[] {
  if (status === undefined) return [];
  const check = newCheck(
    `${role} service`,
    `it starts the ${role} again after a crash, a logout or a reboot`,
  );
  const { installed, enabled, current, problem, name } = status;
  const renew = `\`jobq service install --role ${role}\` renews it`;
  if (installed === null)
    return [check.note(`it cannot be told whether ${name} is installed: ${problem ?? 'nobody answered'}`)];
  if (!installed)
    return [
      check.warning(
        'not installed',
        `\`jobq service install --role ${role}\`, or start it by your own means`,
      ),
    ];
  if (enabled === false) return [check.warning(`${name} does not start by itself`, renew)];
  // a window, or a PATH, that somebody chose for it is no fault
  if (!current) return [check.note(`${name} is not as this version would install it here`, renew)];
  return [check.ok(`${name}${status.last_result === null ? '' : `, last result: ${status.last_result}`}`)];
}
