// How it stands with the targets of messages, as people read it. What a target said is one harmless line already.
import type { TargetNow } from '../messages.ts';
import { countText, momentText } from './words.ts';

/** What is wrong with it, the gravest first; none where all is well. */
export function troublesOf(target: TargetNow): string[] {
  const { kind, pending, tries, problem, next_try_at, dead, dead_reason, missing, watcher_knows } = target;
  const told = problem === null || missing?.startsWith(problem) ? '' : `: ${problem}`;
  const next = next_try_at === null ? '' : `; next try ${momentText(next_try_at)}`;
  return [
    ...(missing === null ? [] : [missing]),
    ...(watcher_knows === false ? ['the watcher that runs was started before it was in the settings'] : []),
    ...(kind === null && pending > 0 ? ['it is not in the settings any more'] : []),
    ...(tries > 0
      ? [
          `${countText(pending, 'message waits', 'messages wait')}, tried ${countText(tries, 'time')} in vain${told}${next}`,
        ]
      : []),
    ...(dead > 0 ? [`${countText(dead, 'message')} given up, the last: ${dead_reason ?? ''}`] : []),
  ];
}

export function troubleLines(targets: readonly TargetNow[]): string[] {
  return targets.flatMap((target) => troublesOf(target).map((said) => `${target.target}: ${said}`));
}
