import { expect, test } from 'vitest';
import * as library from './index.ts';
import type { ErrorRecord } from './generated/records.ts';

const record: ErrorRecord = {
  code: 1,
  domain: 0,
  message: null,
  level: 2,
  dom: null,
  str1: null,
  str2: null,
  str3: null,
  int1: 0,
  int2: 0,
  net: null,
};
const withCode = (code: number): library.LibvirtError => new library.LibvirtError({ ...record, code }, 'x');

test('every error class is listed here, each with a code of its own', () => {
  const classes = Object.entries(library).filter(
    ([, value]) => typeof value === 'function' && value.prototype instanceof Error,
  );
  const samples = {
    LibvirtAbortError: new library.LibvirtAbortError('x', true, undefined).code,
    LibvirtCodecError: new library.LibvirtCodecError('x', 'y', 0, 'z').code,
    LibvirtConnectError: new library.LibvirtConnectError('open', 'x').code,
    LibvirtConnectionError: new library.LibvirtConnectionError('socket', 'x').code,
    LibvirtDeadlineError: new library.LibvirtDeadlineError('x', 1, true).code,
    LibvirtError: withCode(42).code,
    LibvirtEventOverflowError: new library.LibvirtEventOverflowError(1, 2).code,
    LibvirtProtocolError: new library.LibvirtProtocolError('x').code,
    LibvirtUsageError: new library.LibvirtUsageError('x').code,
  };
  expect(classes.map(([name]) => name).toSorted()).toEqual(Object.keys(samples).toSorted());
  expect(new Set(Object.values(samples)).size).toBe(Object.keys(samples).length);
});

test.each([
  [library.isNoDomain, 42],
  [library.isOperationInvalid, 55],
  [library.isOperationTimeout, 68],
  [library.isOperationAborted, 78],
  [library.isOperationFailed, 9],
  [library.isUnsupported, 67],
  [library.isAgentUnresponsive, 86],
  [library.isDeviceMissing, 99],
  [library.isNoDomainMetadata, 80],
  [library.isNotFound, 43],
])('%o recognizes its number and no other', (predicate, code) => {
  expect(predicate(withCode(code))).toBe(true);
  expect(predicate(withCode(1))).toBe(false);
  expect(predicate(new Error('no'))).toBe(false);
});

test('a number that this library does not know still has a name', () => {
  expect(new library.LibvirtError({ ...record, code: 9999, domain: 8888 }, 'x')).toMatchObject({
    codeName: 'ERROR_9999',
    domainName: 'DOMAIN_8888',
    message: 'the daemon gave no message',
  });
});
