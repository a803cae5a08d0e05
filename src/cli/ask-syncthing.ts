// Syncthing as commands reach it: where the settings and its own configuration say it is, for the folders of one queue.
import type { Answer, Syncthing } from '../link/api.ts';
import type { Api, NoApi } from '../link/find-api.ts';
import { findApi } from '../link/find-api.ts';
import type { Direction, SeeParts } from '../link/see.ts';
import { syncthingOver } from '../link/syncthing.ts';
import { carriedTrees } from '../link/trees.ts';
import { TREE_NAMES, TREES } from '../store/layout.ts';
import type { Context } from './context.ts';
import type { MirrorParts } from './parts.ts';
import { isLinuxSide } from './side.ts';

export function seePartsOf(context: Context, mirror: MirrorParts): SeeParts {
  const { parts, layout } = context;
  const { files } = parts.disk;
  const { platform } = parts.environment;
  return {
    connect: () => connect(context, mirror),
    carriedBy: (folders) =>
      carriedTrees(folders, { layout, realPath: files.realPath, homeDir: mirror.homeDir, platform }),
    direction: directionOf(context),
  };
}

function connect(context: Context, mirror: MirrorParts): Answer<Syncthing> {
  const api = apiOf(context, mirror);
  return 'problem' in api ? { problem: api.problem } : { value: syncthingOver(mirror.localHttp, api) };
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
