#!/usr/bin/env bash
# Builds an image of PostgreSQL without a registry, from the machine's apt sources, that keeps to the
# conventions of the official one as far as compose.yaml needs them.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)

usage() {
  cat <<'TEXT'
usage: build-postgres.sh IMAGE
  IMAGE  name of the image, such as tidemark/postgres:local
Needs a Docker engine that answers, and Debian or its kin (apt-get, dpkg-deb); no root beyond what the
engine asks for. Ends with 3 where one of these, or a package, cannot be had.
TEXT
}

# shellcheck source=deploy/docker/image.sh
. "$here/image.sh"
begin_image "$@"
need

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

echo "build-postgres.sh: unpacking Debian packages"
"$here/debs.sh" "$root" all base-files bash dash coreutils sed \
  'postgresql-15|postgresql-16|postgresql-17|postgresql-18' ||
  fail "the root file system cannot be had, see above" 3
bin=$(cd "$root" && find usr/lib/postgresql -maxdepth 2 -name bin)
[ -x "$root/$bin/postgres" ] || fail "no single PostgreSQL in the root file system, but: $bin"

install -m 755 "$here/postgres/run" "$root/usr/bin/run-postgres"
rm -rf "$root/var/run"
ln -s ../run "$root/var/run"
mkdir -p "$root/var/lib/postgresql/data" "$root/run/postgresql" "$root/docker-entrypoint-initdb.d"
printf '%s\n' root:x:0:0:root:/root:/bin/bash postgres:x:999:999::/var/lib/postgresql:/bin/bash >"$root/etc/passwd"
printf '%s\n' root:x:0: postgres:x:999: >"$root/etc/group"
# The server is not root, and neither need be who builds: so anyone may write here.
chmod 1777 "$root/var/lib/postgresql/data" "$root/run/postgresql" "$root/tmp"

echo "build-postgres.sh: importing"
tar -c -C "$root" --owner=0 --group=0 --numeric-owner . | docker import \
  -c "ENV PATH=/$bin:/usr/bin:/usr/sbin" \
  -c 'USER postgres' \
  -c 'EXPOSE 5432' \
  -c 'CMD ["/usr/bin/run-postgres"]' \
  - "$image" >/dev/null
echo "build-postgres.sh: built $image, $(docker image inspect -f '{{.Size}}' "$image" |
  awk '{printf "%.0f MB", $1 / 1000000}')"
