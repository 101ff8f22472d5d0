#!/usr/bin/env bash
# The whole product in one go; `./dev demo` builds and calls it. Options: --once, --data DIR, --port-base N, --customers N.
# EBB_BIN_DIR: where the programs are (build/bin); EBB_DEMO_MIB: the free space it asks for below TMPDIR (512).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

once=false data="" port_base=${EBB_PORT_BASE:-7500} customers=1300
usage() { echo "usage: ./dev demo [--once] [--data DIR] [--port-base N] [--customers N]" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case $1 in
    --once) once=true ;;
    --data) [ $# -ge 2 ] || usage; data=$(readlink -f "$2") || { echo "demo: no folder $2" >&2; exit 1; }; shift ;;
    --port-base) [ $# -ge 2 ] || usage; port_base=$2; shift ;;
    --customers) [ $# -ge 2 ] || usage; customers=$2; shift ;;
    *) usage ;;
  esac
  shift
done

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
export EBB_PORT_BASE=$port_base
ebb=${EBB_BIN_DIR:-build/bin}/ebb
place=${TMPDIR:-/tmp} need_mib=${EBB_DEMO_MIB:-512}
free_mib=$(df -Pm "$place" | awk 'NR == 2 { print $4 }')
if [ "$free_mib" -lt "$need_mib" ]; then
  echo "demo: only $free_mib MiB are free in $place and the demo needs about $need_mib; make room, or choose another place by TMPDIR" >&2
  exit 1
fi
work=$(mktemp -d "$place/ebb-demo-XXXXXX")
up="" subscription=""
finish() {
  [ -z "$subscription" ] || kill "$subscription" 2>/dev/null || true
  if [ -n "$up" ]; then kill -TERM "$up" 2>/dev/null || true; wait "$up" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

say "1  the three services on loopback, from port $port_base"
"$ebb" up --data-dir "$work/data" >"$work/up.log" 2>&1 &
up=$!
for ((i = 0; i < 600; i++)); do
  # Said by the services that were started here: others may hold the ports and answer `ebb status` in their place.
  if grep -qs '^Ebb is up' "$work/up.log"; then break; fi
  if ! kill -0 "$up" 2>/dev/null; then
    cat "$work/up.log" >&2
    echo "demo: the services did not start; with a taken port, choose another by --port-base" >&2
    exit 1
  fi
  read -rt 0.1 <> <(:) || true
done
"$ebb" status

if [ -z "$data" ]; then
  say "2  a synthetic shop of $customers customers"
  data=$work/shop
  "$ebb" generate --customers "$customers" --seed 1 --files "$data"
fi

say "3  import of the four files"
"$ebb" import one-click --market-file "$data/market_file.csv" --market-money "$data/market_money.csv" \
  --market-time "$data/market_time.csv" --money "$data/money.csv"

say "4  training: every family of estimators, every setting, cross-validated"
"$ebb" train --wait

say "5  what decides, how good it is, who is at risk: the model's report"
"$ebb" model report champion --html "$work/model.html"

say "6  segments: profit tier × risk"
"$ebb" segments

say "7  the ten customers with the most profit at risk"
"$ebb" at-risk --top 10

say "8  live: events come in, changed scores come out"
"$ebb" subscribe >"$work/changes" 2>"$work/subscribe.log" &
subscription=$!
# The subscription is there when the scorer counts it.
for ((i = 0; i < 100; i++)); do
  if "$ebb" status --output json | grep -qE '"subscribers": *1'; then break; fi
  read -rt 0.1 <> <(:) || true
done
now=$(date -u +%Y-%m-%dT%H:%M:%S)
"$ebb" at-risk --top 3 --output csv --no-header | cut -d, -f1 >"$work/customers"
while read -r customer; do
  for n in 1 2 3 4 5 6; do
    printf '{"customerId":"%s","eventId":"demo-buy-%s","eventTime":"%s.%03dZ","purchase":{"orderId":"demo-%s-%s","lines":[{"productId":"p%s","category":"home_textiles","quantity":"2","unitPriceMinor":"45000"}]}}\n' \
      "$customer" "$n" "$now" "$n" "$customer" "$n" "$n"
    printf '{"customerId":"%s","eventId":"demo-time-%s","eventTime":"%s.%03dZ","timeOnSite":{"visitId":"demo-%s","durationMs":"600000"}}\n' \
      "$customer" "$n" "$now" "$((n + 10))" "$n"
  done
done <"$work/customers" >"$work/events.jsonl"
echo "three of them come back, buy six times and stay for an hour:"
"$ebb" push "$work/events.jsonl"
for ((i = 0; i < 100; i++)); do
  [ "$(wc -l <"$work/changes")" -lt 4 ] || break
  read -rt 0.1 <> <(:) || true
done
cat "$work/changes"
[ -s "$work/changes" ] || { echo "demo: no change reached the subscriber" >&2; cat "$work/subscribe.log" >&2; exit 1; }

if ! $once; then
  say "streaming changes until Ctrl-C; in another terminal, for instance: EBB_PORT_BASE=$port_base $ebb push FILE"
  echo "the model's report, for a browser, until this ends: $work/model.html"
  tail -n +"$(($(wc -l <"$work/changes") + 1))" -f "$work/changes" --pid="$up"
fi
