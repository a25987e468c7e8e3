import { expect, test } from 'vitest';
import { descriptionOf } from './description.ts';
import { groupNames } from './entry.ts';
import type { Entry } from './entry.ts';
import { errorCodes } from './error-codes.ts';
import { namedSchemas } from './named-schemas.ts';
import { entryNames, entryOf, methodNames, registry } from './registry.ts';
import { seedSignatures } from './seed-signatures.ts';

const entries: Entry[] = entryNames.map(entryOf);
const inCamelCase = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const countBy = (key: 'kind' | 'form') =>
  Object.fromEntries(
    [...Map.groupBy(entries, (entry) => entry[key])].map(([value, group]) => [value, group.length] as const),
  );

/** Names of the parameters in a signature of the seed page, without stars and defaults. */
const parametersOf = (signature: string) =>
  signature
    .replace(/^\(|\)$/g, '')
    .split(',')
    .map((parameter) => parameter.trim().replace(/^\*+/, '').replace(/=.*/, ''))
    .filter((parameter) => parameter !== '');

test('the contract has 88 names: 79 methods, capabilities and 8 functions', () => {
  expect(entryNames).toHaveLength(88);
  expect(methodNames).toHaveLength(79);
  expect(countBy('form')).toEqual({ method: 79, attribute: 1, function: 8 });
  expect(entryNames.filter((name) => registry[name].form === 'attribute')).toEqual(['capabilities']);
});

test('35 names command an instance, 16 a host, 27 ask and 10 help', () => {
  expect(countBy('kind')).toEqual({ command: 35, hostCommand: 16, query: 27, helper: 10 });
});

test("each name stands under its camelCase form, and the names are those of the contract's page", () => {
  expect(entryNames.filter((key) => inCamelCase(registry[key].name) !== key)).toEqual([]);
  expect(entries.map(({ name }) => name).toSorted()).toEqual(Object.keys(seedSignatures).toSorted());
});

test.each(entryNames)(
  'each parameter that the page gives %s is there, has another name, or is gone for a reason',
  (key) => {
    const entry = entryOf(key);
    const own = Object.keys(entry.params.shape);
    const seed = parametersOf(seedSignatures[entry.name as keyof typeof seedSignatures]);
    const lost = seed.filter((parameter) => {
      const renamed = entry.renamed?.[parameter];
      if (renamed !== undefined) return !own.includes(renamed);
      return !own.includes(inCamelCase(parameter)) && entry.dropped?.[parameter] === undefined;
    });
    expect(lost).toEqual([]);
    // What an entry says of the page's parameters must be about parameters that the page has.
    const said = [...Object.keys(entry.renamed ?? {}), ...Object.keys(entry.dropped ?? {})];
    expect(said.filter((parameter) => !seed.includes(parameter))).toEqual([]);
  },
);

test('every parameter says what it means', () => {
  const silent = entries.flatMap(({ name, params }) =>
    Object.entries(params.shape)
      .filter(([, schema]) => descriptionOf(schema) === undefined)
      .map(([parameter]) => `${name}.${parameter}`),
  );
  expect(silent).toEqual([]);
});

test('every field of a structure says what it means, with its unit', () => {
  // A flavor's fields carry their units in their names, and its meaning says the rest.
  const { Flavor: _flavor, ...structures } = namedSchemas;
  const silent = Object.entries(structures).flatMap(([name, { def }]) =>
    Object.entries('shape' in def ? def.shape : {})
      .filter(([, schema]) => descriptionOf(schema) === undefined)
      .map(([field]) => `${name}.${field}`),
  );
  expect(silent).toEqual([]);
});

test('every name belongs to a known group, and no group is empty', () => {
  expect(new Set(entries.map(({ group }) => group))).toEqual(new Set(groupNames));
});

test('every error code of the table is used, and every code used is in the table', () => {
  const used = new Set(entries.flatMap(({ errors }) => errors.map(({ code }) => code)));
  expect([...used].toSorted()).toEqual(Object.keys(errorCodes).toSorted());
});

test('how a method repeats agrees with its kind', () => {
  const expected = {
    command: ['ensure', 'atMostOnce'],
    hostCommand: ['ensure', 'atMostOnce'],
    query: ['query'],
    helper: ['helper'],
  };
  expect(
    entries.filter(({ kind, idempotency }) => !expected[kind].includes(idempotency)).map(({ name }) => name),
  ).toEqual([]);
  expect(entries.filter(({ idempotency }) => idempotency === 'atMostOnce').map(({ name }) => name)).toEqual([
    'host_power_action',
  ]);
});

test('every name has a promise, and every sentence ends', () => {
  expect(entries.filter(({ promises }) => Object.keys(promises).length === 0)).toEqual([]);
  const unfinished = entries
    .flatMap(({ summary, promises, before, repeat, verify, libvirt }) => [
      summary,
      repeat,
      verify,
      ...Object.values(promises),
      ...before,
      ...libvirt,
    ])
    .filter((sentence) => !/^\S.*[.)]$/s.test(sentence));
  expect(unfinished).toEqual([]);
});

test('a signature that differs from the page says that it follows today', () => {
  const silent = entries.filter(({ name, params, signature, renamed, dropped, form }) => {
    const seed = parametersOf(seedSignatures[name as keyof typeof seedSignatures]);
    const named = Object.keys(params.shape).filter((own) => !Object.values(renamed ?? {}).includes(own));
    const added = named.filter((own) => !seed.map(inCamelCase).includes(own));
    return form === 'method' && signature.follows === 'seed' && (added.length > 0 || dropped !== undefined);
  });
  expect(silent.map(({ name }) => name)).toEqual([]);
});
