// One line that is another one whenever a job has got somewhere.
import type { View } from '../../job/view.ts';
import { gistOf } from './words.ts';

export function changeLine(view: View): string {
  const gist = gistOf(view);
  return `${view.job_id} ${view.state}${gist ? `: ${gist}` : ''}`;
}
