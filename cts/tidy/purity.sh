#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fails when an object of a pure library refers to a symbol that is not on its
# layer's list (purity.allow), or has data at file scope that can be written.
# It looks at what the compiler made, so it cannot be talked around.
#
# usage: purity.sh, in the build folder after "make"; srcdir as make sets it.
# Exit status: 0, 1 with the offenders, 77 where nothing can be said.

set -eu
here=${srcdir:-.}/cts/tidy
status=0
seen=no

for layer in base doc wire model sched core crm; do
    objects=$(find "lib/$layer" -name '*.o' 2>/dev/null | sort)
    [ -n "$objects" ] || continue
    # shellcheck disable=SC2086  # one word per object is meant
    if nm -u $objects | grep -q -e '__asan_' -e '__ubsan_' -e '__gcov_'; then
        echo "purity: instrumented build, nothing can be said"
        exit 77
    fi
    seen=yes
    # What an object wants that no library of ours has. Checked variants such
    # as __memcpy_chk stand for the plain function.
    # shellcheck disable=SC2086
    wanted=$(nm -u $objects | awk '$1 == "U" { print $2 }' |
        grep -v '^mu_' | sed 's/^__\(.*\)_chk$/\1/' | sort -u)
    allowed=$(sed -n "s/^\(all\|$layer\): *//p" "$here/purity.allow" |
        tr ' ' '\n' | sort -u)
    for symbol in $wanted; do
        if ! printf '%s\n' "$allowed" | grep -qx -e "$symbol"; then
            echo "lib/$layer: impure symbol: $symbol" >&2
            status=1
        fi
    done
    for object in $objects; do
        # Constant tables with pointers are in .data.rel.ro: not writable.
        writable=$(nm -f sysv "$object" | awk -F'|' '
            $7 ~ /^(\.data|\.bss|\*COM\*|\.tdata|\.tbss)/ &&
            $7 !~ /^\.data\.rel\.ro/ && $4 ~ /OBJECT|TLS/ {
                sub(/ +$/, "", $1); print $1 }')
        for name in $writable; do
            echo "$object: data that can be written: $name" >&2
            status=1
        done
    done
done

if [ "$seen" = no ]; then
    echo "purity: no objects under lib/ here; run make first"
    exit 77
fi
exit $status
