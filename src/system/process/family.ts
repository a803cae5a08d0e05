// Who descends from whom in a list of processes, by parent and time of birth. Pure: it knows no system and no signal.

/** One line of a list of processes. */
export interface Listed {
  pid: number;
  /** The id its parent had. Some systems keep it after the parent is gone, when the id may be somebody else's. */
  parent: number;
  /** When it began, in any unit that grows. */
  born: number;
}

/** A member that is gone, whose children may live on and still name it as their parent. */
export interface Former {
  pid: number;
  born: number;
  /** When it was found to be gone: what is younger is none of its children. */
  gone: number;
}

/** The listed processes for which `isMember` holds, and everything below them and below the former members. */
export function familyOf<T extends Listed>(
  listed: readonly T[],
  isMember: (one: T) => boolean,
  former: readonly Former[] = [],
): T[] {
  const children = byParent(listed);
  const members = new Set(listed.filter(isMember));
  for (const child of former.flatMap((one) => childrenOfFormer(listed, children, one))) members.add(child);
  // a Set goes on to what is added while it is walked, and nothing is walked twice
  for (const parent of members) {
    for (const child of children.get(parent.pid) ?? []) if (isChild(child, parent)) members.add(child);
  }
  return [...members];
}

function byParent<T extends Listed>(listed: readonly T[]): Map<number, T[]> {
  const children = new Map<number, T[]>();
  for (const one of listed) {
    const brothers = children.get(one.parent);
    if (brothers) brothers.push(one);
    else children.set(one.parent, [one]);
  }
  return children;
}

/** A process that is older than the one with its parent's id had another parent. */
function isChild(child: Listed, parent: Listed): boolean {
  return child.pid !== parent.pid && child.born >= parent.born;
}

function childrenOfFormer<T extends Listed>(
  listed: readonly T[],
  children: Map<number, T[]>,
  former: Former,
): T[] {
  // whoever has the id now: its children are no older than it is
  const heir = listed.find((one) => one.pid === former.pid)?.born ?? Number.POSITIVE_INFINITY;
  return (children.get(former.pid) ?? []).filter(
    ({ born }) => born >= former.born && born <= former.gone && born < heir,
  );
}
