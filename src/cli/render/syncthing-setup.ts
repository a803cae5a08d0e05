// What `jobq syncthing setup` changes, as lines with plus and minus, and how it ended.
import type { Change } from '../../link/setup/plan.ts';
import type { SetupValue } from '../commands/syncthing/setup.ts';
import type { Colors, Style } from './style.ts';
import { countText } from './words.ts';

export function changesText({ colors }: Style, changes: readonly Change[]): string {
  const about = [...new Set(changes.map(({ what }) => what))];
  return about
    .flatMap((what) => {
      const own = changes.filter((change) => change.what === what);
      const isNew = own.every(({ from }) => from === null);
      // of a device the head says it all
      const told = own.filter(({ field }) => field !== 'deviceID');
      return [
        isNew ? colors.green(`+ ${what}`) : `  ${what}`,
        ...told.flatMap((change) => lines(colors, change)),
      ];
    })
    .join('\n');
}

function lines(colors: Colors, { field, from, to }: Change): string[] {
  const line = (sign: '+' | '-', value: unknown) =>
    colors[sign === '+' ? 'green' : 'red'](`${sign}   ${field.padEnd(18)}${shown(value)}`);
  const before = Array.isArray(from) ? from : [];
  if (!Array.isArray(to)) return [...(from === null ? [] : [line('-', from)]), line('+', to)];
  const gone = before.filter((each) => !to.includes(each));
  const added = to.filter((each) => !before.includes(each));
  // only their order is another one
  if (gone.length + added.length === 0) return [line('-', before.join(' ')), line('+', to.join(' '))];
  return [...gone.map((each) => line('-', each)), ...added.map((each) => line('+', each))];
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function doneText({ colors }: Style, value: SetupValue): string {
  const { changes, dry_run, version, api, own_device, left, next } = value;
  return [
    doneLine(colors, changes.length, dry_run),
    ...left.map((note) => `note: ${note}`),
    `this device: ${own_device} (Syncthing ${version} at ${api})`,
    'next:',
    ...next.map((step) => `  - ${step}`),
  ].join('\n');
}

function doneLine(colors: Colors, count: number, isDry: boolean): string {
  if (count === 0) return 'nothing is to be done: nothing was changed';
  if (isDry) return `dry run: nothing was changed; ${countText(count, 'change')} would be made`;
  return colors.green(`${countText(count, 'change')} made`);
}
