// Makes a program of the simulator and of the sources it is to try: those of this tree, or a copy with a mistake in it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleModule } from '../bundling.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A simulated disk gives the same bytes again as long as nobody changed them: what was made of them is remembered by that,
 * for small files, too. It makes the simulator faster and changes nothing else.
 */
const remembering = {
  name: 'remembering',
  setup: (build) => {
    build.onLoad({ filter: /src\/job\/remember\.ts$/ }, () => ({
      contents: `export function remembering() {
        const known = new WeakMap();
        return (bytes, work) => {
          if (known.has(bytes)) return known.get(bytes);
          const made = work();
          known.set(bytes, made);
          return made;
        };
      }`,
      loader: 'js',
    }));
  },
};

/** `plugins` may change what is read. */
export async function bundledSimulator(plugins = []) {
  const home = await mkdtemp(path.join(tmpdir(), 'jobq-simulate-'));
  const clear = () => rm(home, { recursive: true, force: true });
  try {
    const bundle = path.join(home, 'simulator.mjs');
    await bundleModule(path.join(root, 'test/simulation/report.ts'), bundle, [...plugins, remembering]);
    return { simulator: await import(pathToFileURL(bundle).href), bundle, clear };
  } catch (error) {
    await clear();
    throw error;
  }
}
