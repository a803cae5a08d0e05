// Where Syncthing's REST API is and which key opens it: from the settings, else from Syncthing's own configuration,
// looked for where Syncthing itself looks. It asks nobody.
import path from 'node:path';
import { messageOf } from '../errors.ts';
import type { Settings } from '../settings/keys.ts';
import type { Environment } from '../system/environment.ts';
import type { Files } from '../system/files.ts';
import type { GuiConfig } from './config-xml.ts';
import { guiOf } from './config-xml.ts';

/** How Syncthing is asked. */
export interface Api {
  /** With a slash at its end. */
  url: string;
  key: string;
  /** Of an https server: its certificate in PEM. */
  cert?: string | undefined;
}

export interface NoApi {
  problem: string;
  /** Nothing points to a Syncthing here: neither a setting nor a configuration. */
  isAbsent: boolean;
}

export interface FindApiParts {
  settings: Pick<Settings['syncthing'], 'url' | 'api_key' | 'api_key_file' | 'home'>;
  variables: Environment['variables'];
  platform: string;
  files: Pick<Files, 'readFrom' | 'facts'>;
  homeDir: string;
}

const DEFAULT_URL = 'http://127.0.0.1:8384/';
const CONFIG_FILE = 'config.xml';
const CERT_FILE = 'https-cert.pem';
const CONFIG_MAX_BYTES = 16_000_000;
const SMALL_MAX_BYTES = 65_536;

export function findApi(parts: FindApiParts): Api | NoApi {
  const own = ownConfig(parts);
  const key = keyOf(parts, own);
  if ('problem' in key) return key;
  const url = urlOf(parts, own);
  if ('problem' in url) return url;
  return { url: url.value, key: key.value, cert: certFor(url.value, parts, own) };
}

type Found = { value: string } | NoApi;
type OwnConfig = { dir: string; gui: GuiConfig } | NoApi;

const failed = (problem: string): NoApi => ({ problem, isAbsent: false });

/** The directories in which Syncthing keeps its configuration, in the order in which it looks itself. */
export function configDirs({
  settings,
  variables,
  platform,
  homeDir,
}: Omit<FindApiParts, 'files'>): string[] {
  if (settings.home !== undefined) return [settings.home];
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const below = (name: string, ...rest: string[]) => {
    const base = variables[name];
    return base !== undefined && paths.isAbsolute(base) ? [paths.join(base, ...rest)] : [];
  };
  const named = [...below('STHOMEDIR'), ...below('STCONFDIR')];
  if (platform === 'win32')
    return [...named, ...below('LOCALAPPDATA', 'Syncthing'), ...below('APPDATA', 'Syncthing')];
  if (platform === 'darwin')
    return [...named, paths.join(homeDir, 'Library', 'Application Support', 'Syncthing')];
  return [
    ...named,
    ...below('XDG_CONFIG_HOME', 'syncthing'),
    paths.join(homeDir, '.config', 'syncthing'),
    ...below('XDG_STATE_HOME', 'syncthing'),
    paths.join(homeDir, '.local', 'state', 'syncthing'),
  ];
}

function ownConfig(parts: FindApiParts): OwnConfig {
  const dirs = configDirs(parts);
  const { settings, files } = parts;
  for (const dir of dirs) {
    const file = inDir(parts, dir, CONFIG_FILE);
    const bytes = readSmall(files, file, CONFIG_MAX_BYTES);
    if (bytes === undefined) continue;
    if ('problem' in bytes) return failed(`${file} ${bytes.problem}`);
    const gui = guiOf(bytes.text);
    return 'problem' in gui ? failed(`${file} ${gui.problem}`) : { dir, gui };
  }
  if (settings.home !== undefined)
    return failed(`there is no ${CONFIG_FILE} in syncthing.home, ${settings.home}`);
  return { problem: `no configuration of Syncthing is in ${dirs.join(', ')}`, isAbsent: true };
}

function inDir({ platform }: FindApiParts, dir: string, name: string): string {
  return (platform === 'win32' ? path.win32 : path.posix).join(dir, name);
}

/** Undefined when the file is not there. */
function readSmall(
  files: FindApiParts['files'],
  file: string,
  maxBytes: number,
): { text: string } | { problem: string } | undefined {
  try {
    const bytes = files.readFrom(file, 0, maxBytes + 1);
    if (bytes === undefined) return files.facts(file) && { problem: 'is no file that can be read' };
    if (bytes.length > maxBytes) return { problem: `is longer than ${maxBytes} bytes` };
    return { text: bytes.toString('utf8').replace(/^\uFEFF/, '') };
  } catch (error) {
    return { problem: `cannot be read: ${messageOf(error)}` };
  }
}

/** What goes into a header. */
const KEY = /^[\x21-\x7e]+$/;

function keyOf({ settings, files }: FindApiParts, own: OwnConfig): Found {
  if (settings.api_key !== undefined) return { value: settings.api_key };
  const file = settings.api_key_file;
  if (file !== undefined) {
    const read = readSmall(files, file, SMALL_MAX_BYTES);
    if (read === undefined) return failed(`syncthing.api_key_file, ${file}, is not there`);
    if ('problem' in read) return failed(`syncthing.api_key_file, ${file}, ${read.problem}`);
    const value = read.text.trim();
    return KEY.test(value)
      ? { value }
      : failed(`syncthing.api_key_file, ${file}, does not hold one word of plain characters`);
  }
  if ('problem' in own)
    return own.isAbsent && settings.url !== undefined ? failed(`there is no API key: ${own.problem}`) : own;
  if (settings.url !== undefined && !isLoopback(settings.url))
    return failed(
      `the key in ${own.dir} is this machine's own and is not sent to ${settings.url}; set syncthing.api_key_file`,
    );
  const { key } = own.gui;
  return KEY.test(key) ? { value: key } : failed(`${own.dir} holds no API key`);
}

function urlOf({ settings }: FindApiParts, own: OwnConfig): Found {
  if (settings.url !== undefined) return { value: settings.url.replace(/\/*$/, '/') };
  if ('problem' in own) return own.isAbsent ? { value: DEFAULT_URL } : own;
  const { gui, dir } = own;
  if (!gui.enabled) return failed(`the API of Syncthing is switched off in ${dir} (gui enabled="false")`);
  const host = connectableHost(gui.address);
  if (host === undefined)
    return failed(
      `the API of Syncthing is at ${JSON.stringify(gui.address)}, which is no address of TCP; set syncthing.url, or give it one`,
    );
  return { value: `${gui.tls ? 'https' : 'http'}://${host}/` };
}

/** An address that listens everywhere is reached over loopback, as Syncthing's own command line does. */
function connectableHost(address: string): string | undefined {
  const host = address
    .trim()
    .replace(/^(?:tcp|https?):\/\//, '')
    .replace(/\/$/, '');
  const [, name = '', port = ''] = /^(\[[\da-fA-F:.%\w]*\]|[\w.-]*):(\d{1,5})$/.exec(host) ?? [];
  if (port === '') return undefined;
  if (name === '' || name === '0.0.0.0') return `127.0.0.1:${port}`;
  return name === '[::]' ? `[::1]:${port}` : `${name}:${port}`;
}

/** Of this machine's Syncthing; a server elsewhere has one of its own, which must be signed as others are. */
function certFor(url: string, parts: FindApiParts, own: OwnConfig): string | undefined {
  const isElsewhere = parts.settings.url !== undefined && !isLoopback(url);
  if (!url.startsWith('https:') || isElsewhere || 'problem' in own) return undefined;
  const read = readSmall(parts.files, inDir(parts, own.dir, CERT_FILE), SMALL_MAX_BYTES);
  return read !== undefined && 'text' in read ? read.text : undefined;
}

function isLoopback(url: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
