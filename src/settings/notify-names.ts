// Holds the names of targets that other settings use against the targets there are.
import type { SettingKey, Settings } from './keys.ts';
import { didYouMean } from './nearest.ts';

export interface Misnamed {
  key: SettingKey;
  /** The entry of the table, where the key is one. */
  path: string[];
  reason: string;
}

/** The places in `notify.default` and `notify.channels` that name no target. */
export function misnamedTargets({ targets, channels, default: others }: Settings['notify']): Misnamed[] {
  const known = Object.keys(targets);
  const misnamed = (key: SettingKey, path: string[], names: readonly string[]): Misnamed[] =>
    names
      .filter((name) => !known.includes(name))
      .map((name) => {
        const reason = `"${name}" is none of notify.targets (${known.join(', ') || 'there are none'})`;
        return { key, path, reason: `${reason}${didYouMean(name, known)}` };
      });
  return [
    ...misnamed('notify.default', [], others ?? []),
    ...Object.entries(channels).flatMap(([channel, names]) => misnamed('notify.channels', [channel], names)),
  ];
}
