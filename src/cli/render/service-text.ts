// A service as people read it: what was done to it, what would be done, and how it is.
import type { ServiceFile, ServicePlan, ServiceRole } from '../../service/service.ts';
import type { ServiceStatus } from '../service/status.ts';
import type { CommandDone } from '../service/steps.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { durationText } from './words.ts';

/** The value of `jobq service install` and `uninstall`. */
export interface ServiceChange {
  action: string;
  role: ServiceRole;
  kind: string;
  name: string;
  /** Nothing was done: this is what would be. */
  printed: boolean;
  changed: boolean;
  file: ServiceFile | null;
  commands: CommandDone[];
  notes: readonly string[];
}

export function changeText({ colors }: Style, change: ServiceChange, wrote: boolean): string {
  const { action, name, file, commands, changed, notes } = change;
  const isInstall = action === 'install';
  const fileLine = file && wrote ? [`${isInstall ? 'wrote' : 'removed'} ${file.path}`] : [];
  const ran = commands.filter((each) => each.ran).map(({ shown }) => `ran ${shown}`);
  // in the order in which it was done
  const done = isInstall ? [...fileLine, ...ran] : [...ran, ...fileLine];
  const unchanged = isInstall ? 'is installed already' : 'is not installed';
  return [
    ...done,
    changed
      ? colors.green(`${name} is ${isInstall ? 'installed' : 'no longer installed'}`)
      : `${name} ${unchanged}; nothing was changed`,
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}

/** What would be written and run, in the order in which it would be. */
export function printedText({ action, file, commands, notes }: ServiceChange, plan: ServicePlan): string {
  const shown = commands.map((each) => each.shown);
  if (action !== 'install') {
    const before = shown.slice(0, plan.uninstall.before.length);
    const after = shown.slice(plan.uninstall.before.length);
    return ['# run', ...before, ...(file ? [`# remove ${file.path}`] : []), ...after].join('\n');
  }
  const encoding = file?.encoding === 'utf16le' ? ' (UTF-16 with byte order mark)' : '';
  return [
    ...(file ? [`# write ${file.path}${encoding}`, file.text] : []),
    '# run',
    ...shown,
    '',
    ...notes.map((note) => `# note: ${note}`),
  ].join('\n');
}

export function statusText(style: Style, status: ServiceStatus, plan: ServicePlan): string {
  const rows = [
    ['service', status.name],
    ['installed', installedText(status)],
    ['file', status.file ?? 'none'],
    ['the system says', status.problem ?? status.state ?? 'nothing'],
    ['last result', status.last_result ?? 'none yet'],
    ['daemon', daemonText(status)],
  ];
  const start = status.installed && !status.daemon_runs ? [`start it: ${plan.start}`] : [];
  return [table(style, ['', ''], rows).trimStart(), ...start].join('\n');
}

function installedText({ installed, enabled, current }: ServiceStatus): string {
  if (installed === null) return 'unknown';
  if (!installed) return 'no';
  const differs = current
    ? ''
    : ', but not as this version would install it: `jobq service install` renews it';
  return `${enabled === false ? 'yes, but it does not start by itself' : 'yes'}${differs}`;
}

function daemonText({ daemon_runs, last_sign_s, sign_is_fresh }: ServiceStatus): string {
  const runs = daemon_runs ? 'runs on this machine' : 'does not run on this machine';
  if (last_sign_s === null) return runs;
  const late = daemon_runs && sign_is_fresh === false ? ', too long ago: look into its log' : '';
  return `${runs}; last sign of life ${durationText(last_sign_s)} ago${late}`;
}
