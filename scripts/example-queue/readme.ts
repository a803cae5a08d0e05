// The README of the example: what each job is there to show. It knows the jobs, not how they came to be.

export interface Told {
  id: string;
  kind: keyof typeof TEXTS;
}

const TEXTS = {
  submitted: [
    'An order and nothing else: sealed in `outbox/`, meant for the runner `spare`, which is off.',
    'Look at `job.json` (what was asked) and `SHA256SUMS` (the seal that makes it final).',
  ],
  'by-hand': [
    'Submitted as well, but made with a file manager and an editor: there is no `SHA256SUMS` yet.',
    'The watcher seals it once it has not changed for a minute, `jobq seal` at once; until then no runner takes it.',
  ],
  queued: [
    'The runner has seen it and waits for somebody to give `jobq release`: the order says `hold`.',
    'Look at `waiting_for` in `inbox/<job>/job.json`.',
  ],
  running: [
    'The script runs. `job.json` in `inbox/` is rewritten at each heartbeat, `stdout.log` grows with it.',
    'Look at `progress`, `heartbeat_seq`, and at the missing seal: nothing here is final yet.',
  ],
  completed: [
    'Done: log, results and record are in `inbox/`, sealed. The watcher has not brought it into the archive yet.',
    'Look at `3_results/`, `outcome` in `job.json`, and at the `release.json` that let it start.',
  ],
  failed: [
    'The script ended with exit code 3. What it had made until then is there all the same, sealed.',
    'Look at `outcome` in `job.json`: `exit_code`, and the last lines of the log in `log_tail`.',
  ],
  cancelled: [
    'Somebody gave `jobq cancel` while it ran: `cancel.json` in `requests/` says who and why.',
    'The script ended itself when asked and saved its results: look at `outcome` and `3_results/`.',
  ],
  rejected: [
    'Never started: its model was edited after the order was sealed. The state is `failed`, the outcome `rejected`.',
    'Look at `outcome.message` in the record; `sha256sum -c SHA256SUMS` in `outbox/<job>/` says the same.',
  ],
  lost: [
    'Its runner, `spare`, went off in the middle of it. The record in `inbox/` still says `running`.',
    'The watcher gave its verdict after an hour of silence: `.jobq-watcher/lost/<job>.json`. News would overrule it.',
  ],
  archived: [
    'Completed and home: record and results, with the order in `order/` and what the post-processor made in `post/`.',
    'Nothing of it is left in `outbox/`, `inbox/` and `requests/`. It is in `archive/ARCHIVED/`.',
  ],
} as const;

const ORDER = Object.keys(TEXTS) as Told['kind'][];
const LABELS: Partial<Record<Told['kind'], string>> = { 'by-hand': 'submitted, made by hand' };

export function readmeText(told: readonly Told[], archivedAs: string): string {
  const jobs = [...told].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  const parts = jobs.map(({ id, kind }) => {
    const lines = TEXTS[kind].map((line) => line.replace('ARCHIVED', archivedAs));
    return `**${LABELS[kind] ?? kind}**: \`${id}\`<br>\n${lines.join('\n')}\n`;
  });
  return `${HEAD}\n${parts.join('\n')}\n${TAIL}`;
}

const HEAD = `# A queue, as one finds it

One job in each state, all of the small study in \`fixtures/studies/parabola\`. Three machines share this queue:
\`agents\` submits and watches, \`workstation\` and \`spare\` run. Looking changes nothing:

\`\`\`
jobq list   --queue job-queue.example
jobq status --queue job-queue.example
jobq status --queue job-queue.example long-search
jobq logs   --queue job-queue.example breaks-off
\`\`\`

To try what changes something (\`release\`, \`cancel\`, \`seal\`, a daemon), copy the folder first.

## The jobs
`;

const TAIL = `## The rest

| | |
|---|---|
| \`outbox/\` \`requests/\` | written by \`agents\`, mirrored to the runners |
| \`inbox/\` \`runners/\` | written by the runners, mirrored back; \`runners/workstation.json\` is its proof of life |
| \`archive/\` \`.jobq-watcher/\` | on \`agents\` only |
| \`.jobq-queue\` in each mirrored folder | the queue's id: without it nothing is started and nothing deleted |
| \`.stignore\` | what Syncthing must leave alone |
| \`jobq.toml\` | every setting with its default and meaning, as \`jobq init\` writes it |

The watcher was stopped after the first job had been archived, so what ended later is still in \`inbox/\`. Its
post-processor was set by the variable \`JOBQ_WATCHER_POST_COMMAND\`. The two folders \`processing/\` and \`.jobq-staging/\`
belong to a queue too; they are empty between two pieces of work, and git keeps no empty folders.
`;
