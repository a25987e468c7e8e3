/** A guest that needs nothing: no disk, no kernel, 32 MiB; its firmware finds nothing to boot and waits. */
export function tinyDomainXml(name: string, uuid: string = crypto.randomUUID()): string {
  return `<domain type='qemu'>
  <name>${name}</name><uuid>${uuid}</uuid>
  <memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type><bios useserial='yes'/></os>
  <devices>
    <serial type='pty'/><console type='pty'><target type='serial'/></console>
    <video><model type='vga'/></video>
    <memballoon model='virtio'/>
  </devices>
</domain>`;
}
