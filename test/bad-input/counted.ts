// A disk that counts what is read of it.
import type { Files } from '../../src/system/files.ts';

export interface Counted {
  files: Files;
  bytes(): number;
}

export function counted(files: Files): Counted {
  let bytes = 0;
  const count = (read: Buffer | undefined) => {
    bytes += read?.length ?? 0;
    return read;
  };
  const counting: Files = {
    ...files,
    read: (file) => count(files.read(file)),
    readSmall: (file, max) => count(files.readSmall(file, max)),
    readFrom: (file, offset, length) => count(files.readFrom(file, offset, length)),
    openRead: (file, links) => {
      const open = files.openRead(file, links);
      const read = (buffer: Uint8Array) => {
        const size = open.read(buffer);
        bytes += size;
        return size;
      };
      return { ...open, read };
    },
  };
  return { files: counting, bytes: () => bytes };
}
