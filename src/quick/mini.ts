// What stands in the place of zod/mini in the quick program (scripts/build.mjs puts it there): the part of it that jobq's
// schemas on that path are made of. It knows no schema.
export * from './objects.ts';
export * from './schema.ts';
