/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/unit/stage.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "daemon/clock.h"
#include "daemon/log.h"

static void
on_guard(void *user)
{
    struct mu_stage *stage = user;

    mu_loop_stop(stage->loop);
}

static void
path_of(const struct mu_stage *stage, const char *name, char ret_path[256])
{
    ck_assert_int_lt(snprintf(ret_path, 256, "%s/%s", stage->folder, name),
                     256);
}

void
mu_stage_open(struct mu_stage *stage, const char *name)
{
    mu_log_init(&(struct mu_log_config){
        .name = name, .level_min = MU_TRACE_INFO, .is_stderr = true});
    snprintf(stage->folder, sizeof(stage->folder), "/tmp/muster-%s.XXXXXX",
             name);
    ck_assert_ptr_nonnull(mkdtemp(stage->folder));
    stage->loop = mu_loop_new();
    ck_assert_ptr_nonnull(stage->loop);
    mu_loop_timer_init(&stage->guard, stage->loop, on_guard, stage);
}

void
mu_stage_close(struct mu_stage *stage)
{
    char command[128];

    mu_loop_free(stage->loop);
    snprintf(command, sizeof(command), "rm -rf %s", stage->folder);
    ck_assert_int_eq(system(command), 0);
}

void
mu_stage_reopen_loop(struct mu_stage *stage)
{
    mu_loop_free(stage->loop);
    stage->loop = mu_loop_new();
    ck_assert_ptr_nonnull(stage->loop);
    mu_loop_timer_init(&stage->guard, stage->loop, on_guard, stage);
}

void
mu_stage_run(struct mu_stage *stage, int64_t duration_ms)
{
    mu_loop_timer_arm(&stage->guard,
                      mu_instant_after(mu_clock_now(), duration_ms));
    mu_loop_run(stage->loop);
    mu_loop_timer_disarm(&stage->guard);
}

void
mu_stage_make_folder(struct mu_stage *stage, const char *name)
{
    char path[256];

    path_of(stage, name, path);
    ck_assert_int_eq(mkdir(path, 0755), 0);
}

void
mu_stage_write(struct mu_stage *stage, const char *name, const char *text,
               mode_t mode)
{
    char path[256];
    FILE *file;

    path_of(stage, name, path);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
}
