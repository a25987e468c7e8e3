import { z } from 'zod';
import { storedEvent } from '../journal/message.ts';
import { isMethodName, registry } from './registry.ts';
import type { MethodName, MethodOfKind } from './registry.ts';

/** A method whose running is recorded: one that changes something. */
export type EffectMethod = MethodOfKind<'command' | 'hostCommand'>;

/** What the history says of a method: asked for, done, failed, or not settled in time. */
export const eventPhases = ['requested', 'done', 'failed', 'timedOut'] as const;
export type EventPhase = (typeof eventPhases)[number];

/** Type of an event about a method: `spawn.requested`. */
export type MethodEventType<M extends EffectMethod = EffectMethod> = `${M}.${EventPhase}`;

/** Whether a method changes something, so that its running is recorded. */
export const isEffectMethod = (name: string): name is EffectMethod =>
  isMethodName(name) && (registry[name].kind === 'command' || registry[name].kind === 'hostCommand');

/** The event types of one method. */
export const eventTypesOf = <M extends EffectMethod>(method: M): MethodEventType<M>[] =>
  eventPhases.map((phase) => `${method}.${phase}` as const);

/** Method and phase of an event type, or undefined when it speaks of no method of the contract. */
export function parseEventType(type: string): { method: EffectMethod; phase: EventPhase } | undefined {
  const [method = '', phase = '', ...rest] = type.split('.');
  return rest.length === 0 && isEffectMethod(method) && (eventPhases as readonly string[]).includes(phase)
    ? { method, phase: phase as EventPhase }
    : undefined;
}

/** Schema of the events about one method. */
export const methodEventSchema = (method: EffectMethod) =>
  storedEvent.extend({ type: z.enum(eventTypesOf(method) as [string, ...string[]]) });

/** The methods whose running is recorded. */
export const effectMethods = (Object.keys(registry) as MethodName[]).filter(isEffectMethod);
