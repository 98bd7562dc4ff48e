# shellcheck shell=bash
# Sourced by what builds an image without a registry. Who sources it has `usage`; ends with 2 where the
# command line is wrong, and with 3 where something that it takes cannot be had.

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  exit "${2:-1}"
}

# begin_image ARGUMENT...: those of the script. Sets image.
begin_image() {
  case ${1:-} in -h | --help) usage && exit ;; esac
  if [ $# -ne 1 ]; then
    usage >&2
    exit 2
  fi
  image=$1
}

# need TOOL...: these, and an engine that answers.
need() {
  local tool
  for tool in docker apt-get dpkg-deb tar "$@"; do
    command -v "$tool" >/dev/null || fail "needs $tool" 3
  done
  docker version >/dev/null 2>&1 || fail "no Docker engine answers; start one or set DOCKER_HOST" 3
}
