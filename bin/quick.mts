// The quick program: answers the calls that are made all day without loading what only others need. It is bundled into
// CommonJS files, with a stand-in for zod/mini (scripts/build.mjs). Whatever it does not know it leaves to main.mts.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { codeFile, runCode } from './quick-code.mts';
import { isTerminal, say } from './say.mts';

/** The bundle of quick-verbs.mts, named after what is in it: no compiled code of another build ever fits it. */
declare const QUICK_VERBS: string;

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
      return (
        runCode(__dirname, QUICK_VERBS, word).exports as typeof import('./quick-verbs.mts')
      ).runQuickly();
    default:
      return false;
  }
}

/** For the build: runs a verb, and at the end puts beside it what was compiled for it by then. */
export function keepCode(verb: string): void {
  const { script, exports } = runCode(__dirname, QUICK_VERBS, verb);
  const keep = () => {
    if (process.exitCode) return;
    writeFileSync(path.join(__dirname, codeFile(QUICK_VERBS, verb)), script.createCachedData());
  };
  process.once('exit', keep);
  (exports as typeof import('./quick-verbs.mts')).runQuickly();
}

function versionIn(dist: string): string {
  const manifest = JSON.parse(readFileSync(path.join(dist, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
