// What a service is made of, whatever system it is for: what it needs to know, the files it is, the commands that
// install and remove it. Types only; nothing is written or run here.

export type ServiceRole = 'runner' | 'watcher';
export const SERVICE_KINDS = ['systemd', 'task', 'winsw', 'servy'] as const;
export type ServiceKind = (typeof SERVICE_KINDS)[number];

export interface ServiceFacts {
  role: ServiceRole;
  queueId: string;
  /** Absolute paths, as the machine writes them that the service is for. */
  queueRoot: string;
  nodePath: string;
  programPath: string;
  /** The account: `ada`. */
  user: string;
  /** The machine or domain that knows the account. */
  domain: string;
  /** The user's folder of settings: `~/.config`. */
  configHome: string;
  /** Where this user's programs keep data. */
  dataDir: string;
  /** PATH, so that the service finds the programs that the one who installs it finds; undefined when there is none. */
  searchPath: string | undefined;
  /** How long a stop may take before the system ends the daemon. */
  stopTimeoutS: number;
  /** Show a console window where there would be one. */
  window: boolean;
}

export interface ServiceFile {
  path: string;
  text: string;
  encoding: 'utf8' | 'utf16le';
}

/** A command that must succeed for this to hold: and print just this, where it is given. */
export interface Condition {
  command: readonly string[];
  prints?: string;
}

export interface Step {
  command: readonly string[];
  /** What to do when it fails. */
  remedy: string;
}

/** One command of an installation. It runs when any of its reasons holds. */
export interface InstallStep extends Step {
  /** Runs after the file has changed. */
  afterChange?: true;
  /** Runs unless this holds. */
  unless?: Condition;
  /** Runs while the daemon does not. */
  starts?: true;
}

export interface UninstallStep extends Step {
  /** Runs only while this holds. */
  ifSo?: Condition;
}

export interface ServicePlan {
  kind: ServiceKind;
  /** What the system calls it. */
  name: string;
  file: ServiceFile | undefined;
  install: readonly InstallStep[];
  /** Before the file is removed, and after. */
  uninstall: { before: readonly UninstallStep[]; after: readonly UninstallStep[] };
  /** What whoever installs it should know. */
  notes: readonly string[];
  /** What the system keeps when it is removed. */
  leaves: readonly string[];
  /** The command that shows how it is; undefined when jobq cannot ask. */
  query: readonly string[] | undefined;
  /** The command that starts it by hand, for people. */
  start: string;
  /** The command that keeps it from being started again, for people; undefined when a stop is enough. */
  keepAway: string | undefined;
}

/** The words behind the program: `runner --queue <root>`. */
export function daemonArguments({ role, queueRoot }: Pick<ServiceFacts, 'role' | 'queueRoot'>): string[] {
  return [role, '--queue', queueRoot];
}

/** What people read in lists of services. */
export function describeService({ role, queueId }: Pick<ServiceFacts, 'role' | 'queueId'>): string {
  return `jobq ${role} of queue ${queueId}`;
}
