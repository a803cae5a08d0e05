// What a service of this queue is made from: the settings, the environment and the program's own place.
import path from 'node:path';
import { JobqError } from '../../errors.ts';
import { ownKind, servicePlan } from '../../service/plan.ts';
import type { ServiceFacts, ServiceKind, ServicePlan, ServiceRole } from '../../service/service.ts';
import type { Context } from '../context.ts';

export interface ServiceWishes {
  role: ServiceRole;
  /** The platform's own when not given. */
  kind?: ServiceKind | undefined;
  window?: boolean | undefined;
}

/** What copying and publishing may take on top of a script's grace. */
const STOP_MARGIN_S = 90;

export function planOf(context: Context, wishes: ServiceWishes): ServicePlan {
  const { platform } = context.parts.environment;
  const kind = wishes.kind ?? ownKind(platform);
  if (kind === undefined) {
    throw new JobqError('usage', `jobq installs no service on ${platform}`, {
      field: '--kind',
      remedy: `keep \`jobq ${wishes.role} --queue ${context.layout.root}\` running by the means of this system`,
    });
  }
  return servicePlan(kind, factsOf(context, wishes));
}

function factsOf(context: Context, { role, window = false }: ServiceWishes): ServiceFacts {
  const { parts, layout, settings, queueId } = context;
  const { nodePath, user, dataDir, variables, host } = parts.environment;
  if (queueId === undefined) {
    throw new JobqError('queue-unusable', 'the id of the queue is not known on this machine yet', {
      file: layout.settings,
      field: 'queue.id',
      remedy: 'run `jobq init <queue>` here first, with the --queue-id of the other side',
    });
  }
  const grace = role === 'runner' && settings.runner.on_stop === 'interrupt' ? settings.runner.grace_s : 0;
  return {
    role,
    queueId,
    queueRoot: layout.root,
    nodePath,
    programPath: parts.programPath,
    user,
    domain: variables['USERDOMAIN'] ?? host,
    configHome: variables['XDG_CONFIG_HOME'] || path.join(variables['HOME'] ?? '~', '.config'),
    dataDir,
    searchPath: variables['PATH'],
    stopTimeoutS: Math.ceil(grace) + STOP_MARGIN_S,
    window,
  };
}
