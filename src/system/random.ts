// Chance: the only place that asks for it.

/** A number from 0 to below 1. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();
