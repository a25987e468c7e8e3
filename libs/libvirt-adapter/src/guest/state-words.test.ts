import { describe, expect, it } from 'vitest';
import { DomainPausedReason, DomainRunningReason, DomainShutoffReason, DomainState } from '@chronovirt/libvirt';
import { describeState, isActive, mayHideAJob } from './state-words.ts';

describe('states of libvirt as an observation has them', () => {
  it.each([
    [DomainState.RUNNING, DomainRunningReason.BOOTED, { power: 'on', reason: 'booted', busy: null }],
    [DomainState.PAUSED, DomainPausedReason.USER, { power: 'paused', reason: 'user', busy: null }],
    [DomainState.PAUSED, DomainPausedReason.IOERROR, { power: 'paused', reason: 'ioerror', busy: null }],
    [
      DomainState.PAUSED,
      DomainPausedReason.STARTING_UP,
      { power: 'paused', reason: 'starting-up', busy: 'starting up' },
    ],
    [DomainState.PAUSED, DomainPausedReason.SAVE, { power: 'paused', reason: 'save', busy: 'saving' }],
    [
      DomainState.RUNNING,
      DomainRunningReason.POSTCOPY_FAILED,
      { power: 'on', reason: 'postcopy-failed', busy: 'post-copy failed' },
    ],
    [DomainState.SHUTDOWN, 1, { power: 'off', reason: 'user', busy: 'shutting down' }],
    [DomainState.SHUTOFF, DomainShutoffReason.CRASHED, { power: 'off', reason: 'crashed', busy: null }],
    [DomainState.CRASHED, 1, { power: 'crashed', reason: 'panicked', busy: null }],
    [DomainState.PMSUSPENDED, 0, { power: 'asleep', reason: 'unknown', busy: null }],
  ])('%d/%d', (state, reason, seen) => {
    expect(describeState(state, reason)).toEqual(seen);
  });

  it('takes a state or a reason of a newer libvirt for no resting place, and shows its number', () => {
    expect(describeState(99, 0)).toEqual({ power: 'on', reason: '0', busy: 'in state 99' });
    expect(describeState(DomainState.RUNNING, 77).reason).toBe('77');
  });

  it('knows a process behind everything but a domain that is off', () => {
    expect(isActive(describeState(DomainState.SHUTOFF, 0))).toBe(false);
    expect(isActive(describeState(DomainState.SHUTDOWN, 0))).toBe(true);
    expect(isActive(describeState(DomainState.CRASHED, 1))).toBe(true);
  });

  it('asks for the job where the pause does not say what it is', () => {
    expect(mayHideAJob(DomainState.PAUSED, DomainPausedReason.UNKNOWN)).toBe(true);
    expect(mayHideAJob(DomainState.PAUSED, DomainPausedReason.USER)).toBe(false);
    expect(mayHideAJob(DomainState.RUNNING, DomainRunningReason.UNKNOWN)).toBe(false);
  });
});
