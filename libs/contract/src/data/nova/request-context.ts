import { z } from 'zod';

/** Who asks, and under which request. The host itself asks with `null` for user and project (at boot, from a periodic task). */
export const requestContext = z.strictObject({
  requestId: z.string().min(1).max(100).describe('Id of the request that this call serves; stands in logs.'),
  userId: z.string().max(255).nullable().describe('Who asks; null = the host itself.'),
  projectId: z.string().max(255).nullable().describe('For which project; null = the host itself.'),
  isAdmin: z.boolean().describe('Whether the caller may do what only operators may.'),
  authToken: z
    .string()
    .optional()
    .describe('Token for calls to other services; never logged. Absent when the host asks.'),
});
export type RequestContext = z.infer<typeof requestContext>;
