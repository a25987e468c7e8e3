/** The real lab: NATS servers, private libvirt hosts, the small guest. For tests alone. */
export { standStill } from './stand-still.ts';
export { stretched, until, NeverHappened } from './until.ts';
export { freePort } from '../../../../tools/setup/free-port.mjs';
export { useSanlock } from './sanlock.ts';
export { tempDir } from './temp-dir.ts';
export { Authority, type Certificate } from './authority.ts';
export { startNats, natsVersion, type NatsOptions, type NatsServer } from './nats.ts';
export { startTwoHosts, missingForTwoHosts, LabImpossible, type TwoHosts, type TwoHostsOptions } from './two-hosts.ts';
export { PairedHost, LAB_BRIDGE, LAB_NETWORK } from './paired-host.ts';
export { ControlLink } from './control-link.ts';
export { listenIn, type Heard, type Wiretap } from './wiretap.ts';
export { insideCommand, spawnInside, type InsideOptions, type InsideProcessHandle } from './inside-process.ts';
export { startLibvirtHost, type LibvirtHost, type LibvirtHostOptions } from './libvirt-host.ts';
export { guestImage, type GuestImage } from '../../../../tools/guest-image/build.mjs';
export { guestAgent } from '../../../../tools/guest-image/agent.mjs';
export { guestReady, guestCount, type GuestReady } from './guest-console.ts';
export { writeConfigDrive, type ConfigDriveData } from './config-drive.ts';
export { natsServers, bestNatsServer } from '../../../../tools/setup/nats-server.mjs';
