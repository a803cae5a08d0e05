// Whether there is anything to look at about messages. Light: asked by commands that mostly have nothing to do with them.
import type { Context } from './context.ts';

/** Are there targets, or a ledger of some there were? */
export function sendsMessages({ parts, layout, settings }: Context): boolean {
  return (
    Object.keys(settings.notify.targets).length > 0 ||
    parts.disk.files.facts(layout.notifications) !== undefined
  );
}
