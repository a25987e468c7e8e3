import type { z } from 'zod';
import { hostReport } from '../data/host.ts';
import { imageRef, instanceSpec } from '../data/instance-spec.ts';
import { observation } from '../data/observation.ts';
import { command, commandArguments } from '../journal/command.ts';
import { storedEvent, turnMessage } from '../journal/message.ts';
import { answer, due, failure, instanceState, lifeContext } from '../journal/state.ts';
import { linkedJsonSchemas } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { effectMethods, methodEventSchema } from './method-events.ts';
import { entryNames, registry } from './registry.ts';

const inPascalCase = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
const under = <T extends z.ZodType>(entries: readonly (readonly [string, T])[]) => Object.fromEntries(entries);

/** Name of the component that holds the arguments of a command that a person gives: `CreateCommand`. */
export const commandComponent = (name: keyof typeof commandArguments): string => `${inPascalCase(name)}Command`;

const sent = {
  Command: command,
  ...under(
    Object.entries(commandArguments).map(([name, schema]) => [
      commandComponent(name as keyof typeof commandArguments),
      schema,
    ]),
  ),
  ...under(entryNames.map((name) => [`${inPascalCase(name)}Arguments`, registry[name].params])),
};

const read = {
  Answer: answer,
  Due: due,
  Failure: failure,
  HostReport: hostReport,
  ImageRef: imageRef,
  InstanceSpec: instanceSpec,
  InstanceState: instanceState,
  LifeContext: lifeContext,
  Observation: observation,
  StoredEvent: storedEvent,
  TurnMessage: turnMessage,
  ...under(effectMethods.map((name) => [`${inPascalCase(name)}Event`, methodEventSchema(name)])),
  ...under(entryNames.map((name) => [`${inPascalCase(name)}Result`, registry[name].result])),
};

/**
 * The `components` of an OpenAPI 3.1 document: commands and arguments as a caller sends them; events, state, answers and results as a
 * reader finds them; and Nova's structures. A document built on it points to `#/components/schemas/<name>`.
 */
export function openApiComponents(): { readonly schemas: Readonly<Record<string, JsonSchema>> } {
  const prefix = '#/components/schemas/';
  // What both use stands as it is sent: there a default may be left out, which is no lie to a reader either.
  const schemas = {
    ...linkedJsonSchemas(read, prefix, 'output'),
    ...linkedJsonSchemas(sent, prefix, 'input'),
  };
  return { schemas: Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}
