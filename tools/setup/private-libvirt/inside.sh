#!/bin/bash
# Runs as the first process of a private libvirt host's namespaces: lays the mounts, starts the daemons, reaps what dies in
# here, and ends when its caller goes (TIED=1: the pipe on stdin closes) or when it is killed. With it ends everything inside.
#   USR1 starts libvirtd again, USR2 virtlogd.
# In: DIR (the host's directory), OWN_NETWORK, HOST_NAME, TIED, CGROUPS (lines "mount point of a hierarchy<TAB>our directory in it")
set -eu
exec 3<&0 </dev/null

# A /run of our own, with everything of the machine's but libvirt's sockets and D-Bus: without D-Bus the daemon asks neither
# machined, polkit nor firewalld, and nothing in the machine's own /run has to be made or removed.
lay_run() {
  mkdir -p "$DIR/tmp"
  mount -t tmpfs -o mode=755 run "$DIR/tmp"
  for entry in /run/* /run/.[!.]*; do
    name=${entry#/run/}
    case $name in libvirt | dbus) continue ;; esac
    if [ -L "$entry" ]; then cp -P "$entry" "$DIR/tmp/$name"
    elif [ -d "$entry" ]; then mkdir "$DIR/tmp/$name" && mount --rbind "$entry" "$DIR/tmp/$name"
    elif [ -e "$entry" ]; then : > "$DIR/tmp/$name" && mount --bind "$entry" "$DIR/tmp/$name"
    fi
  done
  mkdir "$DIR/tmp/libvirt"
  mount --bind "$DIR/run" "$DIR/tmp/libvirt"
  # Locks of serial consoles bear process ids, which mean nothing outside these namespaces, nor after them.
  [ ! -d "$DIR/tmp/lock" ] || mount -t tmpfs -o mode=1777 lock "$DIR/tmp/lock"
  mount --move "$DIR/tmp" /run
}

lay_cgroups() {
  [ -n "$CGROUPS" ] || return 0
  local stage=$DIR/cgroup
  mkdir -p "$stage"
  if [ "${CGROUPS%%$'\t'*}" = /sys/fs/cgroup ]; then
    mount --bind "${CGROUPS#*$'\t'}" "$stage"
  else
    mount -t tmpfs -o mode=755 cgroup "$stage"
    while IFS=$'\t' read -r hierarchy ours; do
      mkdir "$stage/${hierarchy##*/}"
      mount --bind "$ours" "$stage/${hierarchy##*/}"
    done <<< "$CGROUPS"
  fi
}

# Whoever waits for the daemon sees by the file that there is nothing to wait for.
libvirtd_up() {
  libvirtd -d -f /etc/libvirt/libvirtd.conf ${LISTEN:+-l} -p /run/libvirt/libvirtd.pid 3<&- >> "$DIR/log/daemons.log" 2>&1 ||
    touch "$DIR/run/libvirtd-failed"
}
virtlogd_up() { virtlogd -d -f /etc/libvirt/virtlogd.conf -p /run/libvirt/virtlogd.pid 3<&- >> "$DIR/log/daemons.log" 2>&1 || true; }

mount -t proc proc /proc
lay_cgroups
if [ "$OWN_NETWORK" = 1 ]; then
  mount -t sysfs sysfs /sys # shows the network cards of this namespace
  ip link set lo up
fi
[ -z "$CGROUPS" ] || mount --move "$DIR/cgroup" /sys/fs/cgroup
[ -z "$HOST_NAME" ] || hostname "$HOST_NAME"
[ ! -f "$DIR/hosts" ] || mount --bind "$DIR/hosts" /etc/hosts
lay_run
for name in lib cache log; do mount --bind "$DIR/$name" /var/$name/libvirt; done
mount --bind "$DIR/etc" /etc/libvirt
if [ -f "$DIR/prepare.sh" ]; then bash -e "$DIR/prepare.sh" 3<&- >> "$DIR/log/daemons.log" 2>&1; fi

set +e
trap libvirtd_up USR1
trap virtlogd_up USR2
virtlogd_up
libvirtd_up
if [ "$TIED" = 1 ]; then cat <&3 >/dev/null & else sleep infinity & fi
anchor=$!
exec 3<&-
while kill -0 $anchor 2>/dev/null; do wait $anchor; done
