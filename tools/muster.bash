# SPDX-License-Identifier: GPL-2.0-or-later
# Completion for muster: the program itself knows what may come next.
_muster() {
    local IFS=$'\n'
    # A colon is part of a word here: agents are called ocf:heartbeat:IPaddr2.
    local line=${COMP_LINE:0:COMP_POINT}
    local words
    IFS=' ' read -r -a words <<<"$line"
    [[ $line == *' ' ]] && words+=("")
    # shellcheck disable=SC2207
    COMPREPLY=($("${words[0]}" --complete "${words[@]:1}" 2>/dev/null))
    local last=${words[-1]}
    if [[ $last == *:* && $COMP_WORDBREAKS == *:* ]]; then
        local prefix=${last%"${last##*:}"} i
        for i in "${!COMPREPLY[@]}"; do
            COMPREPLY[i]=${COMPREPLY[i]#"$prefix"}
        done
    fi
}
complete -o default -F _muster muster
