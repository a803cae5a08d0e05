// Blanks out what is not code, keeping every line and column where it was.
// It knows comments, strings, templates and (by what stands before the slash) regular expressions; no grammar.

export type Masked = {
  /** Comments blanked, strings kept. */
  withStrings: string;
  /** Comments, strings, template text and regular expressions blanked. */
  codeOnly: string;
};

const blank = (text: string) => text.replace(/[^\n]/g, ' ');

const token =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:\\[\s\S]|[^'\\\n])*'?|"(?:\\[\s\S]|[^"\\\n])*"?|[`{}]|\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/g;
const templateText = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{|$)/y;
const regexMayFollow = /(?:^|[(,=:[!&|?{};+*%<>~^-]|\b(?:return|typeof|case|in|of|await|yield))\s*$/;

export function maskSource(text: string): Masked {
  let withStrings = '';
  let codeOnly = '';
  let at = 0;
  const braces: ('block' | 'template')[] = [];

  const keep = (end: number) => {
    withStrings += text.slice(at, end);
    codeOnly += text.slice(at, end);
    at = end;
  };
  const hide = (end: number, isString: boolean) => {
    const part = text.slice(at, end);
    withStrings += isString ? part : blank(part);
    codeOnly += blank(part);
    at = end;
  };
  const readTemplate = () => {
    templateText.lastIndex = at;
    const part = templateText.exec(text)?.[0] ?? '';
    hide(at + part.length, true);
    if (part.endsWith('${')) braces.push('template');
  };
  const readBrace = (brace: string) => {
    keep(at + 1);
    if (brace === '{') braces.push('block');
    else if (braces.pop() === 'template') readTemplate();
  };
  const readSlash = (found: string) => {
    if (found.startsWith('//') || found.startsWith('/*')) hide(at + found.length, false);
    else if (regexMayFollow.test(codeOnly.slice(-40))) hide(at + found.length, true);
    else keep(at + 1);
  };

  while (at < text.length) {
    token.lastIndex = at;
    const match = token.exec(text);
    keep(match?.index ?? text.length);
    const found = match?.[0];
    if (found === undefined) break;
    if (found === '`') {
      hide(at + 1, true);
      readTemplate();
    } else if (found === '{' || found === '}') readBrace(found);
    else if (found.startsWith('/')) readSlash(found);
    else hide(at + found.length, true);
  }
  return { withStrings, codeOnly };
}
