// The files of one machine: of its runner, its attempts, its settings, its messages and its mirror, as `queue-kinds` has
// those of the queue.
import path from 'node:path';
import { settingsOf } from '../../src/cli/context.ts';
import type { CliParts } from '../../src/cli/parts.ts';
import { parseWith } from '../../src/job/parsed.ts';
import { databaseAnswerSchema } from '../../src/job/study.ts';
import { findApi } from '../../src/link/find-api.ts';
import { readWishes } from '../../src/notify/again.ts';
import { readDeliveries } from '../../src/notify/ledger.ts';
import { secretsOf } from '../../src/notify/secrets.ts';
import { readTargetsSeen } from '../../src/notify/targets-seen.ts';
import { readLicences } from '../../src/queue/licences.ts';
import { follow, logTail, newFollower } from '../../src/runner/progress-follower.ts';
import { layoutOf, runnerLayoutOf } from '../../src/store/layout.ts';
import { lookAtLedger } from '../../src/store/ledger.ts';
import { readOwner } from '../../src/store/owner.ts';
import {
  ATTEMPT,
  readAttemptCancel,
  readCommand,
  readExit,
  readProcesses,
  readStaged,
  readSupervisor,
} from '../../src/store/work-dir.ts';
import { workDirsOf } from '../../src/store/work-path.ts';
import { checkTexts } from '../../src/submit/study-rules.ts';
import type { Files } from '../../src/system/files.ts';
import type { MemoryDisk } from '../helpers/memory-disk.ts';
import { runnerSettings } from '../helpers/runner-settings.ts';
import { hostileLines } from './json-mutations.ts';
import * as sample from './machine-samples.ts';
import { hostileBytes } from './mutations.ts';
import type { Kind } from './queue-kinds.ts';
import { GROWS, jsonKind, ROOT } from './queue-kinds.ts';
import { JOB } from './samples.ts';

const at = runnerLayoutOf('/state', '/work');
const layout = layoutOf(ROOT);
const attempt = at.attempt(JOB, 1);
const home = at.workDir(JOB);
const FACTS = { host: 'desk', platform: 'linux', dataDir: '/data', user: 'ada' };

type ReadAttempt = (files: Files, dir: string) => unknown;

const attemptKind = (name: keyof typeof ATTEMPT, good: Record<string, unknown>, read: ReadAttempt): Kind =>
  jsonKind(`${ATTEMPT[name]} of an attempt`, path.join(attempt, ATTEMPT[name]), good, ({ files }) =>
    read(files, attempt),
  );

const textKind = (name: string, file: string, good: string, read: Kind['read'], readsUpTo = 0): Kind => ({
  name,
  file,
  good,
  inputs: () => hostileBytes(good),
  isText: true,
  read,
  readsUpTo,
});

const LOG =
  'Trial 1/10\nPROGRESS 10%\njobq: {"percent":50,"message":"half"}\n[I 2026-02-10] Trial 3 finished with value: 1.5\n';
const LMSTAT = [
  'lmutil - Copyright (c) 1989-2020 Flexera. All Rights Reserved.',
  'License server status: 28000@cad',
  'Users of NX_NASTRAN:  (Total of 3 licenses issued;  Total of 1 license in use)',
  'Users of free:  (Uncounted, node-locked)',
  '',
].join('\n');
const CONFIG =
  '<configuration version="37"><gui enabled="true" tls="false"><address>127.0.0.1:8384</address><apikey>key</apikey></gui></configuration>\n';
const TOML =
  '[runner]\nslots = 2\n[runner.interpreters.nx]\npath = "/opt/nx/python"\n[watcher]\nlost_after_s = 300\n';
const SYNCTHING = { url: undefined, api_key: undefined, api_key_file: undefined, home: '/mirror' };

const runner: Kind[] = [
  {
    ...textKind('the ledger', at.ledger, '', ({ files }) => {
      const seen = lookAtLedger(files, at.ledger);
      return typeof seen === 'object' && seen;
    }),
    good: sample.LEDGER.map((line) => `${JSON.stringify(line)}\n`).join(''),
    inputs: () => hostileLines(sample.LEDGER),
    readsUpTo: GROWS,
  },
  jsonKind("the owner's wish", at.owner, sample.OWNER, ({ files }) => {
    const problems: object[] = [];
    const wish = readOwner(files, at, problems as never);
    if (problems.length > 0 && !wish.paused) throw new TypeError('what cannot be read is a pause');
    return problems.length === 0 && wish;
  }),
  jsonKind(
    'what a work directory is a copy of',
    path.join(home, '.jobq-staged.json'),
    sample.STAGED,
    ({ files }) => {
      workDirsOf(files, at, JOB);
      return readStaged(files, home);
    },
    // it names each file of an order thrice, and is looked at twice here
    { readsUpTo: 200_000_000 },
  ),
  attemptKind('command', sample.COMMAND, readCommand),
  attemptKind('exit', sample.EXIT, readExit),
  attemptKind('cancel', sample.ATTEMPT_CANCEL, readAttemptCancel),
  attemptKind('supervisor', sample.SUPERVISOR, readSupervisor),
  attemptKind('processes', sample.PROCESSES, readProcesses),
  jsonKind(
    'who has a fixed path',
    '/work/fixed/.jobq-run.json',
    sample.USER,
    ({ files }) => workDirsOf(files, at, JOB).includes('/work/fixed'),
    { around: stagedAtFixed },
  ),
];

function stagedAtFixed(disk: MemoryDisk): void {
  disk.files.makeDir(home);
  disk.volume.writeFileSync(path.join(home, '.jobq-staged.json'), JSON.stringify(sample.STAGED));
}

const scripts: Kind[] = [
  jsonKind('progress.json of a script', path.join(home, 'progress.json'), sample.PROGRESS, ({ files }) => {
    const follower = newFollower();
    follow(files, follower, { logFile: '/nowhere', workDir: home });
    return Object.keys(follower.progress).length > 0 && follower.progress;
  }),
  textKind(
    'the log of a script',
    path.join(attempt, 'stdout.log'),
    LOG,
    ({ files }) => {
      const follower = newFollower();
      follow(files, follower, { logFile: path.join(attempt, 'stdout.log'), workDir: '/nowhere' });
      return [follower.progress, logTail(follower)];
    },
    9 << 20,
  ),
  textKind(
    'the output of the licence command',
    at.licences,
    LMSTAT,
    ({ files }) => {
      const output = String(files.readFrom(at.licences, 0, 4_000_000));
      const seen = readLicences(output, runnerSettings().licence_pattern, 0);
      return seen.state === 'known' && seen;
    },
    4_000_000,
  ),
  jsonKind('the answer about a study', '/work/answer.txt', sample.ANSWER, ({ files }) => {
    const parsed = parseWith(databaseAnswerSchema, files.readSmall('/work/answer.txt') ?? Buffer.alloc(0));
    return parsed.ok && parsed.value.study && parsed.value;
  }),
  jsonKind(
    'the spec of a study',
    '/study/atomizer_spec.json',
    sample.SPEC,
    ({ files }) => {
      const found = { errors: [], warnings: [] };
      const source = '/study/atomizer_spec.json';
      const { size = 0, signature = '' } = files.facts(source) ?? {};
      const file = { path: 'atomizer_spec.json', source, size, signature };
      checkTexts(files, [file], false, found);
      return found.errors.length === 0;
    },
    { isText: true },
  ),
];

const settings: Kind[] = [
  textKind(
    'jobq.toml',
    layout.settings,
    TOML,
    ({ files }) => {
      const environment = { ...FACTS, variables: {} };
      return settingsOf({ disk: { files }, environment } as unknown as CliParts, layout).settings;
    },
    1_000_001,
  ),
  textKind(
    "Syncthing's config.xml",
    '/mirror/config.xml',
    CONFIG,
    ({ files }) => {
      const parts = { settings: SYNCTHING, variables: {}, platform: 'linux', files, homeDir: '/home/ada' };
      const api = findApi(parts);
      return 'url' in api && api;
    },
    16_000_001,
  ),
  textKind(
    'a file with a secret',
    '/secret',
    'tok3n\n',
    ({ files }) => {
      const target = { kind: 'ntfy', url: 'http://x.example/t', secret_file: '/secret' };
      const found = secretsOf(target as never, { variables: {}, files });
      return 'url' in found && found;
    },
    GROWS,
  ),
  {
    ...textKind('the ledger of messages', layout.notifications, '', ({ files }) => {
      const { open, dead, sent } = readDeliveries(files, layout.notifications);
      return [...open.values(), ...dead.values(), ...sent.keys()];
    }),
    good: sample.MESSAGES.map((line) => `${JSON.stringify(line)}\n`).join(''),
    inputs: () => hostileLines(sample.MESSAGES),
    readsUpTo: GROWS,
  },
  jsonKind(
    'a wish about messages',
    path.join(layout.watcher, 'notify-again', 'x.json'),
    sample.WISH,
    ({ files }) => readWishes(files, layout.notifications)[0],
  ),
  jsonKind(
    'the targets of messages',
    path.join(layout.watcher, 'notify-targets.json'),
    sample.TARGETS,
    ({ files }) => readTargetsSeen(files, layout.notifications),
  ),
];

export const machineKinds: readonly Kind[] = [...runner, ...scripts, ...settings];
