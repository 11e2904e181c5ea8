/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/command_table.h"

#include "tools/commands.h"

/* A statement of the crm language: the language itself reads its words. */
#define STATEMENT(word, usage, summary, details) \
    ALSO(word, NULL, usage, summary, details)

/* One with other spellings. */
#define ALSO(word, aliases, usage, summary, details) \
    { \
        "configure " word, aliases, mu_muster_configure_run, usage, summary, \
            details, true \
    }

const struct mu_tool_command mu_command_table_items[] = {
    /* What is. */
    {"status", "st", mu_muster_look_status, "[full] | --classic [WORD...]",
     "the state of the cluster, problems first",
     "Asks the daemon of this node only, in one round trip.\n"
     "Exit status: 0 healthy, 1 degraded, 2 outage, 3 no daemon.\n"
     "  -v, --full      fold nothing\n"
     "  -q, --quiet     only problems and resources\n"
     "  --utc           points in time instead of ages\n"
     "  --watch         draw again at each event\n"
     "  --classic       as crm_mon shows it, for scripts; WORD is one of\n"
     "                  bynode inactive ops timing failcounts verbose quiet\n"
     "                  xml simple tickets noheaders detail brief full.\n"
     "                  Called as crm, and with a file, this is the default\n"
     "  --format json   all there is to know; oneline for monitoring; xml for\n"
     "                  programs that read the XML of crm_mon\n",
     false},
    {"check", NULL, mu_muster_check_run, "",
     "what will hurt at the next failover, though all is well now",
     "Asks every node for agents, clock, disk space, addresses, links and "
     "units,\nlooks at fence devices and times, and adds what 'muster verify' "
     "says.\nEach finding has its risk and its remedy. With --file only the "
     "configuration\nis looked at.\n"
     "Exit status: 0 nothing found, 4 findings.\n",
     false},
    {"top", NULL, mu_muster_top_run, "",
     "the cluster on a full screen, as it changes",
     "Nodes and resources, what is in flight and what has happened. Enter\n"
     "shows history and reasons of the selected thing, Esc goes back, q "
     "ends.\n",
     false},
    {"why", "explain", mu_muster_why_run,
     "[RESOURCE [NODE] | TASK RESOURCE [NODE]]",
     "why a resource is where it is, and not elsewhere",
     "Names what counted on each node and what would have to change. With a\n"
     "task in front it says why an action is to be done, back to what began "
     "it.\n"
     "Without a word it tells of every resource.\n"
     "  -v, --full      also nodes that nothing speaks for or against\n"
     "Example:\n  muster why web node2\n  muster why stop web node2\n",
     false},
    {"plan", NULL, mu_muster_plan_run, "[FILE]",
     "what the cluster does now and will do next",
     "With a file (XML or crm text, - for standard input) shows the\n"
     "difference to the configuration and the actions it would cause.\n"
     "Nothing is changed.\n"
     "  -v, --full      monitors too\n",
     false},
    {"apply", NULL, mu_muster_apply_run,
     "FILE [--if-revision REV] [-m TEXT] [--no-wait]",
     "make the configuration equal to a file",
     "Does what 'muster plan FILE' shows, waits, and tells of each action what "
     "came of\nit, and what was not foreseen.\n"
     "  --if-revision REV   only if nobody has changed it since REV\n"
     "  -m TEXT             why, for the record\n"
     "  --no-wait           return when the configuration is in force\n"
     "  --timeout S         wait at most so long (default 5 min)\n"
     "Exit status: 0 all done as planned, 1 not, 5 somebody has changed it "
     "since REV.\n",
     true},
    {"revisions", "log", mu_muster_revisions_run, "[--utc]",
     "who changed the configuration, when and why",
     "Newest first; the last 128 are kept, on every node.\n"
     "  --utc           points in time instead of \"3m ago\"\n",
     true},
    {"diff", NULL, mu_muster_revisions_diff, "REV [REV]",
     "what changed between two revisions",
     "Without a second one: up to now. A revision is 0.12, 12, current, or -2 "
     "for the\nsecond before the newest.\n"
     "Examples:\n  muster diff 0.12\n  muster diff -2 -1\n",
     true},
    {"rollback", NULL, mu_muster_revisions_rollback, "REV [-m TEXT]",
     "go back to what the configuration was",
     "Shows the difference and the actions, asks, and makes a new revision.\n"
     "  --dry-run       only show\n"
     "  --yes           do not ask\n"
     "Examples:\n  muster rollback -1\n  muster rollback 0.12 --yes -m "
     "\"new kernel hangs\"\n",
     true},
    {"simulate", NULL, mu_muster_plan_simulate, "[--time T] [EVENT...] [FILE]",
     "what the cluster would do if something happened",
     "The state is the live one, or that of a file with a whole CIB. Events\n"
     "happen one after the other; what the cluster does about one is done\n"
     "before the next. For each: the actions in order with their reasons, "
     "what\n"
     "moves, what each service loses, what cannot run and why.\n"
     "  node-down NODE, node-up NODE, standby NODE, online NODE\n"
     "  fail RESOURCE[@NODE] [start|stop|promote|demote|monitor]\n"
     "  fence-fail DEVICE\n"
     "  ticket TICKET grant|revoke|standby|activate\n"
     "  time 2026-11-21T19:38:16Z|+2h\n"
     "  config FILE (XML, or the crm language)\n"
     "  quorum yes|no\n"
     "With '=' (node-down=NODE, node-up=NODE, quorum=no) things are so from\n"
     "the beginning, all at once. --time sets the clock: seconds since 1970,\n"
     "or 2026-11-21T19:38:16Z. Nothing is changed.\n"
     "Example:\n  muster simulate node-down node1 fail web\n",
     true},
    {"audit", NULL, mu_muster_audit_run, "[FILE]",
     "what the cluster survives, and what not",
     "Lets every node, every two nodes, every resource and every fence device\n"
     "fail, and every node be in maintenance, one after the other, on the "
     "live\n"
     "state or that of a file with a whole CIB. The weakest point comes "
     "first,\n"
     "with what each service loses and why nothing can be done about it.\n"
     "Nothing is changed. Each node is counted with one vote; of two nodes "
     "one\n"
     "is enough.\n"
     "  -v, --full        fold nothing\n"
     "  --format oneline  only: survives any 1 node; not n2+n3\n",
     false},
    {"wait", NULL, mu_muster_look_wait, "[--timeout S]",
     "return when nothing is in flight and nothing planned",
     "A node without quorum has nothing to do and is not at rest.\n"
     "Exit status: 0 idle, 1 time-out (default 60 s).\n",
     false},
    {"history", NULL, mu_muster_events_history, "",
     "what happened, and how long each failover took",
     "  -v, --full      all that is known, beginnings of operations too\n",
     false},
    {"events", NULL, mu_muster_events_run, "[--follow]",
     "what happened and what led to it",
     "Each line ends with its id and the id of its cause; an effect stands\n"
     "further in than its cause. Ids are the same on all nodes.\n"
     "  --follow        what happens from now on, as it happens\n"
     "  --format json   one JSON object per line\n",
     false},
    {"timeline", NULL, mu_muster_events_timeline, "[ID | last]",
     "failovers, step by step in milliseconds",
     "Without ID lists the failovers that this node has seen, a hundred at\n"
     "most; with one shows its steps: the loss, fencing, plans, and the begin\n"
     "and end of each operation, in milliseconds since the loss was known.\n",
     false},
    {"verify", NULL, mu_muster_configure_verify, "[FILE]",
     "judge the configuration",
     "An agent that lacks a parameter, or is not here, is an error; what may "
     "not do what\nwas meant is a warning.\n"
     "Exit status: 0 good, 1 errors, 4 warnings only.\n",
     false},
    {"report", NULL, mu_muster_report_run, "[--from TIME] [--output FILE]",
     "one archive for those who are to help, without secrets",
     "Configuration, state, history, failovers, logs, versions and facts of\n"
     "this node. Passwords and what agents call private are removed, in logs\n"
     "too; MANIFEST in the archive says what. Look it through all the same.\n"
     "  --from TIME     logs since then: 2h, or 2026-11-22T09:00:00Z (24h)\n"
     "  --output FILE   .tar.gz or .tar.xz; else named after node and time\n",
     true},
    {"version", NULL, mu_muster_look_version, "",
     "versions of this tool and of the daemon", NULL, false},

    /* Configuration. */
    {"configure show", NULL, mu_muster_configure_show,
     "[xml] [ID|type:T|changed...]", "print the configuration or parts of it",
     "Examples:\n  muster configure show\n  muster configure show xml web\n"
     "  muster configure show type:primitive\n",
     false},
    {"configure load", NULL, mu_muster_configure_load,
     "[xml] replace|update|push FILE", "take statements or XML from a file",
     "update replaces whole objects and adds new ones; replace begins with\n"
     "nothing but the nodes; push also deletes what the file does not name.\n"
     "Whether the text is XML shows in the text. - is standard input.\n"
     "Examples:\n  muster configure load update web.crm\n"
     "  muster configure load replace - < cib.xml\n",
     false},
    {"configure edit", NULL, mu_muster_edit_run, "[xml] [ID...|changed]",
     "change objects in an editor",
     "What is wrong is told, and the editor comes again.\n", false},
    {"configure filter", NULL, mu_muster_edit_filter,
     "PROGRAM [xml] [ID...|changed]", "change objects with a program",
     "Example:\n  muster configure filter \"sed s/alpha/beta/\"\n", false},
    {"configure save", NULL, mu_muster_configure_save, "[xml] [ID...] FILE",
     "write the configuration to a file", NULL, false},
    {"configure verify", "check", mu_muster_configure_verify, "",
     "judge the configuration",
     "An agent that lacks a parameter, or is not here, is an error; what may "
     "not do what\nwas meant is a warning.\n"
     "Exit status: 0 good, 1 errors, 4 warnings only.\n",
     false},
    STATEMENT("primitive", "ID AGENT [params ...] [op ...] [meta ...]",
              "define a resource",
              "AGENT is what runs it: muster ra list ocf, or stonith for\n"
              "fence devices, or systemd. Parameters: muster ra info AGENT.\n"
              "Examples:\n  muster configure primitive ip IPaddr2 params "
              "ip=192.0.2.10 op monitor interval=10s\n"
              "  muster configure primitive power stonith:fence_ipmilan\n"
              "    params ip=192.0.2.5 op monitor interval=60s\n"),
    STATEMENT("group", "ID MEMBER...",
              "resources that run together, one after the other",
              "Example:\n  muster configure group web ip fs nginx\n"),
    STATEMENT("clone", "ID RESOURCE [meta ...]", "run copies on many nodes",
              "Example:\n  muster configure clone ping-clone ping\n"
              "  muster configure clone db-clone db meta promotable=true\n"),
    ALSO("ms", "master", "ID RESOURCE [meta ...]",
         "a promotable clone in the old spelling", NULL),
    STATEMENT("bundle", "ID ...", "a container with a resource in it", NULL),
    STATEMENT("rsc_template", "ID AGENT ...",
              "values that several primitives share", NULL),
    STATEMENT("location", "ID RESOURCE SCORE: NODE | rule ...",
              "where a resource may or should run",
              "Examples:\n  muster configure location l1 web 100: node1\n"
              "  muster configure location l2 web rule -inf: pingd lt 1 or "
              "not_defined pingd\n"),
    ALSO("colocation", "collocation", "ID SCORE: DEPENDENT PRIMARY...",
         "what runs together or apart",
         "Example:\n  muster configure colocation c1 inf: nginx ip\n"),
    STATEMENT("order", "ID [KIND:] FIRST THEN...", "what starts after what",
              "Example:\n  muster configure order o1 Mandatory: fs nginx\n"),
    STATEMENT("rsc_ticket", "ID TICKET: RESOURCE... [loss-policy=...]",
              "what needs a ticket", NULL),
    ALSO("fencing_topology", "fencing-topology", "[NODE:] DEVICE...",
         "which devices fence which node, level by level", NULL),
    STATEMENT("tag", "ID: RESOURCE...", "a name for several resources", NULL),
    STATEMENT("node", "NAME [attributes ...] [utilization ...]",
              "attributes of a node", NULL),
    STATEMENT("property", "NAME=VALUE...", "options of the cluster",
              "Example:\n  muster configure property "
              "no-quorum-policy=stop\n"),
    STATEMENT("rsc_defaults", "NAME=VALUE...",
              "meta attributes of all resources", NULL),
    STATEMENT("op_defaults", "NAME=VALUE...", "values of all operations", NULL),
    STATEMENT("monitor", "RESOURCE[:ROLE] INTERVAL[:TIMEOUT]",
              "add a monitor to a resource",
              "Example:\n  muster configure monitor web 10s:20s\n"),
    STATEMENT("role", "ID ...", "permissions under a name", NULL),
    STATEMENT("acl_target", "USER ROLE...", "permissions of a user", NULL),
    STATEMENT("user", "ID role:ROLE...",
              "permissions of a user, in the old way", NULL),
    STATEMENT("acl_group", "GROUP ROLE...", "permissions of a group", NULL),
    STATEMENT("alert", "ID PATH ...", "a program that is told of events", NULL),
    STATEMENT("xml", "ELEMENT", "an object as XML", NULL),
    ALSO("delete", "rm", "ID...", "delete objects; members of groups stay",
         "What runs is not deleted; with --force it is stopped first.\n"
         "Example:\n  muster configure delete web\n"),
    STATEMENT("rename", "OLD NEW", "give an object another id",
              "What runs is not renamed; with --force it is stopped first,\n"
              "and started under its new name.\n"),
    STATEMENT("modgroup", "GROUP add R [before|after R2] | remove R",
              "change the members of a group", NULL),
    STATEMENT("set", "ID.NAME VALUE", "change one value", NULL),
    STATEMENT("erase", "[nodes]", "delete everything", NULL),
    {"configure commit", NULL, mu_muster_draft_commit, "[force]",
     "make the changes of this shell real",
     "Only in a shell changes wait for this; elsewhere each statement is\n"
     "committed when it returns. What others changed meanwhile is kept; when\n"
     "they changed the same object nothing is committed, and it is named.\n"
     "  force           take the version of this shell then\n",
     false},
    {"configure default-timeouts", NULL, mu_muster_objects_default_timeouts,
     "PRIMITIVE...", "write the timeouts that the agents advise", NULL, false},
    {"configure validate-all", NULL, mu_muster_objects_validate_all,
     "PRIMITIVE", "let the agent judge its parameters, on this machine", NULL,
     false},
    {"configure get_property", "get-property", mu_muster_objects_get_property,
     "[-t] [NAME...]", "what a property is, set or not",
     "  -t              only what is set\n", false},
    {"configure schema", NULL, mu_muster_objects_schema, "[SCHEMA]",
     "which schema a file is written for", NULL, false},
    {"configure upgrade", NULL, mu_muster_objects_upgrade, "[force]",
     "write a file for the newest schema", NULL, false},
    {"configure graph", NULL, mu_muster_graph_run, "[dot [FILE]]",
     "draw resources and constraints",
     "The language is that of Graphviz.\n"
     "Example:\n  muster configure graph | dot -Tsvg >cluster.svg\n",
     false},
    {"configure simulate", "ptest", mu_muster_plan_simulate, "[EVENT...]",
     "what the cluster would do with this configuration", NULL, false},
    {"configure refresh", NULL, mu_muster_draft_refresh, "",
     "drop the changes of this shell that are not committed", NULL, false},
    {"configure diff", NULL, mu_muster_draft_diff, "",
     "show the changes of this shell that are not committed", NULL, false},

    /* Resources. */
    {"resource status", "show list", mu_muster_resource_status, "[RESOURCE...]",
     "where resources run", NULL, false},
    {"resource locate", NULL, mu_muster_resource_locate, "RESOURCE...",
     "nodes where a resource runs", NULL, false},
    {"resource start", NULL, mu_muster_resource_start, "RESOURCE...",
     "let resources run (target-role=Started)", NULL, false},
    {"resource stop", NULL, mu_muster_resource_stop, "RESOURCE...",
     "stop resources and keep them stopped (target-role=Stopped)", NULL, false},
    {"resource restart", NULL, mu_muster_restart_run, "RESOURCE...",
     "stop resources, and start them again",
     "Waits until they run again. The cluster does it, and ends it: also when\n"
     "this command is interrupted or its node dies, they are not left "
     "stopped.\n",
     false},
    {"resource promote", NULL, mu_muster_resource_promote, "RESOURCE",
     "let a resource be promoted (target-role=Promoted)", NULL, false},
    {"resource demote", NULL, mu_muster_resource_demote, "RESOURCE",
     "demote a resource (target-role=Unpromoted)", NULL, false},
    {"resource manage", NULL, mu_muster_resource_manage, "RESOURCE...",
     "take resources under control again", NULL, false},
    {"resource unmanage", NULL, mu_muster_resource_unmanage, "RESOURCE...",
     "leave resources alone", NULL, false},
    {"resource maintenance", NULL, mu_muster_resource_maintenance,
     "RESOURCE [on|off]", "leave a resource alone, its monitors too", NULL,
     false},
    {"resource move", "migrate", mu_muster_move_run,
     "RESOURCE [NODE] [LIFETIME] [--for TIME|--stay]",
     "move a resource to a node",
     "Waits until it is there. The constraint cli-prefer-RESOURCE lasts until\n"
     "then: the cluster takes it back, also when the move fails, this command\n"
     "is interrupted or its node dies. Without a node: to the best other one.\n"
     "A resource that would go straight back is not moved.\n"
     "  --stay       keep the constraint; end it with: muster resource clear\n"
     "  --for TIME   keep it for a time (2h), or until a date, as LIFETIME\n"
     "  -F, force    move it although it would go back, or not get there\n"
     "Example:\n  muster resource move web node2\n",
     false},
    {"resource ban", NULL, mu_muster_move_ban,
     "RESOURCE [NODE] [LIFETIME] [--for TIME]", "keep a resource off a node",
     "Leaves the constraint cli-ban-RESOURCE-on-NODE. Without a node: the one\n"
     "where it runs. It lasts until: muster resource clear RESOURCE.\n"
     "  --for TIME   it ends by itself after a time, or at a date\n"
     "Example:\n  muster resource ban web node2 --for 2h\n",
     false},
    {"resource clear", "unmove unmigrate unban", mu_muster_move_clear,
     "RESOURCE [NODE]", "end moves and bans", NULL, false},
    {"resource cleanup", NULL, mu_muster_resource_cleanup, "[RESOURCE] [NODE]",
     "forget failures and try again",
     "Example:\n  muster resource cleanup web\n", false},
    {"resource refresh", "reprobe", mu_muster_resource_refresh,
     "[RESOURCE] [NODE]", "forget what is known and look again",
     "With resource and node: a resource that waits for the node, because it\n"
     "was shut down with it (shutdown-lock), waits no longer.\n",
     false},
    {"resource fail", NULL, mu_muster_resource_fail, "RESOURCE [NODE]",
     "treat a resource as failed", NULL, false},
    {"resource param", NULL, mu_muster_resource_param,
     "RESOURCE set NAME VALUE | delete NAME | show NAME",
     "parameters of an agent", NULL, false},
    {"resource meta", NULL, mu_muster_resource_meta,
     "RESOURCE set NAME VALUE | delete NAME | show NAME", "meta attributes",
     NULL, false},
    {"resource utilization", NULL, mu_muster_resource_utilization,
     "RESOURCE set NAME VALUE | delete NAME | show NAME",
     "what a resource takes of a node", NULL, false},
    {"resource failcount", NULL, mu_muster_resource_failcount,
     "RESOURCE show|delete NODE [OP [INTERVAL]] | set NODE N [OP [INTERVAL]]",
     "how often a resource failed on a node",
     "Without an operation: all of them are shown and deleted, and set is\n"
     "about the probe (monitor with interval 0).\n"
     "Example:\n  muster resource failcount web set node1 2 monitor 10s\n",
     false},
    {"resource constraints", NULL, mu_muster_resource_constraints, "RESOURCE",
     "constraints that name a resource", NULL, false},

    {"resource operations", NULL, mu_muster_operation_list, "[RESOURCE] [NODE]",
     "what was done with resources, and what came of it", NULL, false},
    {"resource trace", NULL, mu_muster_operation_trace,
     "RESOURCE [OPERATION] [INTERVAL] [/FOLDER]",
     "let the agent write down what it does", NULL, false},
    {"resource untrace", NULL, mu_muster_operation_untrace,
     "RESOURCE [OPERATION] [INTERVAL]", "end a trace", NULL, false},

    /* Nodes. */
    {"node show", "list status server", mu_muster_node_show, "[NODE]",
     "nodes and their attributes", NULL, false},
    {"node standby", NULL, mu_muster_node_standby,
     "[NODE...|--all] [reboot|forever] [--for TIME]",
     "move all work off a node",
     "Without a node: this one. Ends with: muster node online NODE.\n"
     "  --for TIME   it ends by itself after a time (2h), or at a date\n",
     false},
    {"node drain", NULL, mu_muster_drain_run,
     "[NODE] [--deadline TIME] [--for TIME] [--undo]",
     "move all work off a node, and wait until it is empty",
     "Standby that is followed: tells where the work went, and what could not\n"
     "leave and why (exit status 1). Without a node: this one.\n"
     "  --deadline TIME   give up waiting after a time, 10 min if not said;\n"
     "                    the node stays in standby\n"
     "  --for TIME        the standby ends by itself after a time, or at a "
     "date\n"
     "  --undo            let the node work again, as node online\n"
     "Example:\n  muster node drain node1 --deadline 5min\n",
     false},
    {"node online", NULL, mu_muster_node_online, "[NODE...|--all]",
     "let a node in standby work again", NULL, false},
    {"node maintenance", NULL, mu_muster_node_maintenance, "[NODE]",
     "leave everything on a node alone", NULL, false},
    {"node ready", NULL, mu_muster_node_ready, "[NODE]",
     "end the maintenance of a node", NULL, false},
    {"node fence", NULL, mu_muster_node_fence, "NODE",
     "cut a node's power or reset it, now", NULL, false},
    {"node clearstate", "confirm", mu_muster_node_clearstate, "NODE",
     "say that a lost node is off",
     "Only if you know it: what it ran is started elsewhere at once.\n", false},
    {"node delete", NULL, mu_muster_node_delete, "NODE",
     "forget a node that is gone for good", NULL, false},
    {"node attribute", NULL, mu_muster_node_attribute,
     "NODE set NAME VALUE | delete NAME | show NAME", "attributes of a node",
     NULL, false},
    {"node utilization", NULL, mu_muster_node_utilization,
     "NODE set NAME VALUE | delete NAME | show NAME", "what a node has to give",
     NULL, false},
    {"node status-attr", NULL, mu_muster_node_status_attr,
     "NODE set NAME VALUE | delete NAME | show NAME",
     "attributes that end with the node's daemon", NULL, false},

    /* The cluster. */
    {"cluster status", "health", mu_muster_cluster_status, "",
     "Corosync, quorum and the daemons", NULL, false},
    {"cluster start", NULL, mu_muster_service_start, "",
     "start the daemon of this node", NULL, false},
    {"cluster stop", NULL, mu_muster_service_stop, "",
     "stop the daemon of this node; its resources move away first", NULL,
     false},
    {"cluster restart", NULL, mu_muster_service_restart, "",
     "restart the daemon of this node", NULL, false},
    {"cluster enable", NULL, mu_muster_service_enable, "",
     "start the daemon when this node boots", NULL, false},
    {"cluster disable", NULL, mu_muster_service_disable, "",
     "do not start the daemon when this node boots", NULL, false},
    {"cluster wait_for_startup", NULL, mu_muster_service_wait, "[SECONDS]",
     "return when the cluster answers", NULL, false},
    {"maintenance start", NULL, mu_muster_maintenance_start,
     "[node NODE|resource RESOURCE] [--for TIME]",
     "leave everything, a node or a resource alone, for a time",
     "Tells what the cluster would do at the end, by what it knows now. The\n"
     "end is kept in the configuration: it comes whatever happens meanwhile.\n"
     "  --for TIME   it ends by itself after a time (2h), or at a date\n"
     "Examples:\n  muster maintenance start --for 2h -m 'new switch'\n"
     "  muster maintenance start node node1 --for 30min\n"
     "  muster maintenance start resource web --for 1h --dry-run\n",
     false},
    {"maintenance stop", NULL, mu_muster_maintenance_stop,
     "[node NODE|resource RESOURCE]",
     "end a maintenance, however it was started",
     "See what the cluster would do then with: muster maintenance show.\n",
     false},
    {"maintenance show", NULL, mu_muster_maintenance_show, "",
     "what is in maintenance, until when, and what comes then", NULL, false},
    {"maintenance on", NULL, mu_muster_cluster_maintenance_on, "[RESOURCE]",
     "leave everything, or a resource, alone", NULL, false},
    {"maintenance off", NULL, mu_muster_cluster_maintenance_off, "[RESOURCE]",
     "take everything, or a resource, under control again", NULL, false},
    {"site ticket", NULL, mu_muster_cluster_ticket,
     "grant|revoke|standby|activate|show TICKET", "tickets by hand", NULL,
     false},

    /* Help with common tasks. */
    {"assist template", NULL, mu_muster_objects_template,
     "PRIMITIVE PRIMITIVE...", "put what primitives share into a template",
     NULL, false},
    {"assist weak-bond", "weakbond", mu_muster_objects_weak_bond,
     "RESOURCE RESOURCE...", "keep resources together without ties",
     "They run on one node if they can, and none keeps the others from\n"
     "running.\n",
     false},

    /* Shadow copies and situations. */
    {"cib new", NULL, mu_muster_cib_new, "[NAME] [withstatus] [force] [empty]",
     "make a shadow copy of the configuration and use it",
     "In a copy a configuration is made ready without anybody noticing; every\n"
     "command works in it as in the cluster. Without a name: one for now.\n"
     "Outside a shell: muster --shadow NAME COMMAND, or CIB_shadow=NAME.\n"
     "Example:\n  muster cib new winter\n"
     "  muster --shadow winter configure property no-quorum-policy=freeze\n"
     "  muster --shadow winter cib diff\n  muster cib commit winter\n",
     false},
    {"cib use", NULL, mu_muster_cib_use, "[SHADOW|live]",
     "use a shadow copy, or the cluster again", NULL, false},
    {"cib commit", NULL, mu_muster_cib_commit, "[SHADOW] [force]",
     "make the changes in a shadow copy real",
     "What others changed meanwhile is kept; when they changed the same\n"
     "object nothing is committed, and it is named.\n",
     false},
    {"cib diff", NULL, mu_muster_cib_diff, "[SHADOW]",
     "show what a shadow copy would change", NULL, false},
    {"cib list", NULL, mu_muster_cib_list, "", "list your shadow copies", NULL,
     false},
    {"cib reset", NULL, mu_muster_cib_reset, "[SHADOW]",
     "fill a shadow copy from the cluster again", NULL, false},
    {"cib delete", "rm", mu_muster_cib_delete, "SHADOW", "forget a shadow copy",
     NULL, false},
    {"cib import", NULL, mu_muster_cib_import, "FILE [NAME]",
     "make a shadow copy of a file with a CIB", NULL, false},
    {"cibstatus load", NULL, mu_muster_cibstatus_load, "FILE|shadow:NAME|live",
     "begin with the situation in a file",
     "A situation lasts as long as the shell. Outside one, 'simulate' takes\n"
     "events as words.\n"
     "Example, in a shell:\n  cibstatus\n  node node1 offline\n  run\n",
     false},
    {"cibstatus save", NULL, mu_muster_cibstatus_save, "FILE",
     "write configuration and status to a file", NULL, false},
    {"cibstatus origin", NULL, mu_muster_cibstatus_origin, "",
     "where the situation comes from", NULL, false},
    {"cibstatus show", NULL, mu_muster_cibstatus_show, "[changed]",
     "the status, and the events that were added", NULL, false},
    {"cibstatus quorum", NULL, mu_muster_cibstatus_quorum, "true|false",
     "add an event: quorum comes or goes", NULL, false},
    {"cibstatus node", NULL, mu_muster_cibstatus_node,
     "NODE online|offline|unclean", "add an event: a node comes or goes", NULL,
     false},
    {"cibstatus op", NULL, mu_muster_cibstatus_op,
     "OPERATION RESOURCE RESULT [STATUS] [NODE]",
     "add an event: an operation fails", NULL, false},
    {"cibstatus ticket", NULL, mu_muster_cibstatus_ticket,
     "TICKET grant|revoke|activate|standby", "add an event: a ticket changes",
     NULL, false},
    {"cibstatus run", "simulate", mu_muster_cibstatus_run, "[EVENT...]",
     "what the cluster would do in the situation", NULL, false},

    /* The person at the keyboard. */
    {"options show", NULL, mu_muster_options_show, "[all|NAME]",
     "options and their values", NULL, false},
    {"options set", NULL, mu_muster_options_set, "NAME VALUE",
     "set an option for this shell", NULL, false},
    {"options save", NULL, mu_muster_options_save, "",
     "keep the options for later", NULL, false},
    {"options reset", NULL, mu_muster_options_reset, "",
     "back to the usual values", NULL, false},

    /* Agents. */
    {"ra classes", NULL, mu_muster_ra_classes, "", "classes of agents", NULL,
     false},
    {"ra list", NULL, mu_muster_ra_list, "CLASS [PROVIDER]",
     "agents of a class", NULL, false},
    {"ra info", "meta", mu_muster_ra_info, "AGENT",
     "what an agent does, and its parameters",
     "AGENT is [CLASS:[PROVIDER:]]TYPE.\n"
     "  -v, --full      with the long descriptions of the parameters\n"
     "Example:\n  muster ra info IPaddr2\n",
     false},
    {"ra validate", NULL, mu_muster_ra_validate, "AGENT [NAME=VALUE...]",
     "let an agent judge parameters, on this machine", NULL, false},
    {"ra providers", NULL, mu_muster_ra_providers, "TYPE",
     "who provides an agent", NULL, false},
};

const size_t mu_command_table_count =
    sizeof(mu_command_table_items) / sizeof(mu_command_table_items[0]);

const struct mu_command_level mu_command_table_levels[] = {
    {"configure", "the configuration, in the crm language"},
    {"resource", "start, stop, move and look at resources"},
    {"node", "standby, maintenance, fencing, attributes of nodes"},
    {"cluster", "the cluster as a whole"},
    {"maintenance", "leave services alone while people work on them"},
    {"site", "tickets of clusters at several sites"},
    {"assist", "help with common tasks"},
    {"cib", "shadow copies of the configuration"},
    {"cibstatus", "a situation put together, and what would happen in it"},
    {"options", "how the commands behave for you"},
    {"ra", "resource agents and their parameters"},
};

const size_t mu_command_table_levels_count =
    sizeof(mu_command_table_levels) / sizeof(mu_command_table_levels[0]);
