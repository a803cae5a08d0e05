// What can be wrong with a study: one rule per kind of problem, each with its reason and its remedy, and the error
// that carries all of them. It knows no disk.
import { JobqError } from '../errors.ts';

/** Each rule: why a breach matters on the other machine, and what to do about it. */
export const RULES = {
  'study-missing': {
    why: 'the study folder is what is sent to the other machine',
    remedy: 'give the folder that holds the script and the model',
  },
  'study-empty': {
    why: 'there is nothing the other machine could run',
    remedy: 'give the folder that holds the script and the model',
  },
  'study-holds-queue': {
    why: 'the order would hold the queue, and with it every other order',
    remedy: 'give the folder of one study, beside the queue and not around it',
  },
  script: {
    why: 'it is what the runner starts, and it starts it in its own copy of the study',
    remedy: 'name the script by its path inside the study with --script, with / between the parts',
  },
  readme: {
    why: 'whoever sits at the other machine reads there what the job does',
    remedy: 'write a README.md, or give --description, which writes one into the order',
  },
  'absolute-path': {
    why: 'the study runs from another folder on another machine, where this path does not exist or is another one',
    remedy:
      'make it relative to the study or to the script, or give --allow-absolute-paths if the runner has it',
  },
  name: {
    why: 'Windows or the mirror cannot hold this name, so the file would never arrive',
    remedy: 'rename it',
  },
  'case-clash': {
    why: 'they are one and the same file on Windows, so one would replace the other',
    remedy: 'rename all but one',
  },
  'path-length': {
    why: "Windows' programs fail on paths over 260 characters, and the runner's own folder takes its part",
    remedy: 'shorten names or move the file up',
  },
  symlink: {
    why: 'the mirror does not carry links to Windows',
    remedy: 'put the file itself in the study, or give --follow-symlinks for links that stay inside it',
  },
  'special-file': {
    why: 'only files and folders can be mirrored',
    remedy: 'remove it from the study',
  },
  unreadable: {
    why: 'what cannot be read here cannot be sent',
    remedy: 'make it readable, or give it a name in UTF-8',
  },
  changed: {
    why: 'half of the order would come from before the change and half from after it',
    remedy: 'wait until nothing writes to the study any more, and submit again',
  },
  'conflict-copy': {
    why: 'two machines changed this file, and nobody has decided which version counts',
    remedy: 'compare it with the original, keep the right one and delete the other',
  },
  'left-out': {
    why: 'the mirror, the desktop or jobq itself uses this name',
    remedy: 'nothing to do, unless it holds data: then rename it',
  },
  'job-json': {
    why: 'submit writes a new job.json; nothing of this one is taken over',
    remedy: 'give its values as options, and delete it from the study',
  },
  'nx-files': {
    why: 'NX loads the simulation together with its mesh and its parts, and finds them only in the study',
    remedy: 'add the files that the .sim refers to, such as by "Save As" of the whole assembly into 1_setup/',
  },
  spec: {
    why: 'the script would fail on it after the whole study was sent',
    remedy: 'correct the JSON at that place',
  },
  'earlier-results': {
    why: 'results of an earlier run are sent along, and the run may refuse to start, or go on, on an old study.db',
    remedy: 'empty the folder, unless the run is to go on from there',
  },
  'free-space': {
    why: 'the order is copied before it is published, and a full disk stops the mirror too',
    remedy: 'free space on the disk of the queue, or archive and delete old jobs',
  },
  expect: {
    why: 'the runner looks for the expected output under this path inside its copy of the study',
    remedy: 'name it by its path inside the study, with / between the parts',
  },
  'depends-on': {
    why: 'the job would wait for ever, or end before it has begun',
    remedy: 'name jobs that are in this queue, with their full ids; one that has failed: `jobq retry` it',
  },
  order: {
    why: 'the runner would refuse the order',
    remedy: 'correct the value',
  },
  'run-on': {
    why: 'no runner of that name has ever been seen, so nobody may take the job',
    remedy: 'check the name (`jobq status` shows the runners), or leave --run-on out',
  },
} as const;
export type Rule = keyof typeof RULES;

/** One thing wrong with a study. */
export interface StudyProblem {
  rule: Rule;
  /** Path inside the study; `.` for the study as a whole, `job.json` for what was asked for. */
  file: string;
  line?: number;
  message: string;
  /** Why it matters on the other machine. */
  why: string;
  remedy: string;
}

/** What was found so far: errors refuse the study, warnings are shown. */
export interface Findings {
  errors: StudyProblem[];
  warnings: StudyProblem[];
}

export function problem(rule: Rule, file: string, message: string, line?: number): StudyProblem {
  return { rule, file, ...(line !== undefined && { line }), message, ...RULES[rule] };
}

/** `run.py:12: names the absolute path C:\x` */
export function describeProblem({ file, line, message }: StudyProblem): string {
  return line === undefined ? `${file}: ${message}` : `${file}:${line}: ${message}`;
}

/** The study or what was asked for breaks rules: every breach at once, nothing was submitted. */
export class StudyRefused extends JobqError {
  readonly problems: readonly StudyProblem[];
  readonly warnings: readonly StudyProblem[];

  constructor(studyDir: string, { errors, warnings }: Findings) {
    const [first] = errors;
    const count = errors.length === 1 ? '1 problem' : `${errors.length} problems`;
    const lines = errors.map((found) => `  ${describeProblem(found)}`);
    super(
      first?.rule === 'study-missing' ? 'not-found' : 'invalid-job',
      [`${studyDir} was not submitted, ${count}:`, ...lines].join('\n'),
      {
        file: studyDir,
        remedy: errors.length === 1 && first ? first.remedy : 'correct each of them and submit again',
      },
    );
    this.name = 'StudyRefused';
    this.problems = errors;
    this.warnings = warnings;
  }

  override toJSON(): object {
    return { ...super.toJSON(), problems: this.problems, warnings: this.warnings };
  }
}
