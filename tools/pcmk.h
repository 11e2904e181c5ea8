/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_PCMK_H
#define MU_TOOLS_PCMK_H

/* Pcmk: the small commands that standard agents call back.
 *
 * One program under many names, in a folder of its own that is first in the
 * agents' PATH, so that promotable agents run unmodified. Options, output and
 * exit codes are those that the agents were written for. */

#include "tools/tool.h"

enum mu_pcmk_exit {
    MU_PCMK_OK = 0,
    MU_PCMK_ERROR = 1,
    MU_PCMK_USAGE = 64,
    MU_PCMK_NOT_CONNECTED = 102,
    MU_PCMK_NOT_THERE = 105,
    MU_PCMK_EXISTS = 108,
    MU_PCMK_TIMEOUT = 124,
};

/* One command; 'argv[0]' is the name. Returns an exit code. */
typedef int mu_pcmk_function(struct mu_tool *tool, int argc, char **argv);

mu_pcmk_function mu_pcmk_attribute_run;       /* crm_attribute */
mu_pcmk_function mu_pcmk_attribute_master;    /* crm_master */
mu_pcmk_function mu_pcmk_attribute_updater;   /* attrd_updater */
mu_pcmk_function mu_pcmk_attribute_failcount; /* crm_failcount */
mu_pcmk_function mu_pcmk_node_run;            /* crm_node */
mu_pcmk_function mu_pcmk_resource_run;        /* crm_resource */
mu_pcmk_function mu_pcmk_mon_run;             /* crm_mon */

mu_pcmk_function mu_pcmk_cibadmin_run;        /* cibadmin */
mu_pcmk_function mu_pcmk_ticket_run;          /* crm_ticket */
mu_pcmk_function mu_pcmk_stonith_run;         /* stonith_admin */

/* Prints the ids of the elements of the configuration that 'xpath' names, one a
 * line. Returns an exit code. */
int mu_pcmk_cibadmin_print_ids(struct mu_tool *tool, const char *xpath);

/* Turns an exit code of muster's functions into one of these. */
int mu_pcmk_exit_of(int code);

/* Asks the daemon for nodes and transient attributes. Returns an exit code. */
MU_NODISCARD int mu_pcmk_nodes(struct mu_tool *tool, json_t **ret_nodes);

/* Returns the node called 'name' (null: this one), or null. */
const json_t *mu_pcmk_find_node(const json_t *nodes, const char *name);

#endif /* MU_TOOLS_PCMK_H */
