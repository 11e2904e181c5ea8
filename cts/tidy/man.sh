#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fails when a command of muster has no entry in muster.8, when muster.8 has an
# entry for no command, or when a manual page is not well-formed.
#
# usage: man.sh SOURCE-FOLDER

set -u

top=${1:-$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)}
page=$top/man/muster.8
failed=0

# The table's first members: {"resource start", ... and STATEMENT("group", ...
commands=$(sed -n -e '/mu_command_table_levels\[\]/q' \
    -e 's/^    {"\([a-z -]*\)".*/\1/p' \
    -e 's/^    STATEMENT("\([a-z_]*\)".*/configure \1/p' \
    "$top/tools/command_table.c" | sort)
entries=$(sed -n \
    -e 's/^\.It Ic "\([^"]*\)".*/\1/p' \
    -e 's/^\.It Ic \([a-z]*\)\( .*\)*$/\1/p' "$page" | sort)

if [ "$(printf '%s\n' "$commands" | wc -l)" -lt 20 ]; then
    echo "man.sh: the table of commands could not be read" >&2
    exit 1
fi
printf '%s\n' "$commands" | while IFS= read -r command; do
    printf '%s\n' "$entries" | grep -qxF -- "$command" || echo "$command"
done >"${TMPDIR:-/tmp}/man.$$"
if [ -s "${TMPDIR:-/tmp}/man.$$" ]; then
    sed 's/^/muster.8: no entry for: /' "${TMPDIR:-/tmp}/man.$$" >&2
    failed=1
fi
printf '%s\n' "$entries" | while IFS= read -r entry; do
    printf '%s\n' "$commands" | grep -qxF -- "$entry" || echo "$entry"
done >"${TMPDIR:-/tmp}/man.$$"
if [ -s "${TMPDIR:-/tmp}/man.$$" ]; then
    sed 's/^/muster.8: no such command: /' "${TMPDIR:-/tmp}/man.$$" >&2
    failed=1
fi
rm -f "${TMPDIR:-/tmp}/man.$$"

for page in "$top"/man/*.[1-9]; do
    if command -v mandoc >/dev/null; then
        # Pages that refer to each other are not installed yet.
        if mandoc -Tlint "$page" 2>/dev/null |
            grep -v -e 'referenced manual not found' \
                -e 'possible typo in section name' >&2; then
            failed=1
        fi
    fi
    if command -v groff >/dev/null; then
        if groff -mdoc -ww -z "$page" 2>&1 | grep . >&2; then
            failed=1
        fi
    fi
done
exit $failed
