// Which way Windows is asked to keep processes together, and the ways without a walk.
import { expect, test } from 'vitest';
import { inOrder, SELF, windowsMachine } from './windows-machine.ts';

const nothing = { killed: [], confirmed: true };

test.each([
  { name: 'all that Windows has', options: { koffi: true }, contained: { by: 'job-object' } },
  {
    name: 'no Job Object',
    options: { koffi: true, job: false },
    contained: {
      by: 'walk',
      note: 'no Job Object: AssignProcessToJobObject failed (error 5); processes are found by parent and time of birth',
    },
  },
  {
    name: 'no koffi',
    options: {},
    contained: {
      by: 'walk',
      note: 'no Job Object: koffi cannot be loaded; processes are found by parent and time of birth, as PowerShell lists them every few seconds',
    },
  },
  {
    name: 'no PowerShell either',
    options: { powershell: false },
    contained: {
      by: 'walk',
      note: 'no Job Object: koffi cannot be loaded, and PowerShell tells no processes: only taskkill /T on the script is left, and what is no longer below it goes unseen',
    },
  },
])('with $name, a supervisor is told $contained.by', async ({ options, contained }) => {
  const { tree } = windowsMachine(options);
  expect(await tree.contain()).toEqual(contained);
  expect(tree.detached).toBe(false);
});

test('a process that does not contain itself is in no job', async () => {
  const { tree, spawn, living } = windowsMachine({ koffi: true });
  expect(await tree.identify(SELF)).toMatchObject({ pid: SELF });
  spawn(200, SELF);
  const script = spawn(100, SELF);
  expect(await tree.end({ mark: 'A=b', known: [script] })).toMatchObject({
    killed: [script],
    confirmed: true,
  });
  expect([...living.keys()]).toEqual([SELF, 200]);
});

test('in a Job Object everything counts but the supervisor, and ends, wherever it went', async () => {
  const { tree, spawn, exit, living } = windowsMachine({ koffi: true });
  spawn(200, SELF, 'earlier.exe');
  await tree.contain();
  const script = spawn(100, SELF, 'cmd.exe');
  tree.begun(100);
  expect(await tree.identify(100)).toMatchObject(script);
  spawn(104, 100);
  spawn(108, 104);
  exit(104);
  exit(100);
  tree.over(100);
  expect(await tree.identify(100)).toMatchObject(script);
  const attempt = { mark: 'A=b', known: [script] };
  expect((await tree.list(attempt)).map(({ pid }) => pid)).toEqual([108]);
  expect(await tree.cpuSeconds(attempt)).toBe(3); // without the supervisor's own two
  expect(await tree.end(attempt)).toMatchObject({ killed: [{ pid: 108 }], confirmed: true });
  expect([...living.keys()]).toEqual([SELF, 200]);
});

test('what lives of an earlier supervisor that had no Job Object is ended with the rest', async () => {
  const { tree, spawn, living } = windowsMachine({ koffi: true });
  const old = spawn(200, 1);
  spawn(204, 200);
  const gone = spawn(208, 1);
  living.delete(208);
  spawn(208, 1, 'explorer.exe');
  spawn(212, 208);
  await tree.contain();
  expect(await tree.end({ mark: 'A=b', known: [old, gone] })).toMatchObject({
    killed: [{ pid: 200 }, { pid: 204 }],
    confirmed: true,
  });
  expect(inOrder(living.keys())).toEqual([SELF, 208, 212]);
});

test.each([{ job: true }, { job: false }])(
  'the caller is not ended, whoever calls it known: $job',
  async ({ job }) => {
    const { tree, living } = windowsMachine({ koffi: true, job });
    await tree.contain();
    const self = await tree.identify(SELF);
    living.delete(1);
    expect(await tree.end({ mark: 'A=b', known: self ? [self] : [] })).toEqual(nothing);
    expect([...living.keys()]).toEqual([SELF]);
  },
);

test('what cannot be ended in a Job Object is told, not claimed', async () => {
  const { tree, spawn, onKill } = windowsMachine({ koffi: true });
  await tree.contain();
  spawn(100, SELF);
  onKill.set(100, () => true);
  expect(await tree.end({ mark: 'A=b', known: [] })).toMatchObject({
    killed: [{ pid: 100 }],
    confirmed: false,
  });
});

async function blind() {
  const machine = windowsMachine({ powershell: false });
  const { tree, onKill } = machine;
  await tree.contain();
  machine.spawn(100, SELF, 'cmd.exe');
  tree.begun(100);
  onKill.set(100, () => {
    tree.over(100); // the end of a child is heard of
    return undefined;
  });
  const id = await tree.identify(100);
  return { ...machine, attempt: { mark: 'A=b', known: id ? [id] : [] } };
}

test('where nothing is told, taskkill ends what is below a script that is not over', async () => {
  const { tree, attempt, spawn, told, living } = await blind();
  spawn(104, 100);
  expect((await tree.list(attempt)).map(({ pid }) => pid)).toEqual([100]);
  expect(await tree.cpuSeconds(attempt)).toBeUndefined();
  expect(await tree.end(attempt)).toMatchObject({ killed: [{ pid: 100 }], confirmed: true });
  expect(told.at(-1)).toBe('taskkill /PID 100 /T /F');
  expect([...living.keys()]).toEqual([SELF]);
});

test('where nothing is told, an id alone is nobody: not after the end of a script, nor in another process', async () => {
  const { tree, attempt, exit, spawn, living } = await blind();
  exit(100);
  tree.over(100);
  spawn(100, 1, 'stranger.exe');
  expect(await tree.list(attempt)).toEqual([]);
  expect(await tree.end(attempt)).toEqual(nothing);
  expect(await tree.identify(100)).toBeUndefined();
  expect(living.has(100)).toBe(true);
  const other = await blind();
  expect(await other.tree.end(attempt)).toEqual(nothing);
  expect(other.living.has(100)).toBe(true);
});

test('where taskkill cannot be run either, the script itself is ended', async () => {
  const { tree, attempt, answers, told } = await blind();
  answers.taskkill = false;
  expect(await tree.end(attempt)).toMatchObject({ confirmed: true });
  expect(told.at(-1)).toBe('kill 100');
});
