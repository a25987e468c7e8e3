/**
 * What we write into `<metadata>` of domains and networks, each part under a namespace of its own (libvirt keeps one element per namespace and replaces it
 * as a whole):
 *
 * - instance: the domain is ours, and whom it belongs to; never changes
 * - run: which operation wrote this definition; a running domain keeps the one that it was started with
 * - network: the network is ours
 * - barrier: set to find out whether the domain's job lock is free; means nothing else
 */
import type { Incarnation, InstanceUuid, Mark } from '@chronovirt/contract';
import { element, serialize } from './element.ts';
import type { XmlElement } from './element.ts';
import { parseXml } from './parse.ts';
import type { ParsedElement } from './parse.ts';

export const namespace = {
  instance: 'https://chronovirt.dev/xmlns/instance/1',
  run: 'https://chronovirt.dev/xmlns/run/1',
  barrier: 'https://chronovirt.dev/xmlns/barrier/1',
  network: 'https://chronovirt.dev/xmlns/network/1',
} as const;

/** Prefix in documents; readers go by namespace. */
export const PREFIX = 'chronovirt';

/** An element of ours. */
export const tagged = (kind: keyof typeof namespace, attributes: Record<string, string | number>): XmlElement =>
  element(`${PREFIX}:${kind}`, { [`xmlns:${PREFIX}`]: namespace[kind], ...attributes });

export const runElement = (mark: Mark): XmlElement => tagged('run', { epoch: mark.epoch, op: mark.op });

/**
 * The run of a guest that an operation set out to move to another host, noted in the live copy alone: whoever finds it asks whether a move
 * is under way, and an operation that finds itself there does not order a second one. Without a namespace, as below.
 */
export const movingRunElement = (mark: Mark, by: Mark): XmlElement =>
  element('run', { epoch: mark.epoch, op: mark.op, 'moved-by-epoch': by.epoch, 'moved-by-op': by.op });

/** Without a namespace: the call that sets it adds that by itself. */
export const plainRunElement = (mark: Mark): XmlElement => element('run', { epoch: mark.epoch, op: mark.op });

/** Without a namespace: the call that sets it adds that by itself. */
export const barrierElement = (incarnation: Incarnation): XmlElement => element('barrier', { incarnation });

/** The whole `<metadata>` of a definition. */
export function metadataElement(uuid: InstanceUuid, hostname: string, mark: Mark): XmlElement {
  return element('metadata', {}, [tagged('instance', { uuid, owner: 'ours', hostname }), runElement(mark)]);
}

/** The mark in an element of the run namespace; null when it is none or damaged. */
export function markOf(run: XmlElement | undefined): Mark | null {
  const epoch = Number(run?.attributes['epoch'] ?? Number.NaN);
  const op = Number(run?.attributes['op'] ?? Number.NaN);
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(op) ? { epoch, op } : null;
}

/** The operation that set out to move the guest, noted in an element of the run namespace; null when none did. */
export function movedByOf(run: XmlElement | undefined): Mark | null {
  const epoch = Number(run?.attributes['moved-by-epoch'] ?? Number.NaN);
  const op = Number(run?.attributes['moved-by-op'] ?? Number.NaN);
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(op) ? { epoch, op } : null;
}

export const sameMark = (a: Mark | null, b: Mark | null): boolean =>
  a !== null && b !== null && a.epoch === b.epoch && a.op === b.op;

/** The element of one namespace in a parsed definition. */
export function metadataOf(domain: ParsedElement, uri: string): ParsedElement | undefined {
  const metadata = domain.children.find(
    (child): child is ParsedElement => typeof child !== 'string' && child.name === 'metadata',
  );
  return metadata?.children.find((child): child is ParsedElement => typeof child !== 'string' && child.uri === uri);
}

/** A definition as text with another mark, all else as it was. */
export function withMark(definition: string, mark: Mark): string {
  const domain = parseXml(definition);
  const rest = domain.children.filter((child) => typeof child === 'string' || child.name !== 'metadata');
  const metadata = domain.children.find(
    (child): child is ParsedElement => typeof child !== 'string' && child.name === 'metadata',
  );
  const kept = (metadata?.children ?? []).filter((child) => typeof child === 'string' || child.uri !== namespace.run);
  return serialize({ ...domain, children: [element('metadata', {}, [...kept, runElement(mark)]), ...rest] });
}
