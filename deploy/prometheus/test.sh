#!/usr/bin/env bash
# Checks prometheus.yml and alerts.yml, and runs alerts_test.yml, with Prometheus' own promtool. Where there is
# none, Debian's is unpacked into a temporary folder; nothing is installed. Ends with 0, too, where it cannot be
# had: then it says "alert test: not run, because ...".
set -euo pipefail

cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! command -v promtool >/dev/null; then
  ../docker/debs.sh "$work" missing prometheus || {
    echo "alert test: not run, because there is no promtool, and Debian's package cannot be had"
    exit 0
  }
  PATH=$work/usr/bin:$PATH
fi

promtool check rules alerts.yml
# The rule file of prometheus.yml is where the container has it.
promtool check config --syntax-only prometheus.yml
promtool test rules alerts_test.yml
echo "alert test: passed"
