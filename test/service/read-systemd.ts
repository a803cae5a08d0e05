// Takes a value of a unit apart as systemd.service(5), "Command lines", and systemd.syntax(7), "Quoting", say.

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  s: ' ',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

const TOKEN = /(\s+)|"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|((?:\\.|[^\s"'\\])+)/gsu;

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|(.))/gisu, (all, hex?: string, char?: string) => {
    const meant = hex === undefined ? ESCAPES[char ?? ''] : String.fromCharCode(Number.parseInt(hex, 16));
    if (meant === undefined) throw new Error(`${all} is no escape`);
    return meant;
  });
}

/** The words, with quotes and C escapes undone; specifiers and variables are left. */
export function systemdWords(line: string): string[] {
  const words: string[] = [];
  let isOpen = false;
  let read = 0;
  for (const [all, blank, double, single, bare] of line.matchAll(TOKEN)) {
    read += all.length;
    if (blank === undefined) {
      const text = unescaped(double ?? single ?? bare ?? '');
      if (isOpen) words.push((words.pop() ?? '') + text);
      else words.push(text);
    }
    isOpen = blank === undefined;
  }
  if (read !== line.length) throw new Error(`a quote is not closed: ${line}`);
  return words;
}

/** `%%` is one `%`, anything else behind a `%` would be something of the system's. */
export function withoutSpecifiers(text: string): string {
  return text.replace(/%(.?)/gs, (all, next: string) => {
    if (next !== '%') throw new Error(`${all} is a specifier`);
    return '%';
  });
}

/** `$$` is one `$`, anything else behind a `$` would be a variable. */
function withoutVariables(text: string): string {
  return text.replace(/\$(.?)/gs, (all, next: string) => {
    if (next !== '$') throw new Error(`${all} is a variable`);
    return '$';
  });
}

/** The arguments that a program gets of an ExecStart= line. */
export function execStartOf(unit: string): string[] {
  const [, line = ''] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
  const [program = '', ...args] = systemdWords(line).map(withoutSpecifiers);
  return [program, ...args.map(withoutVariables)];
}
