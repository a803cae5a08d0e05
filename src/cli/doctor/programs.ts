// The programs that daemons start: are they there? And what NX and its licences are told.
import type { Settings } from '../../settings/keys.ts';
import type { Environment } from '../../system/environment.ts';
import type { Files } from '../../system/files.ts';
import type { Context } from '../context.ts';
import type { Found } from './find-program.ts';
import { findProgram } from './find-program.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';

/** A program of the settings, and what was found of it. */
export interface Program {
  /** `python` for runner.interpreters.python. */
  name: string;
  program: string;
  found: Found;
}

export interface RunnerPrograms {
  interpreters: readonly Program[];
  defaultInterpreter: string;
  licence: Program | undefined;
  /** Names of variables that NX and its licences read. */
  solverVariables: readonly string[];
}

export function lookAtRunnerPrograms({ parts, settings }: Context): RunnerPrograms {
  const { disk, environment } = parts;
  const { interpreters, default_interpreter, licence_command } = settings.runner;
  return {
    interpreters: Object.entries(interpreters).map(([name, { path, path_prepend }]) => ({
      name,
      program: path,
      found: findProgram(disk.files, environment, path, path_prepend),
    })),
    defaultInterpreter: default_interpreter,
    licence: commandProgram(disk.files, environment, 'licence_command', licence_command),
    solverVariables: Object.keys(environment.variables)
      .filter((name) => SOLVER.test(name))
      .sort(),
  };
}

/** `post_command`, and those of `watcher.post` by their names. */
export function lookAtPostProcessors({ parts, settings }: Context): Program[] {
  const { disk, environment } = parts;
  const { post_command, post } = settings.watcher;
  const all = { post_command: { command: post_command }, ...post };
  return Object.entries(all).flatMap(
    ([name, { command }]) => commandProgram(disk.files, environment, name, command) ?? [],
  );
}

function commandProgram(
  files: Files,
  environment: Environment,
  name: string,
  [program]: Settings['watcher']['post_command'],
): Program | undefined {
  return program === undefined
    ? undefined
    : { name, program, found: findProgram(files, environment, program) };
}

const SOLVER = /^(UGII_|SPLM_|SALT_|UGS_LICENSE)/i;
/** Interpreters that end in NX: only with one of these do NX's variables matter. */
const NX = /run_journal|ugraf|nx/i;

export function judgeRunnerPrograms(facts: RunnerPrograms): Finding[] {
  const { interpreters, licence } = facts;
  return [
    ...interpreters.map((each) => judgeInterpreter(each, facts.defaultInterpreter)),
    ...judgeSolver(facts),
    licence === undefined
      ? newCheck(
          'licences',
          'a job that names licences would wait for seats instead of failing without one',
        ).note('runner.licence_command is not set: requires.licences of orders is not checked')
      : judgeProgram('licences', 'it tells whether a seat is free before a job starts', licence),
  ];
}

/** What Windows puts in place of a Python that is not installed. */
const STORE_ALIAS = /\\Microsoft\\WindowsApps\\/i;

function judgeInterpreter(interpreter: Program, defaultName: string): Finding {
  const { name, found, program } = interpreter;
  const isDefault = name === defaultName;
  const label = `interpreter ${name}`;
  const why = isDefault ? 'orders that name none run with it' : 'orders that name it run with it';
  const finding = judgeProgram(label, why, interpreter);
  if (found && 'file' in found && STORE_ALIAS.test(found.file)) {
    return newCheck(label, why).warning(
      `${found.file} may be the Microsoft Store's placeholder, which runs nothing`,
      `set runner.interpreters.${name}.path to the full path of ${program}.exe, such as the one of a conda environment`,
    );
  }
  // an interpreter that no order names stops nobody
  return finding.level === 'problem' && !isDefault ? { ...finding, level: 'warning' } : finding;
}

export function judgeProgram(label: string, why: string, { program, found }: Program): Finding {
  const check = newCheck(label, why);
  if (found === undefined)
    return check.problem(
      `${program} is not there${/[/\\]/.test(program) ? '' : ', nowhere in PATH'}`,
      'give its full path in the settings; a service may have another PATH than this terminal',
    );
  if ('batch' in found)
    return check.problem(
      `${found.batch} is a batch file: jobq starts programs without a shell`,
      'name the .exe itself',
    );
  return check.ok(found.file);
}

function judgeSolver({ interpreters, solverVariables }: RunnerPrograms): Finding[] {
  const usesNx = interpreters.some(({ name, program }) => NX.test(program) || /^nx/i.test(name));
  if (!usesNx) return [];
  const check = newCheck(
    'NX variables',
    'NX finds itself and its licence by them; scripts inherit them from the runner',
  );
  return [
    solverVariables.length > 0
      ? check.ok(solverVariables.join(', '))
      : check.note(
          'no UGII_, SPLM_ or SALT_ variable is set here',
          'set them for this user if NX finds no licence',
        ),
  ];
}
