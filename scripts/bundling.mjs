// How TypeScript of this project becomes one module that Node can import: for benches and for the simulator.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

// Bundled CommonJS packages call `require` for Node's own modules; an ES module has none.
const requireBanner = `import { createRequire as jobqCreateRequire } from 'node:module';
const require = jobqCreateRequire(import.meta.url);`;

/** Bundles `source` into the file `outfile`; `plugins` may change what is read. */
export function bundleModule(source, outfile, plugins = []) {
  return build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['koffi'],
    banner: { js: requireBanner },
    logLevel: 'warning',
    plugins,
  });
}
