// Command lines as Windows programs take them apart, and the names Windows accepts.
import { JobqError } from '../errors.ts';
import type { ServiceFacts } from './service.ts';
import { daemonArguments } from './service.ts';

/** One argument between quotes, by the rules that C programs, and node.exe, read them back with. */
export function windowsWord(text: string): string {
  // backslashes mean themselves, unless a quote follows
  const escaped = text.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&');
  return `"${escaped}"`;
}

/** `"C:\jobq\bin\jobq.js" runner --queue "C:\job-queue"` */
export function programArguments(facts: ServiceFacts): string {
  const [role = '', flag = '', root = ''] = daemonArguments(facts);
  return `${windowsWord(facts.programPath)} ${role} ${flag} ${windowsWord(root)}`;
}

/** `jobq-runner-q-1`. The id of a queue has no letter that Windows refuses in a name. */
export function serviceName({ role, queueId }: Pick<ServiceFacts, 'role' | 'queueId'>): string {
  return `jobq-${role}-${queueId}`;
}

/** Task Scheduler, WinSW and Servy replace `%NAME%` by a variable, and none of them can be told not to. */
export function refuseVariables(facts: ServiceFacts): void {
  for (const text of [facts.nodePath, facts.programPath, facts.queueRoot]) {
    const [variable] = /%[^%]+%/.exec(text) ?? [];
    if (variable === undefined) continue;
    throw new JobqError('usage', `Windows would read ${variable} in this path as a variable: ${text}`, {
      remedy: 'rename that folder: leave the % out',
    });
  }
}
