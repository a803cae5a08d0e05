import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Disk } from '../../src/store/disk.ts';
import { readOrder } from '../../src/store/read-order.ts';
import { readSeal, sealBreach } from '../../src/store/seal.ts';
import { sealHandMade } from '../../src/store/seal-hand-made.ts';
import { systemFiles } from '../../src/system/files.ts';
import { put } from '../helpers/make-order.ts';
import { fakeClock } from '../helpers/memory-disk.ts';
import { Crash, faultyFiles } from '../simulation/faulty-files.ts';
import type { QueuePlace } from './two-disks.ts';
import { everything, onBothDisks, queueIn } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const BY = { runOn: 'auto', sealedBy: 'a test' };
const SYS19 = {
  job_id: JOB,
  created_at: '2026-02-10T14:30:22Z',
  script: 'run_optimization.py',
  args: ['--start'],
  status: 'submitted',
  notify: { on_complete: true, on_fail: true },
};

onBothDisks('sealing an order made by hand', (make) => {
  const handMade = async (
    jobJson: string | undefined = JSON.stringify(SYS19),
    files: Record<string, string> = {},
  ) => {
    const place = await queueIn(make());
    const { disk, layout } = place;
    const all = {
      'run_optimization.py': 'print("hello")\n',
      '1_setup/model.prt': 'model',
      'job.json': jobJson,
      ...files,
    };
    for (const [file, text] of Object.entries(all)) put(disk, path.join(layout.order(JOB), file), text);
    return { ...place, dir: layout.order(JOB) };
  };
  const seal = ({ layout }: QueuePlace, disk: Disk) => sealHandMade(disk, layout, JOB, BY);

  test('adds what a sealed order needs and keeps everything else', async () => {
    const place = await handMade(JSON.stringify({ ...SYS19, mirror: { segment: 3 } }));
    const { disk, dir } = place;
    disk.files.makeDir(path.join(dir, '3_results'));
    expect(await seal(place, disk)).toEqual({ job_id: JOB, files: 2, bytes: 20 });
    const written = JSON.parse(String(disk.files.read(path.join(dir, 'job.json')))) as object;
    expect(written).toMatchObject({
      ...SYS19,
      mirror: { segment: 3 },
      schema_version: 1,
      run_on: 'auto',
      sealed_by: 'a test',
      inputs: { files: 2, bytes: 20, empty_dirs: ['3_results'] },
    });
    const facts = readOrder(disk.files, dir, JOB);
    expect(facts).toMatchObject({ seal: 'valid', problems: [], unsealed: [], arrived: { complete: true } });
    const seen = readSeal(disk.files, dir);
    expect(seen.seal === 'valid' && (await sealBreach(disk, dir, seen.entries))).toBeUndefined();
  });

  test('keeps the runner that the author named', async () => {
    const place = await handMade(JSON.stringify({ ...SYS19, run_on: 'station' }));
    await seal(place, place.disk);
    expect(readOrder(place.disk.files, place.dir, JOB)).toMatchObject({ order: { run_on: 'station' } });
  });

  test('reads a byte order mark and CRLF', async () => {
    const text = `\ufeff${JSON.stringify({ ...SYS19, project: 'Spiegelträger' }, null, 2).replaceAll('\n', '\r\n')}`;
    const place = await handMade(text);
    await seal(place, place.disk);
    expect(readOrder(place.disk.files, place.dir, JOB)).toMatchObject({
      order: { project: 'Spiegelträger' },
    });
  });

  test('leaves out the names that are never data', async () => {
    const place = await handMade(undefined, {
      'Thumbs.db': '',
      '.DS_Store': '',
      '1_setup/.syncthing.x.tmp': '',
    });
    expect(await seal(place, place.disk)).toMatchObject({ files: 2 });
  });

  test('is refused a second time', async () => {
    const place = await handMade();
    await seal(place, place.disk);
    const before = everything(place.disk, place.dir);
    await expect(seal(place, place.disk)).rejects.toMatchObject({
      code: 'invalid-job',
      message: `outbox/${JOB} is sealed already`,
      file: `outbox/${JOB}/SHA256SUMS`,
    });
    expect(everything(place.disk, place.dir)).toEqual(before);
  });

  test.each([
    {
      what: 'a file grows',
      change: (disk: Disk, dir: string) => append(disk, path.join(dir, '1_setup/model.prt')),
    },
    {
      what: 'a file is added',
      change: (disk: Disk, dir: string) => put(disk, path.join(dir, '1_setup/new.prt'), 'new'),
    },
    {
      what: 'a file goes',
      change: (disk: Disk, dir: string) => void disk.files.removeFile(path.join(dir, '1_setup/model.prt')),
    },
    {
      what: 'job.json is edited',
      change: (disk: Disk, dir: string) => append(disk, path.join(dir, 'job.json')),
    },
  ])('is refused when $what meanwhile, and changes nothing', async ({ change }) => {
    const place = await handMade();
    const { disk, dir } = place;
    let after: Record<string, string> = {};
    // the change comes while the script, the last of the files, is hashed
    const openRead = (file: string) => {
      const open = disk.files.openRead(file);
      if (!file.endsWith('run_optimization.py')) return open;
      const close = () => {
        open.close();
        change(disk, dir);
        after = everything(disk, dir);
      };
      return { ...open, close };
    };
    await expect(seal(place, { ...disk, files: { ...disk.files, openRead } })).rejects.toMatchObject({
      code: 'invalid-job',
      message: `outbox/${JOB} changed while it was being sealed`,
    });
    expect(after).not.toEqual({});
    expect(everything(disk, dir)).toEqual(after);
    expect(readSeal(disk.files, dir).seal).toBe('missing');
  });

  test('leaves an order that can be sealed, wherever it is cut off', async () => {
    let crashes = 0;
    for (let operation = 0; ; operation++) {
      expect(operation).toBeLessThan(30);
      const place = await handMade(JSON.stringify({ ...SYS19, mirror: 3 }));
      const files = faultyFiles(place.disk.files, () => {});
      files.crashIn(operation);
      const error: unknown = await seal(place, { ...place.disk, files }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error === undefined) break;
      expect(error).toBeInstanceOf(Crash);
      crashes += 1;
      expect(readSeal(place.disk.files, place.dir).seal).toBe('missing');
      await seal(place, place.disk);
      expect(readOrder(place.disk.files, place.dir, JOB)).toMatchObject({
        seal: 'valid',
        order: { mirror: 3 },
        unsealed: [],
      });
    }
    expect(crashes).toBeGreaterThan(4);
  });
});

test('an order with a link in it is not sealed', async (ctx) => {
  if (process.platform === 'win32') ctx.skip('links need a privilege on Windows');
  const root = mkdtempSync(path.join(tmpdir(), 'jobq-link-'));
  try {
    const { disk, layout } = await queueIn({ disk: { files: systemFiles, clock: fakeClock() }, root });
    put(disk, path.join(layout.order(JOB), 'job.json'), JSON.stringify(SYS19));
    put(disk, path.join(layout.order(JOB), 'run_optimization.py'), 'print("hello")\n');
    symlinkSync('/etc/hostname', path.join(layout.order(JOB), 'link.prt'));
    const message = 'link.prt is not a regular file';
    await expect(sealHandMade(disk, layout, JOB, BY)).rejects.toMatchObject({ code: 'invalid-job', message });
    expect(readSeal(disk.files, layout.order(JOB)).seal).toBe('missing');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

function append(disk: Disk, file: string): void {
  const out = disk.files.openAppend(file);
  out.write(Buffer.from(' and more'));
  out.close();
}
