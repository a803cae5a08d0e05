// Ends a run that is to end: asks, waits the time of grace, ends what is left. It looks all the time whether somebody
// asks for more: a cancel after an interruption, or less grace.
import { LOOK_MS } from './awake-clock.ts';
import type { Running } from './follow.ts';
import type { Stop } from './stop.ts';
import { askedStop, isSame, stronger, tellLimit } from './stop.ts';
import { tellScript } from './tell-script.ts';
import { unlessItFails } from './unless-it-fails.ts';

/** Returns what the run was ended for in the end. Something of it may live on. */
export async function endGently(running: Running, first: Stop): Promise<Stop> {
  const { run, script, over, leftRunning } = running;
  await tellLimit(run, first);
  await tellScript(run);
  unlessItFails(() => script.ask());
  let stop = first;
  let heard = first;
  let deadline = run.awake() + first.graceMs;
  const hear = () => {
    const asked = askedStop(run);
    if (!asked || isSame(heard, asked)) return;
    heard = asked;
    stop = stronger(stop, asked);
    const earlier = run.awake() + asked.graceMs;
    if (earlier < deadline) {
      deadline = earlier;
      stop = { ...stop, graceMs: asked.graceMs };
    }
  };
  for (;;) {
    hear();
    if (over.aborted && (await leftRunning.isGone())) return stop;
    if (run.awake() >= deadline) return stop;
    running.resources.look();
    await run.parts.disk.clock.sleep(
      Math.min(LOOK_MS, Math.max(1, deadline - run.awake())),
      over.aborted ? undefined : over,
    );
  }
}
