#!/bin/bash
# secrets.sh DIR HOST...: makes in DIR what the set needs to keep secret, where it is not there yet:
# a self-signed certificate for HOSTs, tokens of the API, the password of the database.
set -euo pipefail
umask 077
cd "$1"
shift

random() {
  head -c 24 /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_'
}

if [ ! -e postgres-password ]; then
  random >postgres-password.new
  chmod 0444 postgres-password.new # the server runs as another user, and has only this
  mv postgres-password.new postgres-password
fi

if [ ! -e tokens ]; then
  operator=$(random) reader=$(random)
  printf '%s' "$reader" >reader-token
  chmod 0444 reader-token # Prometheus runs as another user
  printf '%s' "$operator" >operator-token
  printf 'operator operator %s\nprometheus reader %s\n' "$operator" "$reader" >tokens.new
  mv tokens.new tokens
fi

if [ ! -e tls.crt ]; then
  command -v keytool >/dev/null || {
    echo "secrets.sh: needs keytool, which comes with a JDK" >&2
    exit 2
  }
  names=ip:127.0.0.1,dns:localhost
  for host in "$@"; do names=$names,dns:$host; done
  random >tls-password
  rm -f tls.p12
  keytool -genkeypair -alias tidemark -keyalg EC -groupname secp256r1 -validity 825 -dname CN=tidemark \
    -ext "san=$names" -storetype PKCS12 -keystore tls.p12 -storepass:file tls-password 2>/dev/null
  keytool -exportcert -rfc -alias tidemark -keystore tls.p12 -storepass:file tls-password 2>/dev/null >tls.new
  chmod 0444 tls.new # a certificate is no secret: it is what clients trust
  mv tls.new tls.crt
fi
echo "secrets are there"
