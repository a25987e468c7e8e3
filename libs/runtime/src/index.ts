export * from './ports/journal.ts';
export * from './ports/journal-fault.ts';
export * from './ports/clock.ts';
export * from './ports/log.ts';
export * from './ports/policy.ts';
export * from './ports/effect-executor.ts';
export * from './actor/reply.ts';
export * from './actor/halt.ts';
export type { ActorItem, ActorState, Aggregate, MessageOf, TurnEnv } from './actor/aggregate.ts';
export * from './effects/driver-executor.ts';
export * from './effects/effect-run.ts';
export * from './effects/lease.ts';
export type { EffectProgress } from './effects/lane.ts';
export * from './host/host.ts';
export * from './host/host-options.ts';
export { lastReadableState } from './host/last-readable.ts';
export type { Kind, Led } from './host/other-kinds.ts';
export * from './host/specs.ts';
export { verifyHistories, type Verified } from './host/verify-histories.ts';
export { writeStanding, type StandingToWrite } from './host/write-standing.ts';
export {
  MemoryJournal,
  type AppendFault,
  type DelayPoint,
  type MemoryJournalOptions,
} from './journal/memory-journal.ts';
export { MemoryStore, type StoredText } from './journal/memory-store.ts';
export { JournalUnreachableError, LinkSwitch } from './journal/link-switch.ts';
export { isOverAtFirstSight } from './journal/first-sight.ts';
export { parseStored, type Place } from './journal/parse.ts';
export { UpToDateJournal } from './journal/up-to-date-journal.ts';
export { upcasters, type Upcaster } from './journal/upcasters.ts';
export { noNotes, type FoldNote, type FoldNotes } from './journal/fold-notes.ts';
export { foldNotesIn } from './process/fold-notes-files.ts';
export { checkPlace } from './journal/place-names.ts';
export * from './process/process-lock.ts';
export { readConfigFile } from './process/config-file.ts';
export { runProcess, type Running } from './process/run-process.ts';
export { MoveQueries, moveQueryNames, type MoveQueryHost } from './host/move-queries.ts';
