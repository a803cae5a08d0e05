// Settings of the mirror: whether Syncthing is asked, and where and how.
import * as z from 'zod/mini';
import { secretWord, webAddress } from '../kinds.ts';
import type { Row } from '../row.ts';
import { path, seconds, text, timer, yesNo } from '../row.ts';

export const SYNCTHING = {
  link: {
    ...text,
    schema: () => z.enum(['auto', 'local', 'unknown']),
    default: 'auto',
    meaning:
      'where the state of the mirror is known from: auto asks Syncthing where there is one; local when one machine holds both sides and nothing mirrors; unknown asks nobody',
    source: 'protocol, 6',
  },
  url: {
    ...text,
    schema: () => webAddress,
    default: undefined,
    shown: 'from the configuration of Syncthing',
    examples: ['url = "http://127.0.0.1:8384"'],
    meaning:
      "the address of Syncthing's API, when it is not the one in the configuration of this user's Syncthing",
    source: "Syncthing's documentation",
  },
  api_key: {
    ...text,
    secret: true,
    schema: () => secretWord,
    default: undefined,
    shown: 'from the configuration of Syncthing',
    examples: ['api_key = "the-key"'],
    meaning:
      "the key of Syncthing's API; better given by JOBQ_SYNCTHING_API_KEY or api_key_file when others may read this file",
    source: "Syncthing's documentation",
  },
  api_key_file: {
    ...path,
    default: undefined,
    examples: ["api_key_file = '/etc/jobq/syncthing.key'"],
    meaning: 'a file that holds the key and nothing else; used when api_key is not set',
    source: 'chosen: a secret need not stand among the settings',
  },
  home: {
    ...path,
    default: undefined,
    shown: 'where Syncthing itself looks',
    examples: ["home = '/var/lib/syncthing/.config/syncthing'"],
    meaning:
      "the directory with Syncthing's config.xml, when it runs as another user or with a home of its own",
    source: "Syncthing's option --home",
  },
  nudge: {
    ...yesNo,
    default: true,
    meaning: 'ask Syncthing to scan what was just written, instead of waiting until it finds it',
    source: 'measured: five small files arrive after 0.06 s instead of 8.6 s',
  },
  poll_interval_s: {
    ...timer(),
    default: 5,
    meaning: 'how often the daemons ask Syncthing for the state of the link',
    source: 'chosen: a few small questions over loopback',
  },
  half_open_after_s: {
    ...seconds({ min: 1 }),
    default: 120,
    meaning:
      'time without a byte from a connected device after which the link counts as half open; below 90 an idle link would, too',
    source: 'protocol, 6: Syncthing sends a ping every 90 s',
  },
} as const satisfies Record<string, Row>;
