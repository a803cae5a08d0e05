// Ids that syncthing 1.19.2 made, and what a person makes of them.
import { describe, expect, test } from 'vitest';
import { readDeviceId } from '../../../src/link/setup/device-id.ts';

const MADE = [
  'J4QG7GK-ECKNUJQ-GCR3RVJ-FGKLTIL-QLLAIDO-JEWYT7S-BJPIOF7-63HFGAA',
  'DCCP3PY-YQUSHA6-D7RBU7U-MZ3AEX5-F6JOQGZ-KESGLR2-PSUPZKF-5Y3W7AJ',
  '4RRWA54-UV6LX43-S6HOERY-RXNFTV2-LTQLRD7-JNRM7UR-WB35E47-NH7EMQK',
  'ZXQY6TH-VDQJMNO-IWPW3J7-JCN4OKT-7VTAWW5-6PP3KQ2-DMADVWI-GLPAYAP',
  'VHNKEUX-LM7GZVJ-SMI3L5O-WVAPWAF-XJE4RAA-MLRCAQR-FIMMFGL-UPFSSAS',
];

const [ID = ''] = MADE;

describe('an id', () => {
  test.each(MADE)('%s, made by Syncthing, is one', (id) => {
    expect(readDeviceId(id)).toEqual({ id });
  });

  test.each([
    ['in small letters', ID.toLowerCase()],
    ['without dashes', ID.replaceAll('-', '')],
    ['with blanks around and in it', ` ${ID.replaceAll('-', ' ')}\n`],
    ['with a 0 for an O', ID.replaceAll('O', '0')],
    ['with a 1 for an I', ID.replaceAll('I', '1')],
    ['with an 8 for a B', ID.replaceAll('B', '8')],
  ])('%s is read as the same', (_name, text) => {
    expect(readDeviceId(text)).toEqual({ id: ID });
  });

  test.each(Array.from({ length: 8 }, (_, group) => group))(
    'with another letter in group %i is refused',
    (group) => {
      const at = group * 8 + 2;
      const other = ID[at] === 'A' ? 'C' : 'A';
      const pair = group - (group % 2) + 1;
      expect(readDeviceId(`${ID.slice(0, at)}${other}${ID.slice(at + 1)}`)).toEqual({
        problem: expect.stringContaining(`group ${pair} or ${pair + 1}`) as string,
      });
    },
  );

  test.each([
    ['nothing', '', 'has 56'],
    ['a group less', ID.slice(8), 'this has 49'],
    ['the old form without check digits', 'A'.repeat(52), 'this has 52'],
    ['a group more', `${ID}-AAAAAAA`, 'this has 63'],
    ['a 9', ID.replace('7', '9'), '"9" is in no device id'],
    ['a name', 'station', 'has 56'],
    ['what Syncthing keeps for nobody', 'A'.repeat(56), 'no device has this id'],
  ])('%s is none', (_name, text, problem) => {
    expect(readDeviceId(text)).toEqual({ problem: expect.stringContaining(problem) as string });
  });
});
