// Remembers what was made of large bytes: a file that is looked at at every tick is parsed once, however large somebody
// made it. It knows neither files nor what is made of them; what it gives is shared, and nobody changes it.

/** Below that the work is done again before anybody notices. */
const LARGE_BYTES = 100_000;
/** So many large things at once, and the oldest is forgotten. */
const MOST = 16;

export type Remembering<T> = (bytes: Uint8Array, work: () => T) => T;

export function remembering<T>(): Remembering<T> {
  const known: { bytes: Uint8Array; made: T }[] = [];
  return (bytes, work) => {
    if (bytes.length < LARGE_BYTES) return work();
    const same = known.find((each) => isSame(each.bytes, bytes));
    if (same) return same.made;
    const made = work();
    known.push({ bytes, made });
    if (known.length > MOST) known.shift();
    return made;
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
