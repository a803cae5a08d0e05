// Makes a fresh machine ready: system programs on Debian, then the npm packages.
// Only Node's own modules here: this runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What some tests and the demo use beside Node. Without one of them its tests are skipped and say so. */
const systemPackages = [
  { name: 'calculix-ccx', works: () => runs('ccx', ['-v'], [0, 201]) },
  { name: 'python3-optuna', works: () => runs('/usr/bin/python3', ['-c', 'import optuna']) },
  { name: 'python3-matplotlib', works: () => runs('/usr/bin/python3', ['-c', 'import matplotlib']) },
  { name: 'syncthing', works: () => runs('syncthing', ['--version']) },
];

function runs(command, args, good = [0]) {
  return good.includes(spawnSync(command, args, { stdio: 'ignore', timeout: 120_000 }).status);
}

function quietly(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', env });
  const lines = `${stdout ?? ''}\n${stderr ?? ''}`.trim().split('\n');
  return {
    ok: status === 0,
    why: error?.message ?? lines.findLast((line) => line.startsWith('E:')) ?? lines.at(-1),
  };
}

const aptWait = ['-o', 'DPkg::Lock::Timeout=300'];

function aptInstall(names) {
  return quietly('apt-get', [...aptWait, 'install', '-y', '-qq', '--no-install-recommends', ...names]);
}

/** All at once; if that fails one by one, so that one unknown package does not keep the others out. */
function installPackages(names) {
  quietly('dpkg', ['--configure', '-a']);
  quietly('apt-get', [...aptWait, 'update', '-qq']);
  const all = aptInstall(names);
  if (all.ok || names.length === 1) return all;
  const failed = names.map((name) => aptInstall([name])).filter((result) => !result.ok);
  return failed.at(-1) ?? { ok: true };
}

/** Installs what is missing where that is possible; says in one line what stays missing. Never throws. */
export function setUpSystem() {
  const missing = () => systemPackages.filter((entry) => !entry.works()).map((entry) => entry.name);
  const wanted = missing();
  if (wanted.length === 0) return [];
  const isRootOnDebian = existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (isRootOnDebian) console.log(`installing ${wanted.join(' ')}`);
  const result = isRootOnDebian
    ? installPackages(wanted)
    : { ok: false, why: 'needs root on Debian or Ubuntu' };
  const left = missing();
  if (left.length === 0) return [];
  const get = `get it with: apt-get update && apt-get install --no-install-recommends ${left.join(' ')}`;
  console.log(
    `not here: ${left.join(', ')} (${result.ok ? 'installed, but does not start' : result.why}); ${get}`,
  );
  return left;
}

function readLock(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

/** Whether node_modules already holds just what package-lock.json asks for. */
function hasNodeModules() {
  const wantedFile = join(root, 'package-lock.json');
  const presentFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(presentFile) || statSync(presentFile).mtimeMs < statSync(wantedFile).mtimeMs) return false;
  const present = readLock(presentFile);
  return Object.entries(readLock(wantedFile)).every(([path, wanted]) => {
    if (path === '') return true;
    if (!present[path]) return wanted.optional === true;
    return present[path].version === wanted.version && existsSync(join(root, path));
  });
}

/** Runs `npm ci` unless everything is there; in CI always. Returns whether the packages are there now. */
export function setUpNodeModules() {
  if (!process.env.CI && hasNodeModules()) return true;
  console.log('npm ci');
  const options = { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' };
  const { status } = spawnSync('npm', ['ci', '--loglevel=error'], options);
  if (status !== 0)
    console.log('not here: the npm packages; get them with: npm ci (it needs a package registry)');
  return status === 0;
}

/** The oldest Node that package.json allows. */
export function nodeIsNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  if (!enough)
    console.log(`not here: Node 20.19 or newer (this is ${process.versions.node}); get it from your system`);
  return enough;
}
