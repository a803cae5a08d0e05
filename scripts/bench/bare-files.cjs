// What a durable write takes, with nothing around it; for the floors of the bench. CommonJS, as the floor's supervisor is.
'use strict';
const { closeSync, fsyncSync, openSync, renameSync, writeSync } = require('node:fs');
const path = require('node:path');

let temps = 0;

function sync(file) {
  const fd = openSync(file, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

/** `flag`: 'wx' for a new file, 'a' for a line more. */
function write(file, bytes, flag = 'wx') {
  const fd = openSync(file, flag);
  writeSync(fd, bytes);
  fsyncSync(fd);
  closeSync(fd);
}

/** Temporary name, fsync, rename, fsync of the directory. */
function writeWhole(file, bytes) {
  const temp = path.join(path.dirname(file), `.temp-${process.pid}-${++temps}`);
  write(temp, bytes);
  renameSync(temp, file);
  sync(path.dirname(file));
}

module.exports = { sync, write, writeWhole };
