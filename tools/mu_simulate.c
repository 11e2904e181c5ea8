/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mu_simulate: "muster simulate" by itself, for scripts and tests that have a
 * file and no cluster. */

#include <stdio.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/tool.h"

#define ARENA_SIZE_MAX ((size_t)1 << 33)

int
main(int argc, char **argv)
{
    struct mu_tool tool = {.program = "mu_simulate", .command = "simulate"};
    char **words = argv + 1;
    int code;

    if (argc > 2 && strcmp(words[0], "--format") == 0) {
        tool.output = words[1];
        tool.is_json = strcmp(words[1], "json") == 0;
        words += 2;
    }
    if (!words[0] || words[0][0] == '-') {
        fputs("usage: mu_simulate [--format json] FILE [EVENT...]\n", stderr);
        return MU_TOOL_USAGE;
    }
    mu_arena_init(&tool.arena, ARENA_SIZE_MAX);
    code = mu_muster_simulate_run(&tool, argc - (int)(words - argv), words);
    mu_arena_done(&tool.arena);
    return code;
}
