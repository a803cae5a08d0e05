// The names that Syncthing gives to conflict copies, taken apart. Whether a file of that name is there is for others.

/** What the name of a conflict copy tells. */
export interface ConflictName {
  /** The name of the file that both sides changed; the version that was kept bears it. */
  original: string;
  /** When the other version was put aside, `2026-02-10 15:00:00` in the local time of the machine where that was done. */
  at: string | undefined;
  /** Short id of the device that wrote the version that was kept; versions of Syncthing before 0.14 leave it out. */
  device: string | undefined;
}

/** The mark, day and time, the first seven characters of a device id, and the extension of the original. */
const NAME = /^(.*)\.sync-conflict-(\d{8})-(\d{6})(?:-([a-z2-7]{7}))?(\.[^.]*)?$/is;

/** Undefined for what is no conflict copy, or has only the look of one. */
export function parseConflictName(name: string): ConflictName | undefined {
  const [whole, base = '', day = '', time = '', device, extension = ''] = NAME.exec(name) ?? [];
  if (whole === undefined || base + extension === '') return undefined;
  const at = `${day.replace(/(....)(..)(..)/, '$1-$2-$3')} ${time.replace(/(..)(..)(..)/, '$1:$2:$3')}`;
  const isTime = !Number.isNaN(Date.parse(`${at.replace(' ', 'T')}Z`));
  return { original: base + extension, at: isTime ? at : undefined, device: device?.toUpperCase() };
}

/** The part of a full device id by which the mirror signs what it wrote. */
export function shortDeviceId(device: string): string {
  return device.replaceAll('-', '').slice(0, 7).toUpperCase();
}
