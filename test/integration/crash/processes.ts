// The living processes that have to do with one folder, as Linux shows them. It kills nothing and knows no job.
import { readdirSync, readFileSync } from 'node:fs';

export interface Living {
  pid: number;
  parent: number;
  args: string[];
  environment: string[];
}

function read(pid: string, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined; // it has ended meanwhile, or is somebody else's
  }
}

const parts = (text: string | undefined) => (text ?? '').split('\0').filter((part) => part !== '');

/** Those that name this text in their command line or in their environment. A dead one that nobody took in does not. */
export function processesNaming(text: string): Living[] {
  const own = String(process.pid);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== own)
    .flatMap((pid) => {
      const args = parts(read(pid, 'cmdline'));
      if (args.length === 0) return []; // the system's own, or dead
      const environment = parts(read(pid, 'environ'));
      if (![...args, ...environment].some((part) => part.includes(text))) return [];
      const stat = read(pid, 'stat') ?? '';
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return [{ pid: Number(pid), parent, args, environment }];
    });
}

export function variable({ environment }: Living, name: string): string | undefined {
  return environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}
