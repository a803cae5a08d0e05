// Whether a runner lives, and how its clock stands, as the watcher has judged it.
import type { JudgedRunner } from '../../store/judgement.ts';
import { durationText, momentText } from './words.ts';

/** When it was heard here last, and its clock; '' where nobody has judged. */
export function judgedTexts(judged: JudgedRunner | undefined, nowMs: number): [heard: string, clock: string] {
  if (!judged) return ['', ''];
  return [heardText(judged, nowMs), clockText(judged.clock_behind_s)];
}

function heardText({ verdict, since, heard_at }: JudgedRunner, nowMs: number): string {
  if (verdict !== 'heard' && since !== null) return `${verdict} since ${momentText(since)}`;
  return heard_at === null ? 'not yet' : `${durationText((nowMs - Date.parse(heard_at)) / 1000)} ago`;
}

/** What it says of the time is older by its way here: behind by at most that, or ahead by at least that. */
export function clockText(behindS: number | null): string {
  if (behindS === null) return '';
  return behindS < 0 ? `at least ${durationText(-behindS)} ahead` : `at most ${durationText(behindS)} behind`;
}
