// Reads XML with a real parser: Python's expat.
import { spawnSync } from 'node:child_process';

const READ = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
flat = []
def walk(element, path):
    path = path + '/' + element.tag.split('}')[-1]
    flat.append([path, (element.text or '').strip(), element.attrib])
    for child in element: walk(child, path)
walk(root, '')
print(json.dumps(flat))
`;

export type Element = [path: string, text: string, attributes: Record<string, string>];

export const hasPython = spawnSync('python3', ['-c', 'import xml.etree.ElementTree']).status === 0;
export const NO_PYTHON = 'there is no python3 with expat to read XML with';

/** Every element in order; throws when the bytes are not well-formed. */
export function elementsOf(bytes: Buffer): Element[] {
  const read = spawnSync('python3', ['-c', READ], { input: bytes, encoding: 'utf8' });
  if (read.status !== 0) throw new Error(read.stderr);
  return JSON.parse(read.stdout) as Element[];
}
