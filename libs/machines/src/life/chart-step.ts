import { createActor, type AnyActorLogic, type EventFromLogic, type SnapshotFrom } from 'xstate';

/** An action that a transition asks for, not carried out. */
export interface AskedAction {
  readonly type: string;
  readonly params: unknown;
}

/** A snapshot and an event -> the snapshot after it (the same object when the event is not taken) and the actions that it asks for. */
export type ChartStep<M extends AnyActorLogic> = (
  snapshot: SnapshotFrom<M>,
  event: EventFromLogic<M>,
) => [SnapshotFrom<M>, AskedAction[]];

/**
 * Steps of a chart as XState's `transition` takes them. That one makes an actor with a system of its own and the chart's first state for
 * every single step, more than half of its time; a chart that neither spawns nor invokes leaves no trace in them, so one does for all.
 */
export function stepsOf<M extends AnyActorLogic>(machine: M): ChartStep<M> {
  const chart: AnyActorLogic = machine;
  const self = createActor(chart);
  const nothing = (): void => {};
  let asked: AskedAction[] = [];
  const scope = {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: (action: AskedAction) => void asked.push(action),
  };
  return (snapshot, event) => {
    asked = [];
    const after = chart.transition(snapshot, event, scope as never) as SnapshotFrom<M>;
    return [after, asked];
  };
}
