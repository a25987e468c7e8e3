import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { probeAcceleration, tryGuest } from './acceleration.ts';

const QEMU = '/usr/bin/qemu-system-x86_64';
const dir = mkdtempSync(join(tmpdir(), 'acceleration-'));

afterAll(() => rmSync(dir, { recursive: true }));

/** A QEMU that does what the script says. */
function pretend(name: string, script: string): string {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

describe('the probe of the acceleration', () => {
  it('has a guest that reaches 64-bit mode and reports back, seen on emulation', async () => {
    expect(await tryGuest(QEMU, 'tcg', 30_000)).toBe('answered');
  });

  it('decides for this machine, with the fact behind it', async () => {
    // Side by side, and both with more time than one gets: a busy machine is not to make one of them give up, and the other not.
    const timeoutMs = 10_000;
    const [found, answer] = await Promise.all([
      probeAcceleration({ timeoutMs }),
      existsSync('/dev/kvm') ? tryGuest(QEMU, 'kvm', timeoutMs) : 'no device',
    ]);
    expect(found.accel).toBe(answer === 'answered' ? 'kvm' : 'tcg');
    expect(found.why).toContain('/dev/kvm');
  });

  it('takes emulation when there is no device', async () => {
    expect(await probeAcceleration({ device: join(dir, 'kvm') })).toEqual({
      accel: 'tcg',
      why: `there is no ${join(dir, 'kvm')}`,
    });
  });

  it('takes emulation when the guest stands still or fails, and KVM only when it answered', async () => {
    const device = '/dev/null';
    const still = await probeAcceleration({ device, qemu: pretend('still', 'exec sleep 60'), timeoutMs: 200 });
    expect(still).toEqual({
      accel: 'tcg',
      why: '/dev/null is there, but a tiny guest on it gave no answer within 0.2 s',
    });
    const fails = await probeAcceleration({ device, qemu: pretend('fails', 'echo "kvm: no" >&2; exit 1') });
    expect(fails.why).toContain('failed: kvm: no');
    expect(await probeAcceleration({ device, qemu: pretend('quits', 'exit 0') })).toMatchObject({ accel: 'tcg' });
    expect(await probeAcceleration({ device, qemu: pretend('works', 'exit 33') })).toMatchObject({ accel: 'kvm' });
  });

  it('asks once per boot and program, and again when the kept answer is of another boot or broken', async () => {
    const cacheFile = join(dir, 'state/acceleration.json');
    const marks = join(dir, 'asked');
    const qemu = pretend('counts', `echo asked >> ${marks}; exit 33`);
    const ask = () => probeAcceleration({ device: '/dev/null', qemu, cacheFile });
    const asked = () => readFileSync(marks, 'utf8').split('\n').length - 1;
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect(asked()).toBe(1);
    writeFileSync(cacheFile, readFileSync(cacheFile, 'utf8').replace(/"key":"[^ ]+/, '"key":"another-boot'));
    await ask();
    expect(asked()).toBe(2);
    writeFileSync(cacheFile, '{');
    await ask();
    expect(asked()).toBe(3);
  });
});
