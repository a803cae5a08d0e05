// Files that tell of every name they change for good: where a rename ends and begins, and what is removed. Who is told
// must not throw. Nothing else of the port changes.
import type { Files } from '../system/files.ts';

export function tellingFiles(files: Files, tell: (path: string) => void): Files {
  return {
    ...files,
    rename: async (from, to) => {
      await files.rename(from, to);
      tell(to);
      tell(from);
    },
    removeFile: async (file) => {
      await files.removeFile(file);
      tell(file);
    },
    removeEmptyDir: (dir) => {
      const isGone = files.removeEmptyDir(dir);
      if (isGone) tell(dir);
      return isGone;
    },
    removeTree: async (dir) => {
      await files.removeTree(dir);
      tell(dir);
    },
  };
}
