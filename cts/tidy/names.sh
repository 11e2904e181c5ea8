#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fails when a symbol with external linkage is not called after its file, or
# after the header of its folder that declares it: lib/model/config_read.c may
# define mu_config_read_x and mu_config_x.
#
# usage: names.sh, in the build folder after "make".

set -eu
source=${srcdir:-.}
status=0
seen=no

is_after_header() {
    for header in "$source/$2"/*.h; do
        name=$(basename "$header" .h)
        case $1 in
        "mu_${name}_"*) return 0 ;;
        esac
    done
    return 1
}

for object in $(find lib -name '*.o' 2>/dev/null | sort); do
    seen=yes
    file=$(basename "$object" .o)
    file=${file#lib*_la-}
    for symbol in $(nm -g --defined-only "$object" |
        awk 'NF == 3 && $2 ~ /[TtRrDdBb]/ { print $3 }'); do
        case $symbol in
        __odr_asan* | __asan* | __ubsan*) continue ;;
        esac
        module=$file
        while :; do
            case $symbol in
            "mu_$module" | "mu_${module}_"*) break ;;
            esac
            case $module in
            *_*) module=${module%_*} ;;
            *)
                is_after_header "$symbol" "${object%/*}" || {
                    echo "$object: \"$symbol\" is not called after its file" >&2
                    status=1
                }
                break
                ;;
            esac
        done
    done
done

if [ "$seen" = no ]; then
    echo "names: no objects under lib/ here; run make first"
    exit 77
fi
exit $status
