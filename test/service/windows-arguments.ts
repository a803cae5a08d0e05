// Takes a command line apart as CommandLineToArgvW and the C runtime of Windows do.

const TOKEN = /([ \t]+)|(\\*)"|([^ \t"]+?(?=\\*"|[ \t]|$))/gs;

export function windowsArguments(line: string): string[] {
  const args: string[] = [];
  let isOpen = false;
  let isQuoted = false;
  const add = (text: string) => {
    if (isOpen) args.push((args.pop() ?? '') + text);
    else args.push(text);
    isOpen = true;
  };
  for (const [all, blank, slashes] of line.matchAll(TOKEN)) {
    if (slashes !== undefined) {
      // backslashes before a quote come in pairs; an odd one makes the quote a letter
      const isLetter = slashes.length % 2 === 1;
      add('\\'.repeat(Math.floor(slashes.length / 2)) + (isLetter ? '"' : ''));
      if (!isLetter) isQuoted = !isQuoted;
    } else if (blank === undefined || isQuoted) add(all);
    else isOpen = false;
  }
  return args;
}
