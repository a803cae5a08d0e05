// Which texts name an absolute path of Windows or Linux, and which only look like it.
import { describe, expect, test } from 'vitest';
import { absolutePathIn, findAbsolutePaths } from '../../src/submit/absolute-paths.ts';

const told = (file: string, text: string) =>
  findAbsolutePaths(file, text).map(
    ({ path, line, inCode }) => `${line}${inCode ? '' : ' in prose'} ${path}`,
  );

const found: [file: string, text: string, places: string[]][] = [
  ['a.py', 'x = 1\np = r"C:\\NX\\beam.prt"', ['2 C:\\NX\\beam.prt']],
  ['a.py', 'p = "C:\\\\NX\\\\beam.prt"', ['1 C:\\NX\\beam.prt']],
  ['a.py', 'p = "C:\\temp\\new"', ['1 C:\\temp\\new']],
  ['a.py', 'p = f"D:/runs/{name}"', ['1 D:/runs/']],
  ['a.py', 'p = f"D:\\\\{name}"', ['1 D:\\']],
  ['a.py', 'p = r"\\\\nas01\\models\\beam.prt"', ['1 \\\\nas01\\models\\beam.prt']],
  ['a.py', 'p = "\\\\\\\\nas01\\\\models"', ['1 \\\\nas01\\models']],
  ['a.py', 'p = r"\\\\?\\C:\\deep"', ['1 \\\\?\\C:\\deep']],
  ['a.py', 'p = "/home/me/beam.prt"', ['1 /home/me/beam.prt']],
  ['a.py', "sys.path.append('/work/atomizer/lib')", ['1 /work/atomizer/lib']],
  ['a.py', 'os.chdir("/tmp")', ['1 /tmp']],
  ['a.py', 'os.path.join(base, "/usr/share/x")', ['1 /usr/share/x']],
  ['a.py', 'storage = "sqlite:////home/me/study.db"', ['1 /home/me/study.db']],
  ['a.py', 'storage = "sqlite:///C:/runs/study.db"', ['1 C:/runs/study.db']],
  ['a.py', 'u = "file:///opt/nx/lib"', ['1 /opt/nx/lib']],
  ['a.py', 's = """one\ntwo C:\\\\x\n"""', ['2 C:\\x']],
  ['a.py', '# see C:\\x or /usr/lib/y', ['1 in prose C:\\x', '1 in prose /usr/lib/y']],
  ['a.py', 'def f():\n    """Reads /home/me/x."""\n', ['2 in prose /home/me/x.']],
  ['a.py', 'a = "it\'s"  # /home/me/x\nb = "/home/me/y"', ['1 in prose /home/me/x', '2 /home/me/y']],
  [
    'a.json',
    '{\n "model": "C:\\\\nx\\\\beam.prt",\n "out": "/data/out"\n}',
    ['2 C:\\nx\\beam.prt', '3 /data/out'],
  ],
  ['a.toml', "p = 'C:\\nx'  # C:\\y", ['1 C:\\nx', '1 in prose C:\\y']],
  ['a.yaml', 'a: 1\nmodel: /work/models/beam.prt', ['2 /work/models/beam.prt']],
  ['a.yml', '- C:\\nx\\a.prt # D:\\old', ['1 C:\\nx\\a.prt', '1 in prose D:\\old']],
  ['a.ini', '; C:\\x\nroot = /opt/nx', ['1 in prose C:\\x', '2 /opt/nx']],
  [
    'a.bat',
    'REM C:\\x\ncall C:\\NX\\run.bat "D:\\my dir\\x"',
    ['1 in prose C:\\x', '2 C:\\NX\\run.bat', '2 D:\\my'],
  ],
  ['a.cmd', 'copy \\\\nas01\\share\\x .', ['1 \\\\nas01\\share\\x']],
  ['a.ps1', '<# C:\\x #>\n$p = "C:\\NX"', ['1 in prose C:\\x', '2 C:\\NX']],
  ['a.sh', '#!/usr/bin/env bash\ncd /home/me/x # /opt/y', ['2 /home/me/x', '2 in prose /opt/y']],
  ['a.vb', '\' C:\\x\np = "C:\\NX\\a.prt"', ['1 in prose C:\\x', '2 C:\\NX\\a.prt']],
  ['a.cs', 'var p = @"C:\\NX\\a.prt"; // D:\\x', ['1 C:\\NX\\a.prt', '1 in prose D:\\x']],
  ['a.js', "/* /home/a/b */ open('/home/me/x');", ['1 in prose /home/a/b', '1 /home/me/x']],
  ['a.ts', 'const p = `/work/models/${x}`;', ['1 /work/models/${x}']],
  [
    'README.md',
    'The model is in `C:\\NX`, see /home/me/doc.',
    ['1 in prose C:\\NX', '1 in prose /home/me/doc.'],
  ],
  ['notes.TXT', '\\\\nas01\\models', ['1 in prose \\\\nas01\\models']],
];

const harmless: [file: string, text: string][] = [
  ['a.py', '#!/usr/bin/env python3\nprint(1)'],
  ['a.py', 'x = a / b / c\ny = home/data/x'],
  ['a.py', 'u = "https://host/home/me/C:/x"'],
  ['a.py', 's = "N/mm" + "kg/m^3" + " / "'],
  ['a.py', 's = "/" + "//" + "/mm/s"'],
  ['a.py', 'd = "/2024/01/02"'],
  ['a.py', 'f"{a}/b/c"; "%s/home/x" % a; f"{n:/>10}"'],
  ['a.py', 'p = str(here) + "/results/out.csv"'],
  ['a.py', 'name.endswith("/results/out.csv")'],
  ['a.py', 'print("X:\\tY:\\t"); print("a:\\n")'],
  ['a.py', 're.compile(r"E:\\s*(\\d+)"); re.compile(r"[\\w:/.-]+[A-Za-z]:[\\\\/]")'],
  ['a.py', 'time.strftime("%H:/%M")'],
  ['a.py', 'm = "application/json"; t = "</data>"; p = "3_results/x.csv"; q = "../x"'],
  ['a.py', 's = "sqlite:///3_results/study.db"'],
  ['a.py', "s = r'\\\\alpha'"],
  ['a.json', '{"$ref": "#/defs/x", "type": "text/html", "when": "10/02/2026"}'],
  ['a.yaml', 'url: http://host/home/x\nratio: 3/4\ntag: </data>'],
  ['a.bat', 'dir /s /b\ncall run.bat\nset X=%~dp0model'],
  ['a.js', 'const r = /home\\/x/g; const h = <b></b>; const d = a / b;'],
  ['a.ts', 'const p = `${base}/home/me`;'],
  ['model.prt', 'C:\\x /home/me/x'],
  ['a.csv', 'C:\\x,/home/me/x'],
  ['README.md', 'Stress in N/mm², see https://x.org/home/me and and/or either/or.'],
];

describe('absolute paths', () => {
  test.each(found)('%s: %j', (file, text, places) => {
    expect(told(file, text)).toEqual(places);
  });

  test.each(harmless)('none in %s: %j', (file, text) => {
    expect(told(file, text)).toEqual([]);
  });

  test('in an argument', () => {
    expect(absolutePathIn('C:\\NX\\a.prt')).toBe('C:\\NX\\a.prt');
    expect(absolutePathIn('--model=C:/NX/a.prt')).toBe('C:/NX/a.prt');
    expect(absolutePathIn('/home/me/x')).toBe('/home/me/x');
    expect(absolutePathIn('--start')).toBeUndefined();
    expect(absolutePathIn('1_setup/a.prt')).toBeUndefined();
  });

  test.each(['a.json', 'a.yaml', 'a.ini', 'a.bat', 'a.md', 'a.py'])(
    '2 MB of %s are done long before the time limit of a test',
    (file) => {
      const line = '{"a": "b/c", "d": [1, 2, 3]}';
      expect(told(file, line.repeat(2_000_000 / line.length))).toEqual([]);
    },
  );
});
