import type { CommandId } from '@chronovirt/contract';
import type { ActorHost, SpecSource } from '../actor/actor-host.ts';
import type { ActorState, Aggregate } from '../actor/aggregate.ts';
import { Looks } from '../looks/looks.ts';
import type { EffectExecutor } from '../ports/effect-executor.ts';
import type { HostContext } from './host-context.ts';
import { isOfNewerProcess } from './newer-process.ts';
import { Population } from './population.ts';

/** What a host does whose term is over: it clears away. */
const CLEARING = 'destroy';

/** The actors of one kind on a host, none yet; `on`: what is special about them. */
export function populate<S extends ActorState, C extends { readonly id: CommandId }, L, D>(
  context: HostContext,
  aggregate: Aggregate<S, C, L, D>,
  executor: EffectExecutor<S, D>,
  specs: SpecSource<D>,
  on: Pick<ActorHost<S, C, L, D>, 'onStored' | 'reviveForDelete'>,
): Population<S, C, L, D> {
  const { clock, closing, host, incarnation, journal, lease, log, messages, options, policy, tenure } = context;
  const { fullAt = 0.95, proofOf, lockOf } = options;
  return new Population(
    {
      ...on,
      host,
      aggregate,
      journal,
      clock,
      policy,
      log,
      lease,
      looks: new Looks<S>(executor, clock, policy, closing, (state) => aggregate.differs(state, undefined)),
      specs,
      messages,
      closing,
      lanes: {
        executor,
        clock,
        policy,
        lease,
        incarnation,
        log,
      },
      env: (id, at, seq) => ({
        id,
        host,
        at,
        seq,
        incarnation,
        facts: {
          implements: executor.implements,
          full: journal.fill(host) >= fullAt,
          ...(proofOf && { proofOf }),
          ...(lockOf && { lockOf: (granted) => lockOf(id, granted) }),
        },
      }),
      isSuperseded: (message) => isOfNewerProcess(message, context),
      onSuperseded: (message) => context.superseded(message),
      mayRun: (method) => tenure === null || !tenure.barred || method === CLEARING,
      isQuiet: () => tenure?.barred ?? false,
      // Under a term an append proves nothing: it says that the journal answers, not that the term goes on.
      onAppended: (sent) => {
        if (tenure === null) lease.renew(sent);
      },
      onHalt: (id, halt) => options.onHalt?.(id, halt),
    },
    incarnation,
  );
}
