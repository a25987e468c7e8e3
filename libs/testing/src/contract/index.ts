/** The driver contract suite: one set of cases, run against every driver through its port. For tests alone. */
export * from './contract-host.ts';
export * from './pair.ts';
export { MoveWorld } from './move-world.ts';
export { brokenDriver } from './broken-driver.ts';
export { allCases, unproven } from './cases/index.ts';
export { contractCase, sentenceOf, type ContractCase, type Proof, type Sabotage } from './contract-case.ts';
export type { Subject } from './subject.ts';
export { readReport, reportDirectory, type DriverReport, type Report, type ReportedCase } from './contract-report.ts';
export { contractStatus, type DriverStatus, type NameStatus, type Proof as TestProof } from './contract-status.ts';
export { catches, driverContract, pairContract, prove, type ContractOptions, type Hosts } from './driver-contract.ts';
export { World, type Guest } from './world.ts';
