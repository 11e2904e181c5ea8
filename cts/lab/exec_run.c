/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs operations of systemd units one after the other, as the daemon would,
 * and says what came of them: for tests with a real systemd.
 *
 * usage: exec_run RUN_FOLDER UNIT:OP... ; "UNIT:wait" waits until systemd says
 * that the unit has gone down. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/clock.h"
#include "daemon/exec.h"
#include "daemon/log.h"
#include "daemon/loop.h"

enum { OP_TIMEOUT_MS = 100000, WAIT_MS = 250000 };

struct run {
    struct mu_loop *loop;
    struct mu_exec *exec;
    char **steps; /* What is left to do; ends with null. */
    char unit[128];
    const char *op_name;
    struct mu_instant begun;
    bool is_failed;
};

static void
step(struct run *run)
{
    char *text = *run->steps;
    char *colon = text ? strrchr(text, ':') : NULL;
    struct mu_effect_exec effect = {.agent_class = MU_AGENT_SYSTEMD,
                                    .timeout_ms = OP_TIMEOUT_MS};

    if (!colon) {
        mu_loop_stop(run->loop);
        return;
    }
    run->steps++;
    run->begun = mu_clock_now();
    snprintf(run->unit, sizeof(run->unit), "%.*s", (int)(colon - text), text);
    run->op_name = colon + 1;
    if (strcmp(run->op_name, "wait") == 0) {
        printf("%s waiting\n", run->unit);
        return;
    }
    effect.type = run->unit;
    effect.resource = run->unit;
    effect.op_name = run->op_name;
    mu_exec_start(run->exec, &effect);
}

static void
on_result(void *user, const struct mu_event_op_result *result)
{
    struct run *run = user;

    printf("%s %s end %d rc %d ms %d %s\n", run->unit, run->op_name,
           (int)result->end, result->rc, (int)result->exec_ms,
           result->exit_reason ? result->exit_reason : "");
    step(run);
}

static void
on_changed(void *user, const char *resource)
{
    struct run *run = user;

    printf("%s changed at %d\n", resource, (int)(mu_clock_wall_ms() % 1000000));
    if (strcmp(run->op_name, "wait") == 0 && strcmp(resource, run->unit) == 0) {
        step(run);
    }
}

static void
on_guard(void *user)
{
    struct run *run = user;

    printf("too late\n");
    run->is_failed = true;
    mu_loop_stop(run->loop);
}

int
main(int argc, char **argv)
{
    struct run run = {.op_name = ""};
    struct mu_loop_timer guard;
    struct mu_errbuf err = {.text = ""};

    if (argc < 3) {
        fprintf(stderr, "usage: %s RUN_FOLDER UNIT:OP...\n", argv[0]);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    (void)mkdir(argv[1], 0755);
    mu_log_init(&(struct mu_log_config){.name = "exec_run", .is_stderr = true});
    run.loop = mu_loop_new();
    run.steps = argv + 2;
    if (!run.loop ||
        mu_exec_new(&(struct mu_exec_config){.loop = run.loop,
                                             .function = on_result,
                                             .changed = on_changed,
                                             .user = &run,
                                             .run_folder = argv[1]},
                    &run.exec, &err) < 0) {
        fprintf(stderr, "%s: %s\n", argv[0], err.text);
        return 1;
    }
    mu_loop_timer_init(&guard, run.loop, on_guard, &run);
    mu_loop_timer_arm(&guard, mu_instant_after(mu_clock_now(), WAIT_MS));
    step(&run);
    mu_loop_run(run.loop);
    mu_loop_timer_disarm(&guard);
    mu_exec_free(run.exec);
    mu_loop_free(run.loop);
    return run.is_failed ? 1 : 0;
}
