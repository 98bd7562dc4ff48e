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
answers=
properties=$HOME/.testcontainers.properties
had_properties=$(ls -d "$properties" 2>/dev/null || true)
# shellcheck source=engine.sh
. "$here/engine.sh"

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

command -v mvn >/dev/null || not_run "there is no Maven"
if ! { command -v docker && docker version; } >/dev/null 2>&1; then
  start_engine docker.io
  export TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
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
