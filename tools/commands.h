/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_COMMANDS_H
#define MU_TOOLS_COMMANDS_H

/* Commands: the functions behind the dispatcher's table, by file. */

#include "crm/crm.h"
#include "tools/cib_edit.h"
#include "tools/tool.h"

/* muster_look.c: what is, what was, what will be. */
mu_tool_function mu_muster_look_status;
mu_tool_function mu_muster_look_wait;
mu_tool_function mu_muster_look_version;

/* muster_events.c */
mu_tool_function mu_muster_events_history;
mu_tool_function mu_muster_events_run;
mu_tool_function mu_muster_events_timeline;

/* muster_report.c */
mu_tool_function mu_muster_report_run;

/* muster_top.c */
mu_tool_function mu_muster_top_run;

/* muster_plan.c */
mu_tool_function mu_muster_plan_run;
mu_tool_function mu_muster_plan_simulate;

/* muster_check.c */
mu_tool_function mu_muster_check_run;

/* muster_apply.c */
mu_tool_function mu_muster_apply_run;

/* muster_revisions.c */
mu_tool_function mu_muster_revisions_run;
mu_tool_function mu_muster_revisions_diff;
mu_tool_function mu_muster_revisions_rollback;

/* Says that the configuration is not at revision 'since' any more, and who
 * changed what. Returns MU_TOOL_MOVED. */
int mu_muster_revisions_moved(struct mu_tool *tool, const char *since);

/* muster_why.c */
mu_tool_function mu_muster_why_run;

/* muster_audit.c */
mu_tool_function mu_muster_audit_run;

/* muster_configure.c */
mu_tool_function mu_muster_configure_run;
mu_tool_function mu_muster_configure_show;
mu_tool_function mu_muster_configure_load;
mu_tool_function mu_muster_configure_verify;
mu_tool_function mu_muster_configure_save;

/* Puts 'text', in XML or the crm language, into the document. 'mode' is
 * replace, update or push; 'thing' names the text in errors. */
MU_NODISCARD int mu_muster_configure_put(struct mu_cib_edit *edit,
                                         const char *thing, const char *text,
                                         size_t size, const char *mode);

/* Applies 'text' of the crm language, called 'thing' in errors, and says what
 * is to be said. Returns an exit code. */
MU_NODISCARD int
mu_muster_configure_apply(struct mu_cib_edit *edit, const char *thing,
                          const char *text, size_t size,
                          const struct mu_crm_options *options);

/* Appends the selected objects to 'text'. Returns an exit code. */
MU_NODISCARD int
mu_muster_configure_print(struct mu_tool *tool, const struct mu_doc *doc,
                          bool is_xml, const struct mu_crm_selection *selection,
                          struct mu_text_buffer *text);

/* muster_edit.c */
mu_tool_function mu_muster_edit_run;
mu_tool_function mu_muster_edit_filter;

/* muster_objects.c */
mu_tool_function mu_muster_objects_default_timeouts;
mu_tool_function mu_muster_objects_validate_all;
mu_tool_function mu_muster_objects_schema;
mu_tool_function mu_muster_objects_upgrade;
mu_tool_function mu_muster_objects_get_property;
mu_tool_function mu_muster_objects_template;
mu_tool_function mu_muster_objects_weak_bond;

/* muster_graph.c */
mu_tool_function mu_muster_graph_run;

/* muster_operation.c */
mu_tool_function mu_muster_operation_list;
mu_tool_function mu_muster_operation_trace;
mu_tool_function mu_muster_operation_untrace;

/* muster_draft.c */
mu_tool_function mu_muster_draft_commit;
mu_tool_function mu_muster_draft_refresh;
mu_tool_function mu_muster_draft_diff;

/* Puts the names of the objects that the draft changed in the place of the word
 * "changed". Returns an exit code. */
MU_NODISCARD int mu_muster_draft_expand(struct mu_tool *tool,
                                        const char *const **words,
                                        size_t *count);

/* Merges the draft in 'folder' into what 'tool' works on and commits it; the
 * draft stays. Returns an exit code. */
MU_NODISCARD int mu_muster_draft_merge(struct mu_tool *tool, const char *folder,
                                       bool is_forced);

/* muster_cib.c */
mu_tool_function mu_muster_cib_new;
mu_tool_function mu_muster_cib_use;
mu_tool_function mu_muster_cib_commit;
mu_tool_function mu_muster_cib_diff;
mu_tool_function mu_muster_cib_list;
mu_tool_function mu_muster_cib_reset;
mu_tool_function mu_muster_cib_delete;
mu_tool_function mu_muster_cib_import;

/* muster_cibstatus.c */
mu_tool_function mu_muster_cibstatus_load;
mu_tool_function mu_muster_cibstatus_save;
mu_tool_function mu_muster_cibstatus_origin;
mu_tool_function mu_muster_cibstatus_show;
mu_tool_function mu_muster_cibstatus_quorum;
mu_tool_function mu_muster_cibstatus_node;
mu_tool_function mu_muster_cibstatus_op;
mu_tool_function mu_muster_cibstatus_ticket;
mu_tool_function mu_muster_cibstatus_run;

/* muster_options.c */
mu_tool_function mu_muster_options_show;
mu_tool_function mu_muster_options_set;
mu_tool_function mu_muster_options_save;
mu_tool_function mu_muster_options_reset;

/* Lets the options of the session, or of the person, take effect. */
void mu_muster_options_take(struct mu_tool *tool);

/* muster_resource.c */
mu_tool_function mu_muster_resource_start;
mu_tool_function mu_muster_resource_stop;
mu_tool_function mu_muster_resource_promote;
mu_tool_function mu_muster_resource_demote;
mu_tool_function mu_muster_resource_manage;
mu_tool_function mu_muster_resource_unmanage;
mu_tool_function mu_muster_resource_maintenance;
mu_tool_function mu_muster_resource_cleanup;
mu_tool_function mu_muster_resource_refresh;
mu_tool_function mu_muster_resource_locate;
mu_tool_function mu_muster_resource_status;
mu_tool_function mu_muster_resource_param;
mu_tool_function mu_muster_resource_meta;
mu_tool_function mu_muster_resource_utilization;
mu_tool_function mu_muster_resource_failcount;
mu_tool_function mu_muster_resource_fail;
mu_tool_function mu_muster_resource_constraints;

/* muster_delete.c: runs the statement "delete ..." or "rename ..." when what it
 * names does not run, or was stopped with --force. */
int mu_muster_delete_run(struct mu_tool *tool, int argc, char **argv,
                         mu_tool_function *statement);

/* muster_maintenance.c */
mu_tool_function mu_muster_maintenance_start;
mu_tool_function mu_muster_maintenance_stop;
mu_tool_function mu_muster_maintenance_show;

/* muster_restart.c */
mu_tool_function mu_muster_restart_run;

/* muster_drain.c */
mu_tool_function mu_muster_drain_run;

/* muster_move.c: resources placed by hand. */
mu_tool_function mu_muster_move_run;
mu_tool_function mu_muster_move_ban;
mu_tool_function mu_muster_move_clear;

/* muster_node.c */
mu_tool_function mu_muster_node_show;
mu_tool_function mu_muster_node_standby;
mu_tool_function mu_muster_node_online;
mu_tool_function mu_muster_node_maintenance;
mu_tool_function mu_muster_node_ready;
mu_tool_function mu_muster_node_fence;
mu_tool_function mu_muster_node_clearstate;
mu_tool_function mu_muster_node_delete;
mu_tool_function mu_muster_node_attribute;
mu_tool_function mu_muster_node_utilization;
mu_tool_function mu_muster_node_status_attr;

/* muster_cluster.c */
mu_tool_function mu_muster_cluster_status;
mu_tool_function mu_muster_cluster_maintenance_on;
mu_tool_function mu_muster_cluster_maintenance_off;
mu_tool_function mu_muster_cluster_ticket;

/* muster_service.c */
mu_tool_function mu_muster_service_start;
mu_tool_function mu_muster_service_stop;
mu_tool_function mu_muster_service_restart;
mu_tool_function mu_muster_service_enable;
mu_tool_function mu_muster_service_disable;
mu_tool_function mu_muster_service_wait;

/* muster_ra.c */
mu_tool_function mu_muster_ra_list;
mu_tool_function mu_muster_ra_info;
mu_tool_function mu_muster_ra_classes;
mu_tool_function mu_muster_ra_providers;
mu_tool_function mu_muster_ra_validate;

/* muster_simulate.c */
mu_tool_function mu_muster_simulate_run;

#endif /* MU_TOOLS_COMMANDS_H */
