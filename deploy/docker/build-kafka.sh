#!/usr/bin/env bash
# Builds an image of one Kafka broker that Testcontainers' KafkaContainer takes for apache/kafka,
# without a registry: a Debian root file system from the machine's apt sources, and the jars of this
# project's Kafka version through Maven.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)

usage() {
  cat <<'TEXT'
usage: build-kafka.sh IMAGE
  IMAGE  name of the image, such as tidemark/kafka:local
Needs a Docker engine that answers, Maven, and Debian or its kin (apt-get, dpkg-deb); no root beyond
what the engine asks for. Ends with 3 where one of these, or a package, cannot be had.
TEXT
}

# shellcheck source=deploy/docker/image.sh
. "$here/image.sh"
begin_image "$@"
need mvn

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

echo "build-kafka.sh: unpacking Debian packages"
"$here/debs.sh" "$root" all base-files bash dash coreutils grep \
  'openjdk-17-jre-headless|openjdk-21-jre-headless|openjdk-25-jre-headless' ||
  fail "the root file system cannot be had, see above" 3
java=$(cd "$root" && find usr/lib/jvm -mindepth 1 -maxdepth 1 -type d -name 'java-*')
[ -x "$root/$java/bin/java" ] || fail "no single JRE in the root file system, but: $java"
ln -s "/$java/bin/java" "$root/usr/bin/java"

echo "build-kafka.sh: copying the jars"
mvn -B -q -f "$here/pom.xml" package "-Dkafka.image.lib=$root/opt/kafka/libs"

mkdir -p "$root/etc/kafka/docker" "$root/var/lib/kafka/data" "$root/mnt/shared/config"
cp "$here"/kafka/* "$root/etc/kafka/docker/"
printf '%s\n' root:x:0:0:root:/root:/bin/bash appuser:x:1000:1000::/tmp:/bin/bash >"$root/etc/passwd"
printf '%s\n' root:x:0: appuser:x:1000: >"$root/etc/group"
# The broker is not root, and neither need be who builds: so anyone may write here.
chmod 1777 "$root/var/lib/kafka" "$root/var/lib/kafka/data" "$root/tmp"

echo "build-kafka.sh: importing"
tar -c -C "$root" --owner=0 --group=0 --numeric-owner . | docker import \
  -c 'ENV PATH=/usr/bin:/usr/sbin:/opt/kafka/bin' \
  -c 'USER appuser' \
  -c 'EXPOSE 9092' \
  -c 'VOLUME /var/lib/kafka' \
  -c 'CMD ["/etc/kafka/docker/run"]' \
  - "$image" >/dev/null
echo "build-kafka.sh: built $image, $(docker image inspect -f '{{.Size}}' "$image" |
  awk '{printf "%.0f MB", $1 / 1000000}')"
