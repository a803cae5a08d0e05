// The floor of a job's way from outbox/ into archive/: what the protocol has both daemons write, sync, copy, rename, start
// and delete for it, in its order, with nothing around it. `node bare-job.cjs <queue> <work> <at once>` takes all there are.
//   runner   inbox/<id>/ with the queued record; the copy of the order, each file and directory synced, with what was
//            copied beside it, renamed into place; the ledger: intent; the attempt's directory with its command, names above
//            it synced; a supervisor (supervisor.json, the script, the reserve, processes.json, exit.json; the log synced);
//            the ledger: started; the running record; the ledger: ended; the log, the last record and the seal published
//   watcher  the copy of the record, synced and renamed; two lines of events; its name in the archive; archived.json
//   runner   the ledger: deleting; the record deleted, its seal last; the ledger: deleted
//   watcher  the order moved beside the results; the request deleted; a line of events
'use strict';
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { sync, write, writeWhole } = require('./bare-files.cjs');

const [queue, work, atOnce] = process.argv.slice(2);
const at = (...parts) => path.join(queue, ...parts);
const RECORD = Buffer.alloc(2000, 'x');
const LINE = Buffer.alloc(250, 'x');
const ledger = path.join(work, 'ledger.jsonl');
const events = at('events.jsonl');
const note = (file) => write(file, LINE, 'a');
const copy = (from, to) => write(to, fs.readFileSync(from));

/** The copy that the script runs in. */
function stage(id) {
  const staged = path.join(work, `staged-${id}`);
  const files = fs.readdirSync(at('outbox', id), { recursive: true, withFileTypes: true });
  const dirs = files.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(staged, name));
  fs.mkdirSync(staged);
  for (const dir of dirs) fs.mkdirSync(dir);
  for (const entry of files.filter((one) => one.isFile())) {
    const from = path.join(entry.parentPath, entry.name);
    copy(from, path.join(staged, path.relative(at('outbox', id), from)));
  }
  for (const dir of [...dirs, staged]) sync(dir);
  writeWhole(path.join(staged, 'staged.json'), RECORD);
  fs.renameSync(staged, path.join(work, id));
  sync(work);
}

async function run(id) {
  const record = at('inbox', id);
  fs.mkdirSync(record);
  writeWhole(path.join(record, 'job.json'), RECORD);
  sync(at('inbox'));
  stage(id);
  note(ledger);
  const attempt = path.join(work, 'attempts', id, '1');
  fs.mkdirSync(attempt, { recursive: true });
  writeWhole(path.join(attempt, 'command.json'), RECORD);
  for (const dir of [path.dirname(attempt), path.join(work, 'attempts'), work]) sync(dir);
  const args = [path.join(__dirname, 'bare-supervisor.cjs'), attempt, '/bin/sh', 'run_optimization.py'];
  await once(
    spawn(process.execPath, args, { cwd: path.join(work, id), stdio: 'ignore', detached: true }),
    'exit',
  );
  note(ledger);
  writeWhole(path.join(record, 'job.json'), RECORD);
  note(ledger);
  publish(record, path.join(attempt, 'stdout.log'));
}

function publish(record, log) {
  writeWhole(path.join(record, 'stdout.log'), fs.readFileSync(log));
  writeWhole(path.join(record, 'job.json'), RECORD);
  writeWhole(path.join(record, 'SHA256SUMS'), LINE);
}

function archive(id) {
  const record = at('inbox', id);
  const collected = at('archive', `.${id}`);
  const archived = at('archive', `${id}_archived`);
  fs.mkdirSync(collected);
  for (const name of ['job.json', 'stdout.log', 'SHA256SUMS'])
    copy(path.join(record, name), path.join(collected, name));
  sync(collected);
  note(events);
  note(events);
  fs.renameSync(collected, archived);
  sync(at('archive'));
  fs.mkdirSync(at('requests', id));
  writeWhole(at('requests', id, 'archived.json'), LINE);
  sync(at('requests'));
  return archived;
}

function close(id, archived) {
  const record = at('inbox', id);
  note(ledger);
  for (const name of ['job.json', 'stdout.log']) fs.unlinkSync(path.join(record, name));
  sync(at('inbox'));
  fs.unlinkSync(path.join(record, 'SHA256SUMS'));
  fs.rmdirSync(record);
  sync(at('inbox'));
  note(ledger);
  fs.renameSync(at('outbox', id), path.join(archived, 'order'));
  sync(archived);
  sync(at('outbox'));
  fs.unlinkSync(at('requests', id, 'archived.json'));
  fs.rmdirSync(at('requests', id));
  note(events);
}

const waiting = fs.readdirSync(at('outbox')).filter((name) => !name.startsWith('.'));

async function oneAfterTheOther() {
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    await run(id);
    close(id, archive(id));
  }
}

for (let slot = 0; slot < Number(atOnce); slot++) void oneAfterTheOther();
