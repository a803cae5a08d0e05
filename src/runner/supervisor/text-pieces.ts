// A text file of any size, decoded a piece at a time, as text or as lines. It knows nothing of what is looked for.
import type { Disk } from '../../store/disk.ts';

const PIECE_BYTES = 1 << 20;

/** UTF-8 unless its first bytes say otherwise: Windows PowerShell writes UTF-16. */
function decoderFor(first: Uint8Array) {
  if (first[0] === 0xff && first[1] === 0xfe) return new TextDecoder('utf-16le');
  if (first[0] === 0xfe && first[1] === 0xff) return new TextDecoder('utf-16be');
  return new TextDecoder();
}

async function* textPieces({ files, clock }: Disk, file: string): AsyncGenerator<string> {
  const source = files.openRead(file);
  try {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    let decoder: ReturnType<typeof decoderFor> | undefined;
    for (;;) {
      const piece = buffer.subarray(0, source.read(buffer));
      if (piece.length === 0) break;
      decoder ??= decoderFor(piece);
      yield decoder.decode(piece, { stream: true });
      await clock.turn();
    }
    yield decoder?.decode() ?? '';
  } finally {
    source.close();
  }
}

/**
 * The lines of a file, many at a time, each cut to so many characters. A carriage return ends one, too: progress bars
 * use nothing else.
 */
export async function* linePieces(disk: Disk, file: string, lineMax: number): AsyncGenerator<string[]> {
  let rest = '';
  for await (const text of textPieces(disk, file)) {
    // a carriage return at the end may be the first half of a line end
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/).map((line) => line.slice(0, lineMax));
    rest = lines.pop() ?? '';
    yield lines;
  }
  yield rest === '' ? [] : [rest.replace(/\r$/, '')];
}
