#!/usr/bin/env bash
# Checks prometheus.yml and alerts.yml, and runs alerts_test.yml, with Prometheus' own promtool. Ends with 0
# too where there is none: then it says "alert test: not run, because ...".
set -euo pipefail

cd "$(dirname "$0")"
if ! command -v promtool >/dev/null; then
  echo "alert test: not run, because there is no promtool (Debian: apt-get install prometheus)"
  exit 0
fi
promtool check rules alerts.yml
# The rule file of prometheus.yml is where the container has it.
promtool check config --syntax-only prometheus.yml
promtool test rules alerts_test.yml
echo "alert test: passed"
