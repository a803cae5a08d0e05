// How a job is to run, from the options of `submit`. It knows no order: what is wrong with a value, submit tells.
import { JobqError } from '../errors.ts';
import { RETRY_CLASSES } from '../job/retry.ts';
import type { RunWishes } from '../submit/run-wishes.ts';

/** The options as the command line gives them. */
export interface WishOptions {
  onInterrupt?: NonNullable<RunWishes['onInterrupt']>;
  resumeArg?: string[];
  maxAttempts?: number;
  timeout?: number;
  stallTimeout?: number;
  queueTimeout?: number;
  memory?: number;
  disk?: number;
  cpu?: number;
  licence?: Record<string, number>;
  tag?: string[];
  failPattern?: string[];
  finiteCsv?: string[];
  liveOutput?: string[];
  include?: string[];
  exclude?: string[];
  env?: Record<string, string>;
  dependsOn?: string[];
  onDependencyFailure?: NonNullable<RunWishes['onDependencyFailure']>;
  retry?: number;
  retryOn?: string[];
}

export function wishesOf(options: WishOptions): RunWishes {
  refuseIdleResume(options);
  refuseIdleDependency(options);
  refuseUnknownClass(options);
  return {
    onInterrupt: options.onInterrupt,
    resumeArgs: options.resumeArg,
    maxAttempts: options.maxAttempts,
    timeoutS: options.timeout,
    stallTimeoutS: options.stallTimeout,
    queueTimeoutS: options.queueTimeout,
    requires: {
      memoryMb: options.memory,
      diskMb: options.disk,
      cpu: options.cpu,
      licences: options.licence,
      tags: options.tag,
    },
    failPatterns: options.failPattern,
    finiteCsv: options.finiteCsv,
    liveOutputs: options.liveOutput,
    publishInclude: options.include,
    publishExclude: options.exclude,
    env: options.env,
    onDependencyFailure: options.onDependencyFailure,
    retry: { max: options.retry, on: options.retryOn },
  };
}

/** The runner's own setting may be to resume; an order that says otherwise never does. */
function refuseIdleResume({ onInterrupt, resumeArg }: WishOptions): void {
  if (resumeArg === undefined || onInterrupt === undefined || onInterrupt === 'resume') return;
  throw new JobqError('usage', `--resume-arg means nothing with --on-interrupt ${onInterrupt}`, {
    field: '--resume-arg',
    remedy: 'give --on-interrupt resume, or leave --resume-arg out',
  });
}

function refuseIdleDependency({ dependsOn, onDependencyFailure }: WishOptions): void {
  if (onDependencyFailure === undefined || dependsOn) return;
  throw new JobqError('usage', '--on-dependency-failure means nothing without --depends-on', {
    field: '--on-dependency-failure',
    remedy: 'give --depends-on as well, or leave it out',
  });
}

function refuseUnknownClass({ retryOn = [] }: WishOptions): void {
  const unknown = retryOn.find((text) => !RETRY_CLASSES.some((known) => known === text));
  if (unknown === undefined) return;
  throw new JobqError('usage', `--retry-on: ${JSON.stringify(unknown)} is no class of errors`, {
    field: '--retry-on',
    remedy: `give one of ${RETRY_CLASSES.join(', ')}`,
  });
}
