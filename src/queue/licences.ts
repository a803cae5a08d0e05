// Licences: what the output of the licence command says, and why an order must wait for a seat. Pure.
import type { LicencesSeen, Seats } from './machine.ts';

/** No line that tells seats is longer; a pattern is not tried on what is. */
const LINE_MAX = 2000;
/** How FlexNet tells of a feature whose seats nobody counts. */
const UNCOUNTED = /^\s*Users of (?<feature>.*?):\s+\(Uncounted\b/i;

/** The seats that an output tells, line by line, or why it tells none. */
export function readLicences(output: string, pattern: string, seenAtMs: number): LicencesSeen {
  const counted = new RegExp(pattern);
  const seats = new Map<string, Seats>();
  const lines = output.split(/\r\n|\n|\r/).filter((line) => line.length <= LINE_MAX);
  for (const line of lines) {
    const found = seatsIn(line, counted);
    if (typeof found === 'string') return { state: 'problem', problem: found };
    if (found) seats.set(found.feature, sum(seats.get(found.feature), found));
  }
  if (seats.size > 0) return { state: 'known', seats: Object.fromEntries(seats), seenAtMs };
  const first = lines.find((line) => line.trim() !== '')?.trim();
  const said = first === undefined ? 'it printed nothing' : `no line of it is one: ${first.slice(0, 120)}`;
  return { state: 'problem', problem: `its output names no seats, ${said}` };
}

/** The seats of one line, undefined when it is about something else, or what is wrong with the pattern. */
function seatsIn(line: string, counted: RegExp): (Seats & { feature: string }) | string | undefined {
  const groups = counted.exec(line)?.groups;
  if (!groups) {
    const feature = UNCOUNTED.exec(line)?.groups?.['feature'];
    return feature === undefined ? undefined : { feature, total: Number.POSITIVE_INFINITY, used: 0 };
  }
  const feature = groups['feature']?.trim();
  const total = wholeNumber(groups['total']);
  const used = wholeNumber(groups['used']);
  if (feature && total !== undefined && used !== undefined) return { feature, total, used };
  return 'licence_pattern finds no feature, total and used in the line it fits: it needs groups of these names';
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

/** A feature that several servers have is named once by each of them. */
function sum(before: Seats | undefined, { total, used }: Seats): Seats {
  return before ? { total: before.total + total, used: before.used + used } : { total, used };
}

/**
 * Why an order must wait for a licence, in the words of `waiting_for`; undefined when there are seats for it.
 * `startedSince`: seats of jobs that started after that look, and of which it cannot tell yet.
 */
export function freeSeats(
  requires: Readonly<Record<string, number>>,
  licences: LicencesSeen,
  startedSince: Readonly<Record<string, number>>,
): string | undefined {
  const needed = Object.entries(requires).filter(([, count]) => count > 0);
  if (needed.length === 0 || licences.state === 'unchecked') return undefined;
  if (licences.state === 'unknown') return 'licence (not looked at yet)';
  if (licences.state === 'problem') return `licence (the licence command failed: ${licences.problem})`;
  for (const [feature, count] of needed) {
    const seats = ownValue(licences.seats, feature);
    if (!seats) return `licence ${feature} (the licence command names no such feature)`;
    const free = Math.max(0, seats.total - seats.used - (ownValue(startedSince, feature) ?? 0));
    if (free < count) return `licence ${feature} (${free} of ${seats.total} free, ${count} needed)`;
  }
  return undefined;
}

/** Names of features come from outside: `constructor` is one like any other. */
function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
