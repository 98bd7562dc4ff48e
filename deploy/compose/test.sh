#!/usr/bin/env bash
# Runs the whole set of compose.yaml on images built here: plans a backfill, kills a worker and a
# reconciler in the middle of it, lets a worker drain, and compares source and target. Where no Docker engine
# answers, root on Debian gets one for the time of the test (../docker/engine.sh). Leaves nothing behind.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
docker=$here/../docker

usage() {
  cat <<'TEXT'
usage: test.sh
Uses the Docker engine that answers (DOCKER_HOST), else one of its own (Linux, root, apt). Images named by
TIDEMARK_IMAGE, KAFKA_IMAGE and POSTGRES_IMAGE are taken as they are; others are built without a registry.
Ends with 0 when the test passed, and when no engine, compose or image can be had: then it says
"compose test: not run, because ...". Ends with 1 when the test failed.
TEXT
}

case ${1:-} in -h | --help) usage && exit ;; esac
if [ $# -ne 0 ]; then
  usage >&2
  exit 2
fi

began=$(date +%s)
say() {
  printf 'compose test: %4d s  %s\n' "$(($(date +%s) - began))" "$1"
}

not_run() {
  printf 'compose test: not run, because %s\n' "$1"
  exit 0
}

failed() {
  say "FAILED: $1"
  compose ps -a 2>/dev/null || compose ps || true
  compose logs --no-color --tail=40 reconciler-1 reconciler-2 worker secrets 2>&1 | tail -n 200 || true
  exit 1
}

work=$(mktemp -d)
project=tidemark-test-$$
built=() compose=() answers=''
# shellcheck source=../docker/engine.sh
. "$docker/engine.sh"

compose() {
  "${compose[@]}" --project-name "$project" --file "$here/compose.yaml" --project-directory "$here" "$@"
}

clean() {
  local code=$?
  trap - EXIT
  set +e
  if [ -n "$answers" ]; then
    [ ${#compose[@]} = 0 ] || compose --profile tools down --volumes --timeout 1 >/dev/null 2>&1
    [ -n "$started" ] || [ ${#built[@]} = 0 ] || docker image rm -f "${built[@]}" >/dev/null 2>&1
  fi
  stop_engine
  rm -rf "$work"
  exit "$code"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

command -v mvn >/dev/null || not_run "there is no Maven"
if ! { command -v docker && docker version; } >/dev/null 2>&1; then
  start_engine docker.io docker-compose
fi
answers=yes
if docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
elif docker-compose version >/dev/null 2>&1; then
  compose=(docker-compose)
else
  not_run "the engine has no docker compose, and there is no docker-compose"
fi

image() {
  local code=0
  "$docker/build-$1.sh" "$2" || code=$?
  [ "$code" != 3 ] || not_run "the image $2 cannot be had, see above"
  [ "$code" = 0 ] || exit 1
  built+=("$2")
}
if [ -z "${TIDEMARK_IMAGE:-}" ]; then
  export TIDEMARK_IMAGE=tidemark:test-$$
  image tidemark "$TIDEMARK_IMAGE"
fi
if [ -z "${KAFKA_IMAGE:-}" ]; then
  export KAFKA_IMAGE=tidemark/kafka:test-$$
  image kafka "$KAFKA_IMAGE"
fi
if [ -z "${POSTGRES_IMAGE:-}" ]; then
  export POSTGRES_IMAGE=tidemark/postgres:test-$$
  image postgres "$POSTGRES_IMAGE"
fi
export RECONCILER_1_PORT=0 RECONCILER_2_PORT=0 # any free ones

sql() {
  compose exec -T postgres psql --username tidemark --dbname shop --no-psqlrc --quiet --tuples-only --no-align \
    --command "$1"
}

tidemark() {
  compose run --rm -T tidemark "$@" 2>"$work/stderr" || {
    cat "$work/stderr" >&2
    return 1
  }
}

# api SERVICE PATH: what a reconciler answers to a reader.
api() {
  # shellcheck disable=SC2016 # for the shell in the container
  compose exec -T "$1" bash -c 'curl --silent --show-error --fail --max-time 5 --cacert /run/tidemark/tls.crt \
    --header "Authorization: Bearer $(cat /run/tidemark/reader-token)" "https://localhost:8080$0"' "$2"
}

# until_true SECONDS WHAT COMMAND...
until_true() {
  local end=$(($(date +%s) + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$end" ] || failed "$what did not come to be in time"
    sleep 1
  done
}

# What has done its work and ended counts: the older docker-compose lists it as well.
healthy() {
  local id state
  for id in $(compose ps -q "$@"); do
    state=$(docker inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{else}}exit {{.State.ExitCode}}{{end}}' "$id")
    [ "$state" = healthy ] || [ "$state" = "exit 0" ] || return 1
  done
}

copied() {
  [ "$(sql 'SELECT count(*) FROM archive.orders')" -ge "$1" ]
}

field() {
  sed -n "s/.*\"$1\" *: *\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n 1
}

say "starting three brokers, PostgreSQL, two reconcilers, two workers"
compose up --detach --scale worker=2 >"$work/up" 2>&1 || {
  cat "$work/up"
  failed "compose up"
}
until_true 480 "health of all" healthy
say "all are healthy"

for id in $(compose ps -q reconciler-1 worker); do
  user=$(docker exec "$id" id -u)
  [ "$user" != 0 ] || failed "$id runs as root"
  ! docker exec "$id" touch /opt/tidemark/x 2>/dev/null || failed "$id can write to its root file system"
  [ "$(docker exec "$id" cat /proc/1/comm)" = java ] || failed "java is not the first process of $id"
done
say "none is root, none can write to its root file system, java is the first process"

rows=$(sql 'SELECT count(*) FROM public.orders')
# A target that takes its time, so that there is a middle to strike in; chunks do not shrink for it.
sql "CREATE TABLE archive.orders (LIKE public.orders INCLUDING ALL);
  CREATE FUNCTION archive.slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END';
  CREATE TRIGGER slow AFTER INSERT ON archive.orders EXECUTE FUNCTION archive.slow()"
sed 's/^partition:/chunk: {rows: 2500, target: 10s}\npartition:/' "$here/specs/orders.yaml" >"$work/spec.yaml"
backfill=$(compose run --rm -T --volume "$work/spec.yaml:/tmp/spec.yaml:ro" tidemark plan /tmp/spec.yaml --output json \
  2>"$work/stderr" | field backfill) || true
[ -n "$backfill" ] || {
  cat "$work/stderr"
  failed "planning"
}
planned=$(date +%s)
say "planned $backfill: $rows rows"

until_true 300 "a fifth of the rows" copied $((rows / 5))
victim=$(compose ps -q worker | head -n 1)
docker kill --signal KILL "$victim" >/dev/null
docker start "$victim" >/dev/null
say "killed a worker at $(sql 'SELECT count(*) FROM archive.orders') rows, and started it again"
until_true 300 "two fifths of the rows" copied $((rows * 2 / 5))
docker kill --signal KILL "$(compose ps -q reconciler-1)" >/dev/null
killed=$(date +%s)
say "killed reconciler-1 at $(sql 'SELECT count(*) FROM archive.orders') rows"
until_true 120 "an answer of reconciler-2 alone" api reconciler-2 "/api/v1/backfills/$backfill"
say "reconciler-2 answers alone after $(($(date +%s) - killed)) s"
stopping=$(date +%s%N)
survivor=$(compose ps -q worker | grep -v "$victim")
docker stop --time 100 "$survivor" >/dev/null
code=$(docker inspect -f '{{.State.ExitCode}}' "$survivor")
[ "$code" = 0 ] || failed "a worker that is stopped ends with $code"
say "a worker drained and ended with 0 in $((($(date +%s%N) - stopping) / 1000000)) ms, at $(sql 'SELECT count(*) FROM archive.orders') rows"
compose start reconciler-1 >/dev/null 2>&1

tidemark wait "$backfill" --timeout 8m --output json >"$work/end" || failed "the backfill did not complete: $(cat "$work/end")"
say "completed $(($(date +%s) - planned)) s after the plan: $(tr -d '\n' <"$work/end" | cut -c 1-300)"
[ "$(field rows <"$work/end")" = "$rows" ] || failed "the ledger has $(field rows <"$work/end") rows, not $rows"
difference=$(sql 'SELECT (SELECT count(*) FROM (TABLE public.orders EXCEPT ALL TABLE archive.orders) a)
  + (SELECT count(*) FROM (TABLE archive.orders EXCEPT ALL TABLE public.orders) b)')
[ "$difference" = 0 ] || failed "$difference rows differ between source and target"
say "source and target are equal, row by row: $rows rows"

docker start "$survivor" >/dev/null
until_true 300 "health of all in the end" healthy
for reconciler in reconciler-1 reconciler-2; do
  until_true 60 "an answer of $reconciler in the end" api "$reconciler" "/api/v1/backfills/$backfill"
  answer=$(api "$reconciler" "/api/v1/backfills/$backfill") || failed "$reconciler does not answer"
  [ "$(field state <<<"$answer")" = COMPLETED ] || failed "$reconciler answers $answer"
done
# As Kubernetes asks: by address, with no name that the certificate has, and with no token.
address=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$(compose ps -q reconciler-1)")
compose exec -T reconciler-2 curl --silent --show-error --fail --insecure "https://$address:8080/health/ready" >/dev/null ||
  failed "reconciler-1 tells its health not to who asks by address"
code=$(compose exec -T reconciler-2 curl --silent --insecure --output /dev/null --write-out '%{http_code}' \
  "https://$address:8080/api/v1/backfills")
[ "$code" = 401 ] || failed "a caller without a token gets $code"
say "passed: both reconcilers say COMPLETED"
