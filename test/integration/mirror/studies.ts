// Small studies for the mirror: scripts of the shell, files of any size that no mirror can shorten.
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../queue.ts';

/** Of the fixtures, as a copy: the study's own folder stays as it is. */
export function copyOfStudy(home: string, name: string): string {
  const dir = path.join(home, `study-${name}`);
  cpSync(path.join(ROOT, 'fixtures', 'studies', name), dir, { recursive: true });
  return dir;
}

export interface ShellStudy {
  dir: string;
  /** What `submit` needs to be told beside the folder. */
  args: readonly string[];
}

export function shellStudy(home: string, name: string, script: string): ShellStudy {
  const dir = path.join(home, `study-${name}`);
  mkdirSync(path.join(dir, '1_setup'), { recursive: true });
  writeFileSync(path.join(dir, 'run.sh'), `set -eu\n${script}\n`);
  writeFileSync(path.join(dir, 'README.md'), `# ${name}\n\nA study for the tests of the mirror.\n`);
  return { dir, args: ['--script', 'run.sh', '--interpreter', 'sh', '--name', name] };
}

const PIECE = 1 << 20;

/** No two blocks are the same, so that every byte has to cross. Answers the digest. */
export function writeRandom(file: string, megabytes: number): string {
  const hash = createHash('sha256');
  writeFileSync(file, '');
  for (let piece = 0; piece < megabytes; piece++) {
    const bytes = randomBytes(PIECE);
    hash.update(bytes);
    appendFileSync(file, bytes);
  }
  return hash.digest('hex');
}

/** A script that tells its progress twice a second; for ten minutes, in case nobody is left to end it. */
export const TICKING = `i=0
while [ "$i" -lt 1200 ]; do
  i=$((i + 1))
  echo "jobq_trial: $i/1200"
  sleep 0.5
done`;

/** The same, until a file appears in its folder of this machine. */
function untilFile(file: string): string {
  return TICKING.replace('while', `while [ ! -e '${file}' ] &&`);
}

/** A study that runs until `finish`, then leaves a result. */
export function openEnded(home: string, name: string): ShellStudy & { finish(): void } {
  const enough = path.join(home, `enough-of-${name}`);
  const { dir, args } = shellStudy(home, name, `${untilFile(enough)}\necho 7 > result.txt`);
  return { dir, args: [...args, '--allow-absolute-paths'], finish: () => writeFileSync(enough, '') };
}
