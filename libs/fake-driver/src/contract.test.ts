import { driverContract } from '@chronovirt/testing/contract';
import { fakeContractHost } from './testing/contract-host.ts';

driverContract('fake', fakeContractHost);
