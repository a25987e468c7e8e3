import { expect, test } from 'vitest';
import { addressAndPort } from './host.ts';

test.each([
  ['10.0.0.7', '10.0.0.7:8775'],
  ['host-b.example', 'host-b.example:8775'],
  ['fd00::7', '[fd00::7]:8775'],
])('%s and a port are %s', (address, text) => {
  expect(addressAndPort({ address, port: 8775 })).toBe(text);
});
