// What may reach a terminal: text, line feeds, and the colours that are ours. Names and reasons come from files that
// others wrote; whatever in them a terminal would obey is left out, wherever it stands.
import { harmless } from '../../notify/harmless.ts';

const ESCAPE = '\u001b\\[';

/** Colours, bold and dim, and their ends: what `style.ts` is used for. None of them hides or moves anything. */
const OURS = new RegExp(`(${ESCAPE}(?:[012]|22|3[1-69]|90)m)`);

export function printable(text: string, { colored }: { colored: boolean }): string {
  if (!colored) return harmless(text);
  const pieces = text.split(OURS);
  return pieces.map((piece, at) => (at % 2 === 1 ? piece : harmless(piece))).join('');
}
