/** What must hold of an instance when faults have stopped and time has passed, whatever happened before. */
import {
  isEmpty,
  type InstanceState,
  type InstanceUuid,
  type Observation,
  type TurnMessage,
} from '@chronovirt/contract';
import { expected, fold, looksLike, restingOf, rowOf, sightOf, verify, type Entry } from '@chronovirt/machines';
import type { AgentWorld } from '@chronovirt/testing/world';
import { isDeepStrictEqual } from 'node:util';
import type { CommandReply } from '../../actor/reply.ts';

/** A command that was sent, each time with the same id, and what was answered each time. */
export interface Sent {
  readonly id: string;
  readonly instance: InstanceUuid;
  readonly replies: CommandReply[];
}

/** The history of one instance with the sequences of its messages. */
export function entriesOf(world: AgentWorld, instance: InstanceUuid): Entry[] {
  const entries: Entry[] = [];
  for (let seq = 1; seq <= world.store.end(world.host); seq++) {
    const stored = world.store.get(world.host, seq);
    if (stored?.instance === instance) entries.push({ seq, message: JSON.parse(stored.text) as TurnMessage });
  }
  return entries;
}

/** Problems of an instance at rest; `seen` is a look of now. */
export function problemsOf(state: InstanceState, seen: Observation, entries: readonly Entry[]): string[] {
  return [
    ...powerOf(state, seen),
    ...leftOf(state, seen),
    ...historyOf(state, entries),
    ...deleteOf(state, entries),
    ...failedOf(state, entries),
  ];
}

/** Property 11: what is recorded is what is there; where that is not what the state means, the table says why it stays. */
function powerOf(state: InstanceState, seen: Observation): string[] {
  const { power } = state.parts;
  if (state.actor.role.kind === 'closed')
    return isEmpty(seen) ? [] : [`property 11: closed, and still there: ${JSON.stringify(seen)}`];
  if (power !== seen.power)
    return [
      `property 11: ${state.value} with recorded power ${power}, the hypervisor shows ${seen.power} (${seen.reason})`,
    ];
  const at = restingOf(state.value);
  if (at === null || expected(state) === null || expected(state) === power) return [];
  // A person has been asked; or the deployment's way of seeing it leaves it there.
  const stays = (['usual', 'adopt', 'repair'] as const).some(
    (choice) => rowOf(at, sightOf(at, seen), choice)?.kind === 'record',
  );
  return stays || state.parts.drift !== undefined
    ? []
    : [`property 11: ${state.value} rests, and the hypervisor shows ${seen.power}`];
}

/** Properties 3 and 10: nothing is left of a deleted instance, no half-made file of any. */
function leftOf(state: InstanceState, seen: Observation): string[] {
  if (state.value === 'deleted') return isEmpty(seen) ? [] : [`property 3: deleted, but left: ${JSON.stringify(seen)}`];
  // What a failed instance holds, it holds until a person has seen it.
  if (state.value === 'failed') return [];
  // Taps stay wired while a guest is off. A rescue that ran out of time leaves its half-made disk to the next rescue or the delete.
  const left = seen.leftovers.filter((one) => !/^tap |^temporary file \.rescue\./.test(one));
  return left.length === 0 ? [] : [`property 10: ${state.value}, and without an owner: ${left.join(', ')}`];
}

/** Properties 5 and 14: the history folds to the same state each time, event by event, and is linear. */
function historyOf(state: InstanceState, entries: readonly Entry[]): string[] {
  const verdict = verify(entries);
  const problems = verdict.ok ? [] : [`property 5: message ${verdict.at}: ${verdict.difference}`];
  const first = fold(entries);
  if (!isDeepStrictEqual(first, fold(entries))) problems.push('property 5: two replays differ');
  const { answered: _, spec: __, ...recorded } = state.actor;
  const { answered: _a, spec: _s, ...folded } = first?.actor ?? state.actor;
  if (!isDeepStrictEqual(folded, recorded) || first?.value !== state.value)
    problems.push('property 5: the replay ends elsewhere');
  entries.reduce((before, { message: { at, id } }) => {
    if (at < before) problems.push(`property 14: time goes back at ${id}`);
    return at;
  }, 0);
  return problems;
}

/** Property 12 and I9: once a delete is stored, it ends in deleted. */
function deleteOf(state: InstanceState, entries: readonly Entry[]): string[] {
  const isOrdered = entries.some(({ message }) => message.events.some(({ type }) => type === 'destroy.requested'));
  return isOrdered && state.value !== 'deleted'
    ? [`property 12: a delete was taken, and it ended in ${state.value}`]
    : [];
}

/** I6: `failed` rests on something seen, and what was seen is not simply where the operation began. */
function failedOf(state: InstanceState, entries: readonly Entry[]): string[] {
  if (state.value !== 'failed') return [];
  const event = entries
    .flatMap(({ message }) => message.events)
    .findLast(({ to, type }) => to === 'failed' && !/^(observed|refused|late|note)/.test(type));
  const seen = event?.data?.['observation'] as Observation | undefined;
  if (seen === undefined) return [`I6: failed by ${event?.type} without anything seen`];
  const { origin } = state.context;
  return origin !== null && looksLike(seen) === origin
    ? [`I6: failed, although it was seen as it began: ${origin}`]
    : [];
}

/** I4 and property 7: each answer is in the history, is the same each time, and no command is begun twice. */
export function answersOf(sent: readonly Sent[], entries: readonly Entry[]): string[] {
  const problems: string[] = [];
  for (const { id, replies } of sent) {
    const taken = entries.filter(({ message }) => message.command === id && message.by.kind === 'user');
    const begun = taken.filter(({ message }) => message.events.some(({ type }) => type.endsWith('.requested')));
    if (begun.length > 1) problems.push(`property 7: ${id} was begun ${begun.length} times`);
    const answers = replies.flatMap((reply) => (reply.kind === 'answer' ? [reply.answer] : []));
    for (const answer of answers) {
      if (!isDeepStrictEqual(answer, answers[0]))
        problems.push(`I4: ${id} was answered ${JSON.stringify(answers[0])}, then ${JSON.stringify(answer)}`);
      if (answer.seq > 0 && !entries.some(({ seq, message }) => seq === answer.seq && message.command === id))
        problems.push(`I4: the answer to ${id} rests on no stored message`);
      if (answer.kind === 'refused' && begun.length > 0) problems.push(`property 15: ${id} was refused, and begun`);
      if (answer.kind === 'accepted' && answer.seq > 0 && taken.length === 0)
        problems.push(`I4: ${id} was accepted, and is not in the history`);
    }
  }
  return problems;
}
