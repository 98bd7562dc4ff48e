#!/usr/bin/env bash
# Runs ContainerTest, the end-to-end test on a broker in a container, on an image built here. Where
# no Docker engine answers, root on Debian gets one: docker.io from the distribution, unpacked into a
# temporary folder, and dockerd in it, started by hand. Leaves nothing behind.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
home=$(cd "$here/../.." && pwd -P)

usage() {
  cat <<'TEXT'
usage: container-test.sh
Runs ContainerTest with the Docker engine that answers (DOCKER_HOST), else with one of its own (Linux,
root, apt). Ends with 0 when the test passed, and when no engine or image can be had: then it says
"container test: not run, because ...". Ends with 1 when the test failed.
TEXT
}

case ${1:-} in -h | --help) usage && exit ;; esac
if [ $# -ne 0 ]; then
  usage >&2
  exit 2
fi

say() {
  printf 'container test: %s\n' "$1"
}

not_run() {
  say "not run, because $1"
  exit 0
}

work=$(mktemp -d)
image=tidemark/kafka:test-$$
name=tidemark$$ # the bridge (at most 15 characters) and the control group of our own engine
daemon= bridge= started= answers=
properties=$HOME/.testcontainers.properties
had_properties=$(ls -d "$properties" 2>/dev/null || true)
new=() # what dockerd creates outside of its folders, where it was not there
for dir in /etc/docker /opt/containerd /run/docker; do
  [ -e "$dir" ] || new+=("$dir")
done

clean() {
  local code=$? id
  trap - EXIT
  set +e
  if [ -n "$answers" ] && [ -z "$started" ]; then
    for id in $(docker ps -aq --filter "ancestor=$image"); do
      docker rm -fv "$id" >/dev/null
    done
    docker image rm -f "$image" >/dev/null 2>&1
  fi
  stop_engine
  # Testcontainers notes there which engine it found.
  [ -n "$had_properties" ] || rm -f "$properties"
  rm -rf "$work"
  exit "$code"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

ip() {
  LD_LIBRARY_PATH=$libraries command ip "$@"
}

# Every step that may be refused, by rights or by the kernel, ends in not_run.
start_engine() {
  [ "$(uname -s)" = Linux ] || not_run "no Docker engine answers, and one of our own needs Linux"
  [ "$(id -u)" = 0 ] || not_run "no Docker engine answers, and one of our own needs root"
  command -v apt-get >/dev/null || not_run "no Docker engine answers, and there is no apt to get one with"

  local engine=$work/engine
  say "no Docker engine answers; unpacking docker.io"
  "$here/debs.sh" "$engine" missing docker.io iproute2 || not_run "docker.io cannot be had, see above"
  export PATH="$engine/usr/sbin:$engine/usr/bin:$PATH"
  libraries=$(printf '%s:' "$engine"/usr/lib "$engine"/usr/lib/*-linux-gnu*)
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
        export DOCKER_HOST=unix://$work/docker.sock TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
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

command -v mvn >/dev/null || not_run "there is no Maven"
if ! { command -v docker && docker version; } >/dev/null 2>&1; then
  start_engine
fi
answers=yes

code=0
"$here/build-kafka.sh" "$image" || code=$?
[ "$code" != 3 ] || not_run "the image cannot be had, see above"
[ "$code" = 0 ] || exit 1

# Its reaper is an image from a registry; the test closes what it started, and `clean` what is left.
export TESTCONTAINERS_RYUK_DISABLED=true
cd "$home"
mvn -B -pl cli -am verify -Dtest=ContainerTest -Dsurefire.failIfNoSpecifiedTests=false \
  "-Dtidemark.kafka.image=$image" || {
  say "failed"
  exit 1
}
grep -q '<testsuite [^>]* tests="1" errors="0" skipped="0"' \
  cli/target/surefire-reports/TEST-io.tidemark.cli.e2e.ContainerTest.xml || {
  say "failed: an engine answers, but the test was skipped"
  exit 1
}
say "passed"
