import type { Mark } from '@chronovirt/contract';
import { serialize } from '../xml/element.ts';
import type { XmlElement } from '../xml/element.ts';
import { withMark } from '../xml/metadata.ts';
import { parseXml } from '../xml/parse.ts';

/**
 * A guest's definition for the host that it goes to: as it is here, with its files where instances lie there. The mark is written anew,
 * so that no note of the move goes along.
 */
export function definitionThere(xml: string, mark: Mark, from: string, to: string): string {
  const marked = withMark(xml, mark);
  return from === to ? marked : serialize(moved(parseXml(marked), `${from}/`, `${to}/`));
}

function moved(part: XmlElement, from: string, to: string): XmlElement {
  const { file } = part.attributes;
  const isFile = (part.name === 'source' || part.name === 'log') && file?.startsWith(from) === true;
  return {
    ...part,
    attributes: isFile ? { ...part.attributes, file: `${to}${file.slice(from.length)}` } : part.attributes,
    children: part.children.map((child) => (typeof child === 'string' ? child : moved(child, from, to))),
  };
}
