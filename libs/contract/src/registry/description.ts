import type { z } from 'zod';

/** What a schema means: its own description, or that of what it wraps (a default, `null` or absence beside it). */
export function descriptionOf(schema: z.core.$ZodType): string | undefined {
  const own = (schema as z.ZodType).description;
  if (own !== undefined) return own;
  const inner = ((schema as z.ZodType).def as { innerType?: z.core.$ZodType }).innerType;
  return inner === undefined ? undefined : descriptionOf(inner);
}
