/** What a person can do to the hosts of a lab, beside what the system itself is asked: the accidents. */

export const labOrders = {
  off: { takes: 'HOST', text: "pulls a host's plug: its guests, libvirtd and agent die at once" },
  on: { takes: 'HOST', text: 'boots a host whose plug was pulled' },
  reboot: { takes: 'HOST', text: "pulls a host's plug and puts it back" },
  cut: { takes: 'HOST', text: 'cuts a host off from everything: NATS and the other host; its guests run on' },
  heal: { takes: 'HOST', text: 'ends the cut' },
  freeze: { takes: 'HOST', text: 'stops every process of a host where it is' },
  thaw: { takes: 'HOST', text: 'lets them go on' },
  'cut-network': { takes: null, text: 'pulls the cable between the hosts; both still reach NATS' },
  'heal-network': { takes: null, text: 'puts it back' },
  'kill-agent': { takes: 'HOST', text: "kill -9 of a host's agent; it is started again" },
  'lose-agent': { takes: 'HOST', text: "kill -9 of a host's agent, which stays away; its guests run on" },
  'start-agent': { takes: 'HOST', text: 'starts an agent that was lost' },
  'freeze-agent': { takes: 'HOST', text: "stops a host's agent where it is; its guests run on" },
  'thaw-agent': { takes: 'HOST', text: 'lets it go on' },
  'kill-libvirtd': { takes: 'HOST', text: "kill -9 of a host's libvirtd; it is started again" },
  ping: { takes: 'ADDRESS', text: "pings a guest from the network that both hosts' guests are on, until Ctrl-C" },
  libvirt: { takes: 'HOST', text: "address of a host's libvirtd: virsh -c $(npm run -s lab -- libvirt HOST) list" },
  status: { takes: null, text: 'how the hosts are' },
} as const satisfies Record<string, { takes: string | null; text: string }>;

export type LabOrder = keyof typeof labOrders;
