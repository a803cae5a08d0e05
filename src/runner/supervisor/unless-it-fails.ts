// Something that may fail without harm. It knows nothing of what it is.

/** What a system that does not answer for a moment leaves unknown: the watch goes on, and the next look tells. */
export function unlessItFails<T>(task: () => T): T | undefined {
  try {
    return task();
  } catch {
    return undefined;
  }
}
