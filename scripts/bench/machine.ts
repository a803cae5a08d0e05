// The machine that figures are from, in one line: figures of two machines are not compared.
import { cpus, loadavg, release, totalmem, type } from 'node:os';

export function machineText(): string {
  const [cpu] = cpus();
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${cpu?.model ?? 'unknown'}, ${memory} GB, ${type()} ${release()}, Node ${process.versions.node}, load ${load} before`;
}
