import { expect, test } from 'vitest';
import { methodJsonSchema } from './json-schema.ts';
import { openApiComponents } from './openapi.ts';
import { entryNames } from './registry.ts';

const { schemas } = openApiComponents();

function references(value: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(value, (key, inner: unknown) => {
    if (key === '$ref' && typeof inner === 'string') found.push(inner);
    return inner;
  });
  return found;
}

test('every reference in the components leads to a component', () => {
  const prefix = '#/components/schemas/';
  const dangling = references(schemas).filter((ref) => !Object.hasOwn(schemas, ref.replace(prefix, '')));
  expect(dangling).toEqual([]);
});

test('commands, events, state and all names of the contract are among the components', () => {
  expect(Object.keys(schemas)).toEqual(
    expect.arrayContaining([
      'Command',
      'CreateCommand',
      'TurnMessage',
      'InstanceState',
      'SpawnEvent',
      'Instance',
      'JsonValue',
    ]),
  );
  const missing = entryNames
    .map((name) => name.charAt(0).toUpperCase() + name.slice(1))
    .filter((name) => !Object.hasOwn(schemas, `${name}Arguments`) || !Object.hasOwn(schemas, `${name}Result`));
  expect(missing).toEqual([]);
});

test('a structure stands once and others point to it', () => {
  expect(schemas['PauseArguments']).toMatchObject({
    properties: { instance: { $ref: '#/components/schemas/Instance' } },
    required: ['instance'],
    additionalProperties: false,
  });
});

test('a caller may leave out what has a default', () => {
  expect(methodJsonSchema('destroy').params).toMatchObject({ required: ['context', 'instance', 'networkInfo'] });
  expect(schemas['Flavor']?.['required']).not.toContain('swapMiB');
});

test('a function has no form in JSON and says what it would be', () => {
  expect(schemas['RebootArguments']).toMatchObject({
    properties: { badVolumesCallback: { anyOf: [{ 'x-callback': '(devices: string[]) => void' }, { type: 'null' }] } },
  });
});

test('each name has a JSON Schema of the 2020-12 draft', () => {
  for (const name of entryNames) {
    expect(methodJsonSchema(name).params).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
    });
  }
});
