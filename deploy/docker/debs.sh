#!/usr/bin/env bash
# Unpacks Debian packages and all they need into a folder, with the apt sources of this machine, and
# installs nothing: apt's lists, its downloads and its locks live in a temporary folder. No root.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: debs.sh DIR all|missing PACKAGE...
  DIR      where to unpack; merged-usr, as in a Debian of today
  all      unpacks everything the packages need: a root file system
  missing  unpacks what this machine has not installed
  PACKAGE  a name, or alternatives as in one|other|third: the first that there is
Recommended packages stay away, and no maintainer script runs.
TEXT
}

fail() {
  printf 'debs.sh: %s\n' "$1" >&2
  exit 3
}

case ${1:-} in -h | --help) usage && exit ;; esac
if [ $# -lt 3 ] || { [ "$2" != all ] && [ "$2" != missing ]; }; then
  usage >&2
  exit 2
fi
dir=$1 which=$2
shift 2

for tool in apt-get apt-cache dpkg-deb tar; do
  command -v "$tool" >/dev/null || fail "needs $tool, which Debian and its kin have"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
options=(-q -o "Dir::State=$work/state" -o "Dir::Cache=$work/cache" -o Debug::NoLocking=1
  -o "APT::Sandbox::User=$(id -un)")

apt-get "${options[@]}" update >"$work/log" 2>&1 || {
  tail -n 5 "$work/log" >&2
  fail "apt-get update failed, see above"
}

packages=()
for alternatives in "$@"; do
  found=
  for package in ${alternatives//|/ }; do
    if apt-cache "${options[@]}" show "$package" >/dev/null 2>&1; then
      found=$package
      break
    fi
  done
  [ -n "$found" ] || fail "the distribution has no package ${alternatives//|/ or }"
  packages+=("$found")
done

if [ "$which" = all ]; then
  : >"$work/nothing"
  options+=(-o "Dir::State::status=$work/nothing")
fi
apt-get "${options[@]}" -y --download-only --no-install-recommends install "${packages[@]}" \
  >"$work/log" 2>&1 || {
  tail -n 5 "$work/log" >&2
  fail "apt-get could not download ${packages[*]}, see above"
}

# dpkg-deb -x would put folders in the place of these links.
mkdir -p "$dir"/usr/{bin,sbin,lib,lib64}
for link in bin sbin lib lib64; do
  [ -e "$dir/$link" ] || ln -s "usr/$link" "$dir/$link"
done
for deb in "$work"/cache/archives/*.deb; do
  [ -e "$deb" ] || continue
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir" --keep-directory-symlink --no-same-owner \
    --exclude=./usr/share/man --exclude=./usr/share/locale
done
