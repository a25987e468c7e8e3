/** Reads what libvirt answers into plain elements; no entities beyond the five of XML, no DTD, no external anything. */
import { SaxesParser } from 'saxes';
import type { XmlElement } from './element.ts';

/** A parsed element knows its namespace besides the name as written. */
export interface ParsedElement extends XmlElement {
  readonly uri: string;
  readonly local: string;
  readonly children: (ParsedElement | string)[];
}

/** Parses a document; throws when it is none. */
export function parseXml(text: string): ParsedElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: ParsedElement[] = [];
  let root: ParsedElement | undefined;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    const attributes = Object.fromEntries(Object.entries(tag.attributes).map(([key, { value }]) => [key, value]));
    const parsed: ParsedElement = { name: tag.name, uri: tag.uri, local: tag.local, attributes, children: [] };
    open.at(-1)?.children.push(parsed);
    root ??= parsed;
    open.push(parsed);
  });
  parser.on('text', (content) => void open.at(-1)?.children.push(content));
  parser.on('cdata', (content) => void open.at(-1)?.children.push(content));
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  if (root === undefined) throw new Error('expected an XML document, got none');
  return root;
}

/** The child elements with a name. */
export function childrenOf(parent: ParsedElement, name: string): ParsedElement[] {
  return parent.children.filter((child): child is ParsedElement => typeof child !== 'string' && child.name === name);
}

/** The first element that is reached by following names from a parent, or undefined. */
export function find(parent: ParsedElement, ...path: readonly string[]): ParsedElement | undefined {
  return path.reduce<ParsedElement | undefined>((at, name) => at && childrenOf(at, name)[0], parent);
}

/** All elements that are reached by following names. */
export function findAll(parent: ParsedElement, ...path: readonly string[]): ParsedElement[] {
  return path.reduce<ParsedElement[]>((at, name) => at.flatMap((one) => childrenOf(one, name)), [parent]);
}

/** The text directly inside an element, trimmed. */
export function textOf(parent: ParsedElement | undefined): string {
  return (parent?.children ?? [])
    .filter((child) => typeof child === 'string')
    .join('')
    .trim();
}
