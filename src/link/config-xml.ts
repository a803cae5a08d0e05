// The few facts of Syncthing's config.xml that lead to its API: the element `gui` below the root, and nothing else.
// It reads no file.

export interface GuiConfig {
  enabled: boolean;
  tls: boolean;
  address: string;
  key: string;
}

/** Comment, declaration, CDATA, tag with its attributes, or text: what config.xml is made of. */
const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[(?<cdata>[\s\S]*?)\]\]>|<(?<end>\/?)(?<name>[\w:.-]+)(?<attributes>(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>|(?<text>[^<]+)/y;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const DEEPEST = 100;

export function guiOf(xml: string): GuiConfig | { problem: string } {
  const reader = newReader();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < xml.length) {
    const token = TOKEN.exec(xml)?.groups;
    if (token === undefined || !reader.take(token)) return { problem: 'is no XML that can be read' };
  }
  return reader.end();
}

type Token = { [part: string]: string | undefined };

function newReader() {
  const gui: GuiConfig = { enabled: true, tls: false, address: '', key: '' };
  const open: string[] = [];
  let isThere = false;
  const takeText = (text: string) => {
    const place = open.slice(1).join('/');
    if (place === 'gui/address') gui.address += text;
    if (place === 'gui/apikey') gui.key += text;
  };
  const takeStart = (name: string, { attributes = '', empty }: Token) => {
    if (open.length === 1 && name === 'gui') {
      isThere = true;
      Object.assign(gui, flagsOf(attributes));
    }
    if (empty === '') open.push(name);
    return open.length <= DEEPEST;
  };
  return {
    /** False when it cannot stand here. */
    take: (token: Token): boolean => {
      const { name, cdata, text, end } = token;
      if (name === undefined) takeText(cdata ?? plain(text ?? ''));
      else return end === '' ? takeStart(name, token) : open.pop() === name;
      return true;
    },
    end: (): GuiConfig | { problem: string } => {
      if (open.length > 0) return { problem: 'ends too soon' };
      if (!isThere) return { problem: 'has no element gui' };
      return { ...gui, address: gui.address.trim(), key: gui.key.trim() };
    },
  };
}

function flagsOf(attributes: string): Pick<GuiConfig, 'enabled' | 'tls'> {
  const found = new Map(
    [...attributes.matchAll(ATTRIBUTE)].map(([, name, a, b]) => [name, plain(a ?? b ?? '')]),
  );
  return { enabled: found.get('enabled') !== 'false', tls: found.get('tls') === 'true' };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** With its entities resolved; one that is unknown stays as it is. */
function plain(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w+));/g, (whole, decimal, hex, name) => {
    const known = ENTITIES[String(name)];
    if (known !== undefined) return known;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}
