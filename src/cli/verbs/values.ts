// How the texts behind options are read. It loads nothing heavy: it is there for every call of jobq.
import { JobqError } from '../../errors.ts';

type Read<T> = (text: string, before: unknown) => T;

function wrong(flag: string, text: string, wanted: string): JobqError {
  return new JobqError('usage', `${flag} should be ${wanted}, but is ${JSON.stringify(text)}`, {
    field: flag,
    remedy: `give ${flag} as ${wanted}; \`--help\` shows examples`,
  });
}

function numberOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
}

export function seconds(flag: string, min: 'from zero' | 'over zero'): Read<number> {
  return (text) => {
    const value = numberOf(text);
    if (value > 0 || (value === 0 && min === 'from zero')) return value;
    throw wrong(flag, text, min === 'from zero' ? 'a number of seconds' : 'a number of seconds over 0');
  };
}

/** Of an option whose seconds may be left out: what is no number is the job that stands behind it. */
export function secondsOrJob(flag: string): Read<number | string> {
  const read = seconds(flag, 'over zero');
  return (text, before) => (/^[\d.]*$/.test(text.trim()) ? read(text, before) : text);
}

export function wholeNumber(flag: string, min: number): Read<number> {
  return (text) => {
    const value = numberOf(text);
    if (Number.isSafeInteger(value) && value >= min) return value;
    throw wrong(flag, text, `a whole number from ${min}`);
  };
}

/** An option that may be given several times. */
export const collect: Read<string[]> = (text, before) => [...((before as string[] | undefined) ?? []), text];

/** `k=v`, several times. Values stay texts: nobody guesses that `1e3` or `true` was meant as something else. */
export function keyValues(flag: string, wanted = '<key>=<value>'): Read<Record<string, string>> {
  return (text, before) => {
    const at = text.indexOf('=');
    if (at < 1) throw wrong(flag, text, wanted);
    return { ...(before as Record<string, string> | undefined), [text.slice(0, at)]: text.slice(at + 1) };
  };
}

/** `feature` for one of it, or `feature=n`; several times, each feature once. */
export function counts(flag: string): Read<Record<string, number>> {
  return (text, before) => {
    const known = before as Record<string, number> | undefined;
    const [, name = '', number = '1'] = /^([^=]+)(?:=(\d+))?$/.exec(text) ?? [];
    const count = Number(number);
    if (name.trim() === '' || !Number.isSafeInteger(count) || count < 1) {
      throw wrong(flag, text, '<feature> or <feature>=<whole number from 1>');
    }
    if (known && Object.hasOwn(known, name.trim())) throw wrong(flag, text, 'given once for each feature');
    return { ...known, [name.trim()]: count };
  };
}
