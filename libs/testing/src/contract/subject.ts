import type { MethodName } from '@chronovirt/contract';

/** What a case can be about: a method, or the driver's one attribute. */
export type Subject = MethodName | 'capabilities';
