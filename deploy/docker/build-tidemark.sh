#!/usr/bin/env bash
# Builds the image of Tidemark without a registry, by the same Dockerfile: its base is a Debian root file
# system from the machine's apt sources with a Java runtime that the machine's JDK links, and its context
# brings the jars, which the machine's Maven builds.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
home=$(cd "$here/../.." && pwd -P)

usage() {
  cat <<'TEXT'
usage: build-tidemark.sh IMAGE
  IMAGE  name of the image, such as tidemark:local
Needs a Docker engine that answers, Maven, a JDK of 21 or newer with jlink, and Debian or its kin (apt-get,
dpkg-deb); no root beyond what the engine asks for. Ends with 3 where one of these, or a package, cannot
be had. Where a registry can be reached, plain docker does: see Dockerfile.
TEXT
}

# shellcheck source=deploy/docker/image.sh
. "$here/image.sh"
begin_image "$@"
need mvn

# The first JDK that can link a runtime and is new enough.
find_jdk() {
  local dir version
  for dir in "${JAVA_HOME:-}" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /opt/java/* /opt/jdk*; do
    [ -x "$dir/bin/jlink" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$dir/release" 2>/dev/null)
    if [ -n "$version" ] && [ "$version" -ge 21 ]; then
      echo "$dir"
      return
    fi
  done
  return 1
}
jdk=$(find_jdk) || fail "found no JDK of 21 or newer with jlink; point JAVA_HOME at one" 3

work=$(mktemp -d)
base=tidemark/base:build-$$
clean() {
  docker image rm -f "$base" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean EXIT
root=$work/root context=$work/context

echo "build-tidemark.sh: building the jars"
mkdir -p "$context/deploy/target" "$context/deploy/docker"
mvn -B -q -f "$home/pom.xml" -pl deploy -am package -Dmaven.test.skip=true \
  "-Dtidemark.lib=$context/deploy/target/lib"
cp "$home/tidemark" "$context/"
cp "$here/health" "$context/deploy/docker/"

echo "build-tidemark.sh: unpacking Debian packages"
"$here/debs.sh" "$root" all base-files bash dash coreutils curl findutils grep sed libstdc++6 zlib1g ||
  fail "the root file system cannot be had, see above" 3
echo root:x:0:0:root:/root:/bin/bash >"$root/etc/passwd"
echo root:x:0: >"$root/etc/group"

echo "build-tidemark.sh: linking a Java runtime"
# What Java SE has, and what names, security, diagnosis and our jars ask for beside it.
"$jdk/bin/jlink" --output "$root/opt/java" --strip-debug --no-header-files --no-man-pages --compress zip-6 \
  --add-modules java.se,jdk.charsets,jdk.crypto.ec,jdk.httpserver,jdk.jcmd,jdk.jfr,jdk.localedata,jdk.management.agent \
  --add-modules jdk.management,jdk.naming.dns,jdk.net,jdk.nio.mapmode,jdk.security.auth \
  --add-modules jdk.security.jgss,jdk.unsupported,jdk.zipfs

echo "build-tidemark.sh: importing"
tar -c -C "$root" --owner=0 --group=0 --numeric-owner . | docker import \
  -c 'ENV PATH=/opt/java/bin:/usr/bin:/usr/sbin' -c 'ENV JAVA_HOME=/opt/java' - "$base" >/dev/null
# The classic builder, which every engine has; it takes no network.
DOCKER_BUILDKIT=0 docker build --quiet --network none --force-rm --build-arg "BUILD=$base" \
  --build-arg "BASE=$base" --tag "$image" --file "$here/Dockerfile" "$context" >/dev/null
echo "build-tidemark.sh: built $image, $(docker image inspect -f '{{.Size}}' "$image" |
  awk '{printf "%.0f MB", $1 / 1000000}')"
