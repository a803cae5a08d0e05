// Files of which some are not to be seen for a moment, as while the mirror replaces them. It knows not why.
import type { Files } from '../../../src/system/files.ts';

/** What stands at or below an absent path is not there for whoever looks, and its directory does not list it. */
export function withAbsence(inner: Files, absentNow: () => ReadonlySet<string>): Files {
  const isAbsent = (file: string) => {
    const absent = absentNow();
    if (absent.size === 0) return false;
    for (const path of absent) if (file === path || file.startsWith(`${path}/`)) return true;
    return false;
  };
  const unless = <T>(file: string, look: () => T): T | undefined => (isAbsent(file) ? undefined : look());
  return {
    ...inner,
    list: (dir) =>
      unless(dir, () => {
        const entries = inner.list(dir);
        return absentNow().size === 0 ? entries : entries?.filter(({ name }) => !isAbsent(`${dir}/${name}`));
      }),
    facts: (file) => unless(file, () => inner.facts(file)),
    read: (file) => unless(file, () => inner.read(file)),
    readSmall: (file, maxBytes) => unless(file, () => inner.readSmall(file, maxBytes)),
    readFrom: (file, offset, length) => unless(file, () => inner.readFrom(file, offset, length)),
    openRead: (file, links) => {
      if (isAbsent(file)) throw Object.assign(new Error(`ENOENT: open '${file}'`), { code: 'ENOENT' });
      return inner.openRead(file, links);
    },
  };
}
