// The floor's supervisor: the files that the one of an attempt writes, and the script. `node bare-supervisor.cjs <directory
// of the attempt> <program> <arguments>`, in the directory of the script.
'use strict';
const { spawn } = require('node:child_process');
const { closeSync, fsyncSync, openSync } = require('node:fs');
const path = require('node:path');
const { writeWhole } = require('./bare-files.cjs');

const [dir, program, ...args] = process.argv.slice(2);
const put = (name, bytes) => writeWhole(path.join(dir, name), bytes);
const TEXT = Buffer.alloc(300, 'x');

put('supervisor.json', TEXT);
const log = openSync(path.join(dir, 'stdout.log'), 'a');
const script = spawn(program, args, { stdio: ['ignore', log, log], detached: true });
put('reserve', Buffer.alloc(65_536, 1));
put('processes.json', TEXT);
script.once('exit', () => {
  fsyncSync(log);
  closeSync(log);
  put('exit.json', TEXT);
});
