#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fails when a command, an option or a setting has no entry in its manual page,
# when a page has an entry for no command, when a page is not installed, or when
# one is not well-formed. Commands at the top are in muster.8, those of a level
# in muster-LEVEL.8.
#
# usage: man.sh SOURCE-FOLDER

set -u

top=${1:-$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() {
    echo "$1" >&2
    touch "$work/failed"
}

page_of() { # COMMAND
    case $1 in
    *\ *) echo "muster-${1%% *}.8" ;;
    *) echo muster.8 ;;
    esac
}

# The table's first members: {"resource start", ... and STATEMENT("group", ...
sed -n -e '/mu_command_table_levels\[\]/q' \
    -e 's/^    {"\([a-z_ -]*\)".*/\1/p' \
    -e 's/^    \(STATEMENT\|ALSO\)("\([a-z_]*\)".*/configure \2/p' \
    "$top/tools/command_table.c" | sort >"$work/commands"
if [ "$(wc -l <"$work/commands")" -lt 20 ]; then
    echo "man.sh: the table of commands could not be read" >&2
    exit 1
fi
while IFS= read -r command; do
    page=$(page_of "$command")
    if ! grep -qsE "^\.It Ic \"?$command\"?( |\$)" "$top/man/$page"; then
        say "$page: no entry for: $command"
    fi
done <"$work/commands"
for page in "$top"/man/muster.8 "$top"/man/muster-*.8; do
    sed -n -e 's/^\.It Ic "\([^"]*\)".*/\1/p' \
        -e 's/^\.It Ic \([a-z]*\)\( .*\)*$/\1/p' "$page" >"$work/entries"
    while IFS= read -r entry; do
        if ! grep -qxF -- "$entry" "$work/commands" ||
            [ "$(page_of "$entry")" != "${page##*/}" ]; then
            say "${page##*/}: no such command: $entry"
        fi
    done <"$work/entries"
done

# Levels: the names in their own table.
sed -n -e '/mu_command_table_levels\[\]/,/^};/s/^    {"\([a-z]*\)".*/\1/p' \
    "$top/tools/command_table.c" >"$work/levels"
sed -n -e 's/^\([a-z]*\) .*/\1/p' "$work/commands" | sort -u |
    while IFS= read -r level; do
        grep -qxF -- "$level" "$work/levels" ||
            say "command_table.c: level $level is in no help"
        grep -qxF ".It Cm $level" "$top/man/muster.8" ||
            say "muster.8: no entry for the level $level"
    done

# Fails for names that the page does not have between BEFORE and AFTER.
demand() { # NAMES PAGE BEFORE AFTER
    [ -s "$work/$1" ] || say "man.sh: the $1 could not be read"
    while IFS= read -r name; do
        grep -qE -- "$3$name$4" "$top/man/$2" || say "$2: no entry for: $name"
    done <"$work/$1"
}

# Words of the crm shell that are refused: {"cluster copy", ...
sed -n -e 's/^    {"\([a-z_ -]*\)",$/\1/p' -e 's/^    {"\([a-z_ -]*\)", .*/\1/p' \
    "$top/tools/refused.c" >"$work/refused words"
demand "refused words" muster-crm.7 '^\.It Sy "?' '"?$'

# Options: FLAG("--force", "-F", ... and VALUE(...), and those of the daemon.
sed -n -e 's/^ *\(FLAG\|VALUE\)("-\(-[a-z-]*\)".*/\2/p' \
    "$top/tools/muster.c" >"$work/options"
demand options muster.8 '^\.It Fl (. , Fl )?' '( |$)'
sed -n -e 's/^ *{"\([a-z-]*\)", \(no\|required\)_argument.*/-\1/p' \
    "$top/daemon/main.c" >"$work/options of the daemon"
demand "options of the daemon" musterd.8 '^\.It .*Fl ' '( |$)'

# Settings of the daemon: {"ocf_root", offsetof(... and strcmp(name, "...").
sed -n -e 's/^ *{"\([a-z_]*\)", offsetof.*/\1/p' \
    -e 's/.*strcmp(name, "\([a-z_]*\)") == 0.*/\1/p' \
    "$top/daemon/settings.c" >"$work/settings"
demand settings muster.conf.5 '^\.It .*[ "]?' ''

for page in "$top"/man/*.[1-9]; do
    grep -rqF "man/${page##*/}" "$top"/*/*.am ||
        say "${page##*/}: is not installed"
    if command -v mandoc >/dev/null; then
        # Pages that refer to each other are not installed yet.
        mandoc -Tlint "$page" 2>/dev/null |
            grep -v -e 'referenced manual not found' \
                -e 'possible typo in section name' >"$work/lint"
        [ ! -s "$work/lint" ] || say "$(cat "$work/lint")"
    fi
    if command -v groff >/dev/null; then
        groff -mdoc -ww -z "$page" >"$work/lint" 2>&1
        [ ! -s "$work/lint" ] || say "$(cat "$work/lint")"
    fi
done
[ ! -e "$work/failed" ]
