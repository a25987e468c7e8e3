/** The driver contract suite: one set of cases, run against every driver through its port. For tests alone. */
export * from './contract-host.ts';
