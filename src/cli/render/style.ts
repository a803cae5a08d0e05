// Colour and width of what people read: colour only on a terminal, and never with NO_COLOR. The only import of picocolors.
import picocolors from 'picocolors';
import type { Environment } from '../../system/environment.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;

export interface Style {
  colors: Colors;
  /** Columns of the terminal. */
  width: number;
}

/** Where nobody looks, lines are as long as they are. */
const UNBOUNDED = 10_000;

export function styleOf({ stdoutIsTerminal, columns, variables }: Environment): Style {
  const colored = stdoutIsTerminal && !variables['NO_COLOR'] && variables['TERM'] !== 'dumb';
  return { colors: picocolors.createColors(colored), width: stdoutIsTerminal ? columns : UNBOUNDED };
}
