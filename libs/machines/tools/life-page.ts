/** The page about the chart, from the chart's own tables. */
import type { Sight } from '@chronovirt/contract';
import { guards } from '../src/decide/guard-names.ts';
import { proofOf } from '../src/classify.ts';
import { leaves, leafNames, parents, type Leaf, type Parent } from '../src/life/leaves.ts';
import { imageLeafNames, imageLeaves, imageOperations } from '../src/image/leaves.ts';
import {
  isQuestion,
  observationTable,
  observedEvent,
  type Cell,
  type DriftChoice,
  type Row,
} from '../src/life/observations.ts';
import { everywhere, goalOf, methodsOf, operations, type Operation } from '../src/life/operations.ts';
import { resting, restingStates } from '../src/life/resting.ts';
import { vmStates } from '../src/nova-states.ts';
import { defaultPolicy } from '../src/policy.ts';
import { MACHINE_VERSION } from '../src/version.ts';

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), `|${head.map(() => ' --- ').join('|')}|`, ...rows.map(line)].join('\n');
}

function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  return ms < 120_000 ? `${ms / 1000} s` : `${ms / 60_000} min`;
}

const restingTable = (): string =>
  table(
    ['state', 'meaning', 'power', 'Nova’s vmState'],
    restingStates.map((state) => [
      `**${state}**`,
      resting[state].description,
      resting[state].power ?? 'any',
      `\`${vmStates[state]}\``,
    ]),
  );

const proofText = {
  look: 'what is seen',
  mark: 'what is seen, with this operation’s mark',
  result: 'the driver’s word, and what is seen',
  definition: 'what is seen: the definition is stored',
} as const;

function transientTable(): string {
  const rows = leafNames.map((name) => {
    const leaf: Leaf = leaves[name];
    const to = leaf.next ?? (leaf.goals.join(', ') || '–');
    const task = leaf.task === null ? '–' : `\`${leaf.task}\``;
    const proof = ['place', 'order', 'probe'].includes(leaf.method) ? '–' : proofText[leaf.proof];
    return [`**${name}**`, leaf.description, duration(leaf.deadlineMs), to, proof, task];
  });
  return table(['state', 'effect', 'deadline', 'leads to', 'its end is known by', 'Nova’s taskState'], rows);
}

const parentTable = (): string =>
  table(
    ['state', 'meaning'],
    (Object.keys(parents) as Parent[]).map((name) => [`**${name}**`, parents[name].description]),
  );

const whereText: Readonly<Record<Operation['where'], string>> = {
  host: 'its host',
  spine: 'the cluster',
};

function commandTable(): string {
  const rows = operations.map((operation) => {
    const goals = [...new Set(operation.from.map((state) => goalOf(operation, state) ?? 'as before the resize'))];
    const short = operation.preempts === undefined ? '' : `; cuts short ${operation.preempts.join(', ')}`;
    const also =
      operation.settles === undefined
        ? short
        : `${short}, and reconciling after ${operation.settles.filter((one) => one !== 'nothing').join(', ')}, or after none`;
    const methods = methodsOf(operation).map((method) => `\`${method}\``);
    return [
      `**${operation.command}**`,
      operation.description,
      operation.from.join(', ') + also,
      operation.to,
      goals.join(', '),
      `\`${operation.event}\``,
      methods.join(', ') || '–',
      whereText[operation.where],
    ];
  });
  const special = Object.entries(everywhere).map(([name, description]) => [
    `**${name}**`,
    description,
    name === 'create'
      ? 'no history'
      : name.endsWith('Drift')
        ? 'wherever a question is open'
        : 'every state but deleted',
    '',
    '',
    '',
    '',
    '',
  ]);
  return table(
    ['command', 'what it does', 'from', 'through', 'to', 'intent', 'needs', 'carried out by'],
    [...rows, ...special],
  );
}

function matrix(): string {
  const commands = [...new Set(operations.map(({ command }) => command))];
  const rows = commands.map((command) => {
    const from = new Set(operations.filter((row) => row.command === command).flatMap((row) => row.from));
    return [command, ...restingStates.map((state) => (from.has(state) ? '●' : ''))];
  });
  const everywhereRows = ['delete', 'lock', 'unlock'].map((command) => [
    command,
    ...restingStates.map((state) => (state === 'deleted' ? '' : '●')),
  ]);
  return table(['', ...restingStates], [...rows, ...everywhereRows]);
}

function rowText(row: Row): string {
  return row.kind === 'record' ? `recorded: ${row.why}` : `**${row.to} → ${row.goal}**: ${row.why}`;
}

const choices = ['usual', 'adopt', 'repair'] as const satisfies readonly DriftChoice[];

/** Rows with the same meaning are told once. */
function cellText(cell: Cell): string {
  if (cell.kind === 'expected') return '–';
  if (cell.kind === 'remove') return `**removed**: ${cell.why}`;
  const texts = [...new Set(choices.map((choice) => rowText(cell[choice])))];
  if (texts.length === 1) return texts[0] ?? '';
  return texts
    .map(
      (text) =>
        `${choices
          .filter((choice) => rowText(cell[choice]) === text)
          .map((name) => `_${name}_`)
          .join(', ')}: ${text}`,
    )
    .join('; ');
}

const sightText: Readonly<Record<Sight, string>> = {
  on: 'It runs.',
  paused: 'Its vCPUs stand still, since somebody wants that.',
  stuck: 'Its vCPUs stand still, since its storage failed or it crashed.',
  off: 'It is off; somebody or something cut it off.',
  shutdown: 'It is off; the guest ended by itself.',
  saved: 'It is off, its memory is on disk.',
  asleep: 'It put itself to sleep.',
  crashed: 'It crashed.',
  absent: 'The hypervisor does not know it.',
  transient: 'It is as it should be, but its definition is gone.',
};

function observations(): string {
  const rows = restingStates.flatMap((state) =>
    (Object.keys(observedEvent) as Sight[]).flatMap((seen) => {
      const cell = observationTable[state][seen];
      const question = isQuestion(state, seen) ? '●' : '';
      return cell.kind === 'expected' ? [] : [[`**${state}**`, seen, cellText(cell), question]];
    }),
  );
  return table(['recorded', 'seen', 'what it means', 'a question with _ask_'], rows);
}

const sights = (): string =>
  table(
    ['seen', 'meaning', 'event'],
    (Object.keys(observedEvent) as Sight[]).map((seen) => [
      `**${seen}**`,
      sightText[seen],
      `\`${observedEvent[seen]}\``,
    ]),
  );

const imageTable = (): string =>
  table(
    ['state', 'effect', 'what it does', 'deadline', 'Nova’s taskState'],
    imageLeafNames.map((name) => {
      const { method, description, deadlineMs, task } = imageLeaves[name];
      return [`**${name}**`, `\`${method}\``, description, duration(deadlineMs), `\`${task}\``];
    }),
  );

const imageCommands = (): string =>
  table(
    ['command', 'what it does', 'from', 'intent', 'needs'],
    imageOperations.map(({ command, description, from, event, methods }) => [
      `**${command}**`,
      description,
      from.join(', '),
      `\`${event}\``,
      methods.map((method) => `\`${method}\``).join(', '),
    ]),
  );

const methodsBy = (proof: string): string =>
  [...proofOf]
    .filter(([method, by]) => by === proof && !['place', 'order', 'probe'].includes(method))
    .map(([method]) => `\`${method}\``)
    .join(', ');

function proofs(): string {
  return [
    `- **What is seen is enough**: ${methodsBy('look')}. Whoever brought the guest there, nothing was lost: a guest that somebody else started is adopted.`,
    `- **The definition as well**: ${methodsBy('definition')}. The guest goes on; what was missing is there.`,
    `- **The mark as well**: ${methodsBy('mark')}. Before and after look alike, or another operation’s guest would be taken for this one’s.`,
    `- **The driver’s own word as well**: ${methodsBy('result')}. What they do leaves nothing that a look could show; without the word it did not happen.`,
  ].join('\n');
}

const backoffs = (): string => [1, 2, 3, 4, 5].map((tries) => duration(defaultPolicy.backoffMs(tries))).join(', ');

/** The whole page. */
export function lifePage(): string {
  const guardTable = table(
    ['guard', 'what it asks'],
    Object.entries(guards).map(([name, meaning]) => [`\`${name}\``, meaning]),
  );
  return `<!-- Made by libs/machines/tools/draw.ts from the chart; a test compares. Change the tables in libs/machines/src/life instead. -->

# The life of an instance

Chart \`${MACHINE_VERSION}\`: ${restingStates.length} states in which an instance rests, ${leafNames.length} in which exactly one effect is due. Every change of state is a stored event, and
everything below is made from the tables that the chart itself is made of.

![The chart](life.svg)

## Where it rests

${restingTable()}

## What it is becoming

${parentTable()}

Each of these has one leaf per effect. The effect is the driver method of that name; \`place\` and \`order\` are the cluster’s, \`probe\` is a look.

${transientTable()}

A deadline counts from the entry into the state (for \`powerOff\` the guest’s own time to shut down comes on top; what copies gets a minute for each GiB of its disks where that is more, a live migration 800 s for each GiB of memory and of disks that go along, as in Nova). An effect that is begun again waits first: ${backoffs()}, … up to ${duration(defaultPolicy.backoffMs(99))}.

## How an effect ends

The outcome is believed for what was seen on the hypervisor, never for what the code that ran it says.

| the effect says | seen: where it leads | seen: where it began | seen: something else | nobody answered |
| --- | --- | --- | --- | --- |
| done | the goal, or the next step | reconciling | reconciling | reconciling |
| failed | the goal, or the next step | back to where it began | **failed**, with the facts | reconciling |
| nothing, and its time is over | reconciling | reconciling | reconciling | reconciling |

- A build that failed and left nothing is given back, and the cluster tries the next host; one that left something is **failed** on its host.
- **deleting** never ends in **failed**: what is left is named and removed again, with back-off, until a look finds nothing.
- **reconciling** waits for whatever is still under way, looks, and takes the goal, the origin, or **failed** with the facts. It never ends for want of an answer.
- An outcome of an operation that is over is stored as \`late\` and changes nothing.

How the end of a method is known:

${proofs()}

## Commands

${commandTable()}

Which command is legal where:

${matrix()}

## Why a command is refused

The first guard that does not hold is the answer, with the fact behind it and, for \`state\`, the shortest list of commands that leads to where the command is legal.

${guardTable}

## What is seen in a resting state

A hypervisor’s event is a hint: somebody looks, and what the look shows counts. Nothing is silently ignored: “recorded” is an event too. Each
such event holds what was heard, when, and what was seen.

${sights()}

Where guest and record differ, the deployment says which of them holds (\`drift\` of the agent’s configuration; \`driftOf\` for single cases, as
\`running/paused\`):

- _adopt_: the guest. What is seen is taken over.
- _repair_: the record. The guest is brought back to it, by the policy.
- _ask_: a person. The question stands in the record (\`show\` and \`list\` tell it) until \`adoptDrift\` or \`repairDrift\` answers it, an operation
  begins, or the guest is as recorded again.
- _usual_ (the default): what ended stays ended, what shall be off is stopped, much as in Nova.

What a host cannot do is recorded instead. A repair that fails is a failure with its facts; it is not tried again by itself.

${observations()}

A guest that was recorded running and is off, crashed or gone after a **boot of its host** is started again before any of this
(\`resumeGuestsAfterHostBoot\`, on unless the deployment says otherwise): recorded is what was wanted, and nothing starts before the journal was read
afresh. One whose memory the host saved as it went down goes on from there; one that was rescued, or waits for its resize to be settled, runs again as that.

## Images

The part \`image\` is a small chart beside \`life\`, which goes on meanwhile. Every command but delete and the lock waits for it; a delete cuts it
short. However a step ends, the part is idle again; what went wrong stands in the event, and the image that was made in \`snapshot.done\`.

${imageCommands()}

${imageTable()}

## What the policy does by itself

| setting | default | then |
| --- | --- | --- |
| \`reclaimAfterMs\` | never | What is in the trash for so long is deleted, also where the agent was down when its time was over. A lock keeps it. |
| \`offloadAfterMs\` | never | What is shelved for so long leaves its host, as \`offload\` does it. A lock keeps it there. |
| \`unrescueAfterMs\` | never | A rescue that has lasted so long is ended. A lock keeps it. |
| \`confirmResizeAfterMs\` | never | A resize or cold move that has waited so long to be settled is confirmed. A lock keeps it as it is. |
| \`softRebootMs\` | the deadline of every reboot | A soft reboot without an end in this time: \`pollRebootingInstances\` starts a guest that does not run. |
| \`resumeGuestsAfterHostBoot\` | on | see above |
| \`drift\`, \`driftOf\` | usual | see above |
`;
}
