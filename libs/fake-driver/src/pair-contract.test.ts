import { pairContract } from '@chronovirt/testing/contract';
import { fakeContractPair } from './testing/contract-pair.ts';

pairContract('fake', fakeContractPair);
