#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Plans of ever larger clusters do not cost ever more for each resource: of the
# shapes that "make bench-growth" measures, one of each kind. Instructions are
# counted, not time.
#
# usage: growth.sh, in the build folder. Exit status 77 where nothing can be
# said: without valgrind, or where sanitizers are built in.

set -eu
if nm tools/mu_simulate | grep -q -e '__asan_' -e '__ubsan_'; then
    echo "growth: instrumented build, nothing can be said"
    exit 77
fi
exec timeout 600 "${srcdir:-.}/cts/bench/growth" primitives standby groups \
    colocation-pairs order-chain order-sets rules clones-apart history failures
