export { AgentWorld, type Agent, type AgentOptions } from './agent-world.ts';
export { sampleSpec, uuidNumber } from './sample-spec.ts';
