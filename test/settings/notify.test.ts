// The section [notify]: what a target may say, and every way it can be wrong. No reason repeats what was written.
import { describe, expect, test } from 'vitest';
import { MESSAGE_EVENTS } from '../../src/job/message-template.ts';
import { secretVariables } from '../../src/settings/notify-names.ts';
import { TARGET_KINDS } from '../../src/settings/notify-targets.ts';
import type { Handed } from './given.ts';
import { errorOf, load } from './given.ts';

const section = (toml: string): Handed => ({ toml: `[notify]\n${toml}` });
const notify = (toml: string) => load(section(toml)).settings.notify;
const errorFor = (target: string) => errorOf(section(`\ntargets.t = { ${target} }`));

const SECRET = 'https://discord.com/api/webhooks/123/sEcReT-ToKeN';

describe('targets', () => {
  test('of every kind, with what is not said', () => {
    const { targets } = notify(`
      targets.wake = { kind = "openclaw-wake", url = "http://127.0.0.1:18789/hooks", secret_env = "HOOK_TOKEN" }
      targets.agent = { kind = "openclaw-agent", url_env = "HOOK_URL", secret_file = "/etc/jobq/token", agent = "manager", deliver = true, channel = "discord", to = "channel:1" }
      targets.slack = { kind = "slack", url_env = "SLACK_URL", on = ["failed"] }
      targets.discord = { kind = "discord", url_file = "/etc/jobq/discord", thread = "9", username = "jobq" }
      targets.ntfy = { kind = "ntfy", url = "https://ntfy.sh", topic = "nx", priority = 5, tags = ["nx"] }
      targets.hook = { kind = "webhook", url = "https://example.org/a?b=c", secret_env = "KEY", projects = ["m1*"], types = ["x"] }
      targets.say = { kind = "command", command = ["espeak", "done"], template = "{job_id} {happened}" }
    `);
    expect(Object.values(targets).map(({ kind }) => kind)).toEqual(TARGET_KINDS);
    const on = [...MESSAGE_EVENTS];
    expect(targets['wake']).toMatchObject({ on, include_log: false });
    expect(targets['slack']).toEqual({ kind: 'slack', url_env: 'SLACK_URL', on: ['failed'] });
    expect(targets['hook']).toMatchObject({ on, secret_as: 'signature' });
    expect(targets['say']).toEqual({
      kind: 'command',
      command: ['espeak', 'done'],
      template: '{job_id} {happened}',
      on,
    });
  });

  test('from two layers are merged by name', () => {
    const { settings, sources } = load({
      ...section('targets.a = { kind = "slack", url_env = "A" }'),
      variables: { JOBQ_NOTIFY_TARGETS: '{"b": {"kind": "slack", "url_env": "B"}}' },
    });
    expect(Object.keys(settings.notify.targets)).toEqual(['a', 'b']);
    expect([sources['notify.targets.a'], sources['notify.targets.b']]).toEqual([
      'jobq.toml:2',
      'JOBQ_NOTIFY_TARGETS',
    ]);
  });

  test.each([
    { name: 'no kind', target: 'url_env = "A"', field: 'notify.targets.t.kind', reason: 'is missing' },
    {
      name: 'an unknown kind',
      target: 'kind = "slak", url_env = "A"',
      field: 'notify.targets.t.kind',
      reason: 'should be one of openclaw-wake, openclaw-agent, slack, discord, ntfy, webhook, command',
    },
    {
      name: 'a misspelled option',
      target: 'kind = "slack", url_env = "A", tempalte = "x"',
      field: 'notify.targets.t.tempalte',
      reason: 'is not known (did you mean template?)',
    },
    {
      name: 'an option of another kind',
      target: 'kind = "slack", url_env = "A", topic = "x"',
      field: 'notify.targets.t.topic',
      reason: 'is not known',
    },
    {
      name: 'an address that is a secret',
      target: `kind = "discord", url = "${SECRET}"`,
      field: 'notify.targets.t.url',
      reason:
        'is a secret for this kind: put it into a variable or a file, and name that in url_env or url_file',
    },
    {
      name: 'no address',
      target: 'kind = "slack"',
      field: 'notify.targets.t',
      reason: 'needs one of url, url_env, url_file',
    },
    {
      name: 'two addresses',
      target: 'kind = "webhook", url = "http://a/", url_env = "A"',
      field: 'notify.targets.t',
      reason: 'needs one of url',
    },
    {
      name: 'no http address',
      target: 'kind = "webhook", url = "file:///etc/passwd"',
      field: 'notify.targets.t.url',
      reason: 'should begin with http:// or https://',
    },
    {
      name: 'no address at all',
      target: 'kind = "webhook", url = "localhost:80"',
      field: 'notify.targets.t.url',
      reason: 'should begin with http',
    },
    {
      name: 'a relative address',
      target: 'kind = "webhook", url = "/hooks"',
      field: 'notify.targets.t.url',
      reason: 'is not an address like',
    },
    {
      name: 'a password in the address',
      target: 'kind = "webhook", url = "http://u:sEcReT-ToKeN@a/"',
      field: 'notify.targets.t.url',
      reason: 'has a user name or password in it',
    },
    {
      name: 'a hook without a token',
      target: 'kind = "openclaw-wake", url = "http://a/hooks"',
      field: 'notify.targets.t',
      reason: 'needs secret_env or secret_file: its token',
    },
    {
      name: 'two tokens',
      target: 'kind = "webhook", url = "http://a/", secret_env = "A", secret_file = "/a"',
      field: 'notify.targets.t',
      reason: 'has both secret_env and secret_file',
    },
    {
      name: 'a token in the place of a name',
      target: 'kind = "webhook", url = "http://a/", secret_env = "sEcReT-ToKeN"',
      field: 'notify.targets.t.secret_env',
      reason: 'is not the name of a variable',
    },
    {
      name: "a name that is a setting's",
      target: 'kind = "webhook", url = "http://a/", secret_env = "JOBQ_KEY"',
      field: 'notify.targets.t.secret_env',
      reason: 'begins with JOBQ_',
    },
    {
      name: 'a relative file',
      target: 'kind = "slack", url_file = "slack.txt"',
      field: 'notify.targets.t.url_file',
      reason: 'should be an absolute path',
    },
    {
      name: 'an unknown event',
      target: 'kind = "slack", url_env = "A", on = ["done"]',
      field: 'notify.targets.t.on[0]',
      reason: 'should be "completed" or "failed"',
    },
    {
      name: 'an unknown field',
      target: 'kind = "slack", url_env = "A", template = "{name}"',
      field: 'notify.targets.t.template',
      reason: 'has {name}, which is none of job_id',
    },
    {
      name: 'log text for an agent',
      target: 'kind = "openclaw-wake", url = "http://a/hooks", secret_env = "A", template = "{log_tail}"',
      field: 'notify.targets.t',
      reason:
        'has {log_tail} in its template, which shows an agent text from a log: set include_log = true to allow it',
    },
    {
      name: 'a message that may quote the log for an agent',
      target: 'kind = "openclaw-agent", url = "http://a/hooks", secret_env = "A", template = "{message}"',
      field: 'notify.targets.t',
      reason: 'has {message} in its template',
    },
    {
      name: 'a channel without a recipient',
      target: 'kind = "openclaw-agent", url = "http://a/hooks", secret_env = "A", channel = "discord"',
      field: 'notify.targets.t',
      reason: 'has one of channel and to: they go together',
    },
    {
      name: 'ntfy with a path',
      target: 'kind = "ntfy", url = "https://ntfy.sh/topic", topic = "topic"',
      field: 'notify.targets.t',
      reason: 'has a path in its url',
    },
    {
      name: 'ntfy without a topic',
      target: 'kind = "ntfy", url = "https://ntfy.sh"',
      field: 'notify.targets.t.topic',
      reason: 'is missing',
    },
    {
      name: 'a priority there is not',
      target: 'kind = "ntfy", url = "https://ntfy.sh", topic = "t", priority = 6',
      field: 'notify.targets.t.priority',
      reason: 'should be at most 5, but is 6',
    },
    {
      name: 'no command',
      target: 'kind = "command", command = []',
      field: 'notify.targets.t.command',
      reason: 'names no program',
    },
    {
      name: 'a relative program',
      target: 'kind = "command", command = ["./say"]',
      field: 'notify.targets.t.command[0]',
      reason: 'should be an absolute path',
    },
    {
      name: 'a command line',
      target: 'kind = "command", command = "say"',
      field: 'notify.targets.t.command',
      reason: 'should be a list of texts, but is "say"',
    },
  ])('with $name', ({ target, field, reason }) => {
    const error = errorFor(target);
    expect(error).toMatchObject({ code: 'usage', file: 'jobq.toml:3', field });
    expect(error.message).toContain(`jobq.toml:3, ${field}: ${reason}`);
    expect(error.remedy).toMatch(/^Correct \/q\/jobq.toml: \w/);
    const [, option] = /^notify\.targets\.t\.(\w+)/.exec(field) ?? [];
    const wanted = option
      ? `(${option} takes |a target of kind \\w+ has no ${option}, whose options are kind, |replace ${option} by )`
      : 't is a target of kind [\\w-]+, whose options are kind, on, ';
    expect(error.remedy).toMatch(new RegExp(`: ${wanted}`));
    expect(JSON.stringify(error)).not.toContain('sEcReT');
  });

  test('a log is allowed to an agent, and to anybody else', () => {
    const agent = 'kind = "openclaw-wake", url = "http://a/hooks", secret_env = "A"';
    notify(`targets.t = { ${agent}, template = "{log_tail}", include_log = true }`);
    notify('targets.t = { kind = "slack", url_env = "A", template = "{log_tail}" }');
  });

  test('that are no JSON are not repeated', () => {
    const error = errorOf({
      variables: { JOBQ_NOTIFY_TARGETS: `{"t": {"kind": "slack", "url": "${SECRET}"}` },
    });
    expect(error.message).toBe('JOBQ_NOTIFY_TARGETS, notify.targets: should be a table, but is a long text');
  });

  test('with a name that cannot be one', () => {
    expect(errorOf(section('targets."a b" = { kind = "slack", url_env = "A" }')).message).toContain(
      'should be letters, digits, - and _',
    );
  });
});

describe('the remedy', () => {
  test.each([
    {
      target: 'kind = "slak", url_env = "A"',
      remedy: 'kind takes one of openclaw-wake, openclaw-agent, slack, discord, ntfy, webhook, command.',
    },
    {
      target: 'kind = "slack", url_env = "A", on = ["done"]',
      remedy: 'on takes a list of the words completed, failed, cancelled, lost, recovered, late.',
    },
    {
      target: 'kind = "slack", url_env = "A", topic = "x"',
      remedy:
        'a target of kind slack has no topic, whose options are kind, on, projects, types, template, url, url_env, url_file.',
    },
    {
      target: `kind = "discord", url = "${SECRET}"`,
      remedy:
        'replace url by url_env, the name of a variable, or url_file, the path of a file, and put the address there.',
    },
    {
      target: 'kind = "webhook", url = "http://a/", secret_env = "sEcReT-ToKeN"',
      remedy:
        'secret_env takes the name of an environment variable that holds the token, not the token itself.',
    },
  ])('of $target', ({ target, remedy }) => {
    expect(errorFor(target).remedy).toBe(`Correct /q/jobq.toml: ${remedy}`);
  });

  test.each([
    { toml: 'targets = "x"', remedy: 'write a target as [notify.targets.<name>], with its options below.' },
    {
      toml: 'channels = { "#a" = "team" }',
      remedy: 'write a channel as "#channel" = ["target"], a list of names of notify.targets.',
    },
    {
      toml: 'default = ["tema"]',
      remedy: 'take the name of a target that is there, or add this one as [notify.targets.tema].',
    },
    {
      toml: 'timeout_s = 0',
      remedy: 'notify.timeout_s is longest exchange with a target, and longest run of a command.',
    },
  ])('of $toml', ({ toml, remedy }) => {
    expect(errorOf(section(toml)).remedy).toBe(`Correct /q/jobq.toml: ${remedy}`);
  });
});

describe('names of targets', () => {
  const targets = 'targets.team = { kind = "slack", url_env = "A" }';

  test('in channels and default are those there are', () => {
    const { channels, default: others } = notify(
      `${targets}\nchannels = { "#a" = ["team"], "#b" = [] }\ndefault = []`,
    );
    expect([channels, others]).toEqual([{ '#a': ['team'], '#b': [] }, []]);
  });

  test.each([
    {
      name: 'default',
      toml: `${targets}\ndefault = ["tema"]`,
      where: 'jobq.toml:3, notify.default',
      known: '(team) (did you mean team?)',
    },
    {
      name: 'a channel',
      toml: `${targets}\n[notify.channels]\n"#a" = ["team"]\n"#b" = ["x"]`,
      where: 'jobq.toml:5, notify.channels.#b',
      known: '(team)',
    },
    {
      name: 'no target at all',
      toml: 'default = ["x"]',
      where: 'jobq.toml:2, notify.default',
      known: '(there are none)',
    },
  ])('wrong in $name', ({ toml, where, known }) => {
    const error = errorOf(section(toml));
    expect(error.message).toMatch(`${where}: "`);
    expect(error.message).toContain(`is none of notify.targets ${known}`);
  });

  test('wrong in the environment, where the file was right', () => {
    const error = errorOf({
      ...section(`${targets}\ndefault = ["team"]`),
      variables: { JOBQ_NOTIFY_DEFAULT: 'x' },
    });
    expect(error).toMatchObject({ file: undefined, field: 'notify.default' });
    expect(error.message).toMatch(/^JOBQ_NOTIFY_DEFAULT, notify.default: "x" is none of/);
  });
});

test('the variables that hold secrets are known by name', () => {
  const { targets } = notify(`
    targets.a = { kind = "webhook", url_env = "HOOK_URL", secret_env = "HOOK_KEY" }
    targets.b = { kind = "ntfy", url = "https://ntfy.sh", topic = "t", secret_env = "HOOK_KEY" }
    targets.c = { kind = "slack", url_file = "/slack" }
    targets.d = { kind = "command", command = ["say"] }
  `);
  expect(secretVariables(targets)).toEqual(['HOOK_URL', 'HOOK_KEY']);
});

test('what a command is told in variables is no setting', () => {
  const variables = { JOBQ_MESSAGE_ID: 'x', JOBQ_MESSAGE_NEXT_JOB: 'y', JOBQ_RUN_ID: 'z', JOBQ_JOB_ID: 'j' };
  expect(() => load({ variables })).not.toThrow();
});
