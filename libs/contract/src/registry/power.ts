import { z } from 'zod';
import { group } from './entry.ts';
import {
  blockDeviceInfo,
  callback,
  context,
  instance,
  networkInfo,
  nothing,
  retryInterval,
  timeout,
} from './parameters.ts';

/** A guest runs, rests and runs again. */
export const power = group('power', {
  powerOn: {
    name: 'power_on',
    kind: 'command',
    params: z.strictObject({ context, instance, networkInfo, blockDeviceInfo }),
    result: nothing,
    summary: 'Starts a guest that is off.',
    states:
      'vmState stopped → active (written by the caller), taskState powering-on → null; powerState SHUTDOWN → RUNNING.',
    before: ["The instance's files are on this host."],
    promises: {
      running: 'The guest is on and runs.',
      reconnects: 'Interfaces and volumes are connected as given before the start, not as they were at the last one.',
      leavesRunning: 'A guest that runs is left alone: it is not started again.',
    },
    errors: [
      { code: 'INSTANCE_NOT_FOUND', when: 'neither a domain nor files of the instance are on this host' },
      { code: 'HYPERVISOR_ERROR', when: 'the start was refused' },
      { code: 'VOLUME_DRIVER_NOT_FOUND', when: 'a volume cannot be connected' },
    ],
    idempotency: 'ensure',
    repeat: "On a guest that runs: success at once. (Nova's libvirt driver resets it.)",
    signature: { follows: 'seed', why: "today's accelerators and shares are not part of this project" },
    upstream: { status: 'changed', note: 'accel_info since Ussuri, share_info since 2025.1' },
    libvirt: [
      'Nova takes the path of the hard reboot, since a plain start would use old settings of volumes and network.',
      'The definition is made anew from the record, then started.',
    ],
    verify:
      'virsh domstate says running; with a portal changed meanwhile the session goes to the new one; on a running guest the boot id stays.',
  },
  powerOff: {
    name: 'power_off',
    kind: 'command',
    params: z.strictObject({ instance, timeout, retryInterval }),
    result: nothing,
    summary: 'Turns a guest off.',
    states:
      'vmState active → stopped (written by the caller), taskState powering-off → null; powerState RUNNING or PAUSED → SHUTDOWN.',
    before: ['The domain exists.'],
    promises: {
      off: 'The guest is off: its next start is a boot. Memory that was saved is gone.',
      keepsAll: 'Its definition, disks, ports and volumes remain.',
      graceful:
        'With a timeout the guest is asked to shut down and has that long, asked again every retryInterval; then it is cut off.',
    },
    errors: [
      { code: 'INSTANCE_POWER_OFF_FAILURE', when: 'the guest could not be killed in time' },
      { code: 'HYPERVISOR_ERROR', when: 'any other refusal' },
      {
        code: 'INSTANCE_NOT_FOUND',
        when: 'there is no domain; a driver may also take that for success, so a caller accepts both',
      },
    ],
    idempotency: 'ensure',
    repeat: 'On a guest that is off: success.',
    signature: { follows: 'today', why: 'without timeout and retryInterval no guest could ever shut down in order' },
    upstream: { status: 'changed', since: 'Juno', note: 'timeout and retry_interval joined' },
    libvirt: [
      'virDomainShutdown (a refusal is passed over), a look each second, asked again each interval; then the kill of destroy.',
      'A guest in early boot or without ACPI does not hear the request: the timeout is the rule then, not the exception.',
    ],
    verify:
      'virsh domstate says shut off and no QEMU process is left; with a timeout the guest log shows an orderly end within it; again: success.',
  },
  reboot: {
    name: 'reboot',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      networkInfo,
      rebootType: z.enum(['SOFT', 'HARD']).describe('SOFT asks the guest first; HARD does not.'),
      blockDeviceInfo,
      badVolumesCallback: callback<(devices: readonly string[]) => void>(
        '(devices: string[]) => void',
        'Told the devices (mount points) of volumes that could not be connected again; null = nobody asks.',
      )
        .nullable()
        .default(null),
    }),
    result: nothing,
    summary: 'Starts a guest afresh.',
    states:
      'vmState active (hard: also stopped, paused, suspended, error) → active, rescued stays; taskState rebooting → reboot_pending → reboot_started → null; any powerState → RUNNING.',
    before: [
      'SOFT is ordered for a guest that runs; HARD also for one that is stopped, paused, suspended or in error.',
    ],
    promises: {
      running: 'After success the guest runs (power state RUNNING).',
      fromAnyPower: 'It works and ends also when the guest is paused, halted or crashed.',
      softAsks: 'SOFT asks the guest to shut down; if it does not, it goes on as HARD.',
      hardDoesNotAsk: 'HARD does not ask the guest.',
      keepsDisks:
        'HARD needs the files of the instance and no domain: a host that never had its definition brings it up from them. It never removes a disk, also when it fails.',
      asRecorded:
        'A guest that is recorded as rescued stays so; any other boots from its own disk, and what a rescue that was given up has left goes.',
      badVolumes:
        'badVolumesCallback is told the devices of volumes that could not be connected again; the reboot goes on without them.',
    },
    errors: [
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
      { code: 'HYPERVISOR_ERROR', when: 'the domain made anew cannot be defined or started' },
      {
        code: 'CALL_FAILED',
        when: 'anything else; if the guest runs all the same, the caller records a fault and nothing more',
      },
    ],
    idempotency: 'ensure',
    repeat:
      'Two hard reboots end as one. After a crash a reboot that was ordered is done, one that had begun is done as HARD if the guest does not run.',
    signature: { follows: 'seed', why: "today's accelerators and shares are not part of this project" },
    upstream: { status: 'changed', note: 'accel_info since Ussuri, share_info since 2025.1' },
    libvirt: [
      'SOFT: virDomainShutdown if it runs, then up to 120 looks, one a second, at state and domain id; off means start; a new id that runs means that somebody else did.',
      'HARD is no reset but a new start: kill, undefine (NVRAM and TPM kept), definition from the record, missing backing files fetched, volumes and interfaces connected, define, start.',
      'HARD is the repair tool: whatever was wrong with the definition is right afterwards.',
      "Nova's libvirt driver accepts the callback and never calls it.",
    ],
    verify:
      'HARD: running, another QEMU process and domain id, another boot id in the guest; also from virsh suspend, destroy and managedsave. SOFT: the guest log shows an orderly end; with ACPI ignored it falls back to HARD and ends running.',
  },
  pause: {
    name: 'pause',
    kind: 'command',
    params: z.strictObject({ instance }),
    result: nothing,
    summary: 'Stops the vCPUs of a guest.',
    states: 'vmState active → paused, taskState pausing → null; powerState RUNNING → PAUSED.',
    before: ['The guest runs.'],
    promises: {
      paused: 'The vCPUs stand still (power state PAUSED).',
      keepsMemory: 'Memory stays allocated and keeps its content.',
    },
    errors: [
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
      { code: 'HYPERVISOR_ERROR', when: 'the guest does not run' },
    ],
    idempotency: 'ensure',
    repeat: 'On a paused guest: success.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept' },
    libvirt: [
      'virDomainSuspend and nothing else.',
      'The event SUSPENDED/PAUSED also comes of I/O errors, post-copy and the switch-over of a migration: the reason tells them apart.',
    ],
    verify: 'virsh domstate --reason says paused (user), ping stops, the vCPU time of virsh vcpuinfo stands still.',
  },
  unpause: {
    name: 'unpause',
    kind: 'command',
    params: z.strictObject({ instance }),
    result: nothing,
    summary: 'Lets a paused guest go on.',
    states: 'vmState paused → active, taskState unpausing → null; powerState PAUSED → RUNNING.',
    before: ['The guest exists; it need not be paused.'],
    promises: { running: 'The guest runs again, from where it stood.' },
    errors: [
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
      { code: 'HYPERVISOR_ERROR', when: 'the domain is not active' },
    ],
    idempotency: 'ensure',
    repeat:
      'On a guest that runs: success. libvirt refuses the resume of a running domain, so the state is looked at first.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept' },
    libvirt: [
      "virDomainResume, then the guest's clock is set through its agent.",
      'Whatever goes wrong with the clock never fails the call.',
    ],
    verify: 'virsh domstate says running, ping answers; with an agent the clock is right within a second.',
  },
  suspend: {
    name: 'suspend',
    kind: 'command',
    params: z.strictObject({ context, instance }),
    result: nothing,
    summary: "Writes a guest's memory to disk and frees what it used.",
    states:
      'vmState active → suspended, taskState suspending → null; powerState RUNNING → SHUTDOWN (libvirt shows it as off, with a managed save).',
    before: [
      'The guest runs or is paused.',
      'No device is attached that cannot be saved (passthrough, mediated devices).',
    ],
    promises: {
      saved: 'The memory is on the disk of the host.',
      released: 'CPU and memory of the guest are free.',
    },
    errors: [
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
      { code: 'PCI_DEVICE_DETACH_FAILED', when: 'a passthrough device does not let go' },
      { code: 'HYPERVISOR_ERROR', when: 'the save was refused (locked memory) or the disk is full' },
    ],
    idempotency: 'ensure',
    repeat: 'On a suspended guest: success, and the saved memory stays as it is.',
    signature: { follows: 'today', why: 'the context is needed to detach what cannot be saved' },
    upstream: { status: 'changed', since: 'Kilo', note: 'context joined' },
    libvirt: [
      'virDomainManagedSave; devices that cannot be saved are detached first.',
      "The image is as large as the guest's memory and lies in libvirt's own directory, not with the instance.",
      'A plain define keeps it; undefine is refused without the MANAGED_SAVE flag.',
    ],
    verify:
      'virsh dominfo says shut off and managed save yes, managedsave-dumpxml works, no QEMU process; after resume a counter in the guest goes on from its value.',
  },
  resume: {
    name: 'resume',
    kind: 'command',
    params: z.strictObject({ context, instance, networkInfo, blockDeviceInfo }),
    result: nothing,
    summary: 'Lets a suspended guest go on from its saved memory.',
    states: 'vmState suspended → active, taskState resuming → null; powerState SHUTDOWN → RUNNING.',
    before: ['A saved memory image exists; the call must also do no harm where there is none.'],
    promises: {
      continues: 'The guest goes on from where it was suspended; it does not boot.',
      reconnects: 'Its interfaces and volumes are connected.',
    },
    errors: [
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
      { code: 'HYPERVISOR_ERROR', when: 'the image cannot be restored; another host CPU is the usual reason' },
    ],
    idempotency: 'ensure',
    repeat:
      "On a guest that runs: success, and the guest does not notice. (A start would be refused, and Nova's clean-up would undefine a live guest.)",
    signature: {
      follows: 'today',
      why: 'the context is needed to connect volumes; shares are not part of this project',
    },
    upstream: { status: 'changed', since: 'Icehouse', note: 'context joined; share_info since 2025.1' },
    libvirt: [
      'Takes the stored definition, plugs interfaces, defines and starts; the start restores the image and removes it.',
      'Passthrough devices are attached again afterwards, and the clock is set if the guest has an agent.',
      'A restored domain bears the metadata of the saved run.',
    ],
    verify: 'virsh domstate says running, managed save no, the uptime in the guest goes on and the boot id stays.',
  },
  resumeStateOnHostBoot: {
    name: 'resume_state_on_host_boot',
    kind: 'command',
    params: z.strictObject({ context, instance, networkInfo, blockDeviceInfo }),
    result: nothing,
    summary: 'Starts a guest again that ran before its host went down.',
    states: 'vmState active stays; powerState SHUTDOWN, CRASHED or no domain → RUNNING.',
    before: ['The host has booted; the record says that the guest runs and the hypervisor says that it does not.'],
    promises: {
      running: 'A guest that ran before the host went down runs again.',
      leavesRunning: 'A guest that runs, or is paused, is left alone.',
    },
    errors: [
      { code: 'CALL_FAILED', when: 'anything; that instance is in error, all others go on' },
      { code: 'NOT_IMPLEMENTED', when: 'the driver has no form of it; a warning' },
    ],
    idempotency: 'ensure',
    repeat: 'Called at every start of the service: harmless for guests that run.',
    signature: { follows: 'seed', why: "today's shares are not part of this project" },
    upstream: { status: 'changed', since: '2025.1', note: 'share_info joined' },
    libvirt: [
      'RUNNING, PAUSED, SUSPENDED and NOSTATE are left untouched; all else, a missing domain too, takes the path of the hard reboot.',
      'There is no token at this time, so nothing can be fetched on behalf of a user.',
    ],
    verify: 'virsh destroy a guest that the record calls running, call it: running; call it again: same domain id.',
  },
  pollRebootingInstances: {
    name: 'poll_rebooting_instances',
    kind: 'command',
    params: z.strictObject({
      timeout: z.number().positive().describe('Seconds after which a reboot counts as stuck.'),
      instances: z.array(instance).describe('Instances that have been rebooting for longer than that.'),
    }),
    result: nothing,
    summary: 'Helps guests that are stuck in a reboot.',
    states: 'taskState rebooting, reboot_pending or reboot_started → null where the driver resolved it.',
    before: ['The instances have been rebooting for longer than the timeout.'],
    promises: {
      unsticks: 'The driver tries to get each of them out: a guest that does not run is rebooted hard.',
      leavesRunning: 'A guest that runs again is not rebooted.',
    },
    errors: [{ code: 'NOT_IMPLEMENTED', when: 'the driver has no form of it' }],
    idempotency: 'ensure',
    repeat: 'Does not reboot a guest that came back.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept', note: 'still empty in the libvirt driver' },
    libvirt: [
      "Nova's libvirt driver does nothing here.",
      'Useful: a hard reboot under the lock of the instance if it does not run, else nothing.',
    ],
    verify: 'Reboot a guest softly that ignores ACPI, let the timeout pass, call it: running, with another domain id.',
  },
});
