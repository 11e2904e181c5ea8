/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_EXEC_PRIVATE_H
#define MU_DAEMON_EXEC_PRIVATE_H

/* Exec private: what exec.c (turns, answers) and exec_op.c (the life of one
 * operation) share. Nobody else includes it. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "daemon/agent_systemd.h"
#include "daemon/exec.h"
#include "daemon/exec_output.h"
#include "daemon/exec_record.h"

enum mu_exec_op_state {
    MU_EXEC_OP_QUEUED,    /* Others of its resource come first. */
    MU_EXEC_OP_DELAYED,   /* Its turn, but not before its time. */
    MU_EXEC_OP_RUNNING,   /* The agent runs. */
    MU_EXEC_OP_ENDING,    /* It was asked to end: SIGTERM. */
    MU_EXEC_OP_KILLING,   /* It is being killed. */
    MU_EXEC_OP_REPORTING, /* It has ended; the answer is due. */
};

struct mu_exec_op {
    struct mu_exec *exec;
    struct mu_exec_queue *queue;
    struct mu_exec_op *next;        /* In the queue. */
    struct mu_exec_op *report_next; /* In the list of answers due. */
    struct mu_effect_exec effect;   /* Points into 'memory'. */
    void *memory;                   /* Owned. */
    enum mu_exec_op_state state;
    struct mu_exec_record record; /* Marker, pid, deadline. */
    bool is_recovered;            /* Of a predecessor: not our child, and
                                     nobody waits for its answer. */
    bool is_preempted;            /* Ends to make room; runs again later. */
    bool is_leader_gone;          /* Not our child and ended: its pid may
                                     belong to somebody else by now. */
    int pidfd;                    /* Negative: none. */
    struct mu_agent_systemd_op *unit_op; /* Of a unit, while it runs; else
                                            null: it has no process. */
    struct mu_exec_output *streams; /* Standard output and error, or null. */
    struct mu_loop_timer timer;     /* Delay, deadline, grace or next kill. */
    struct mu_instant asked;
    struct mu_instant not_before;
    struct mu_instant started;  /* NEVER until it runs. */
    struct mu_instant kill_end; /* When we give up killing. */
    int64_t started_wall_ms;
    int32_t tries_left; /* How often the agent may still be run. */
    enum mu_op_end end; /* From ENDING on. */
    int32_t rc;
    char reason[MU_REASON_SIZE_MAX]; /* Empty: none. */
};

/* Operations of one resource, the oldest first: it has the turn. */
struct mu_exec_queue {
    struct mu_exec_queue *next;
    char *resource;
    struct mu_exec_op *head;
    struct mu_exec_op *tail;
};

/* A process that survived SIGKILL; it is reaped when it ends. */
struct mu_exec_linger {
    struct mu_exec_linger *next;
    struct mu_exec *exec;
    pid_t pid;
    int pidfd;
};

struct mu_exec {
    struct mu_exec_config config;     /* Strings owned. */
    char *ops_folder;                 /* Owned. */
    char *marker_prefix;              /* Unique for this process; owned. */
    struct mu_agent_systemd *systemd; /* Owned. */
    struct mu_arena arena;            /* Holds one command while it starts. */
    struct mu_exec_queue *queues;
    struct mu_exec_op *reports; /* Answers due, oldest first. */
    struct mu_exec_op *reports_tail;
    struct mu_exec_linger *lingers;
    char **devices; /* Ids of registered fence devices. */
    uint32_t devices_count;
    uint32_t ops_count;
};

/* Begins an operation whose turn has come. */
void mu_exec_op_run(struct mu_exec_op *op);

/* Ends a running one early; 'end' becomes its result. */
void mu_exec_op_stop(struct mu_exec_op *op, enum mu_op_end end);

/* Watches the process of a predecessor. 0 or negative errno: it is gone. */
MU_NODISCARD int mu_exec_op_adopt(struct mu_exec_op *op);

/* Closes what the operation has open, processes are left alone. */
void mu_exec_op_close(struct mu_exec_op *op);

/* Notes the result; mu_exec_op_reason() before it, if there is one. */
void mu_exec_op_result(struct mu_exec_op *op, enum mu_op_end end, int32_t rc);
MU_PRINTF(2, 3)
void mu_exec_op_reason(struct mu_exec_op *op, const char *format, ...);

/* Puts a preempted operation back into the queue instead. Only from the
 * loop. */
void mu_exec_op_requeue(struct mu_exec_op *op);

/* Gives the answer, and the turn to the next one. The operation is freed. Only
 * from the loop. */
void mu_exec_op_report(struct mu_exec_op *op);

/* Does so soon, from the loop. */
void mu_exec_op_report_later(struct mu_exec_op *op);

#endif /* MU_DAEMON_EXEC_PRIVATE_H */
