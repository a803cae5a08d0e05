#!/usr/bin/env node
// The launcher. All it knows is where the built programs lie. CommonJS, as package.json beside it says: Node starts that
// sooner, and the quick program answers most calls without loading an ES module.
'use strict';

function answeredQuickly() {
  try {
    return require('../dist/quick.cjs').quick();
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND' || error.requireStack?.[0] !== __filename) throw error;
    process.stderr.write('jobq is not built yet: run `npm ci && npm run build` first\n');
    process.exitCode = 1;
    return true;
  }
}

if (!answeredQuickly()) void import('../dist/main.js');
