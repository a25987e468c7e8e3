export * from './ports/journal.ts';
export * from './ports/journal-fault.ts';
export * from './ports/clock.ts';
export * from './ports/log.ts';
