// Where the API is: settings before Syncthing's own configuration, which is looked for as Syncthing looks for it. What
// is wrong is said in words that hold no key.
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guiOf } from '../../src/link/config-xml.ts';
import type { FindApiParts } from '../../src/link/find-api.ts';
import { configDirs, findApi } from '../../src/link/find-api.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

const HOME = '/home/u';
const CONFIG = `${HOME}/.config/syncthing/config.xml`;
const NO_SETTINGS = { url: undefined, api_key: undefined, api_key_file: undefined, home: undefined };

function xml(
  address = '127.0.0.1:8384',
  { key = 'own-key', attributes = 'enabled="true" tls="false"' } = {},
): string {
  return `<?xml version="1.0"?>
<!-- <gui tls="true"><address>9.9.9.9:9</address></gui> -->
<configuration version="36">
    <folder id="a" label="&lt;gui&gt;" path="/q"><device id="A"><gui><apikey>no</apikey></gui></device><minDiskFree unit="%">1</minDiskFree></folder>
    <device id="A"><address>tcp://10.0.0.1:22000</address></device>
    <gui ${attributes}>
        <address>${address}</address>
        <apikey>${key}</apikey>
        <theme>default</theme>
    </gui>
    <ldap><gui enabled="false" tls="true"><address>9.9.9.9:9</address></gui></ldap>
    <options><listenAddress>default</listenAddress></options>
</configuration>`;
}

interface Given extends Partial<Omit<FindApiParts, 'settings' | 'files'>> {
  settings?: Partial<FindApiParts['settings']>;
  files?: Record<string, string>;
}

function find({ settings, files = {}, ...rest }: Given) {
  const disk = memoryDisk();
  for (const [file, content] of Object.entries(files)) {
    disk.files.makeDir(path.dirname(file));
    disk.volume.writeFileSync(file, content);
  }
  return findApi({
    settings: { ...NO_SETTINGS, ...settings },
    variables: {},
    platform: 'linux',
    homeDir: HOME,
    files: disk.files,
    ...rest,
  });
}

describe('from the configuration of Syncthing', () => {
  test.each([
    ['127.0.0.1:8384', 'http://127.0.0.1:8384/'],
    ['0.0.0.0:8080', 'http://127.0.0.1:8080/'],
    ['[::]:8384', 'http://[::1]:8384/'],
    ['[fe80::1]:8384', 'http://[fe80::1]:8384/'],
    [':8384', 'http://127.0.0.1:8384/'],
    ['localhost:1234', 'http://localhost:1234/'],
    ['192.168.1.5:8384', 'http://192.168.1.5:8384/'],
    ['http://127.0.0.1:8384/', 'http://127.0.0.1:8384/'],
    ['tcp://0.0.0.0:8384', 'http://127.0.0.1:8384/'],
  ])('the address %s is asked at %s', (address, url) => {
    expect(find({ files: { [CONFIG]: xml(address) } })).toEqual({ url, key: 'own-key', cert: undefined });
  });

  test.each(['/run/syncthing.sock', 'unix:///run/x', 'nonsense', '127.0.0.1', 'a b:1', 'x@h:1', ''])(
    'the address %j is none that can be asked',
    (address) => {
      expect(find({ files: { [CONFIG]: xml(address) } })).toEqual({
        problem: expect.stringContaining('set syncthing.url'),
        isAbsent: false,
      });
    },
  );

  test('with its certificate where it speaks https', () => {
    const cert = `${HOME}/.config/syncthing/https-cert.pem`;
    const files = {
      [CONFIG]: xml(undefined, { attributes: "enabled='true' tls='true' debugging=\"false\"" }),
      [cert]: 'PEM',
    };
    expect(find({ files })).toEqual({ url: 'https://127.0.0.1:8384/', key: 'own-key', cert: 'PEM' });
  });

  test('not when its API is switched off, or has no key', () => {
    const off = xml(undefined, { attributes: 'enabled="false" tls="false"' });
    expect(find({ files: { [CONFIG]: off } })).toMatchObject({
      problem: expect.stringContaining('switched off'),
    });
    expect(find({ files: { [CONFIG]: xml(undefined, { key: '' }) } })).toMatchObject({
      problem: expect.stringContaining('holds no API key'),
    });
  });

  test('entities, CDATA and a byte order mark are read', () => {
    const file = `\uFEFF${xml(undefined, { key: 'a&amp;b&#x21;&#33;<![CDATA[<c>]]>' })}`;
    expect(find({ files: { [CONFIG]: file } })).toMatchObject({ key: 'a&b!!<c>' });
  });

  test.each([
    ['', 'has no element gui'],
    ['\uFFFD\u0000', 'has no element gui'],
    ['<configuration><gui>', 'ends too soon'],
    [xml().slice(0, -16), 'ends too soon'],
    [xml().slice(0, -10), 'no XML'],
    ['<configuration></gui>', 'no XML'],
    ['<configuration><!-- ', 'no XML'],
    ['<configuration a=b>', 'no XML'],
    ['<a>'.repeat(10_000), 'no XML'],
    ['{"gui": 1}', 'has no element gui'],
    [' '.repeat(16_000_001), 'longer than'],
  ])('case %#: what is no configuration is a problem of its own', (content, problem) => {
    const found = find({ files: { [CONFIG]: content } });
    expect(found).toEqual({ problem: expect.stringContaining(problem), isAbsent: false });
    expect(found).toHaveProperty('problem', expect.stringContaining(CONFIG));
  });

  test('no text makes the reader throw, or read for long', () => {
    const part = fc.constantFrom(
      '<gui',
      '>',
      '<',
      '/',
      '"',
      '<!--',
      '-->',
      '&#x110000;',
      '<a b="',
      ' a="1"',
      ']]>',
      '<![CDATA[',
      'x',
      '&',
      '\n',
    );
    fc.assert(fc.property(fc.array(part, { maxLength: 200 }), (parts) => void guiOf(parts.join(''))));
    const long = ' a="1"'.repeat(100_000);
    expect(guiOf(`<configuration${long}<`)).toHaveProperty('problem');
  });
});

describe('where Syncthing keeps its configuration', () => {
  const dirs = (platform: string, variables: Record<string, string>, homeDir: string) =>
    configDirs({ settings: NO_SETTINGS, variables, platform, homeDir });

  test('in its own order', () => {
    const variables = { STHOMEDIR: '/1', STCONFDIR: '/2', XDG_CONFIG_HOME: '/3', XDG_STATE_HOME: '/5' };
    expect(dirs('linux', variables, HOME)).toEqual([
      '/1',
      '/2',
      '/3/syncthing',
      '/home/u/.config/syncthing',
      '/5/syncthing',
      '/home/u/.local/state/syncthing',
    ]);
    expect(dirs('linux', { XDG_STATE_HOME: 'relative', XDG_CONFIG_HOME: '' }, HOME)).toEqual([
      '/home/u/.config/syncthing',
      '/home/u/.local/state/syncthing',
    ]);
    expect(dirs('win32', { LOCALAPPDATA: 'C:\\L', APPDATA: 'C:\\R' }, 'C:\\u')).toEqual([
      'C:\\L\\Syncthing',
      'C:\\R\\Syncthing',
    ]);
    expect(dirs('darwin', {}, '/Users/u')).toEqual(['/Users/u/Library/Application Support/Syncthing']);
  });

  test('the first that is there counts', () => {
    const state = `${HOME}/.local/state/syncthing/config.xml`;
    expect(find({ files: { [state]: xml(':2') } })).toMatchObject({ url: 'http://127.0.0.1:2/' });
    expect(find({ files: { [state]: xml(':2'), [CONFIG]: xml(':1') } })).toMatchObject({
      url: 'http://127.0.0.1:1/',
    });
  });

  test('none is no Syncthing, which is no fault', () => {
    expect(find({})).toEqual({
      problem: expect.stringContaining('/home/u/.config/syncthing'),
      isAbsent: true,
    });
  });

  test('syncthing.home stands for all of them, and must hold one', () => {
    const files = { '/var/st/config.xml': xml(':7'), [CONFIG]: xml(':1') };
    expect(find({ files, settings: { home: '/var/st' } })).toMatchObject({ url: 'http://127.0.0.1:7/' });
    expect(find({ files, settings: { home: '/var/other' } })).toEqual({
      problem: 'there is no config.xml in syncthing.home, /var/other',
      isAbsent: false,
    });
  });

  test('a directory of that name, and one that may not be read, are told', () => {
    expect(find({ files: { [`${CONFIG}/x`]: '' } })).toMatchObject({
      problem: expect.stringContaining('no file'),
    });
    const denied = () => {
      throw Object.assign(new Error('EACCES: denied'), { code: 'EACCES' });
    };
    const files = { readFrom: denied, facts: denied };
    const parts = { settings: NO_SETTINGS, variables: {}, platform: 'linux', homeDir: HOME, files };
    expect(findApi(parts)).toMatchObject({ problem: expect.stringContaining('EACCES'), isAbsent: false });
  });
});

describe('from the settings', () => {
  test('url and key win over the configuration', () => {
    const files = { [CONFIG]: xml() };
    expect(find({ files, settings: { api_key: 'k' } })).toMatchObject({
      url: 'http://127.0.0.1:8384/',
      key: 'k',
    });
    expect(find({ files, settings: { url: 'http://127.0.0.1:99' } })).toMatchObject({
      url: 'http://127.0.0.1:99/',
      key: 'own-key',
    });
    // this machine's key opens nothing elsewhere, and is nobody's business there
    expect(find({ files, settings: { url: 'http://10.0.0.2:99' } })).toMatchObject({
      problem: expect.stringContaining('is not sent to http://10.0.0.2:99'),
      isAbsent: false,
    });
    expect(find({ settings: { url: 'http://h/st//', api_key: 'k' } })).toMatchObject({ url: 'http://h/st/' });
  });

  test('a key alone leads to where Syncthing is by default', () => {
    expect(find({ settings: { api_key: 'k' } })).toMatchObject({ url: 'http://127.0.0.1:8384/', key: 'k' });
  });

  test('an address alone lacks a key', () => {
    expect(find({ settings: { url: 'http://127.0.0.1:1' } })).toEqual({
      problem: expect.stringContaining('there is no API key'),
      isAbsent: false,
    });
  });

  test('what is broken in the configuration does not matter when nothing of it is needed', () => {
    const files = { [CONFIG]: 'broken' };
    expect(find({ files, settings: { url: 'http://127.0.0.1:1', api_key: 'k' } })).toMatchObject({
      key: 'k',
    });
  });

  test('a file holds the key, with blanks around it', () => {
    const settings = { url: 'http://127.0.0.1:1', api_key_file: '/k' };
    expect(find({ settings, files: { '/k': '\uFEFF k-1 \r\n' } })).toMatchObject({ key: 'k-1' });
    expect(find({ settings: { ...settings, api_key: 'k-2' }, files: { '/k': 'k-1' } })).toMatchObject({
      key: 'k-2',
    });
  });

  test.each([
    [{}, 'is not there'],
    [{ '/k': 'sEcReT two' }, 'one word of plain characters'],
    [{ '/k': '' }, 'one word of plain characters'],
    [{ '/k': 'sEcReT'.repeat(100_000) }, 'longer than'],
    [{ '/k/x': '' }, 'no file'],
  ])('case %#: a file that holds none is told without what it holds', (files, problem) => {
    const found = find({ settings: { url: 'http://127.0.0.1:1', api_key_file: '/k' }, files });
    expect(found).toEqual({ problem: expect.stringContaining(problem), isAbsent: false });
    expect(JSON.stringify(found)).not.toContain('sEcReT');
  });

  test('an address that stands elsewhere is not tied to the certificate of this machine', () => {
    const files = { [CONFIG]: xml(), [`${HOME}/.config/syncthing/https-cert.pem`]: 'PEM' };
    const elsewhere = { url: 'https://nas.example:8384', api_key: 'k' };
    expect(find({ files, settings: elsewhere })).toMatchObject({ key: 'k', cert: undefined });
    expect(find({ files, settings: { url: 'https://127.0.0.1:8384' } })).toMatchObject({ cert: 'PEM' });
  });
});
