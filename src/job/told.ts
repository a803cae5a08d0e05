// What a record repeats of its order, taken only where it is of the right type: a record is loose, and anybody may have
// written it by hand. It knows nothing of what becomes of it.
import type { Order } from './order.ts';

/** The fields of an order that others are told of. */
export interface ToldOrder {
  project?: string | undefined;
  type?: string | undefined;
  channel?: string | undefined;
  description?: string | undefined;
  created_at?: string | undefined;
  created_by?: string | undefined;
  priority?: string | undefined;
  run_on?: string | undefined;
  retry_of?: string | undefined;
  hold?: boolean | undefined;
  depends_on?: readonly string[] | undefined;
  metadata?: Order['metadata'] | undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Of an order that fits its schema nothing is left out. */
export function toldOf(fields: object | undefined): ToldOrder {
  const told = (fields ?? {}) as { readonly [field: string]: unknown };
  const text = (field: keyof ToldOrder) => textOf(told[field]);
  const { hold, depends_on, metadata } = told;
  return {
    project: text('project'),
    type: text('type'),
    channel: text('channel'),
    description: text('description'),
    created_at: text('created_at'),
    created_by: text('created_by'),
    priority: text('priority'),
    run_on: text('run_on'),
    retry_of: text('retry_of'),
    hold: hold === true || undefined,
    depends_on: Array.isArray(depends_on) ? depends_on.filter((id) => typeof id === 'string') : undefined,
    metadata: isObject(metadata) ? (metadata as Order['metadata']) : undefined,
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
