// Finds what a TypeScript file imports, from its text alone. Knows nothing of what may be imported.
import { maskSource } from './mask-source.ts';

export type SourceImport = { specifier: string; line: number; isType: boolean };

const binding = String.raw`(?:\*(?:\s*as\s+[\w$]+)?|[\w$]+|\{[^}]*\})`;
const statement = new RegExp(
  String.raw`\b(?:import|export)\s*(type\b(?!\s*(?:,|from\b))\s*)?(?:${binding}(?:\s*,\s*${binding})*\s*from\s*)?(['"])([^'"\n]+)\2`,
  'g',
);
const dynamic = /\bimport\s*\(\s*(?:(['"`])([^'"`\n]*)\1)?/g;

export const computedPath = '(computed)';

export const lineAt = (text: string, index: number) => text.slice(0, index).split('\n').length;

export function importsOf(text: string): SourceImport[] {
  const { withStrings, codeOnly } = maskSource(text);
  const isCode = (match: RegExpMatchArray) => /^(?:im|ex)port/.test(codeOnly.slice(match.index));
  const found = (match: RegExpMatchArray, specifier: string, isType: boolean) => ({
    specifier,
    isType,
    line: lineAt(text, match.index ?? 0),
  });
  const statements = [...withStrings.matchAll(statement)]
    .filter(isCode)
    .map((match) => found(match, match[3] ?? '', match[1] !== undefined));
  const calls = [...withStrings.matchAll(dynamic)]
    .filter(isCode)
    .map((match) => found(match, match[2] || computedPath, false));
  return [...statements, ...calls].sort((a, b) => a.line - b.line);
}
