/** The shortest list of commands that leads to where a command is legal. */
import { CLUSTER, type CommandName, type InstanceState, type RestingState } from '@chronovirt/contract';
import { goalOf, operations } from '../life/operations.ts';
import { imageOperationOf, imageOperations } from '../image/leaves.ts';
import { restingOf, restingStates } from '../life/resting.ts';

/** Commands that no path proposes: they destroy, move, or end where the facts say. */
const notOffered: ReadonlySet<CommandName> = new Set([
  'rebuild',
  'evacuate',
  'liveMigrate',
  'coldMigrate',
  'reset',
  'hardReboot',
]);
const lastResort: ReadonlySet<CommandName> = new Set(['hardReboot']);

interface Edge {
  readonly command: CommandName;
  readonly to: RestingState;
}

function edgesFrom(state: RestingState): Edge[] {
  const offered = operations.filter(
    ({ command, from }) =>
      from.includes(state) && (!notOffered.has(command) || (state === 'failed' && lastResort.has(command))),
  );
  return offered.flatMap((operation) => {
    // A resize is settled as the facts are; the likeliest is that its guest runs.
    return [{ command: operation.command, to: goalOf(operation, state) ?? 'running' }];
  });
}

function search(start: RestingState, wanted: CommandName): CommandName[] | null {
  const legal = (state: RestingState): boolean =>
    operations.some(({ command, from }) => command === wanted && from.includes(state)) ||
    (imageOperationOf(wanted)?.from.includes(state) ?? false);
  const seen = new Set<RestingState>([start]);
  let frontier: { at: RestingState; path: CommandName[] }[] = [{ at: start, path: [] }];
  while (frontier.length > 0) {
    const found = frontier.find(({ at }) => legal(at));
    if (found !== undefined) return found.path;
    frontier = frontier.flatMap(({ at, path }) =>
      edgesFrom(at).flatMap(({ command, to }) => {
        if (seen.has(to)) return [];
        seen.add(to);
        return [{ at: to, path: [...path, command] }];
      }),
    );
  }
  return null;
}

const names = [...new Set([...operations, ...imageOperations].map(({ command }) => command))];
const table = new Map(
  restingStates.flatMap((state) => names.map((name) => [`${state} ${name}`, search(state, name)] as const)),
);

/**
 * The path that goes with a refusal by guard `state`; null for every other guard, and on the spine: what no host holds can be neither
 * started nor stopped, so no list of such commands leads anywhere.
 */
export function pathOf(
  state: InstanceState | null,
  name: CommandName,
  guard: string,
  host: string,
): CommandName[] | null {
  if (state === null || host === CLUSTER) return null;
  return guard === 'state' ? pathTo(state, name) : null;
}

/**
 * Commands to give first, so that `name` becomes legal; from the state that the running operation leads to while one runs. Empty: wait,
 * or it is legal already. Null: no way leads there.
 */
export function pathTo(state: Pick<InstanceState, 'value' | 'context'>, name: CommandName): CommandName[] | null {
  const start = restingOf(state.value) ?? state.context.goal;
  return start === null ? null : (table.get(`${start} ${name}`) ?? null);
}
