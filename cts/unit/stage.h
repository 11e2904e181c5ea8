/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_UNIT_STAGE_H
#define MU_UNIT_STAGE_H

/* Stage: where a test of the daemon's parts plays, a folder and a loop. */

#include <stdint.h>
#include <sys/types.h>

#include "daemon/loop.h"

/* How long what must happen may take; a test that is well never waits so
 * long. */
enum { MU_STAGE_WAIT_MS = 100000 };

struct mu_stage {
    char folder[64]; /* Gone with the stage. */
    struct mu_loop *loop;
    struct mu_loop_timer guard; /* Ends mu_stage_run(). */
};

/* Opens an empty stage; what is logged goes to stderr. 'name' is the test's. */
void mu_stage_open(struct mu_stage *stage, const char *name);

void mu_stage_close(struct mu_stage *stage);

/* Another loop in the place of the first: for a child that forked. */
void mu_stage_reopen_loop(struct mu_stage *stage);

/* Lets the loop turn until somebody stops it, or for 'duration_ms'. */
void mu_stage_run(struct mu_stage *stage, int64_t duration_ms);

void mu_stage_make_folder(struct mu_stage *stage, const char *name);

/* Writes the file 'name' of the folder. */
void mu_stage_write(struct mu_stage *stage, const char *name, const char *text,
                    mode_t mode);

#endif /* MU_UNIT_STAGE_H */
