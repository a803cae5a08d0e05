// What services in tests are made from.
import type { ServiceFacts } from '../../src/service/service.ts';

export const LINUX: ServiceFacts = {
  role: 'runner',
  queueId: 'q-1',
  queueRoot: '/srv/job queue',
  nodePath: '/usr/bin/node',
  programPath: '/opt/jobq/bin/jobq.js',
  user: 'ada',
  domain: 'desk',
  configHome: '/home/ada/.config',
  dataDir: '/home/ada/.local/share/jobq',
  searchPath: '/home/ada/env/bin:/usr/bin',
  stopTimeoutS: 90,
  window: false,
};

export const WINDOWS: ServiceFacts = {
  ...LINUX,
  queueRoot: 'C:\\Job Queue',
  nodePath: 'C:\\Program Files\\nodejs\\node.exe',
  programPath: 'C:\\Users\\ada\\AppData\\Roaming\\npm\\node_modules\\jobq\\bin\\jobq.js',
  domain: 'CAD',
  dataDir: 'C:\\Users\\ada\\AppData\\Local\\jobq',
};
