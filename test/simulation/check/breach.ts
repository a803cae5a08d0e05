// Notes the first rule that is broken, and reads files that must be whole under their names.
import type { Device } from '../mirror/versions.ts';
import type { World } from '../world.ts';

export function breach(world: World, what: string): void {
  world.book.breach ??= what;
}

export function json(world: World, device: Device, file: string): Record<string, unknown> {
  const bytes = world.sides[device].disk.bytes(file);
  try {
    return JSON.parse(String(bytes ?? '{}')) as Record<string, unknown>;
  } catch {
    breach(world, `${file} is no JSON under its own name`);
    return {};
  }
}
