#!/usr/bin/env bash
# Installs the verifiers that other people wrote, as far as this machine lets it, for the tests in
# tests/Factory.Core.Tests/OutsideVerifiers: @sigstore/verify from npm, and Go with golang.org/x/mod from Debian.
# A test whose verifier is missing is skipped and says so. Prints one line and ends with 0, whatever could be installed.
set -uo pipefail
cd "$(dirname "$0")"
here=() missing=()
log=$(mktemp)
trap 'rm -f "$log"' EXIT

found() { here+=("$1"); }
lacking() { missing+=("$1"); }

command -v sha256sum >/dev/null && found sha256sum || lacking "sha256sum (coreutils is not here)"
command -v openssl >/dev/null && found openssl || lacking "openssl (the program is not here)"

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then lacking "@sigstore/verify (node or npm is not here)"
elif [ -d node/node_modules/@sigstore/verify ] || (cd node && timeout 120 npm ci --silent) >"$log" 2>&1; then found @sigstore/verify
else lacking "@sigstore/verify (npm ci: $(grep -m 1 -i error "$log" || echo failed))"; fi

go_is_here() { command -v go >/dev/null && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]; }
if ! go_is_here && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { timeout 120 apt-get update && DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y --no-install-recommends golang-go golang-golang-x-mod-dev; } >"$log" 2>&1
fi
go_is_here && found "Go's x/mod/sumdb" || lacking "Go's x/mod/sumdb (no golang-go and golang-golang-x-mod-dev, and this user cannot install them here)"

join() { local separator=$1 out=$2; shift 2; for item; do out+="$separator$item"; done; printf '%s' "$out"; }
line="outside verifiers: $(join ', ' "${here[@]:-none}")"
[ ${#missing[@]} -gt 0 ] && line+="; not here: $(join '; ' "${missing[@]}")"
printf '%s\n' "$line"
exit 0
