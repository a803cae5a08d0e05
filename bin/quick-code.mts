// The code of the verbs of the quick program, compiled: V8 takes what the build compiled where it is the same Node, and
// compiles the source anew where it is not. It knows no verb.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Script } from 'node:vm';

export interface Code {
  script: Script;
  exports: unknown;
}

/** Runs `file`, a CommonJS module in `dir`, with what was compiled of it for calls of this kind. */
export function runCode(dir: string, file: string, kind: string): Code {
  const filename = path.join(dir, file);
  // the build makes it of ASCII alone, which takes least to read
  const source = readFileSync(filename, 'latin1');
  const cachedData = compiled(path.join(dir, codeFile(file, kind)));
  const script = new Script(
    `(function(exports,require,module,__filename,__dirname){${source}\n})`,
    cachedData ? { filename, cachedData } : { filename },
  );
  const module = { exports: {} as unknown };
  const run = script.runInThisContext() as (...given: unknown[]) => void;
  run(module.exports, require, module, filename, dir);
  return { script, exports: module.exports };
}

/** Of one build and one Node: no other is even asked whether it would take it. */
export function codeFile(file: string, kind: string): string {
  const { version, platform, arch } = process;
  return `${file}.${kind}.${version}-${platform}-${arch}.code`;
}

function compiled(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
