// Sizes, durations and states as people read them.

import type { Progress } from '../../job/progress.ts';
import type { State } from '../../job/states.ts';
import type { View } from '../../job/view.ts';
import type { OrderPlace } from '../delivery-place.ts';
import type { Colors } from './style.ts';

const UNITS = ['kB', 'MB', 'GB', 'TB'];

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  let value = bytes;
  let unit = 'bytes';
  for (const next of UNITS) {
    if (value < 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}

export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.round(whole / 60)} min`;
  return `${(whole / 3600).toFixed(1)} h`;
}

/** `2026-02-10 14:30:22 UTC` */
export function momentText(iso: string): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? iso : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

const PAINT = {
  submitted: 'dim',
  queued: 'cyan',
  running: 'blue',
  completed: 'green',
  failed: 'red',
  cancelled: 'yellow',
  lost: 'magenta',
} as const satisfies Record<State, keyof Colors>;

export function stateText(colors: Colors, state: State): string {
  return colors[PAINT[state]](state);
}

/** `62.0 %, trial 17/100, best 3.2` */
export function progressText(progress: Progress | null): string {
  if (!progress) return '';
  const { percent, stage, message, trial, trials, best, eta_s } = progress;
  const parts = [
    percent !== undefined && `${percent.toFixed(1)} %`,
    stage,
    trial !== undefined && `trial ${trial}${trials === undefined ? '' : `/${trials}`}`,
    best !== undefined && `best ${best}`,
    message,
    eta_s !== undefined && `about ${durationText(eta_s)} left`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** What there is to say of a job beside its state. */
/** Where an order is on its way to its runner. */
export function placeText(place: OrderPlace): string {
  const cut = place.connected || place.state === 'delivered' ? '' : '; its machine is not connected';
  return wayText(place) + cut;
}

function wayText({ state, bytes, bytes_total }: OrderPlace): string {
  switch (state) {
    case 'published':
      return 'published; Syncthing has not taken it up yet';
    case 'on-the-wire':
      return `on the wire, ${bytesText(bytes)} of ${bytesText(bytes_total)}`;
    case 'delivered':
      return 'delivered; its runner has not spoken of it yet';
    case 'accepted':
      return 'with its runner';
  }
}

export function gistOf(view: View): string {
  const asked = view.cancel_requested ? 'cancel asked for' : '';
  const wait = view.waiting_for ? `waits for ${view.waiting_for}` : '';
  const run = view.state === 'running' ? progressText(view.progress) : '';
  const end =
    view.outcome && view.state !== 'completed' ? (view.outcome.message.split('\n', 1)[0] ?? '') : '';
  return [asked, wait, run, end].filter(Boolean).join('; ');
}
