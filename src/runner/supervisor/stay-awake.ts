// Keeps the machine awake while an attempt runs, and has said whether it could. The script does not wait for it: who is
// asked may take seconds to answer.
import type { Awake, KeepAwake } from '../../system/process/keep-awake.ts';

/** Told beside the supervisor's own facts: how, or why not. */
type Tell = (awake: string) => Promise<unknown>;

/** Until what it returns is called; an answer that comes later is given back at once. */
export function stayAwake(keepAwake: KeepAwake, why: string, tell: Tell): () => void {
  let isOver = false;
  let answer: Awake | undefined;
  const giveBack = () => {
    if (answer && 'release' in answer) answer.release();
  };
  const hear = async (given: Awake) => {
    answer = given;
    if (isOver) giveBack();
    else await tell('how' in given ? given.how : `no: ${given.problem}`);
  };
  void keepAwake(why)
    .then(hear)
    .catch(() => {}); // the run matters more
  return () => {
    isOver = true;
    giveBack();
  };
}
