// The watcher with real processes: a runner that falls silent and comes back, a retry by policy, a message, and kills.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { TestQueue } from './queue.ts';
import { pythonWith, readJson, testQueue } from './queue.ts';

let queue: TestQueue | undefined;
afterEach(async () => {
  await queue?.close();
  queue = undefined;
});

function open(settings: string): TestQueue {
  const python = pythonWith('import sqlite3');
  if (!python) throw new Error('no Python 3');
  queue = testQueue(python, settings);
  return queue;
}

function submit(q: TestQueue, ...args: string[]): string {
  const answer = q.jobq('submit', q.study('parabola'), '--run-on', 'workstation', '--arg=--start', ...args);
  expect(answer.value.error).toBeUndefined();
  return answer.value['job_id'] as string;
}

const archivedAs = (q: TestQueue, job: string) =>
  readdirSync(path.join(q.root, 'archive')).filter((name) => name.startsWith(`${job}_`));

const typesOf = (q: TestQueue, job: string) =>
  (q.jobq('events', '--job', job, '--limit', '1000').value['events'] as { type: string }[]).map(
    ({ type }) => type,
  );

describe('the watcher', () => {
  test('calls the job of a runner that is stopped lost, and takes its results in when it goes on', async (context) => {
    if (process.platform === 'win32') context.skip('Windows cannot stop a process with a signal');
    // a heartbeat comes every ten seconds at most
    const q = open('lost_after_s = 13');
    process.env['JOBQ_RUNNER_HEARTBEAT_INTERVAL_S'] = '10';
    const runner = q.daemon('runner');
    delete process.env['JOBQ_RUNNER_HEARTBEAT_INTERVAL_S'];
    q.daemon('watcher');
    const job = submit(q, '--arg=--trials', '--arg=100', '--arg=--sleep', '--arg=0.2');
    await q.until('it runs', () => q.view(job).state === 'running');
    runner.child.kill('SIGSTOP');
    await q.until('it is lost', () => q.view(job).state === 'lost');
    runner.child.kill('SIGCONT');
    await q.until('it is archived', () => archivedAs(q, job).length === 1 && q.view(job).archived_as);
    expect(q.view(job)).toMatchObject({ state: 'completed', late: true, attempt: 1 });
    await q.until('all is told', () => typesOf(q, job).includes('archived'));
    const told = typesOf(q, job);
    for (const type of ['lost', 'recovered', 'archived'])
      expect(told.filter((each) => each === type)).toHaveLength(1);
  });

  test('tries a job again by its order, announces both, and is not stopped by kills', async () => {
    const heard: { id?: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => {
        body += String(piece);
      });
      request.on('end', () => {
        heard.push(JSON.parse(body) as { id?: string });
        response.statusCode = heard.length === 1 ? 500 : 200;
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const q = open(
        `retry_max = 1\nretry_on = ["script"]\nretry_backoff_s = 1\n[notify.targets.hook]\nkind = "webhook"\nurl = "http://127.0.0.1:${port}/"`,
      );
      q.daemon('runner');
      let watcher = q.daemon('watcher');
      const job = submit(q, '--arg=--trials', '--arg=2', '--expect', '3_results/never.csv');
      const steps: [what: string, isSo: () => boolean][] = [
        [
          'it is decided',
          () =>
            existsSync(path.join(q.root, 'requests', job, 'cancel.json')) || archivedAs(q, job).length > 0,
        ],
        [
          'it is being archived',
          () => readdirSync(path.join(q.root, 'archive')).some((name) => name.includes(job)),
        ],
        ['it is announced once', () => heard.length > 0],
      ];
      for (const [what, isSo] of steps) {
        await q.until(what, isSo);
        await watcher.stop('SIGKILL');
        watcher = q.daemon('watcher');
      }
      const retry = `${job}-r1`;
      await q.until(
        'both are archived',
        () => archivedAs(q, job).length > 0 && archivedAs(q, retry).length > 0,
      );
      const ids = () => new Set(heard.map(({ id }) => id));
      await q.until('both are announced', () => ids().size === 2 && heard.length > 2, 90_000);
      expect([archivedAs(q, job).length, archivedAs(q, retry).length]).toEqual([1, 1]);
      expect(q.view(job)).toMatchObject({ state: 'failed', retried_as: retry });
      expect(q.view(retry)).toMatchObject({ state: 'failed', retry_of: job });
      const started = readFileSync(path.join(q.home, 'runner', 'ledger.jsonl'), 'utf8');
      expect(started.match(/"event":"intent"/g)).toHaveLength(2);
      expect(readJson(path.join(q.root, 'archive', archivedAs(q, retry)[0] ?? '', 'job.json'))).toMatchObject(
        {
          retry_of: job,
        },
      );
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
