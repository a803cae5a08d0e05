// Runs the command of an installed package with this very Node: no shell, no .cmd files, same on every system.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));

function entryOf(packageName, command) {
  const { bin } = JSON.parse(readFileSync(join(modules, packageName, 'package.json'), 'utf8'));
  const entry = typeof bin === 'string' ? bin : bin?.[command];
  if (!entry) throw new Error(`${packageName} has no command ${command}`);
  return join(modules, packageName, entry);
}

/**
 * Starts a Node program and resolves with its exit code; a signal counts as failure.
 * @returns {Promise<number>}
 */
export function runNode(file, args = [], options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

export async function runTool(packageName, command, args, options) {
  return runNode(entryOf(packageName, command), args, options);
}
