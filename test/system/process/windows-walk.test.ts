// The processes of an attempt on Windows without a Job Object, on a machine that is told what happens on it.
import { expect, test } from 'vitest';
import type { ProcessId } from '../../../src/job/outcome.ts';
import { inOrder, SELF, windowsMachine } from './windows-machine.ts';

/** A machine on which a script 100 was started, with what is known of the attempt. */
async function withScript(options = {}) {
  const machine = windowsMachine(options);
  await machine.tree.contain();
  const script = machine.spawn(100, SELF, 'cmd.exe');
  machine.tree.begun(100);
  const id = await machine.tree.identify(100);
  const known: ProcessId[] = id ? [id] : [];
  const list = async () => {
    machine.clock.advance(6000);
    const seen = await machine.tree.list({ mark: 'A=b', known });
    known.push(...seen.filter(({ pid }) => !known.some((one) => one.pid === pid)));
    return inOrder(seen.map(({ pid }) => pid));
  };
  const end = async () => {
    const { killed, confirmed } = await machine.tree.end({ mark: 'A=b', known });
    return { killed: inOrder(killed.map(({ pid }) => pid)), confirmed };
  };
  return { ...machine, script, id, known, list, end };
}

for (const koffi of [false, true]) {
  const options = { koffi, job: false };
  const by = koffi ? 'as its own calls list them' : 'as PowerShell lists them';

  test(`a tree is found and ended, and nobody else, ${by}`, async () => {
    const { spawn, script, id, list, end, living, tree, known } = await withScript(options);
    expect(id).toMatchObject(script);
    spawn(104, 100);
    spawn(108, 104);
    spawn(200, 1, 'explorer.exe');
    spawn(204, SELF, 'powershell.exe');
    expect(await list()).toEqual([100, 104, 108]);
    expect(await tree.cpuSeconds({ mark: 'A=b', known })).toBe(3);
    expect(await end()).toEqual({ killed: [100, 104, 108], confirmed: true });
    expect(inOrder(living.keys())).toEqual([SELF, 200, 204]);
    expect(await end()).toEqual({ killed: [], confirmed: true });
  });

  test(`a grandchild whose parent died is found by who its parent was, ${by}`, async () => {
    const { spawn, exit, list, end } = await withScript(options);
    spawn(104, 100);
    expect(await list()).toEqual([100, 104]);
    spawn(108, 104);
    spawn(112, 108); // never seen while its parent lived
    exit(104);
    exit(100);
    expect(await list()).toEqual([108, 112]);
    exit(108);
    expect(await list()).toEqual([112]);
    expect(await end()).toEqual({ killed: [112], confirmed: true });
  });

  test(`whoever gets the id of one that died, and its children, are strangers, ${by}`, async () => {
    const { spawn, exit, list, end, living } = await withScript(options);
    spawn(104, 100);
    await list();
    exit(104);
    expect(await list()).toEqual([100]);
    spawn(104, 1, 'explorer.exe');
    spawn(108, 104);
    expect(await list()).toEqual([100]);
    exit(104); // and now 108 has a parent that is gone and had an id of ours
    expect(await list()).toEqual([100]);
    expect(await end()).toEqual({ killed: [100], confirmed: true });
    expect(living.has(108)).toBe(true);
  });

  test(`a process that is older than its parent is none of its children, ${by}`, async () => {
    const machine = windowsMachine(options);
    machine.spawn(104, 100, 'orphan.exe'); // of an earlier 100
    machine.spawn(100, SELF);
    const id = await machine.tree.identify(100);
    expect((await machine.tree.list({ mark: 'A=b', known: id ? [id] : [] })).map(({ pid }) => pid)).toEqual([
      100,
    ]);
  });

  test(`what another supervisor has seen is found by id and birth, and only that, ${by}`, async () => {
    const first = await withScript(options);
    const child = first.spawn(104, 100);
    first.spawn(108, 104);
    first.exit(100);
    first.spawn(112, 100); // with a parent that this one has never seen alive
    const known = [{ ...first.script, pid: 100 }, child];
    const machine = windowsMachine(options);
    for (const [pid, process] of first.living) machine.living.set(pid, process);
    const { tree } = machine;
    expect((await tree.list({ mark: 'A=b', known })).map(({ pid }) => pid)).toEqual([104, 108]);
    expect(await tree.list({ mark: 'A=b', known: [{ ...child, started: first.script.started }] })).toEqual(
      [],
    );
  });

  test(`a child that is started while its parent is ended does not get away, ${by}`, async () => {
    const { spawn, onKill, end } = await withScript(options);
    onKill.set(100, () => {
      spawn(104, 100);
      return undefined;
    });
    expect(await end()).toEqual({ killed: [100, 104], confirmed: true });
  });

  test(`what does not end is told, not claimed, ${by}`, async () => {
    const { onKill, end, living } = await withScript(options);
    onKill.set(100, () => true);
    expect(await end()).toEqual({ killed: [100], confirmed: false });
    expect(living.has(100)).toBe(true);
  });
}

test('taskkill is given the ids that were found, and not told to go on by parent alone', async () => {
  const { spawn, end, told } = await withScript();
  spawn(104, 100);
  await end();
  expect(told.filter((line) => line.startsWith('taskkill'))).toEqual(['taskkill /F /PID 100 /PID 104']);
});

test('a list of PowerShell serves for a while, but not to end anybody', async () => {
  const { tree, told, known, clock, end } = await withScript();
  const lists = () => told.filter((line) => line === 'list').length;
  const before = lists();
  await tree.list({ mark: 'A=b', known });
  await tree.cpuSeconds({ mark: 'A=b', known });
  expect(lists()).toBe(before);
  clock.advance(5000);
  await Promise.all([tree.list({ mark: 'A=b', known }), tree.list({ mark: 'A=b', known })]);
  expect(lists()).toBe(before + 1);
  await end();
  expect(lists()).toBe(before + 3);
});

test('while PowerShell does not answer, the last list stands and nobody is ended by it', async () => {
  const { answers, list, end, living, told } = await withScript();
  answers.list = false;
  expect(await list()).toEqual([100]);
  expect(await end()).toEqual({ killed: [100], confirmed: false });
  expect(living.has(100)).toBe(true);
  expect(told.filter((line) => line.startsWith('taskkill'))).toEqual([]);
  answers.list = true;
  expect(await end()).toEqual({ killed: [100], confirmed: true });
});

test('a script that is over before PowerShell has answered is known by when it was started', async () => {
  const { tree, spawn, exit, clock, living } = windowsMachine();
  await tree.contain();
  spawn(200, 1);
  spawn(104, 100); // of an earlier 100
  clock.advance(60_000);
  spawn(100, SELF);
  tree.begun(100);
  spawn(108, 100);
  exit(100);
  tree.over(100);
  clock.advance(1000);
  spawn(112, 100); // of a later 100, which is gone as well
  const id = await tree.identify(100);
  expect(id).toMatchObject({ pid: 100 });
  const { killed, confirmed } = await tree.end({ mark: 'A=b', known: id ? [id] : [] });
  expect({ killed: killed.map(({ pid }) => pid), confirmed }).toEqual({ killed: [108], confirmed: true });
  expect(inOrder(living.keys())).toEqual([SELF, 104, 112, 200]);
});

test('whoever gets the id of a script before PowerShell has answered is a stranger', async () => {
  const { tree, spawn, exit, clock, living } = windowsMachine();
  await tree.contain();
  spawn(100, SELF);
  tree.begun(100);
  exit(100);
  tree.over(100);
  clock.advance(500);
  spawn(100, 1, 'stranger.exe');
  const id = await tree.identify(100);
  expect(await tree.end({ mark: 'A=b', known: id ? [id] : [] })).toEqual({ killed: [], confirmed: true });
  expect(living.has(100)).toBe(true);
});

test('what is younger than the end of the script is none of its children, however late the next list is', async () => {
  const { tree, spawn, exit, clock, list } = await withScript();
  spawn(104, 100);
  exit(100);
  tree.over(100);
  await tree.identify(100);
  clock.advance(500);
  spawn(100, 1, 'stranger.exe');
  spawn(108, 100);
  exit(100);
  expect(await list()).toEqual([104]);
});
