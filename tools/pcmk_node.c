/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crm_node: who are we, who is there? */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "tools/field.h"
#include "tools/pcmk.h"

static void list(const json_t *nodes, bool is_partition);

int
mu_pcmk_node_run(struct mu_tool *tool, int argc, char **argv)
{
    static const struct option options[] = {
        {"name", no_argument, NULL, 'n'},
        {"name-for-id", required_argument, NULL, 'N'},
        {"id", no_argument, NULL, 'i'},
        {"cluster-id", no_argument, NULL, 'i'},
        {"list", no_argument, NULL, 'l'},
        {"partition", no_argument, NULL, 'p'},
        {"quorum", no_argument, NULL, 'q'},
        {NULL, 0, NULL, 0},
    };
    const char *id = NULL;
    const json_t *one;
    json_t *nodes;
    int what = 0;
    size_t i;
    int code;
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "nN:ilpqQ", options, NULL)) != -1) {
        if (strchr("nNilpq", c)) {
            what = what == 'l' ? what : c; /* -l -p lists. */
            id = c == 'N' ? optarg : id;
        }
    }
    if (what == 0) {
        (void)fprintf(stderr, "crm_node: say -n, -N ID, -i, -l, -p or -q\n");
        return MU_PCMK_USAGE;
    }
    code = mu_pcmk_nodes(tool, &nodes);
    if (code) {
        return code;
    }
    switch (what) {
    case 'n':
        (void)puts(mu_field_text(nodes, "local") ? mu_field_text(nodes, "local")
                                                 : "");
        break;
    case 'N':
        code = MU_PCMK_NOT_THERE;
        json_array_foreach(json_object_get(nodes, "nodes"), i, one)
        {
            char text[32];

            (void)snprintf(text, sizeof(text), "%lld",
                           (long long)mu_field_number(one, "id"));
            if (strcmp(text, id) == 0) {
                (void)puts(mu_field_text(one, "name"));
                code = MU_PCMK_OK;
            }
        }
        break;
    case 'i':
        (void)printf("%lld\n", (long long)mu_field_number(nodes, "id"));
        break;
    case 'q':
        (void)puts(mu_field_is_true(nodes, "quorate") ? "1" : "0");
        break;
    default:
        list(nodes, what == 'p');
        break;
    }
    json_decref(nodes);
    return code;
}

static void
list(const json_t *nodes, bool is_partition)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(nodes, "nodes"), i, one)
    {
        const char *name = mu_field_text(one, "name");
        bool is_member = mu_field_is_true(one, "member");

        if (!is_partition) {
            (void)printf("%lld %s %s\n", (long long)mu_field_number(one, "id"),
                         name, is_member ? "member" : "lost");
        } else if (is_member) {
            (void)printf("%s ", name);
        }
    }
    if (is_partition) {
        (void)putchar('\n');
    }
}
