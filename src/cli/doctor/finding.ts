// What a check finds: how grave it is, what it is, why that matters and what to do.

export const LEVELS = ['ok', 'note', 'warning', 'problem'] as const;
export type Level = (typeof LEVELS)[number];

export interface Finding {
  /** The name of the check; several findings may share it. */
  check: string;
  level: Level;
  /** What was found. */
  what: string;
  /** Why it matters. */
  why: string;
  /** What to do; null when nothing is to be done. */
  remedy: string | null;
}

/** Findings of one check, which all matter for the same reason. */
export function newCheck(check: string, why: string) {
  const found = (level: Level, what: string, remedy: string | null): Finding => ({
    check,
    level,
    what,
    why,
    remedy,
  });
  return {
    ok: (what: string) => found('ok', what, null),
    note: (what: string, remedy: string | null = null) => found('note', what, remedy),
    warning: (what: string, remedy: string) => found('warning', what, remedy),
    problem: (what: string, remedy: string) => found('problem', what, remedy),
  };
}
