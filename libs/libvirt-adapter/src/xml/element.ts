/** XML as plain data: built, escaped in one place, written out. No text is ever glued into a document. */
import { InvalidInputError } from '@chronovirt/contract';

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

type Attributes = Readonly<Record<string, string | number | undefined>>;
type Child = XmlElement | string | null;

/** An element; attributes that are undefined and children that are null are left out. */
export function element(name: string, attributes: Attributes = {}, children: readonly Child[] = []): XmlElement {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  return { name, attributes: Object.fromEntries(given), children: children.filter((child) => child !== null) };
}

/** An element that holds nothing but text. */
export const textElement = (name: string, text: string | number, attributes: Attributes = {}): XmlElement =>
  element(name, attributes, [String(text)]);

/** The document as text. Throws `INVALID_INPUT` for text that no XML can carry (control characters, half surrogate pairs). */
export function serialize(root: XmlElement): string {
  const attributes = Object.entries(root.attributes).map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`);
  const open = `<${root.name}${attributes.join('')}`;
  if (root.children.length === 0) return `${open}/>`;
  const inner = root.children.map((child) => (typeof child === 'string' ? escapeText(child) : serialize(child)));
  return `${open}>${inner.join('')}</${root.name}>`;
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escapeText(text: string): string {
  return possible(text).replace(/[&<>\r]/g, (char) => escapes[char]!);
}

function escapeAttribute(text: string): string {
  return possible(text).replace(/[&<>"\t\n\r]/g, (char) => escapes[char]!);
}

// oxlint-disable-next-line no-control-regex -- exactly the characters that XML 1.0 cannot carry
const impossible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

function possible(text: string): string {
  if (impossible.test(text) || !text.isWellFormed()) {
    throw new InvalidInputError('text', 'holds a character that XML cannot carry; remove control characters');
  }
  return text;
}
