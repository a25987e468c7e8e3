import { expect, test } from 'vitest';
import { driverDictFromConfig } from './driver-dict-from-config.ts';

class Volume {
  readonly args: readonly unknown[];
  constructor(...args: [string, number]) {
    this.args = args;
  }
}
class Iscsi extends Volume {}
class Rbd extends Volume {}
class Broken extends Volume {
  constructor(...args: [string, number]) {
    super(...args);
    throw new TypeError('no library');
  }
}
const classes = { Iscsi, Rbd, Broken };

const failure = (entry: string) => {
  try {
    driverDictFromConfig([entry], classes, 'host', 3);
  } catch (error) {
    return error;
  }
  return undefined;
};

test('each entry gives an object that got the arguments, under its type', () => {
  const made = driverDictFromConfig(['iscsi=Iscsi', 'rbd = Rbd'], classes, 'host', 3);
  expect(made['iscsi']).toBeInstanceOf(Iscsi);
  expect(made['rbd']).toBeInstanceOf(Rbd);
  expect(made['rbd']?.args).toEqual(['host', 3]);
});

test('the later entry of one type wins', () => {
  expect(driverDictFromConfig(['x=Iscsi', 'x=Rbd'], classes, 'host', 3)['x']).toBeInstanceOf(Rbd);
});

test('an entry is split at its first equals sign', () => {
  expect(() => driverDictFromConfig(['x=a=b'], classes, 'host', 3)).toThrow(
    expect.objectContaining({ code: 'DRIVER_NOT_FOUND', message: expect.stringContaining('"a=b"') }),
  );
});

test('an unknown class, a constructor that throws and an entry without type name what is wrong', () => {
  expect(failure('iscsi=Nothing')).toMatchObject({
    code: 'DRIVER_NOT_FOUND',
    message: expect.stringContaining('"Nothing"'),
  });
  expect(failure('iscsi=Broken')).toMatchObject({ code: 'DRIVER_CONSTRUCTION_FAILED', cause: expect.any(TypeError) });
  expect(failure('Iscsi')).toMatchObject({ code: 'INVALID_INPUT', field: 'namedDriverConfig' });
});
