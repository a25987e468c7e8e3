/**
 * Name and version of the chart; stands in every message that it decided. It grows when the same events would fold to another state
 * than before; `verify` says whether a stored history agrees with the chart of today.
 */
export const MACHINE_VERSION = 'life@1';
