// Generated from libvirt's API description by tools/generate-constants.ts. Do not edit.

/** `virErrorNumber` */
export const ErrorCode = {
  OK: 0,
  INTERNAL_ERROR: 1,
  NO_MEMORY: 2,
  NO_SUPPORT: 3,
  UNKNOWN_HOST: 4,
  NO_CONNECT: 5,
  INVALID_CONN: 6,
  INVALID_DOMAIN: 7,
  INVALID_ARG: 8,
  OPERATION_FAILED: 9,
  GET_FAILED: 10,
  POST_FAILED: 11,
  HTTP_ERROR: 12,
  SEXPR_SERIAL: 13,
  NO_XEN: 14,
  XEN_CALL: 15,
  OS_TYPE: 16,
  NO_KERNEL: 17,
  NO_ROOT: 18,
  NO_SOURCE: 19,
  NO_TARGET: 20,
  NO_NAME: 21,
  NO_OS: 22,
  NO_DEVICE: 23,
  NO_XENSTORE: 24,
  DRIVER_FULL: 25,
  CALL_FAILED: 26,
  XML_ERROR: 27,
  DOM_EXIST: 28,
  OPERATION_DENIED: 29,
  OPEN_FAILED: 30,
  READ_FAILED: 31,
  PARSE_FAILED: 32,
  CONF_SYNTAX: 33,
  WRITE_FAILED: 34,
  XML_DETAIL: 35,
  INVALID_NETWORK: 36,
  NETWORK_EXIST: 37,
  SYSTEM_ERROR: 38,
  RPC: 39,
  GNUTLS_ERROR: 40,
  WAR_NO_NETWORK: 41,
  NO_DOMAIN: 42,
  NO_NETWORK: 43,
  INVALID_MAC: 44,
  AUTH_FAILED: 45,
  INVALID_STORAGE_POOL: 46,
  INVALID_STORAGE_VOL: 47,
  WAR_NO_STORAGE: 48,
  NO_STORAGE_POOL: 49,
  NO_STORAGE_VOL: 50,
  WAR_NO_NODE: 51,
  INVALID_NODE_DEVICE: 52,
  NO_NODE_DEVICE: 53,
  NO_SECURITY_MODEL: 54,
  OPERATION_INVALID: 55,
  WAR_NO_INTERFACE: 56,
  NO_INTERFACE: 57,
  INVALID_INTERFACE: 58,
  MULTIPLE_INTERFACES: 59,
  WAR_NO_NWFILTER: 60,
  INVALID_NWFILTER: 61,
  NO_NWFILTER: 62,
  BUILD_FIREWALL: 63,
  WAR_NO_SECRET: 64,
  INVALID_SECRET: 65,
  NO_SECRET: 66,
  CONFIG_UNSUPPORTED: 67,
  OPERATION_TIMEOUT: 68,
  MIGRATE_PERSIST_FAILED: 69,
  HOOK_SCRIPT_FAILED: 70,
  INVALID_DOMAIN_SNAPSHOT: 71,
  NO_DOMAIN_SNAPSHOT: 72,
  INVALID_STREAM: 73,
  ARGUMENT_UNSUPPORTED: 74,
  STORAGE_PROBE_FAILED: 75,
  STORAGE_POOL_BUILT: 76,
  SNAPSHOT_REVERT_RISKY: 77,
  OPERATION_ABORTED: 78,
  AUTH_CANCELLED: 79,
  NO_DOMAIN_METADATA: 80,
  MIGRATE_UNSAFE: 81,
  OVERFLOW: 82,
  BLOCK_COPY_ACTIVE: 83,
  OPERATION_UNSUPPORTED: 84,
  SSH: 85,
  AGENT_UNRESPONSIVE: 86,
  RESOURCE_BUSY: 87,
  ACCESS_DENIED: 88,
  DBUS_SERVICE: 89,
  STORAGE_VOL_EXIST: 90,
  CPU_INCOMPATIBLE: 91,
  XML_INVALID_SCHEMA: 92,
  MIGRATE_FINISH_OK: 93,
  AUTH_UNAVAILABLE: 94,
  NO_SERVER: 95,
  NO_CLIENT: 96,
  AGENT_UNSYNCED: 97,
  LIBSSH: 98,
  DEVICE_MISSING: 99,
  INVALID_NWFILTER_BINDING: 100,
  NO_NWFILTER_BINDING: 101,
  INVALID_DOMAIN_CHECKPOINT: 102,
  NO_DOMAIN_CHECKPOINT: 103,
  NO_DOMAIN_BACKUP: 104,
  INVALID_NETWORK_PORT: 105,
  NETWORK_PORT_EXIST: 106,
  NO_NETWORK_PORT: 107,
  NO_HOSTNAME: 108,
  CHECKPOINT_INCONSISTENT: 109,
  MULTIPLE_DOMAINS: 110,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** `virErrorDomain` */
export const ErrorDomain = {
  NONE: 0,
  XEN: 1,
  XEND: 2,
  XENSTORE: 3,
  SEXPR: 4,
  XML: 5,
  DOM: 6,
  RPC: 7,
  PROXY: 8,
  CONF: 9,
  QEMU: 10,
  NET: 11,
  TEST: 12,
  REMOTE: 13,
  OPENVZ: 14,
  XENXM: 15,
  STATS_LINUX: 16,
  LXC: 17,
  STORAGE: 18,
  NETWORK: 19,
  DOMAIN: 20,
  UML: 21,
  NODEDEV: 22,
  XEN_INOTIFY: 23,
  SECURITY: 24,
  VBOX: 25,
  INTERFACE: 26,
  ONE: 27,
  ESX: 28,
  PHYP: 29,
  SECRET: 30,
  CPU: 31,
  XENAPI: 32,
  NWFILTER: 33,
  HOOK: 34,
  DOMAIN_SNAPSHOT: 35,
  AUDIT: 36,
  SYSINFO: 37,
  STREAMS: 38,
  VMWARE: 39,
  EVENT: 40,
  LIBXL: 41,
  LOCKING: 42,
  HYPERV: 43,
  CAPABILITIES: 44,
  URI: 45,
  AUTH: 46,
  DBUS: 47,
  PARALLELS: 48,
  DEVICE: 49,
  SSH: 50,
  LOCKSPACE: 51,
  INITCTL: 52,
  IDENTITY: 53,
  CGROUP: 54,
  ACCESS: 55,
  SYSTEMD: 56,
  BHYVE: 57,
  CRYPTO: 58,
  FIREWALL: 59,
  POLKIT: 60,
  THREAD: 61,
  ADMIN: 62,
  LOGGING: 63,
  XENXL: 64,
  PERF: 65,
  LIBSSH: 66,
  RESCTRL: 67,
  FIREWALLD: 68,
  DOMAIN_CHECKPOINT: 69,
  TPM: 70,
  BPF: 71,
  CH: 72,
} as const;
export type ErrorDomain = (typeof ErrorDomain)[keyof typeof ErrorDomain];

/** `virErrorLevel` */
export const ErrorLevel = {
  NONE: 0,
  WARNING: 1,
  ERROR: 2,
} as const;
export type ErrorLevel = (typeof ErrorLevel)[keyof typeof ErrorLevel];

/** `virConnectCloseReason` */
export const ConnectCloseReason = {
  ERROR: 0,
  EOF: 1,
  KEEPALIVE: 2,
  CLIENT: 3,
} as const;
export type ConnectCloseReason = (typeof ConnectCloseReason)[keyof typeof ConnectCloseReason];

/** `virDomainState` */
export const DomainState = {
  NOSTATE: 0,
  RUNNING: 1,
  BLOCKED: 2,
  PAUSED: 3,
  SHUTDOWN: 4,
  SHUTOFF: 5,
  CRASHED: 6,
  PMSUSPENDED: 7,
} as const;
export type DomainState = (typeof DomainState)[keyof typeof DomainState];

/** `virDomainRunningReason` */
export const DomainRunningReason = {
  UNKNOWN: 0,
  BOOTED: 1,
  MIGRATED: 2,
  RESTORED: 3,
  FROM_SNAPSHOT: 4,
  UNPAUSED: 5,
  MIGRATION_CANCELED: 6,
  SAVE_CANCELED: 7,
  WAKEUP: 8,
  CRASHED: 9,
  POSTCOPY: 10,
  POSTCOPY_FAILED: 11,
} as const;
export type DomainRunningReason = (typeof DomainRunningReason)[keyof typeof DomainRunningReason];

/** `virDomainBlockedReason` */
export const DomainBlockedReason = {
  UNKNOWN: 0,
} as const;
export type DomainBlockedReason = (typeof DomainBlockedReason)[keyof typeof DomainBlockedReason];

/** `virDomainPausedReason` */
export const DomainPausedReason = {
  UNKNOWN: 0,
  USER: 1,
  MIGRATION: 2,
  SAVE: 3,
  DUMP: 4,
  IOERROR: 5,
  WATCHDOG: 6,
  FROM_SNAPSHOT: 7,
  SHUTTING_DOWN: 8,
  SNAPSHOT: 9,
  CRASHED: 10,
  STARTING_UP: 11,
  POSTCOPY: 12,
  POSTCOPY_FAILED: 13,
} as const;
export type DomainPausedReason = (typeof DomainPausedReason)[keyof typeof DomainPausedReason];

/** `virDomainShutdownReason` */
export const DomainShutdownReason = {
  UNKNOWN: 0,
  USER: 1,
} as const;
export type DomainShutdownReason = (typeof DomainShutdownReason)[keyof typeof DomainShutdownReason];

/** `virDomainShutoffReason` */
export const DomainShutoffReason = {
  UNKNOWN: 0,
  SHUTDOWN: 1,
  DESTROYED: 2,
  CRASHED: 3,
  MIGRATED: 4,
  SAVED: 5,
  FAILED: 6,
  FROM_SNAPSHOT: 7,
  DAEMON: 8,
} as const;
export type DomainShutoffReason = (typeof DomainShutoffReason)[keyof typeof DomainShutoffReason];

/** `virDomainCrashedReason` */
export const DomainCrashedReason = {
  UNKNOWN: 0,
  PANICKED: 1,
} as const;
export type DomainCrashedReason = (typeof DomainCrashedReason)[keyof typeof DomainCrashedReason];

/** `virDomainPMSuspendedReason` */
export const DomainPmSuspendedReason = {
  UNKNOWN: 0,
} as const;
export type DomainPmSuspendedReason = (typeof DomainPmSuspendedReason)[keyof typeof DomainPmSuspendedReason];

/** `virDomainControlState` */
export const DomainControlState = {
  OK: 0,
  JOB: 1,
  OCCUPIED: 2,
  ERROR: 3,
} as const;
export type DomainControlState = (typeof DomainControlState)[keyof typeof DomainControlState];

/** `virDomainCreateFlags` */
export const DomainCreateFlag = {
  NONE: 0,
  START_PAUSED: 1,
  START_AUTODESTROY: 2,
  START_BYPASS_CACHE: 4,
  START_FORCE_BOOT: 8,
  START_VALIDATE: 16,
  START_RESET_NVRAM: 32,
} as const;
export type DomainCreateFlag = (typeof DomainCreateFlag)[keyof typeof DomainCreateFlag];

/** `virDomainDefineFlags` */
export const DomainDefineFlag = {
  VALIDATE: 1,
} as const;
export type DomainDefineFlag = (typeof DomainDefineFlag)[keyof typeof DomainDefineFlag];

/** `virDomainDestroyFlagsValues` */
export const DomainDestroyFlag = {
  DEFAULT: 0,
  GRACEFUL: 1,
  REMOVE_LOGS: 2,
} as const;
export type DomainDestroyFlag = (typeof DomainDestroyFlag)[keyof typeof DomainDestroyFlag];

/** `virDomainShutdownFlagValues` */
export const DomainShutdownFlag = {
  DEFAULT: 0,
  ACPI_POWER_BTN: 1,
  GUEST_AGENT: 2,
  INITCTL: 4,
  SIGNAL: 8,
  PARAVIRT: 16,
} as const;
export type DomainShutdownFlag = (typeof DomainShutdownFlag)[keyof typeof DomainShutdownFlag];

/** `virDomainRebootFlagValues` */
export const DomainRebootFlag = {
  DEFAULT: 0,
  ACPI_POWER_BTN: 1,
  GUEST_AGENT: 2,
  INITCTL: 4,
  SIGNAL: 8,
  PARAVIRT: 16,
} as const;
export type DomainRebootFlag = (typeof DomainRebootFlag)[keyof typeof DomainRebootFlag];

/** `virDomainUndefineFlagsValues` */
export const DomainUndefineFlag = {
  MANAGED_SAVE: 1,
  SNAPSHOTS_METADATA: 2,
  NVRAM: 4,
  KEEP_NVRAM: 8,
  CHECKPOINTS_METADATA: 16,
  TPM: 32,
  KEEP_TPM: 64,
} as const;
export type DomainUndefineFlag = (typeof DomainUndefineFlag)[keyof typeof DomainUndefineFlag];

/** `virDomainSaveRestoreFlags` */
export const DomainSaveRestoreFlag = {
  BYPASS_CACHE: 1,
  RUNNING: 2,
  PAUSED: 4,
  RESET_NVRAM: 8,
} as const;
export type DomainSaveRestoreFlag = (typeof DomainSaveRestoreFlag)[keyof typeof DomainSaveRestoreFlag];

/** `virDomainCoreDumpFlags` */
export const DomainCoreDumpFlag = {
  CRASH: 1,
  LIVE: 2,
  BYPASS_CACHE: 4,
  RESET: 8,
  MEMORY_ONLY: 16,
} as const;
export type DomainCoreDumpFlag = (typeof DomainCoreDumpFlag)[keyof typeof DomainCoreDumpFlag];

/** `virDomainCoreDumpFormat` */
export const DomainCoreDumpFormat = {
  RAW: 0,
  KDUMP_ZLIB: 1,
  KDUMP_LZO: 2,
  KDUMP_SNAPPY: 3,
  WIN_DMP: 4,
} as const;
export type DomainCoreDumpFormat = (typeof DomainCoreDumpFormat)[keyof typeof DomainCoreDumpFormat];

/** `virDomainXMLFlags` */
export const DomainXmlFlag = {
  SECURE: 1,
  INACTIVE: 2,
  UPDATE_CPU: 4,
  MIGRATABLE: 8,
} as const;
export type DomainXmlFlag = (typeof DomainXmlFlag)[keyof typeof DomainXmlFlag];

/** `virDomainModificationImpact` */
export const DomainModificationImpact = {
  CURRENT: 0,
  LIVE: 1,
  CONFIG: 2,
} as const;
export type DomainModificationImpact = (typeof DomainModificationImpact)[keyof typeof DomainModificationImpact];

/** `virDomainDeviceModifyFlags` */
export const DomainDeviceModifyFlag = {
  FORCE: 4,
} as const;
export type DomainDeviceModifyFlag = (typeof DomainDeviceModifyFlag)[keyof typeof DomainDeviceModifyFlag];

/** `virDomainMemoryModFlags` */
export const DomainMemoryModFlag = {
  MAXIMUM: 4,
} as const;
export type DomainMemoryModFlag = (typeof DomainMemoryModFlag)[keyof typeof DomainMemoryModFlag];

/** `virDomainVcpuFlags` */
export const DomainVcpuFlag = {
  MAXIMUM: 4,
  GUEST: 8,
  HOTPLUGGABLE: 16,
} as const;
export type DomainVcpuFlag = (typeof DomainVcpuFlag)[keyof typeof DomainVcpuFlag];

/** `virDomainMetadataType` */
export const DomainMetadataType = {
  DESCRIPTION: 0,
  TITLE: 1,
  ELEMENT: 2,
} as const;
export type DomainMetadataType = (typeof DomainMetadataType)[keyof typeof DomainMetadataType];

/** `virDomainConsoleFlags` */
export const DomainConsoleFlag = {
  FORCE: 1,
  SAFE: 2,
} as const;
export type DomainConsoleFlag = (typeof DomainConsoleFlag)[keyof typeof DomainConsoleFlag];

/** `virDomainAgentResponseTimeoutValues` */
export const DomainAgentTimeout = {
  BLOCK: -2,
  DEFAULT: -1,
  NOWAIT: 0,
} as const;
export type DomainAgentTimeout = (typeof DomainAgentTimeout)[keyof typeof DomainAgentTimeout];

/** `virDomainSetUserPasswordFlags` */
export const DomainSetUserPasswordFlag = {
  ENCRYPTED: 1,
} as const;
export type DomainSetUserPasswordFlag = (typeof DomainSetUserPasswordFlag)[keyof typeof DomainSetUserPasswordFlag];

/** `virDomainInterfaceAddressesSource` */
export const DomainInterfaceAddressesSource = {
  LEASE: 0,
  AGENT: 1,
  ARP: 2,
} as const;
export type DomainInterfaceAddressesSource = (typeof DomainInterfaceAddressesSource)[keyof typeof DomainInterfaceAddressesSource];

/** `virDomainMemoryStatTags` */
export const DomainMemoryStatTag = {
  SWAP_IN: 0,
  SWAP_OUT: 1,
  MAJOR_FAULT: 2,
  MINOR_FAULT: 3,
  UNUSED: 4,
  AVAILABLE: 5,
  ACTUAL_BALLOON: 6,
  RSS: 7,
  USABLE: 8,
  LAST_UPDATE: 9,
  DISK_CACHES: 10,
  HUGETLB_PGALLOC: 11,
  HUGETLB_PGFAIL: 12,
  NR: 13,
} as const;
export type DomainMemoryStatTag = (typeof DomainMemoryStatTag)[keyof typeof DomainMemoryStatTag];

/** `virDomainStatsTypes` */
export const DomainStatsType = {
  STATE: 1,
  CPU_TOTAL: 2,
  BALLOON: 4,
  VCPU: 8,
  INTERFACE: 16,
  BLOCK: 32,
  PERF: 64,
  IOTHREAD: 128,
  MEMORY: 256,
  DIRTYRATE: 512,
  VM: 1024,
} as const;
export type DomainStatsType = (typeof DomainStatsType)[keyof typeof DomainStatsType];

/** `virConnectGetAllDomainStatsFlags` */
export const GetAllDomainStatsFlag = {
  NOWAIT: 0x20000000,
  BACKING: 0x40000000,
  ENFORCE_STATS: 0x80000000,
} as const;
export type GetAllDomainStatsFlag = (typeof GetAllDomainStatsFlag)[keyof typeof GetAllDomainStatsFlag];

/** `virDomainDiskErrorCode` */
export const DomainDiskErrorCode = {
  NONE: 0,
  UNSPEC: 1,
  NO_SPACE: 2,
} as const;
export type DomainDiskErrorCode = (typeof DomainDiskErrorCode)[keyof typeof DomainDiskErrorCode];

/** `virDomainGuestInfoTypes` */
export const DomainGuestInfoType = {
  USERS: 1,
  OS: 2,
  TIMEZONE: 4,
  HOSTNAME: 8,
  FILESYSTEM: 16,
  DISKS: 32,
  INTERFACES: 64,
} as const;
export type DomainGuestInfoType = (typeof DomainGuestInfoType)[keyof typeof DomainGuestInfoType];

/** `virVcpuState` */
export const VcpuState = {
  OFFLINE: 0,
  RUNNING: 1,
  BLOCKED: 2,
} as const;
export type VcpuState = (typeof VcpuState)[keyof typeof VcpuState];

/** `virDomainBlockCommitFlags` */
export const DomainBlockCommitFlag = {
  SHALLOW: 1,
  DELETE: 2,
  ACTIVE: 4,
  RELATIVE: 8,
  BANDWIDTH_BYTES: 16,
} as const;
export type DomainBlockCommitFlag = (typeof DomainBlockCommitFlag)[keyof typeof DomainBlockCommitFlag];

/** `virDomainBlockCopyFlags` */
export const DomainBlockCopyFlag = {
  SHALLOW: 1,
  REUSE_EXT: 2,
  TRANSIENT_JOB: 4,
  SYNCHRONOUS_WRITES: 8,
} as const;
export type DomainBlockCopyFlag = (typeof DomainBlockCopyFlag)[keyof typeof DomainBlockCopyFlag];

/** `virDomainBlockRebaseFlags` */
export const DomainBlockRebaseFlag = {
  SHALLOW: 1,
  REUSE_EXT: 2,
  COPY_RAW: 4,
  COPY: 8,
  RELATIVE: 16,
  COPY_DEV: 32,
  BANDWIDTH_BYTES: 64,
} as const;
export type DomainBlockRebaseFlag = (typeof DomainBlockRebaseFlag)[keyof typeof DomainBlockRebaseFlag];

/** `virDomainBlockPullFlags` */
export const DomainBlockPullFlag = {
  BANDWIDTH_BYTES: 64,
} as const;
export type DomainBlockPullFlag = (typeof DomainBlockPullFlag)[keyof typeof DomainBlockPullFlag];

/** `virDomainBlockResizeFlags` */
export const DomainBlockResizeFlag = {
  BYTES: 1,
} as const;
export type DomainBlockResizeFlag = (typeof DomainBlockResizeFlag)[keyof typeof DomainBlockResizeFlag];

/** `virDomainBlockJobInfoFlags` */
export const DomainBlockJobInfoFlag = {
  BANDWIDTH_BYTES: 1,
} as const;
export type DomainBlockJobInfoFlag = (typeof DomainBlockJobInfoFlag)[keyof typeof DomainBlockJobInfoFlag];

/** `virDomainBlockJobAbortFlags` */
export const DomainBlockJobAbortFlag = {
  ASYNC: 1,
  PIVOT: 2,
} as const;
export type DomainBlockJobAbortFlag = (typeof DomainBlockJobAbortFlag)[keyof typeof DomainBlockJobAbortFlag];

/** `virDomainBlockJobType` */
export const DomainBlockJobType = {
  UNKNOWN: 0,
  PULL: 1,
  COPY: 2,
  COMMIT: 3,
  ACTIVE_COMMIT: 4,
  BACKUP: 5,
} as const;
export type DomainBlockJobType = (typeof DomainBlockJobType)[keyof typeof DomainBlockJobType];

/** `virConnectDomainEventBlockJobStatus` */
export const DomainBlockJobStatus = {
  COMPLETED: 0,
  FAILED: 1,
  CANCELED: 2,
  READY: 3,
} as const;
export type DomainBlockJobStatus = (typeof DomainBlockJobStatus)[keyof typeof DomainBlockJobStatus];

/** `virDomainSnapshotCreateFlags` */
export const DomainSnapshotCreateFlag = {
  REDEFINE: 1,
  CURRENT: 2,
  NO_METADATA: 4,
  HALT: 8,
  DISK_ONLY: 16,
  REUSE_EXT: 32,
  QUIESCE: 64,
  ATOMIC: 128,
  LIVE: 256,
  VALIDATE: 512,
} as const;
export type DomainSnapshotCreateFlag = (typeof DomainSnapshotCreateFlag)[keyof typeof DomainSnapshotCreateFlag];

/** `virDomainSnapshotDeleteFlags` */
export const DomainSnapshotDeleteFlag = {
  CHILDREN: 1,
  METADATA_ONLY: 2,
  CHILDREN_ONLY: 4,
} as const;
export type DomainSnapshotDeleteFlag = (typeof DomainSnapshotDeleteFlag)[keyof typeof DomainSnapshotDeleteFlag];

/** `virDomainSnapshotRevertFlags` */
export const DomainSnapshotRevertFlag = {
  RUNNING: 1,
  PAUSED: 2,
  FORCE: 4,
  RESET_NVRAM: 8,
} as const;
export type DomainSnapshotRevertFlag = (typeof DomainSnapshotRevertFlag)[keyof typeof DomainSnapshotRevertFlag];

/** `virDomainMigrateFlags` */
export const DomainMigrateFlag = {
  LIVE: 1,
  PEER2PEER: 2,
  TUNNELLED: 4,
  PERSIST_DEST: 8,
  UNDEFINE_SOURCE: 16,
  PAUSED: 32,
  NON_SHARED_DISK: 64,
  NON_SHARED_INC: 128,
  CHANGE_PROTECTION: 256,
  UNSAFE: 512,
  OFFLINE: 1024,
  COMPRESSED: 2048,
  ABORT_ON_ERROR: 4096,
  AUTO_CONVERGE: 8192,
  RDMA_PIN_ALL: 16384,
  POSTCOPY: 32768,
  TLS: 0x10000,
  PARALLEL: 0x20000,
  NON_SHARED_SYNCHRONOUS_WRITES: 0x40000,
  POSTCOPY_RESUME: 0x80000,
  ZEROCOPY: 0x100000,
} as const;
export type DomainMigrateFlag = (typeof DomainMigrateFlag)[keyof typeof DomainMigrateFlag];

/** `virDomainJobType` */
export const DomainJobType = {
  NONE: 0,
  BOUNDED: 1,
  UNBOUNDED: 2,
  COMPLETED: 3,
  FAILED: 4,
  CANCELLED: 5,
} as const;
export type DomainJobType = (typeof DomainJobType)[keyof typeof DomainJobType];

/** `virDomainJobOperation` */
export const DomainJobOperation = {
  UNKNOWN: 0,
  START: 1,
  SAVE: 2,
  RESTORE: 3,
  MIGRATION_IN: 4,
  MIGRATION_OUT: 5,
  SNAPSHOT: 6,
  SNAPSHOT_REVERT: 7,
  DUMP: 8,
  BACKUP: 9,
  SNAPSHOT_DELETE: 10,
} as const;
export type DomainJobOperation = (typeof DomainJobOperation)[keyof typeof DomainJobOperation];

/** `virDomainGetJobStatsFlags` */
export const DomainGetJobStatsFlag = {
  COMPLETED: 1,
  KEEP_COMPLETED: 2,
} as const;
export type DomainGetJobStatsFlag = (typeof DomainGetJobStatsFlag)[keyof typeof DomainGetJobStatsFlag];

/** `virConnectListAllDomainsFlags` */
export const ListAllDomainsFlag = {
  ACTIVE: 1,
  INACTIVE: 2,
  PERSISTENT: 4,
  TRANSIENT: 8,
  RUNNING: 16,
  PAUSED: 32,
  SHUTOFF: 64,
  OTHER: 128,
  MANAGEDSAVE: 256,
  NO_MANAGEDSAVE: 512,
  AUTOSTART: 1024,
  NO_AUTOSTART: 2048,
  HAS_SNAPSHOT: 4096,
  NO_SNAPSHOT: 8192,
  HAS_CHECKPOINT: 16384,
  NO_CHECKPOINT: 32768,
} as const;
export type ListAllDomainsFlag = (typeof ListAllDomainsFlag)[keyof typeof ListAllDomainsFlag];

/** `virConnectListAllNodeDeviceFlags` */
export const ListAllNodeDevicesFlag = {
  CAP_SYSTEM: 1,
  CAP_PCI_DEV: 2,
  CAP_USB_DEV: 4,
  CAP_USB_INTERFACE: 8,
  CAP_NET: 16,
  CAP_SCSI_HOST: 32,
  CAP_SCSI_TARGET: 64,
  CAP_SCSI: 128,
  CAP_STORAGE: 256,
  CAP_FC_HOST: 512,
  CAP_VPORTS: 1024,
  CAP_SCSI_GENERIC: 2048,
  CAP_DRM: 4096,
  CAP_MDEV_TYPES: 8192,
  CAP_MDEV: 16384,
  CAP_CCW_DEV: 32768,
  CAP_CSS_DEV: 0x10000,
  CAP_VDPA: 0x20000,
  CAP_AP_CARD: 0x40000,
  CAP_AP_QUEUE: 0x80000,
  CAP_AP_MATRIX: 0x100000,
  CAP_VPD: 0x200000,
  INACTIVE: 0x40000000,
  ACTIVE: 0x80000000,
} as const;
export type ListAllNodeDevicesFlag = (typeof ListAllNodeDevicesFlag)[keyof typeof ListAllNodeDevicesFlag];

/** `virCPUCompareResult` */
export const CpuCompareResult = {
  ERROR: -1,
  INCOMPATIBLE: 0,
  IDENTICAL: 1,
  SUPERSET: 2,
} as const;
export type CpuCompareResult = (typeof CpuCompareResult)[keyof typeof CpuCompareResult];

/** `virConnectCompareCPUFlags` */
export const CpuCompareFlag = {
  FAIL_INCOMPATIBLE: 1,
  VALIDATE_XML: 2,
} as const;
export type CpuCompareFlag = (typeof CpuCompareFlag)[keyof typeof CpuCompareFlag];

/** `virConnectBaselineCPUFlags` */
export const CpuBaselineFlag = {
  EXPAND_FEATURES: 1,
  MIGRATABLE: 2,
} as const;
export type CpuBaselineFlag = (typeof CpuBaselineFlag)[keyof typeof CpuBaselineFlag];

/** `virSecretUsageType` */
export const SecretUsageType = {
  NONE: 0,
  VOLUME: 1,
  CEPH: 2,
  ISCSI: 3,
  TLS: 4,
  VTPM: 5,
} as const;
export type SecretUsageType = (typeof SecretUsageType)[keyof typeof SecretUsageType];

/** `virStoragePoolState` */
export const StoragePoolState = {
  INACTIVE: 0,
  BUILDING: 1,
  RUNNING: 2,
  DEGRADED: 3,
  INACCESSIBLE: 4,
} as const;
export type StoragePoolState = (typeof StoragePoolState)[keyof typeof StoragePoolState];

/** `virStorageVolDeleteFlags` */
export const StorageVolDeleteFlag = {
  NORMAL: 0,
  ZEROED: 1,
  WITH_SNAPSHOTS: 2,
} as const;
export type StorageVolDeleteFlag = (typeof StorageVolDeleteFlag)[keyof typeof StorageVolDeleteFlag];

/** `virStorageVolResizeFlags` */
export const StorageVolResizeFlag = {
  ALLOCATE: 1,
  DELTA: 2,
  SHRINK: 4,
} as const;
export type StorageVolResizeFlag = (typeof StorageVolResizeFlag)[keyof typeof StorageVolResizeFlag];

/** `virIPAddrType` */
export const IpAddrType = {
  IPV4: 0,
  IPV6: 1,
} as const;
export type IpAddrType = (typeof IpAddrType)[keyof typeof IpAddrType];

/** `virDomainEventID` */
export const DomainEventId = {
  LIFECYCLE: 0,
  REBOOT: 1,
  RTC_CHANGE: 2,
  WATCHDOG: 3,
  IO_ERROR: 4,
  GRAPHICS: 5,
  IO_ERROR_REASON: 6,
  CONTROL_ERROR: 7,
  BLOCK_JOB: 8,
  DISK_CHANGE: 9,
  TRAY_CHANGE: 10,
  PMWAKEUP: 11,
  PMSUSPEND: 12,
  BALLOON_CHANGE: 13,
  PMSUSPEND_DISK: 14,
  DEVICE_REMOVED: 15,
  BLOCK_JOB_2: 16,
  TUNABLE: 17,
  AGENT_LIFECYCLE: 18,
  DEVICE_ADDED: 19,
  MIGRATION_ITERATION: 20,
  JOB_COMPLETED: 21,
  DEVICE_REMOVAL_FAILED: 22,
  METADATA_CHANGE: 23,
  BLOCK_THRESHOLD: 24,
  MEMORY_FAILURE: 25,
  MEMORY_DEVICE_SIZE_CHANGE: 26,
} as const;
export type DomainEventId = (typeof DomainEventId)[keyof typeof DomainEventId];

/** `virDomainEventType` */
export const DomainEventType = {
  DEFINED: 0,
  UNDEFINED: 1,
  STARTED: 2,
  SUSPENDED: 3,
  RESUMED: 4,
  STOPPED: 5,
  SHUTDOWN: 6,
  PMSUSPENDED: 7,
  CRASHED: 8,
} as const;
export type DomainEventType = (typeof DomainEventType)[keyof typeof DomainEventType];

/** `virDomainEventDefinedDetailType` */
export const DomainEventDefinedDetail = {
  ADDED: 0,
  UPDATED: 1,
  RENAMED: 2,
  FROM_SNAPSHOT: 3,
} as const;
export type DomainEventDefinedDetail = (typeof DomainEventDefinedDetail)[keyof typeof DomainEventDefinedDetail];

/** `virDomainEventUndefinedDetailType` */
export const DomainEventUndefinedDetail = {
  REMOVED: 0,
  RENAMED: 1,
} as const;
export type DomainEventUndefinedDetail = (typeof DomainEventUndefinedDetail)[keyof typeof DomainEventUndefinedDetail];

/** `virDomainEventStartedDetailType` */
export const DomainEventStartedDetail = {
  BOOTED: 0,
  MIGRATED: 1,
  RESTORED: 2,
  FROM_SNAPSHOT: 3,
  WAKEUP: 4,
} as const;
export type DomainEventStartedDetail = (typeof DomainEventStartedDetail)[keyof typeof DomainEventStartedDetail];

/** `virDomainEventSuspendedDetailType` */
export const DomainEventSuspendedDetail = {
  PAUSED: 0,
  MIGRATED: 1,
  IOERROR: 2,
  WATCHDOG: 3,
  RESTORED: 4,
  FROM_SNAPSHOT: 5,
  API_ERROR: 6,
  POSTCOPY: 7,
  POSTCOPY_FAILED: 8,
} as const;
export type DomainEventSuspendedDetail = (typeof DomainEventSuspendedDetail)[keyof typeof DomainEventSuspendedDetail];

/** `virDomainEventResumedDetailType` */
export const DomainEventResumedDetail = {
  UNPAUSED: 0,
  MIGRATED: 1,
  FROM_SNAPSHOT: 2,
  POSTCOPY: 3,
  POSTCOPY_FAILED: 4,
} as const;
export type DomainEventResumedDetail = (typeof DomainEventResumedDetail)[keyof typeof DomainEventResumedDetail];

/** `virDomainEventStoppedDetailType` */
export const DomainEventStoppedDetail = {
  SHUTDOWN: 0,
  DESTROYED: 1,
  CRASHED: 2,
  MIGRATED: 3,
  SAVED: 4,
  FAILED: 5,
  FROM_SNAPSHOT: 6,
} as const;
export type DomainEventStoppedDetail = (typeof DomainEventStoppedDetail)[keyof typeof DomainEventStoppedDetail];

/** `virDomainEventShutdownDetailType` */
export const DomainEventShutdownDetail = {
  FINISHED: 0,
  GUEST: 1,
  HOST: 2,
} as const;
export type DomainEventShutdownDetail = (typeof DomainEventShutdownDetail)[keyof typeof DomainEventShutdownDetail];

/** `virDomainEventPMSuspendedDetailType` */
export const DomainEventPmSuspendedDetail = {
  MEMORY: 0,
  DISK: 1,
} as const;
export type DomainEventPmSuspendedDetail = (typeof DomainEventPmSuspendedDetail)[keyof typeof DomainEventPmSuspendedDetail];

/** `virDomainEventCrashedDetailType` */
export const DomainEventCrashedDetail = {
  PANICKED: 0,
  CRASHLOADED: 1,
} as const;
export type DomainEventCrashedDetail = (typeof DomainEventCrashedDetail)[keyof typeof DomainEventCrashedDetail];

/** `virDomainEventIOErrorAction` */
export const DomainEventIoErrorAction = {
  NONE: 0,
  PAUSE: 1,
  REPORT: 2,
} as const;
export type DomainEventIoErrorAction = (typeof DomainEventIoErrorAction)[keyof typeof DomainEventIoErrorAction];

/** `virDomainEventWatchdogAction` */
export const DomainEventWatchdogAction = {
  NONE: 0,
  PAUSE: 1,
  RESET: 2,
  POWEROFF: 3,
  SHUTDOWN: 4,
  DEBUG: 5,
  INJECTNMI: 6,
} as const;
export type DomainEventWatchdogAction = (typeof DomainEventWatchdogAction)[keyof typeof DomainEventWatchdogAction];

/** `virConnectDomainEventAgentLifecycleState` */
export const DomainEventAgentLifecycleState = {
  CONNECTED: 1,
  DISCONNECTED: 2,
} as const;
export type DomainEventAgentLifecycleState = (typeof DomainEventAgentLifecycleState)[keyof typeof DomainEventAgentLifecycleState];

/** `virConnectDomainEventAgentLifecycleReason` */
export const DomainEventAgentLifecycleReason = {
  UNKNOWN: 0,
  DOMAIN_STARTED: 1,
  CHANNEL: 2,
} as const;
export type DomainEventAgentLifecycleReason = (typeof DomainEventAgentLifecycleReason)[keyof typeof DomainEventAgentLifecycleReason];
