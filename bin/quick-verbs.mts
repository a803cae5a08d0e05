// The verbs of the quick program, over the real parts. It loads only what these need.
import { main } from '../src/cli/main.ts';
import type { Out } from '../src/cli/parts.ts';
import type { Asked } from '../src/cli/program.ts';
import { readQuickly } from '../src/cli/quick-arguments.ts';
import { LOOKING } from '../src/cli/verbs/looking.ts';
import { SUBMITTING } from '../src/cli/verbs/submitting.ts';
import { newInterrupt, partsOf } from './parts.mts';
import { isTerminal, say } from './say.mts';

const VERBS = [...LOOKING, ...SUBMITTING];

/** False when the arguments are none that are plain, or somebody waits, who is in no hurry. */
export function runQuickly(): boolean {
  const argv = process.argv.slice(2);
  const asked = readQuickly(VERBS, argv);
  if (!asked || 'wait' in asked.input.options) return false;
  void run(asked, argv);
  return true;
}

async function run(asked: Asked, argv: readonly string[]): Promise<void> {
  const notHere = () => Promise.reject(new Error('only the whole program has this'));
  const parts = partsOf(__dirname, {
    out,
    interrupt: newInterrupt().signal,
    loadDaemon: notHere,
    loadSystem: notHere,
  });
  const exitCode = await main(parts, argv, () => asked);
  process.exitCode ??= exitCode;
}

const out: Out = {
  stdout: say,
  stderr: (text) => void (text !== '' && process.stderr.write(text)),
  get stderrIsTerminal() {
    return isTerminal(2);
  },
};
