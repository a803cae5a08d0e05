// A directory on the real disk for each test, and a way to wait for a fact with a limit.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/system/clock.ts';

/** Removed when the test is over. */
export function tempDir(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'jobq-system-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

/** Resolves once the fact holds; fails when it does not within the limit. */
export async function until(what: string, fact: () => boolean, limitMs = 15_000): Promise<void> {
  const end = systemClock.monotonic() + limitMs;
  while (!fact()) {
    if (systemClock.monotonic() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await systemClock.sleep(10);
  }
}

/** Is there a process of this id? */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
