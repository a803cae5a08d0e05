// The names that targets have and use: those of other settings held against the targets there are, and those of variables.
import type { SettingKey, Settings } from './keys.ts';
import { didYouMean } from './nearest.ts';

/** The names of the variables that hold addresses and tokens of targets. */
export function secretVariables(targets: Settings['notify']['targets']): string[] {
  const named = Object.values(targets).flatMap((target) => [
    'url_env' in target ? target.url_env : undefined,
    'secret_env' in target ? target.secret_env : undefined,
  ]);
  return [...new Set(named.filter((name) => name !== undefined))];
}

export interface Misnamed {
  key: SettingKey;
  /** The entry of the table, where the key is one. */
  path: string[];
  reason: string;
  /** What to write instead, as a clause. */
  wanted: string;
}

/** The places in `notify.default` and `notify.channels` that name no target. */
export function misnamedTargets({ targets, channels, default: others }: Settings['notify']): Misnamed[] {
  const known = Object.keys(targets);
  const misnamed = (key: SettingKey, path: string[], names: readonly string[]): Misnamed[] =>
    names
      .filter((name) => !known.includes(name))
      .map((name) => {
        const reason = `"${name}" is none of notify.targets (${known.join(', ') || 'there are none'})`;
        const wanted = `take the name of a target that is there, or add this one as [notify.targets.${name}]`;
        return { key, path, reason: `${reason}${didYouMean(name, known)}`, wanted };
      });
  return [
    ...misnamed('notify.default', [], others ?? []),
    ...Object.entries(channels).flatMap(([channel, names]) => misnamed('notify.channels', [channel], names)),
  ];
}
