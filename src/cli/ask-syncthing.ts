// Syncthing as commands reach it: where the settings and its own configuration say it is, for the folders of one queue.
import type { Answer, Syncthing } from '../link/api.ts';
import type { Api, NoApi } from '../link/find-api.ts';
import { findApi } from '../link/find-api.ts';
import type { Direction, SeeParts } from '../link/see.ts';
import type { SyncthingLimits } from '../link/syncthing.ts';
import { SYNCTHING_LIMITS, syncthingOver } from '../link/syncthing.ts';
import { carriedTrees } from '../link/trees.ts';
import { TREE_NAMES, TREES } from '../store/layout.ts';
import type { Context } from './context.ts';
import type { MirrorParts } from './parts.ts';
import { isLinuxSide } from './side.ts';

export function seePartsOf(
  context: Context,
  mirror: MirrorParts,
  limits?: Partial<SyncthingLimits>,
): SeeParts {
  const { parts, layout } = context;
  const { files } = parts.disk;
  const { platform } = parts.environment;
  return {
    connect: () => connect(context, mirror, limits),
    carriedBy: (folders) =>
      carriedTrees(folders, { layout, realPath: files.realPath, homeDir: mirror.homeDir, platform }),
    direction: directionOf(context),
  };
}

function connect(
  context: Context,
  mirror: MirrorParts,
  limits: Partial<SyncthingLimits> | undefined,
): Answer<Syncthing> {
  const api = apiOf(context, mirror);
  if ('problem' in api) return { problem: api.problem };
  return { value: syncthingOver(mirror.localHttp, api, { ...SYNCTHING_LIMITS, ...limits }) };
}

/** Where it is, and what opens it. */
export function apiOf({ parts, settings }: Context, { homeDir }: MirrorParts): Api | NoApi {
  const { platform, variables } = parts.environment;
  const { files } = parts.disk;
  return findApi({ settings: settings.syncthing, variables, platform, files, homeDir });
}

function directionOf(context: Context): Direction {
  const ours = isLinuxSide(context) ? 'linux' : 'windows';
  return {
    incoming: TREE_NAMES.filter((tree) => TREES[tree] !== ours),
    outgoing: TREE_NAMES.filter((tree) => TREES[tree] === ours),
  };
}
