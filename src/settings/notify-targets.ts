// Where messages about jobs can be sent: one shape for each kind of target. No reason given here repeats what was
// written, for it may be a secret in the wrong place.
import * as z from 'zod/mini';
import { fieldsOf, LOG_FIELDS, MESSAGE_EVENTS, templateProblem } from '../job/message-template.ts';
import type { Facts } from './kinds.ts';
import { absolutePath, anyText, command, shortName } from './kinds.ts';

export const TARGET_KINDS = [
  'openclaw-wake',
  'openclaw-agent',
  'slack',
  'discord',
  'ntfy',
  'webhook',
  'command',
] as const;

function checked(problemOf: (text: string) => string | undefined) {
  return z.string().check(
    z.superRefine<string>((text, ctx) => {
      const message = problemOf(text);
      if (message) ctx.addIssue({ code: 'custom', message });
    }),
  );
}

const template = checked(templateProblem);

const ownVariable = checked((text) => {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return 'is not the name of a variable (letters, digits and _)';
  return /^jobq_/i.test(text)
    ? 'begins with JOBQ_, which is kept for settings: choose another name'
    : undefined;
});

function urlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is not an address like http://127.0.0.1:18789/hooks';
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return 'should begin with http:// or https://';
  return username || password
    ? 'has a user name or password in it: put the whole into a variable or a file, or use a token'
    : undefined;
}
const url = checked(urlProblem);

const secretUrl = z.custom<never>(() => false, {
  error: 'is a secret for this kind: put it into a variable or a file, and name that in url_env or url_file',
});

const optional = {
  text: z.optional(anyText),
  names: z.optional(z.array(anyText)),
};

const common = {
  on: z._default(z.array(z.enum(MESSAGE_EVENTS)), [...MESSAGE_EVENTS]),
  projects: optional.names,
  types: optional.names,
  template: z.optional(template),
};

function parts(facts: Facts) {
  const file = z.optional(absolutePath(facts));
  const variable = z.optional(ownVariable);
  return {
    openUrl: { url: z.optional(url), url_env: variable, url_file: file },
    hiddenUrl: { url: z.optional(secretUrl), url_env: variable, url_file: file },
    secret: { secret_env: variable, secret_file: file },
  };
}

const openclaw = {
  agent: optional.text,
  session_key: optional.text,
  include_log: z._default(z.boolean(), false),
};

type Written = { readonly [option: string]: unknown };

function countOf(target: Written, options: readonly string[]): number {
  return options.filter((name) => target[name] !== undefined).length;
}

const URLS = ['url', 'url_env', 'url_file'];
const SECRETS = ['secret_env', 'secret_file'];

/** What can be wrong with a target although each option by itself is right. */
function wholeProblem(target: Written, needsSecret: boolean): string | undefined {
  const secrets = countOf(target, SECRETS);
  if (target['kind'] !== 'command' && countOf(target, URLS) !== 1) return `needs one of ${URLS.join(', ')}`;
  if (secrets > 1) return `has both ${SECRETS.join(' and ')}: leave one`;
  if (needsSecret && secrets === 0) return `needs ${SECRETS.join(' or ')}: its token`;
  if (countOf(target, ['channel', 'to']) === 1) return 'has one of channel and to: they go together';
  return logProblem(target) ?? ntfyProblem(target);
}

/** Log text in an agent's prompt could give it orders. */
function logProblem(target: Written): string | undefined {
  if (target['include_log'] !== false || typeof target['template'] !== 'string') return undefined;
  const named = new Set(fieldsOf(target['template']));
  const asked = LOG_FIELDS.find((field) => named.has(field));
  return (
    asked &&
    `has {${asked}} in its template, which shows an agent text from a log: set include_log = true to allow it`
  );
}

/** With a path in the address a message would be published as bare JSON. */
function ntfyProblem({ kind, url: address }: Written): string | undefined {
  if (kind !== 'ntfy' || typeof address !== 'string' || new URL(address).pathname === '/') return undefined;
  return 'has a path in its url: the address of the server is enough, the topic stands in topic';
}

function whole<T extends Written>(needsSecret = false) {
  return z.superRefine<T>((target, ctx) => {
    const message = wholeProblem(target, needsSecret);
    if (message) ctx.addIssue({ code: 'custom', message });
  });
}

function shapes(facts: Facts) {
  const { openUrl, hiddenUrl, secret } = parts(facts);
  const wake = { kind: z.literal('openclaw-wake'), ...common, ...openUrl, ...secret, ...openclaw };
  return {
    wake,
    agent: {
      ...wake,
      kind: z.literal('openclaw-agent'),
      name: optional.text,
      deliver: z.optional(z.boolean()),
      channel: optional.text,
      to: optional.text,
      model: optional.text,
      thinking: optional.text,
    },
    slack: { kind: z.literal('slack'), ...common, ...hiddenUrl },
    discord: {
      kind: z.literal('discord'),
      ...common,
      ...hiddenUrl,
      thread: optional.text,
      username: optional.text,
    },
    ntfy: {
      kind: z.literal('ntfy'),
      ...common,
      ...openUrl,
      ...secret,
      topic: anyText,
      priority: z.optional(z.int().check(z.minimum(1), z.maximum(5))),
      tags: optional.names,
    },
    webhook: {
      kind: z.literal('webhook'),
      ...common,
      ...openUrl,
      ...secret,
      secret_as: z._default(z.enum(['signature', 'bearer']), 'signature'),
    },
    command: {
      kind: z.literal('command'),
      ...common,
      command: command(facts).check(z.refine(({ length }) => length > 0, 'names no program')),
    },
  };
}

const NOWHERE: Facts = { host: '', platform: 'linux', dataDir: '/', user: '' };

/** Every option of every kind, for the hint at a misspelled one. */
export const TARGET_OPTIONS: readonly string[] = [
  ...new Set(Object.values(shapes(NOWHERE)).flatMap(Object.keys)),
];

/** The options of one kind; none of a kind there is not. */
export function optionsOf(kind: string): string[] {
  const shape = Object.values(shapes(NOWHERE)).find((each) => each.kind._zod.values.has(kind as never));
  return Object.keys(shape ?? {});
}

function targetSchema(facts: Facts) {
  const { wake, agent, slack, discord, ntfy, webhook, command: program } = shapes(facts);
  return z.discriminatedUnion(
    'kind',
    [
      z.strictObject(wake).check(whole(true)),
      z.strictObject(agent).check(whole(true)),
      z.strictObject(slack).check(whole()),
      z.strictObject(discord).check(whole()),
      z.strictObject(ntfy).check(whole()),
      z.strictObject(webhook).check(whole()),
      z.strictObject(program).check(whole()),
    ],
    {
      error: ({ code }) =>
        code === 'invalid_union' ? `should be one of ${TARGET_KINDS.join(', ')}` : undefined,
    },
  );
}

export type NotifyTarget = z.infer<ReturnType<typeof targetSchema>>;
export type TargetOf<K extends NotifyTarget['kind']> = Extract<NotifyTarget, { kind: K }>;

export function targetsSchema(facts: Facts) {
  return z.record(shortName, targetSchema(facts));
}
