// The lines of an ignore file: those of the queue first, because the first that matches counts, then those of a person.

/** What is lacking of the queue's lines, or out of order: `!.jobq-queue` behind a pattern that takes it is of no use. */
export function lackingLines(there: readonly string[], ours: readonly string[]): string[] {
  const lines = there.map((line) => line.trim());
  const missing = ours.filter((line) => !lines.includes(line));
  const kept = lines.filter((line) => ours.includes(line));
  const inOrder = ours.filter((line) => kept.includes(line));
  const isOrdered = inOrder.every((line, nth) => uniqueOf(kept)[nth] === line);
  return isOrdered ? missing : [...ours];
}

/** The file as it becomes; undefined when nothing is lacking. What a person added keeps its order. */
export function mergedLines(there: readonly string[], ours: readonly string[]): string[] | undefined {
  if (lackingLines(there, ours).length === 0) return undefined;
  const theirs = there.filter((line) => !ours.includes(line.trim()));
  return [...ours, ...theirs];
}

/** A text as lines, without the empty ones at its end. */
export function linesOf(text: string): string[] {
  return text.trimEnd() === '' ? [] : text.trimEnd().split(/\r?\n/);
}

function uniqueOf(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}
