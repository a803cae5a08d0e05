// Shows how far a big copy is, on a terminal only.
import type { CopyProgress } from '../submit/request.ts';
import type { CliParts } from './parts.ts';
import { bytesText } from './render/words.ts';

/** Less than this is copied before anybody wonders. */
const BIG_BYTES = 50_000_000;
const EVERY_MS = 200;
const CLEAR_LINE = '\r\u001b[K';

export interface CopyMeter {
  tell(progress: CopyProgress): void;
  end(): void;
}

export function copyMeter({ out, disk }: Pick<CliParts, 'out' | 'disk'>): CopyMeter {
  let shownAt: number | undefined;
  return {
    tell: ({ done_bytes, total_bytes, file }) => {
      if (total_bytes < BIG_BYTES || !out.stderrIsTerminal) return;
      const now = disk.clock.monotonic();
      if (shownAt !== undefined && now - shownAt < EVERY_MS) return;
      shownAt = now;
      const percent = Math.floor((100 * done_bytes) / total_bytes);
      out.stderr(`${CLEAR_LINE}copying: ${percent} % of ${bytesText(total_bytes)}, ${file}`);
    },
    end: () => {
      if (shownAt !== undefined) out.stderr(CLEAR_LINE);
    },
  };
}
