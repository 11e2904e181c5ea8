#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Compares plans with the recorded ones of the conformance cases, where these
# are at hand, and fails when fewer agree than did before. The remaining
# differences are listed in cts/sched/differences with their reasons.
#
# usage: conformance.sh, in the build folder.

set -eu
source=${srcdir:-.}
corpus=${CONFORMANCE:-$source/../shared/conformance}
tool=$PWD/tools/mu_simulate

# Cases that agreed at L1, L2, L3 and L4 when this was written, by tier.
floor_1="100 101 101 101"
floor_2="321 319 317 318"

if [ ! -d "$corpus" ]; then
    echo "conformance: no $corpus here; the cases are not part of the project"
    exit 77
fi
[ -x "$tool" ] || {
    echo "conformance: $tool is not built"
    exit 77
}

status=0
for tier in 1 2; do
    eval "floor=\$floor_$tier"
    line=$(cd "$corpus" && timeout 300 python3 conformance.py \
        -c "$tool --format json {file}" --tier "$tier" |
        grep '^passed:') || true
    set -- $(echo "$line" |
        sed -E 's/.*L1 ([0-9]+).*L2 ([0-9]+).*L3 ([0-9]+).*L4 ([0-9]+).*/\1 \2 \3 \4/')
    echo "tier $tier: L1 $1 L2 $2 L3 $3 L4 $4 (at least $floor)"
    for least in $floor; do
        [ "$1" -ge "$least" ] || status=1
        shift
    done
done
exit $status
