// What a script gets of the runner's own environment unless the owner says otherwise, and how licence errors look.

/** Windows itself, Python and NX, and the licence clients of Siemens and FlexNet. */
const ON_WINDOWS = [
  'SystemRoot',
  'SystemDrive',
  'windir',
  'ComSpec',
  'PATH',
  'PATHEXT',
  'TEMP',
  'TMP',
  'USERNAME',
  'USERDOMAIN',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramData',
  'ALLUSERSPROFILE',
  'PUBLIC',
  'ProgramFiles*',
  'CommonProgramFiles*',
  'ProgramW6432',
  'CommonProgramW6432',
  'COMPUTERNAME',
  'SESSIONNAME',
  'OS',
  'PROCESSOR_*',
  'NUMBER_OF_PROCESSORS',
];

const ON_LINUX = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'LC_*',
  'TZ',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'DISPLAY',
  'LD_LIBRARY_PATH',
];

const SOLVERS = [
  'UGII_*',
  'SPLM_*',
  'SALT_*',
  'LM_LICENSE_FILE',
  '*_LICENSE_FILE',
  '*_LICENSE_SERVER',
  'FLEXLM_*',
  'NX*',
  'CONDA_*',
  'OMP_NUM_THREADS',
  'MKL_NUM_THREADS',
];

/** Patterns of names; upper and lower case are alike on Windows. */
export function inheritedVariables(platform: string): string[] {
  return [...(platform === 'win32' ? ON_WINDOWS : ON_LINUX), ...SOLVERS];
}

/** How the licence clients say that there is no seat, or no server. */
export const LICENCE_ERRORS = [
  'Licensed number of users already reached',
  'No (such feature exists|licenses? available)',
  '[Cc]annot connect to (the )?[Ll]icen[cs]e [Ss]erver',
  '[Ll]icen[cs]e ([Ss]erver|[Mm]anager) .{0,40}(down|not respond|unavailable)',
  'F(LEXnet|lexNet) Licensing error:\\s*-(4|5|15|18|96|97)\\b',
];
