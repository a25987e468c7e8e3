/** Hosts as an aggregate: charts, decisions, proofs. */
export { decideHost, dueOfHost } from './decide.ts';
export { checkHost, hostGuards, type HostGuardName, type HostRefusal } from './guards.ts';
export { evolveHost, foldHostMessage, isHostTurn, settledHost, type HostTurn } from './evolve.ts';
export { HostVerifier, verifyHost, type HostVerdict } from './verifier.ts';
export { foldStanding } from './standing.ts';
export { initialHostState, valueOf as hostValueOf, type HostMeta } from './advance.ts';
export { describeHost, hostLeaves, hostLeafOf, hostRests, type HostLeaf, type HostPart } from './leaves.ts';
export { HOST_MACHINE_VERSION, hostMachines } from './machine.ts';
export { isNews as isNewsOfHost } from './on-link.ts';
export { boundOf, defaultHostPolicy, type HostPolicy } from './policy.ts';
export { contradiction, fenceProofOf } from './proof.ts';
export { hostRules, hostValues } from './rules.ts';
export type { HostEnv, HostFacts, HostItem, HostLink } from './types.ts';
