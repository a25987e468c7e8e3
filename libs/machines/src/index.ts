/** The charts and their pure use. No input, no output, no clock, no chance: runs wherever JavaScript runs. */
export { MACHINE_VERSION } from './version.ts';
export {
  defaultDeadlineMs,
  defaultPolicy,
  needsSpecForDeadline,
  policyOf,
  type Policy,
  type PolicySettings,
} from './policy.ts';

export { decide } from './decide/decide.ts';
export type {
  Decision,
  Env,
  Facts,
  GrantedTo,
  Item,
  Look,
  NothingCode,
  Outcome,
  TurnDecision,
} from './decide/types.ts';
export { guards, type GuardName, type Refusal } from './decide/guard-names.ts';
export { neverRan } from './decide/guards.ts';
export { ofMoves } from './decide/move-guards.ts';
export { explain, type ExplainEnv, type Explanation } from './decide/explain.ts';
export { pathTo } from './decide/paths.ts';
export { differs } from './decide/on-look.ts';
export { policyWakesAt } from './decide/endings.ts';

export { evolve, settled } from './actor/evolve.ts';
export { EventNotAcceptedError } from './actor/errors.ts';
export { initialState, type Meta } from './actor/initial.ts';
export {
  adoptOrder,
  returnedLink,
  specToAdopt,
  type AdoptOrder,
  type Fence,
  type HandedState,
  type Link,
  type Returned,
} from './actor/links.ts';
export {
  dueEffects,
  isUndecided,
  MIGRATION_PART,
  OWNER_PART,
  roleAllows,
  roleText,
  waitsForCluster,
} from './actor/role.ts';

export { classify, proofOf, type Question } from './classify.ts';
export { argumentsOf, imageMetaOf, vifOf, type Sealed, type SealedArgs } from './arguments.ts';
export { expected } from './expected.ts';
export { novaStates, vmStates, type NovaStates } from './nova-states.ts';

export { fold, foldMessage, type Entry } from './reading/fold.ts';
export { Verifier, verify, type Verdict } from './reading/verifier.ts';
export { diff, type Difference } from './reading/diff.ts';

export { lifeMachine } from './life/machine.ts';
export { isKnown as isKnownState, transit, type Transit } from './life/transit.ts';
export { probingOf, type ChartEvent, type Fits, type Probing } from './life/chart-event.ts';
export { initialContext } from './life/context-changes.ts';
export {
  isLeafName,
  leafNames,
  leafOf,
  leaves,
  parentOf,
  parents,
  type Leaf,
  type LeafName,
  type Parent,
  type Proof,
} from './life/leaves.ts';
export { isResting, looksLike, resting, restingOf, restingStates, UNPLACED, type Resting } from './life/resting.ts';
export { everywhere, methodsOf, operations, type Operation } from './life/operations.ts';
export {
  isQuestion,
  observationTable,
  observedEvent,
  rowAfterBoot,
  rowOf,
  type Cell,
  type DriftChoice,
  type Row,
} from './life/observations.ts';
export { sightOf, sightRecorded } from './life/sight.ts';
export {
  imageLeafNames,
  imageLeaves,
  imageOperations,
  IMAGE_PART,
  type ImageLeaf,
  type ImageOperation,
} from './image/leaves.ts';
export { imageMachine, imageStep } from './image/machine.ts';

export { isCalledOffByPerson } from './migration/context-changes.ts';
export { migrate, migrationMachine, NO_MOVE, type MigrationTransit } from './migration/machine.ts';
export {
  isMigrationLeaf,
  isUnderWay,
  migrationLeafNames,
  migrationLeaves,
  migrationRests,
  type MigrationLeaf,
  type MigrationLeafName,
  type MigrationValue,
} from './migration/leaves.ts';

export * from './host/index.ts';
