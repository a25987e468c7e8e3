import { describe, expect, it } from 'vitest';
import { atLeast, capabilities } from './capabilities.ts';

describe('capabilities of a server', () => {
  it.each([
    ['2.9.10', { replicas: false, syncAlways: false, metadata: false }],
    ['2.10.0', { replicas: false, syncAlways: true, metadata: true }],
    ['2.10.22', { replicas: false, syncAlways: true, metadata: true }],
    ['2.10.23', { replicas: true, syncAlways: true, metadata: true }],
    ['2.12.15', { replicas: true, syncAlways: true, metadata: true }],
    ['3.0.0', { replicas: true, syncAlways: true, metadata: true }],
    ['', { replicas: false, syncAlways: false, metadata: false }],
  ])('of %s', (version, expected) => {
    expect(capabilities(version)).toEqual({ version, ...expected });
  });

  it('compares numbers, not texts, and takes a pre-release as older', () => {
    expect(atLeast('2.9.10', '2.10.0')).toBe(false);
    expect(atLeast('2.10.0-RC.1', '2.10.0')).toBe(false);
    expect(atLeast('2.10.1-RC.1', '2.10.0')).toBe(true);
    expect(atLeast('v2.10.0', '2.10.0')).toBe(true);
  });
});
