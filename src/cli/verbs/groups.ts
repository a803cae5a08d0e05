// All verbs, in the groups and the order in which help lists them.
import type { Verb } from '../verb.ts';
import { ARCHIVING } from './archiving.ts';
import { ASKING } from './asking.ts';
import { DAEMONS } from './daemons.ts';
import { HEARING } from './hearing.ts';
import { LOOKING } from './looking.ts';
import { MACHINE } from './machine.ts';
import { MESSAGES } from './messages.ts';
import { MIRROR } from './mirror.ts';
import { SETTING_UP } from './setting-up.ts';
import { SUBMITTING } from './submitting.ts';

export interface VerbGroup {
  title: string;
  verbs: readonly Verb[];
}

export const VERB_GROUPS: readonly VerbGroup[] = [
  { title: 'Setting up', verbs: [...SETTING_UP, MIRROR] },
  { title: 'Submitting', verbs: SUBMITTING },
  { title: 'Looking', verbs: [...LOOKING, ...HEARING, MESSAGES] },
  { title: 'Asking', verbs: ASKING },
  { title: 'Running', verbs: DAEMONS },
  { title: 'Freeing space', verbs: ARCHIVING },
  { title: 'This machine', verbs: MACHINE },
];
