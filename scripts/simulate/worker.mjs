// One process of the simulator: runs the seeds it is sent, and sends back what it saw.
import { pathToFileURL } from 'node:url';

const simulator = await import(pathToFileURL(process.argv[2]).href);

process.on('message', async (seeds) => {
  const before = process.cpuUsage();
  const runs = await simulator.runSeeds(seeds);
  const { user, system } = process.cpuUsage(before);
  process.send({ ...runs, cpuSeconds: (user + system) / 1e6 });
});
