// From a fresh machine to a checked project: what CI runs. `npm run check` is the same without the setup.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nodeIsNewEnough, setUpNodeModules, setUpSystem } from './setup.mjs';

if (!nodeIsNewEnough()) process.exit(1);
setUpSystem();
if (!setUpNodeModules()) process.exit(1);

const check = fileURLToPath(new URL('check.mjs', import.meta.url));
process.exit(spawnSync(process.execPath, [check], { stdio: 'inherit' }).status ?? 1);
