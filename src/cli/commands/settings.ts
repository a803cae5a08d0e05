// `jobq settings`: every setting in force, and where it is from.
import { settingRows } from '../../settings/describe.ts';
import { openContext } from '../context.ts';
import type { CliParts } from '../parts.ts';
import { table } from '../render/table.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

export async function run(parts: CliParts, input: VerbInput): Promise<VerbResult> {
  const { layout, settings, sources } = await openContext(parts, input);
  const rows = settingRows({ settings, sources });
  const file = parts.disk.files.facts(layout.settings) ? layout.settings : null;
  return {
    value: { queue: layout.root, file, settings: rows },
    text: (style) => {
      const cells = rows.map(({ key, value, unit, source }) => [key, valueText(value), unit, source]);
      return [
        `file: ${file ?? `${layout.settings} (not there)`}`,
        '',
        table(style, ['key', 'value', 'unit', 'from'], cells),
      ].join('\n');
    },
  };
}

function valueText(value: unknown): string {
  if (value === null) return '(unset)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
