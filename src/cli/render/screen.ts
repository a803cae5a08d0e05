// A screen that is drawn again and again: each line is cut to the terminal's width, and what was there before goes.
const ESCAPE = '\u001b[';
const HOME = `${ESCAPE}H`;
const REST_OF_LINE = `${ESCAPE}K`;
const REST_OF_SCREEN = `${ESCAPE}J`;
const PLAIN = `${ESCAPE}0m`;

/** The first picture clears what stands there; the next ones are drawn over it, which does not flicker. */
export function frame(
  text: string,
  size: { columns: number; rows?: number | undefined },
  first: boolean,
): string {
  const { columns, rows } = size;
  const lines = text.split('\n').map((line) => cutLine(line, columns));
  // the last row stays free: a line feed there would move everything up
  const shown = rows === undefined || lines.length < rows ? lines : [...lines.slice(0, rows - 2), '…'];
  const start = first ? `${ESCAPE}2J${HOME}` : HOME;
  return `${start}${shown.map((line) => `${line}${REST_OF_LINE}\n`).join('')}${REST_OF_SCREEN}`;
}

/** At most so many letters; escape sequences of colours take no room, and colour ends with the line. */
export function cutLine(line: string, width: number): string {
  let room = width;
  let cut = '';
  for (const [at, piece] of line.split(ESCAPE).entries()) {
    const code = at === 0 ? '' : piece.slice(0, piece.indexOf('m') + 1);
    const letters = Array.from(piece.slice(code.length));
    cut += `${at === 0 ? '' : ESCAPE}${code}${letters.slice(0, room).join('')}`;
    if (letters.length > room) return line.includes(ESCAPE) ? `${cut}${PLAIN}` : cut;
    room -= letters.length;
  }
  return cut;
}
