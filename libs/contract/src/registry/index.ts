export * from './entry.ts';
export * from './error-codes.ts';
export * from './registry.ts';
export { capabilities, type Capabilities } from './inventory.ts';
export type { PostMethod, RecoverMethod } from './live-migration.ts';
export type { UpdateTaskState } from './snapshot-image.ts';
export type { AggregateOperation } from './aggregate.ts';
export * from './arguments.ts';
