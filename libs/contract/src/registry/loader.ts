import { z } from 'zod';
import { group } from './entry.ts';

/** How a service comes by its driver. */
export const loader = group('loader', {
  loadComputeDriver: {
    name: 'load_compute_driver',
    form: 'function',
    kind: 'helper',
    params: z.strictObject({
      virtapi: z
        .unknown()
        .describe('The way from the driver up into the service; first argument of every constructor.'),
      computeDriver: z.string().nullable().default(null).describe('Name of the driver; null = the configured one.'),
    }),
    result: z.unknown().describe('A driver.'),
    // @@load_compute_driver
  },
  computeDriverMatches: {
    name: 'compute_driver_matches',
    form: 'function',
    kind: 'helper',
    params: z.strictObject({ match: z.string().describe("End of a driver's name.") }),
    result: z.boolean(),
    // @@compute_driver_matches
  },
  driverDictFromConfig: {
    name: 'driver_dict_from_config',
    form: 'function',
    kind: 'helper',
    params: z.strictObject({
      namedDriverConfig: z.array(z.string()).describe('Entries of the form `type=class`.'),
      args: z.array(z.unknown()).default([]).describe('Given to every constructor, in order.'),
    }),
    result: z.record(z.string(), z.unknown()).describe('By type.'),
    // @@driver_dict_from_config
  },
});
