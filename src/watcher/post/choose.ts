// Which post-processors a job gets, and in which order. Pure: what the job is like is handed in.
import { nameFits } from '../../job/name-pattern.ts';
import type { PostProcessors } from '../../settings/post-processors.ts';
import { pathMatcher } from '../../store/matching.ts';

/** The settings of post-processing. */
export interface PostSettings {
  /** Program and arguments of the one that is for every job, before all others; empty for none. */
  post_command: readonly string[];
  post: Readonly<PostProcessors>;
  /** Names of variables that all of them inherit. */
  post_env_inherit: readonly string[];
  post_timeout_s: number;
  post_tries: number;
  post_backoff_s: number;
  post_concurrency: number;
}

/** What decides whether a post-processor is for a job. */
export interface JobTraits {
  project: string | undefined;
  type: string | undefined;
  /** The files of its record. */
  paths: readonly string[];
}

export interface Processor {
  name: string;
  command: readonly string[];
  /** Name of the file below post/ that has its output. */
  log: string;
  timeoutS: number;
  tries: number;
  backoffS: number;
  stopOnFailure: boolean;
  /** Variables of its own. */
  env: Readonly<Record<string, string>>;
}

/** The entry that `watcher.post_command` stands for. */
const POST_COMMAND = 'post_command';
const POST_COMMAND_LOG = 'output.log';

export function isPostWanted({ post_command, post }: PostSettings): boolean {
  return post_command.length > 0 || Object.keys(post).length > 0;
}

/** `post_command` first, then by `order`, then by name as its characters stand in Unicode. */
export function processorsFor(settings: PostSettings, job: JobTraits): Processor[] {
  const { post_command, post } = settings;
  const first =
    post_command.length > 0
      ? [processor(settings, POST_COMMAND, { command: post_command }, POST_COMMAND_LOG)]
      : [];
  const fitting = Object.entries(post)
    .filter(([, entry]) => isFor(entry, job))
    .sort(([a, one], [b, other]) => one.order - other.order || (a < b ? -1 : 1));
  return [...first, ...fitting.map(([name, entry]) => processor(settings, name, entry, `${name}.log`))];
}

type Entry = PostProcessors[string];

function isFor({ types, projects, paths }: Entry, job: JobTraits): boolean {
  if (!nameFits(types, job.type) || !nameFits(projects, job.project)) return false;
  return paths === undefined || job.paths.some(pathMatcher(paths));
}

type Wishes = Pick<Entry, 'timeout_s' | 'tries' | 'backoff_s' | 'env'> & {
  command: readonly string[];
  stop_on_failure?: boolean;
};

function processor(settings: PostSettings, name: string, entry: Wishes, log: string): Processor {
  return {
    name,
    command: entry.command,
    log,
    timeoutS: entry.timeout_s ?? settings.post_timeout_s,
    tries: entry.tries ?? settings.post_tries,
    backoffS: entry.backoff_s ?? settings.post_backoff_s,
    stopOnFailure: entry.stop_on_failure ?? false,
    env: entry.env ?? {},
  };
}
