// What is known of both versions of a file that two sides changed, in words.
import type { Conflict, Problem, Version } from '../../queue/problem.ts';
import { bytesText, momentText } from './words.ts';

/** Nothing for what is no conflict copy. */
export function conflictLines({ conflict }: Problem): string[] {
  if (!conflict) return [];
  const { copy, kept, at } = conflict;
  const aside = at === null ? 'put aside' : `put aside at ${at} by the clock of that machine`;
  return [
    kept ? `kept: ${versionText(kept)}` : 'kept: nothing bears the name now',
    ...(copy ? [`${aside}: ${versionText(copy)}`] : []),
    ...(isSame(conflict) ? ['both hold the same bytes: the copy can go'] : []),
  ];
}

function isSame({ copy, kept }: Conflict): boolean {
  return copy?.sha256 !== undefined && copy.sha256 === kept?.sha256;
}

const SEALED = new Map<boolean | undefined, string>([
  [true, 'the one that was sealed'],
  [false, 'not what was sealed'],
]);

function versionText({ bytes, modified_at, sha256, sealed }: Version): string {
  const parts = [
    bytesText(bytes),
    `modified ${momentText(modified_at)}`,
    sha256 === undefined ? undefined : `sha256 ${sha256}`,
    SEALED.get(sealed),
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
