#!/bin/sh
# Joins the host's control groups, then makes its namespaces. CGROUPS as in inside.sh; UNSHARE: the namespaces to make.
# Twice through: a control group namespace takes the group that it is made in as its root, and with cgroup v2 the root that
# hands out controllers must hold no process itself, so the second time moves one level down.
set -eu
if [ "${STAGE:-}" = '' ] && [ -n "$CGROUPS" ]; then
  printf '%s\n' "$CGROUPS" | while IFS='	' read -r hierarchy ours; do echo $$ > "$ours/cgroup.procs"; done
  STAGE=2 exec unshare --cgroup "$0"
fi
if [ -n "$CGROUPS" ] && [ "${CGROUPS%%	*}" = /sys/fs/cgroup ]; then
  mkdir -p "${CGROUPS#*	}/daemon"
  echo $$ > "${CGROUPS#*	}/daemon/cgroup.procs"
fi
# shellcheck disable=SC2086
exec unshare $UNSHARE --mount --propagation slave --pid --fork --kill-child -- bash "$(dirname "$0")/inside.sh"
