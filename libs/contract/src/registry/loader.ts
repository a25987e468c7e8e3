import { z } from 'zod';
import { group } from './entry.ts';
import type { DriversByName } from './drivers-by-name.ts';

const config = z
  .custom<DriversByName<never, unknown>>(
    (value) => typeof value === 'object' && value !== null,
    'expected the drivers by name',
  )
  .meta({
    description:
      'Which driver is configured, and the drivers that there are, by name. Nova reads both from global state.',
    'x-type': 'DriverConfiguration',
  });

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
      config,
    }),
    result: z.unknown().describe('A driver.'),
    summary: "Makes the service's driver.",
    before: ['virtapi is given: it is the first argument of every constructor.'],
    promises: {
      loads: 'Loads the driver that is named, or else the configured one.',
      isDriver: 'What it returns is a driver.',
      nothingContacted: 'No hypervisor is contacted; that is initHost.',
    },
    errors: [
      { code: 'DRIVER_NOT_NAMED', when: 'no driver is named' },
      { code: 'DRIVER_NOT_FOUND', when: 'there is none of that name' },
      { code: 'DRIVER_OF_WRONG_TYPE', when: 'what was loaded is no driver' },
    ],
    idempotency: 'helper',
    repeat: 'Makes another one.',
    signature: {
      follows: 'seed',
      why: 'upstream kept it; the drivers that there are come as an argument, since names are not import paths here',
    },
    upstream: { status: 'kept' },
    libvirt: ['Nova ends the process on each of these errors; here the application does, with the same one line.'],
    verify:
      'A known name gives a driver that passes the contract suite; an unknown one, an empty one and another class fail with one clear line.',
  },
  computeDriverMatches: {
    name: 'compute_driver_matches',
    form: 'function',
    kind: 'helper',
    params: z.strictObject({ match: z.string().describe("End of a driver's name."), config }),
    result: z.boolean(),
    summary: 'Asks for the configured driver by the end of its name.',
    before: ['The configuration was read.'],
    promises: {
      matches: 'true if the configured name ends with match.',
      unset: 'false when no driver is configured.',
    },
    errors: [],
    idempotency: 'helper',
    repeat: 'Pure.',
    signature: {
      follows: 'seed',
      why: 'upstream removed it; the configured name comes as an argument, since there is no global configuration',
    },
    upstream: { status: 'removed', since: 'Mitaka', note: 'behaviour of one driver no longer leaks out of it' },
    libvirt: ['Of no use to it.'],
    verify: 'LibvirtDriver matches libvirt.LibvirtDriver and not fake.FakeDriver; nothing matches an empty name.',
  },
  driverDictFromConfig: {
    name: 'driver_dict_from_config',
    form: 'function',
    kind: 'helper',
    params: z.strictObject({
      namedDriverConfig: z.array(z.string()).describe('Entries of the form `type=class`.'),
      classes: z.record(z.string(), z.unknown()).describe('The classes that there are, by name. Nova imports by path.'),
      args: z.array(z.unknown()).default([]).describe('Given to every constructor, in order.'),
    }),
    result: z.record(z.string(), z.unknown()).describe('By type.'),
    summary: 'Makes a driver for each entry of a list.',
    before: ['Entries have the form type=class.'],
    promises: {
      constructs: 'Each class is constructed with the given arguments, and found under its type.',
      firstEquals: 'An entry is split at its first =; of two entries of one type the later one wins.',
    },
    errors: [
      { code: 'DRIVER_NOT_FOUND', when: 'there is no such class; its name is in the message' },
      { code: 'DRIVER_CONSTRUCTION_FAILED', when: 'its constructor threw' },
    ],
    idempotency: 'helper',
    repeat: 'Makes others.',
    signature: {
      follows: 'seed',
      why: 'upstream moved it; there are no keyword arguments here, an object among args does the same',
    },
    dropped: { kwargs: 'there are no keyword arguments here: an object among args' },
    upstream: {
      status: 'moved',
      since: 'Ocata',
      note: 'into the libvirt driver, then replaced by loading at first use',
    },
    libvirt: [
      'Made the drivers of volumes by protocol.',
      'Today each is loaded at first use, so that a broken one does not stop the service.',
    ],
    verify: 'Two entries give two objects that got the arguments; a bad class fails with its name.',
  },
});
