// Patterns of names, such as those of projects and types: `*` stands for any letters. Knows nothing of whose names.

/** Does one of the patterns fit the whole name? No patterns fit everything, even what has no name. */
export function nameFits(patterns: readonly string[] | undefined, name: string | undefined): boolean {
  if (patterns === undefined) return true;
  return name !== undefined && patterns.some((pattern) => fits(pattern, name));
}

/** Each part between the stars is taken as early as it comes, so that no pattern takes long. */
function fits(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
