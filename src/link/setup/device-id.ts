// A device id of Syncthing as a person types it: eight groups of seven, the last of every fourteen a check digit.
// It knows no configuration.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LENGTH = 56;
/** Thirteen characters and their check digit. */
const CHECKED = 14;
const GROUP = 7;

/** What Syncthing itself reads as a typing error: digits that are not in the alphabet. */
const MISREAD: Readonly<Record<string, string>> = { '0': 'O', '1': 'I', '8': 'B' };

/** The id as Syncthing writes it, or what is wrong with it. */
export function readDeviceId(text: string): { id: string } | { problem: string } {
  const plain = text
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll(/[018]/g, (digit) => MISREAD[digit] ?? digit);
  const [strange] = /[^A-Z2-7]/u.exec(plain) ?? [];
  if (strange !== undefined) return { problem: `${JSON.stringify(strange)} is in no device id` };
  if (plain.length !== LENGTH)
    return { problem: `a device id has ${LENGTH} letters and digits, this has ${plain.length}` };
  const bad = pieces(plain, CHECKED).findIndex((piece) => checkDigit(piece.slice(0, -1)) !== piece.at(-1));
  if (bad >= 0)
    return {
      problem: `there is a typing error in group ${2 * bad + 1} or ${2 * bad + 2} of it: a check digit is wrong`,
    };
  if (/^(.)\1*$/u.test(plain)) return { problem: 'no device has this id: it is one letter, again and again' };
  return { id: pieces(plain, GROUP).join('-') };
}

function pieces(text: string, length: number): string[] {
  return Array.from({ length: text.length / length }, (_, nth) =>
    text.slice(nth * length, (nth + 1) * length),
  );
}

/** Luhn's sum in base 32, begun at the left with factor 1 as Syncthing does, and not at the right with 2. */
function checkDigit(text: string): string {
  const base = ALPHABET.length;
  const sum = text.split('').reduce((total, letter, nth) => {
    const addend = ALPHABET.indexOf(letter) * (nth % 2 === 0 ? 1 : 2);
    return total + Math.floor(addend / base) + (addend % base);
  }, 0);
  return ALPHABET[(base - (sum % base)) % base] ?? '';
}
