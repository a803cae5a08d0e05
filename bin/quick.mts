// The quick program: answers the calls that are made all day without loading what only others need. It is bundled into
// CommonJS files, with a stand-in for zod/mini (scripts/build.mjs). Whatever it does not know it leaves to main.mts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isTerminal, say } from './say.mts';

/** False when the other program has to answer. */
export function quick(): boolean {
  const [word, ...more] = process.argv.slice(2);
  if (more.length === 0 && word === '--version') return say(`${versionIn(__dirname)}\n`);
  if (more.length === 0 && word === '--help' && !isTerminal(1))
    return say(readFileSync(path.join(__dirname, 'help.txt'), 'utf8'));
  switch (word) {
    case 'status':
    case 'list':
    case 'submit':
      return (require('./quick-verbs.cjs') as typeof import('./quick-verbs.mts')).runQuickly();
    default:
      return false;
  }
}

function versionIn(dist: string): string {
  const manifest = JSON.parse(readFileSync(path.join(dist, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
