// BullMQ with a process for each job: `node bullmq.mjs <folder with node_modules> <socket of Redis> <jobs> <at once> <script>`.
// Prints the milliseconds from the first job added to the last one done.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';

const [home, socket, jobs, atOnce, script] = process.argv.slice(2);
const { Queue, Worker } = createRequire(path.join(path.resolve(home), 'package.json'))('bullmq');
const connection = { path: socket, maxRetriesPerRequest: null };
const queue = new Queue('bench', { connection });
let done = 0;
let last;
const all = new Promise((resolve) => {
  last = resolve;
});
const run = async () => void (await once(spawn('/bin/sh', [script], { stdio: 'ignore' }), 'exit'));
const worker = new Worker('bench', run, { connection, concurrency: Number(atOnce) });
worker.on('completed', () => {
  done += 1;
  if (done === Number(jobs)) last();
});
await worker.waitUntilReady();
const began = performance.now();
for (let job = 0; job < Number(jobs); job++) await queue.add('job', { script });
await all;
console.log(performance.now() - began);
await worker.close();
await queue.close();
