// Says at the very end which tests did not run and why, then the counts on one plain line.
// The reason is the note given to `ctx.skip('reason')`.
import type { Reporter, TestCase, TestModule } from 'vitest/node';

type Skip = { name: string; note: string | undefined };

export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skips = tests.flatMap(skipOf);
    for (const line of [...reasonLines(skips), countLine(tests, skips.length)]) console.log(line);
  }
}

function skipOf(test: TestCase): Skip[] {
  const result = test.result();
  if (result.state !== 'skipped') return [];
  return [{ name: `${test.module.relativeModuleId} > ${test.fullName}`, note: result.note }];
}

function reasonLines(skips: readonly Skip[]): string[] {
  const lines = skips.filter((s) => s.note).map((s) => `skipped: ${s.name}: ${s.note}`);
  const silent = skips.filter((s) => !s.note);
  if (silent.length === 0) return lines;
  const shown = silent.slice(0, 3).map((s) => s.name);
  return [...lines, `skipped without a reason: ${silent.length}, such as ${shown.join('; ')}`];
}

function countLine(tests: readonly TestCase[], skipped: number): string {
  const count = (state: 'passed' | 'failed') => tests.filter((t) => t.result().state === state).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${skipped} skipped`;
}
