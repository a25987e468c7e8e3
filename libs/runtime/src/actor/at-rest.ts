/**
 * The state of an instance that rests, in less memory: a host may have ten thousand of them, and next to nothing is asked of each. It reads,
 * spreads and prints as the state that it was made from.
 *
 * - The last answers, more than half of it, are kept as one text and made anew when somebody asks.
 * - What is equal in many instances (where they stand, what they may do) is one object for all.
 */
import type { Answer, InstanceState } from '@chronovirt/contract';

type ActorRecord = InstanceState['actor'];

/** The text of the answers; on the object itself, so that all such objects share one getter. */
const text = Symbol('answers as text');

interface Compact {
  [text]: string;
}

/** Equal to `state` in everything that can be read of it; already compact: the same object. */
export function atRest(state: InstanceState): InstanceState {
  if (text in state.actor) return state;
  return {
    ...state,
    context: shared(state.context),
    parts: shared(state.parts),
    actor: compact(state.actor),
  };
}

function compact(actor: ActorRecord): ActorRecord {
  const { role, epoch, op, due, answered, spec, incarnation, at } = actor;
  const end = { spec, incarnation: sharedText(incarnation), at };
  // `Required`: a field that is new in the contract has to be carried over here.
  const record: Required<Omit<ActorRecord, 'answered' | keyof typeof end>> = {
    role: shared(role),
    epoch,
    op,
    due: due.length === 0 ? nothingDue : due,
  };
  // In the order of the whole one, so that it prints the same.
  Object.defineProperty(record, 'answered', answers);
  Object.assign(record, end);
  Object.defineProperty(record, text, { value: textOf(answered) });
  return record as ActorRecord;
}

const nothingDue: ActorRecord['due'] = [];

const answers: PropertyDescriptor & ThisType<Compact> = {
  enumerable: true,
  get() {
    return answersIn(this[text]);
  },
};

/**
 * One line each: id and sequence of an accepted one, JSON of a refused one. An id holds neither spaces nor braces; a sequence is told from
 * the last line's on, which is shorter.
 */
function textOf(list: readonly Answer[]): string {
  return list
    .map((one, at) =>
      one.kind === 'accepted' ? `${one.id} ${one.seq - (list[at - 1]?.seq ?? 0)}` : JSON.stringify(one),
    )
    .join('\n');
}

function answersIn(lines: string): Answer[] {
  if (lines === '') return [];
  let seq = 0;
  return lines.split('\n').map((line) => {
    const end = line.indexOf(' ');
    const accepted: Required<Extract<Answer, { kind: 'accepted' }>> = {
      kind: 'accepted',
      id: line.slice(0, end) as Answer['id'],
      seq: seq + Number(line.slice(end + 1)),
    };
    const one = line.startsWith('{') ? (JSON.parse(line) as Answer) : accepted;
    seq = one.seq;
    return one;
  });
}

/** Values by their JSON. Rare ones would fill it: then it is begun anew, and who holds a value keeps it. */
const known = new Map<string, unknown>();
const MOST_KNOWN = 1_024;
/** A longer one is somebody's own story. */
const MOST_CHARACTERS = 500;

function shared<T>(value: T): T {
  const json = JSON.stringify(value);
  return json.length > MOST_CHARACTERS ? value : once(json, value);
}

const sharedText = <T extends string>(value: T): T => once(`"${value}"`, value);

function once<T>(key: string, value: T): T {
  const same = known.get(key);
  if (same !== undefined) return same as T;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, Object.freeze(value));
  return value;
}
