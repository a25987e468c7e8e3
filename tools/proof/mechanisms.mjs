/**
 * The mechanisms that keep an instance right, each with the edit that takes it out and the quick tests that must then fail. The text of an
 * edit is exact: when the code changes, the entry has to follow.
 *
 * @typedef {{ file: string, find: string, put: string }} Edit
 * @typedef {{ name: string, edits: Edit[], tests: string[] }} Mechanism
 */

const actor = 'libs/runtime/src/actor/actor.ts';
const lanes = 'libs/runtime/src/actor/lanes.ts';
const owedLook = 'libs/runtime/src/actor/owed-look.ts';
const timer = 'libs/runtime/src/actor/timer.ts';
const work = 'libs/runtime/src/actor/work.ts';
const host = 'libs/runtime/src/host/host.ts';
const hypervisorWatch = 'libs/runtime/src/host/hypervisor-watch.ts';
const instances = 'libs/runtime/src/host/instance-population.ts';
const newerProcess = 'libs/runtime/src/host/newer-process.ts';
const lane = 'libs/runtime/src/effects/lane.ts';
const permit = 'libs/runtime/src/effects/lane-permit.ts';
const run = 'libs/runtime/src/effects/effect-run.ts';
const looks = 'libs/runtime/src/looks/looks.ts';
const machines = 'libs/machines/src';

const invariants = 'libs/runtime/src/proof/invariants.test.ts';
const matrix = 'libs/runtime/src/proof/crash-matrix.test.ts';
const races = 'libs/runtime/src/proof/races.test.ts';
const found = 'libs/runtime/src/proof/found-histories.test.ts';
const model = 'libs/machines/src/model.test.ts';

/** @type {Mechanism[]} */
export const mechanisms = [
  {
    name: 'recovery: a due effect is begun again after a restart',
    edits: [
      {
        file: actor,
        find: "for (const effect of due) this.#push({ kind: 'resume', op: effect.op, attempt: effect.attempt + 1 });",
        put: '',
      },
    ],
    tests: [matrix],
  },
  {
    name: 'permit check before each call that changes something',
    edits: [{ file: permit, find: '    this.#abort.signal.throwIfAborted();\n', put: '' }],
    tests: [races],
  },
  {
    name: 'lease check before each call that changes something',
    edits: [{ file: permit, find: '    this.#lease.check();\n', put: '' }],
    tests: [invariants],
  },
  {
    name: 'compare-and-set: the expected sequence',
    edits: [
      {
        file: actor,
        find: 'append(message as never, this.#seq, this.#host.closing)',
        put: 'append(message as never, (await this.#host.journal.last(this.#host.host, this.id))?.seq ?? 0, this.#host.closing)',
      },
    ],
    tests: [invariants],
  },
  {
    name: 'a newer process of the host ends this one',
    edits: [{ file: newerProcess, find: 'isNewerIncarnation(message.incarnation, incarnation) &&', put: 'false &&' }],
    tests: [invariants],
  },
  {
    name: 'a look that began before something else was decided is stale',
    edits: [
      { file: owedLook, find: 'this.#hands.isBusy() || opOf(this.#hands.state()) !== op', put: 'false' },
      { file: `${machines}/decide/on-look.ts`, find: 'if (op !== state.actor.op)', put: 'if (op > state.actor.op)' },
    ],
    tests: [races],
  },
  {
    name: 'an absence is believed at the second look',
    edits: [{ file: looks, find: 'if (!news) return seen;', put: 'return seen;' }],
    tests: [races],
  },
  {
    name: 'the mark proves what a look cannot show',
    edits: [
      {
        file: `${machines}/classify.ts`,
        find: "if (proof === 'look' || !isOn(seen)) return true;",
        put: 'return true;',
      },
    ],
    tests: [races],
  },
  {
    name: 'the barrier: calls of a dead agent end first',
    edits: [{ file: run, find: 'await executor.barrier(context.instance, context);', put: '' }],
    tests: [races],
  },
  {
    name: 'refusals are recorded',
    edits: [
      {
        file: `${machines}/decide/on-command.ts`,
        find: "if (state === null) return { kind: 'answer', answer };",
        put: "if (state !== undefined) return { kind: 'answer', answer };",
      },
    ],
    tests: [invariants],
  },
  {
    name: 'a known command id gets its old answer',
    edits: [
      {
        file: `${machines}/decide/on-command.ts`,
        find: 'if (known !== undefined) return',
        put: 'if (known === null) return',
      },
    ],
    tests: [invariants],
  },
  {
    name: 'subscribe first, then look',
    edits: [
      { file: host, find: '    await this.#watch.begin();\n', put: '' },
      {
        file: host,
        find: '    this.#watch.releaseEarlyHints();\n',
        put: '    await this.#watch.begin();\n    this.#watch.releaseEarlyHints();\n',
      },
    ],
    tests: [races],
  },
  {
    name: 'one lane: the next effect waits until the last has settled',
    edits: [
      {
        file: lane,
        find: '    running.permit.revoke(why);\n',
        put: '    running.permit.revoke(why);\n    this.#running = null;\n    queueMicrotask(() => this.onFree());\n',
      },
      {
        file: lane,
        find: '  needsBarrier = false;\n',
        put: '  needsBarrier = false;\n  onFree: () => void = () => {};\n',
      },
      {
        file: lane,
        find: '    const { due } = input;\n',
        put: '    const { due } = input;\n    this.onFree = on.free;\n',
      },
    ],
    tests: [races],
  },
  {
    name: 'alarm: an effect without an end times out',
    edits: [{ file: timer, find: 'this.#clock.after(0, () => this.#hands.alarm(op));', put: '' }],
    tests: [invariants],
  },
  {
    name: 'answers that wait in the sockets are read before a deadline counts',
    edits: [
      {
        file: timer,
        find: 'this.#clock.after(0, () => this.#hands.alarm(op));',
        put: 'this.#hands.alarm(op);',
      },
    ],
    tests: [races],
  },
  {
    name: 'delete goes first: the running effect is cancelled',
    edits: [{ file: lanes, find: 'lane.cancel(`op ${running} is no longer due`);', put: '{}' }],
    tests: [races],
  },
  {
    name: 'a permit is revoked in the same breath as the state changes',
    edits: [
      { file: actor, find: '    this.#revoke();\n  }\n\n  /** In the same', put: '  }\n\n  /** In the same' },
      {
        file: work,
        find: '    this.startDue(false);\n    this.timer.arm(',
        put: '    this.lanes.revoke(this.#due());\n    this.startDue(false);\n    this.timer.arm(',
      },
    ],
    tests: [races],
  },
  {
    name: 'a cancelled call that hangs has its connection closed',
    edits: [
      { file: lane, find: '    running.stopGrace = clock.after(policy.cancelGraceMs, interrupt);\n  }', put: '  }' },
    ],
    tests: [races],
  },
  {
    name: 'a halted instance is deleted from its last readable state',
    edits: [
      {
        file: instances,
        find: "item.command.name !== 'delete') return false;",
        put: "item.command.name !== 'delete') return false;\n    if (item.command.id !== '') return false;",
      },
    ],
    tests: [invariants],
  },
  {
    name: 'a deadline starts anew after a restart',
    edits: [
      {
        file: `${machines}/decide/on-alarm.ts`,
        find: 'deadline: at + Math.round(env.policy.deadlineMs(due.method, request, env.spec)),',
        put: 'deadline: Math.min(due.deadline, at + Math.round(env.policy.deadlineMs(due.method, request))),',
      },
    ],
    tests: [races],
  },
  {
    name: 'an effect that was begun too often is given up',
    edits: [
      {
        file: `${machines}/decide/on-alarm.ts`,
        find: 'if (attempt > env.policy.maxAttempts)',
        put: 'if (attempt > 1e9)',
      },
    ],
    tests: [invariants],
  },
  {
    name: 'an outcome counts only while its op is due',
    edits: [
      {
        file: `${machines}/decide/on-outcome.ts`,
        find: '({ op, method }) => op === item.op && method === item.method',
        put: '({ method }) => method === item.method',
      },
    ],
    tests: [model],
  },
  {
    name: 'the comparison finds what no event told',
    edits: [
      {
        file: hypervisorWatch,
        find: "void this.compare('comparison').finally(",
        put: 'void Promise.resolve().finally(',
      },
    ],
    tests: [races],
  },
  {
    name: "the hypervisor's return wakes who waits for it",
    edits: [{ file: hypervisorWatch, find: 'for (const actor of this.#actors.all()) actor.wake();', put: '' }],
    tests: [races],
  },
  {
    name: 'a domain of a closed history is ended',
    edits: [
      {
        file: hypervisorWatch,
        find: 'if (!this.#actors.has(instance)) await this.#meetStray(instance,',
        put: 'if (this.#context === null) await this.#meetStray(instance,',
      },
    ],
    tests: [races],
  },
  {
    name: 'an ended effect is not begun again before its outcome is stored',
    edits: [{ file: lanes, find: '!this.#endedOps.has(op) &&', put: '' }],
    tests: [found],
  },
  {
    name: "a predecessor's late append is looked for",
    edits: [{ file: host, find: '    this.#recovery.readAgainLater();\n  }', put: '  }' }],
    tests: [found],
  },
];
