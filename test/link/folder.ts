// A folder of Syncthing's configuration, with nothing about it that matters but what is given.
import type { FolderConfig } from '../../src/link/api.ts';

export function folder(id: string, path: string, more: Partial<FolderConfig> = {}): FolderConfig {
  return {
    id,
    label: '',
    path,
    type: 'sendreceive',
    paused: false,
    devices: [],
    fsWatcherEnabled: true,
    fsWatcherDelayS: 10,
    maxConflicts: 10,
    ignorePerms: false,
    ...more,
  };
}
