// The templates of messages about jobs: text with `{field}` in it, over a fixed list of facts.
// Knows the names of the facts, not where their values are from.

/** What a message tells of; targets choose by these words. */
export const MESSAGE_EVENTS = ['completed', 'failed', 'cancelled', 'lost', 'recovered', 'late'] as const;
export type MessageEvent = (typeof MESSAGE_EVENTS)[number];

/** What may stand in braces, and what it means. */
export const MESSAGE_FIELDS = {
  job_id: 'id of the job',
  event: 'completed, failed, cancelled, lost, recovered or late',
  happened: 'the same as the end of a sentence: "has failed"',
  state: 'state of the job',
  outcome: 'how it ended: completed, failed, cancelled, timed-out, stalled, interrupted or rejected',
  error_class: 'what kind of failure it was',
  reason: 'why, in the words of jobq; never a line of the log',
  exit_code: 'exit code of the script',
  attempt: 'number of the attempt, from 1',
  project: "the order's project",
  type: "the order's type",
  channel: "the order's channel",
  description: "the order's description",
  priority: "the order's priority",
  created_by: 'who submitted it',
  runner: 'the runner that had it',
  best: 'best value so far',
  trial: 'trials so far',
  trials: 'trials in all',
  percent: 'how much was done, in percent',
  started_at: 'when its last attempt began',
  finished_at: 'when it ended',
  duration: 'time between the two',
  results_dir: 'folder in which the results are',
  post: 'how post-processing went: completed or failed',
  retry_of: 'the job that this one is a retry of',
  next_job: 'the job that tries it again',
  next_retry_at: 'when that one is made',
  next: 'the command to give next',
  message_id: 'id of this message, the same each time it is sent',
  message: "the record's message; may quote a line of the log",
  log_tail: 'the last lines of the log',
} as const;
export type MessageField = keyof typeof MESSAGE_FIELDS;

/** Fields in which the script speaks: text that nobody has checked. */
export const LOG_FIELDS = ['message', 'log_tail'] as const satisfies MessageField[];

/** What the fields hold for one message; absent where there is nothing to tell. */
export type FieldTexts = { readonly [F in MessageField]?: string | undefined };

type Piece = { text: string } | { field: string };

const PIECE = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;

/** The pieces of a template; a brace that belongs to nothing is a field without a name. */
function piecesOf(template: string): Piece[] {
  return [...template.matchAll(PIECE)].map(([all, field]) => {
    if (field !== undefined) return { field };
    if (all === '{' || all === '}') return { field: '' };
    return { text: all === '{{' ? '{' : all.replace('}}', '}') };
  });
}

function isField(name: string): name is MessageField {
  return Object.hasOwn(MESSAGE_FIELDS, name);
}

/** The fields that a template names. */
export function fieldsOf(template: string): string[] {
  return piecesOf(template).flatMap((piece) => ('field' in piece ? [piece.field] : []));
}

/** Why a text is no template, or undefined. */
export function templateProblem(template: string): string | undefined {
  if (template.trim() === '') return 'is empty';
  const strange = fieldsOf(template).find((name) => !isField(name));
  if (strange === undefined) return undefined;
  if (strange === '') return 'has a brace that belongs to no field: write {{ or }} for a brace itself';
  return `has {${strange}}, which is none of ${Object.keys(MESSAGE_FIELDS).join(', ')}`;
}

/** What stands for a fact that is not known, in a line that has others. */
const UNKNOWN = '-';

/** One line; undefined when every field in it has nothing to tell. */
function renderLine(line: string, texts: FieldTexts): string | undefined {
  let known = 0;
  let fields = 0;
  const rendered = piecesOf(line).map((piece) => {
    if ('text' in piece) return piece.text;
    fields += 1;
    const value = isField(piece.field) ? texts[piece.field] : undefined;
    if (value !== undefined && value !== '') known += 1;
    return value || UNKNOWN;
  });
  return fields > 0 && known === 0 ? undefined : rendered.join('');
}

/** The text of a template. A line whose fields all have nothing to tell is left out. */
export function renderTemplate(template: string, texts: FieldTexts): string {
  return template
    .split(/\r?\n/)
    .flatMap((line) => renderLine(line, texts) ?? [])
    .join('\n')
    .trim();
}
