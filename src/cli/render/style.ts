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

export function isColored({ stdoutIsTerminal, variables }: Environment): boolean {
  return stdoutIsTerminal && !variables['NO_COLOR'] && variables['TERM'] !== 'dumb';
}

export function styleOf(environment: Environment): Style {
  const { stdoutIsTerminal, columns } = environment;
  const colored = isColored(environment);
  return { colors: picocolors.createColors(colored), width: stdoutIsTerminal ? columns : UNBOUNDED };
}
