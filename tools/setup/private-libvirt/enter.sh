#!/bin/sh
# Joins the host's control groups, then makes its namespaces. CGROUPS as in inside.sh; UNSHARE: the namespaces to make.
#   first    stays outside and waits, so that the control groups go when the host goes, also when nobody is left to stop it
#   second   in the groups; makes the group namespace, which takes the group that it is made in as its root
#   third    one level further down where there is cgroup v2 alone: the group that hands out controllers may hold no process
set -eu
tab=$(printf '\t')
each_group() { [ -z "$CGROUPS" ] || printf '%s\n' "$CGROUPS" | while IFS=$tab read -r _ ours; do "$@" "$ours"; done; }
join() { echo $$ > "$1/cgroup.procs"; }
remove() { find "$1" -depth -type d -exec rmdir {} \; 2>/dev/null || true; }

case ${STAGE:-first} in
  first)
    STAGE=second sh "$0" || true
    each_group remove
    ;;
  second)
    each_group join
    STAGE=third exec ${CGROUPS:+unshare --cgroup} sh "$0"
    ;;
  third)
    if [ "${CGROUPS%%"$tab"*}" = /sys/fs/cgroup ]; then
      mkdir -p "${CGROUPS#*"$tab"}/daemon"
      join "${CGROUPS#*"$tab"}/daemon"
    fi
    # shellcheck disable=SC2086
    exec unshare $UNSHARE --mount --propagation slave --pid --fork --kill-child -- bash "$(dirname "$0")/inside.sh"
    ;;
esac
