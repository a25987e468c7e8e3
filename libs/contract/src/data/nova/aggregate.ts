import { z } from 'zod';

/** A named set of hosts. */
export const aggregate = z.strictObject({
  id: z.string().min(1).max(100),
  name: z.string().min(1).max(255),
  hosts: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
});
export type Aggregate = z.infer<typeof aggregate>;
