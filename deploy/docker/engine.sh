# shellcheck shell=bash
# Sourced by tests: a Docker engine for the time of one test, for root on Debian and its kin. docker.io
# and what else is asked for is unpacked into a temporary folder, and dockerd started in it by hand:
# socket, images and state in that folder, mounts in a mount namespace of their own, a bridge and a
# control group of their own, no packet filters, no forwarding.
#
# Who sources it sets `work` (a temporary folder), and has `say TEXT` and `not_run REASON`, which ends the
# script; at its end it calls `stop_engine`.

name=tidemark$$ # the bridge (at most 15 characters) and the control group of our own engine
daemon= bridge= started= libraries=
new=() # what dockerd creates outside of its folders, where it was not there
for dir in /etc/docker /opt/containerd /run/docker; do
  [ -e "$dir" ] || new+=("$dir")
done

ip() {
  LD_LIBRARY_PATH=$libraries command ip "$@"
}

# start_engine PACKAGE...: docker.io and what else the test runs. Sets PATH and DOCKER_HOST. Every step
# that may be refused, by rights or by the kernel, ends in not_run.
start_engine() {
  [ "$(uname -s)" = Linux ] || not_run "no Docker engine answers, and one of our own needs Linux"
  [ "$(id -u)" = 0 ] || not_run "no Docker engine answers, and one of our own needs root"
  command -v apt-get >/dev/null || not_run "no Docker engine answers, and there is no apt to get one with"

  local engine=$work/engine
  say "no Docker engine answers; unpacking $*"
  "$(dirname "${BASH_SOURCE[0]}")/debs.sh" "$engine" missing "$@" iproute2 || not_run "$* cannot be had, see above"
  export PATH="$engine/usr/sbin:$engine/usr/bin:$PATH"
  libraries=$(printf '%s:' "$engine"/usr/lib "$engine"/usr/lib/*-linux-gnu*)
  if [ -d "$engine/usr/lib/python3/dist-packages" ]; then
    export PYTHONPATH=$engine/usr/lib/python3/dist-packages
  fi
  # No maintainer script ran, which would have made this link; names within networks rest on it.
  if [ -e "$engine/usr/sbin/iptables-nft" ]; then
    ln -sf iptables-nft "$engine/usr/sbin/iptables"
    XTABLES_LIBDIR=$(printf '%s:' "$engine"/usr/lib/*-linux-gnu*/xtables)
    export XTABLES_LIBDIR=${XTABLES_LIBDIR%:}
  fi
  command -v dockerd >/dev/null || not_run "the distribution's docker.io has no dockerd"

  # A bridge of our own with an address that nobody routes; only the host talks to the container, so
  # it takes neither packet filters nor forwarding.
  local net free=
  for net in 172.29.213.1 10.213.213.1 192.168.213.1; do
    if [ -z "$(ip -4 route show match "$net" | grep -v '^default')" ]; then
      free=$net
      break
    fi
  done
  [ -n "$free" ] || not_run "there is no free subnet for containers"
  ip link add "$name" type bridge || not_run "this machine lets nobody add a network bridge"
  bridge=$name
  ip addr add "$free/24" dev "$name"
  ip link set "$name" up

  local driver
  for driver in overlay2 vfs; do
    # In a mount namespace of its own: its mounts end with it, whatever happens.
    LD_LIBRARY_PATH=$libraries unshare --mount dockerd --host "unix://$work/docker.sock" \
      --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/dockerd.pid" \
      --storage-driver "$driver" --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "$name" \
      --bridge "$name" --iptables=false --ip-forward=false --ip-masq=false \
      >"$work/dockerd.log" 2>&1 &
    daemon=$! started=yes
    local i
    for ((i = 0; i < 300; i++)); do
      if docker --host "unix://$work/docker.sock" version >/dev/null 2>&1; then
        export DOCKER_HOST=unix://$work/docker.sock
        say "dockerd answers, pid $daemon, storage driver $driver"
        return
      fi
      kill -0 "$daemon" 2>/dev/null || break
      sleep 0.1
    done
    stop_daemon
  done
  tail -n 5 "$work/dockerd.log"
  not_run "dockerd does not start here, see above"
}

stop_daemon() {
  local i
  kill -TERM "$daemon" 2>/dev/null || true
  for ((i = 0; i < 300; i++)); do
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$daemon" 2>/dev/null || true
  wait "$daemon" 2>/dev/null || true
  daemon=
}

stop_engine() {
  [ -z "$daemon" ] || stop_daemon
  [ -z "$bridge" ] || ip link delete "$bridge"
  if [ -n "$started" ]; then
    find /sys/fs/cgroup -depth -type d -path "*/$name*" -exec rmdir {} + 2>/dev/null
    for dir in "${new[@]}"; do
      rm -f "$dir/key.json"
      find "$dir" -depth -type d -empty -delete 2>/dev/null
    done
  fi
}
