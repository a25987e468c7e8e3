import { z } from 'zod';

/** A named set of hosts. */
export const aggregate = z.strictObject({
  id: z.string().min(1).max(100).describe('Id of the aggregate.'),
  name: z.string().min(1).max(255).describe('Name for people.'),
  hosts: z.array(z.string()).describe('Its members.'),
  metadata: z.record(z.string(), z.string()).describe('What is said of all of them.'),
});
export type Aggregate = z.infer<typeof aggregate>;
