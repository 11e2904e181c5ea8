#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fails when a file of lib/ includes what its layer may not know.
#
# usage: includes.sh; srcdir as make sets it.

set -eu
cd "${srcdir:-.}"
status=0

complain() {
    echo "$1" >&2
    status=1
}

for layer in base doc wire model sched core crm; do
    [ -d "lib/$layer" ] || continue
    case $layer in
    base) known='base' ;;
    doc) known='base doc' ;;
    wire) known='base wire' ;;
    model) known='base doc model' ;;
    sched) known='base model sched' ;;
    crm) known='base doc model crm' ;;
    core) known='base doc wire model sched core' ;;
    esac
    for file in $(find "lib/$layer" -name '*.[ch]' -o -name '*.def' | sort); do
        # shellcheck disable=SC2013  # names of headers hold no blanks
        for include in $(sed -n 's/^# *include *\([<"][^>"]*\).*/\1/p' "$file"); do
            name=${include#?}
            case $include in
            \"*)
                case " $known " in
                *" ${name%%/*} "*) ;;
                *) complain "$file: lib/$layer may not include \"$name\"" ;;
                esac
                ;;
            \<libxml/*)
                [ "$layer" = doc ] ||
                    complain "$file: only lib/doc may include <$name>"
                ;;
            \<assert.h | \<errno.h | \<stdalign.h | \<stdarg.h | \<stdbool.h) ;;
            \<stddef.h | \<stdint.h | \<stdlib.h | \<string.h | \<limits.h) ;;
            \<inttypes.h) ;;
            \<stdio.h)
                # The one place that formats, and the last words before abort.
                [ "$layer" = base ] ||
                    complain "$file: lib/$layer may not include <$name>"
                ;;
            \<regex.h)
                [ "$layer" = model ] ||
                    complain "$file: lib/$layer may not include <$name>"
                ;;
            *) complain "$file: lib/$layer may not include <$name>" ;;
            esac
        done
    done
done
exit $status
