#!/usr/bin/env node
// The launcher. All it knows is where the built program lies.
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);

if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write('jobq is not built yet: run `npm ci && npm run build` first\n');
  process.exitCode = 1;
}
