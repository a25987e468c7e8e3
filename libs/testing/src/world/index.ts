export { AgentWorld, type Agent, type AgentOptions } from './agent-world.ts';
export { MemorySecrets } from './memory-secrets.ts';
export { sampleSpec, uuidNumber } from './sample-spec.ts';
