export { journalContract } from './journal-contract.ts';
export type { JournalLab, LostOnTheWay, Writer } from './journal-lab.ts';
export { newInstance, sampleMessage } from './sample-message.ts';
export { all, first } from './collect.ts';
export { CountingJournal } from './counting-journal.ts';
