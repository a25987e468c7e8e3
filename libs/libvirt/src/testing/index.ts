/** For tests of whoever uses this library: a scripted daemon in the process, and a real one of its own. */
export { startPrivateLibvirtd } from './private-libvirtd.ts';
export type { PrivateLibvirtd, PrivateLibvirtdOptions } from './private-libvirtd.ts';
