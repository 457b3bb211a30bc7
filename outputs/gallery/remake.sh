#!/bin/sh
# Makes the figures of README.md anew, all of them, from the shipped scenarios: the same bytes on every machine.
# SEEDBED names the program; without it, it is built.
set -eu
cd "$(dirname "$0")/../.."
seedbed=${SEEDBED:-cargo run --quiet --release --}
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

# figure SCENARIO RUN|compare CHART...
figures() {
  scenario=$1 how=$2
  shift 2
  name=$(basename "$scenario" .toml)
  $seedbed "$how" "scenarios/$scenario" --quiet --out "$made"
  case $how in
    run) folder=$made/latest ;;
    compare) folder=$(echo "$made/$name"/compare-*) ;;
  esac
  for chart in "$@"; do
    $seedbed plot "$folder" --chart "$chart" --out "outputs/gallery/$name"
  done
}

figures consensus/raft-3-regions.toml run latency leaders
figures services/choices-under-load.toml compare against-latency-p99-by-load ecdf-load-0.9
figures services/two-pools.toml compare compare-latency-p99
figures services/servers-or-policy.toml compare pareto
