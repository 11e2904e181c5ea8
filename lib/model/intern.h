/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_INTERN_H
#define MU_MODEL_INTERN_H

/* Intern: one copy of each text.
 *
 * Histories repeat the same few names and digests many thousand times. The
 * table lives on one arena and the texts on another, which may live longer. It
 * answers look-ups only and cannot be walked. */

#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

struct mu_intern_slot;

struct mu_intern {
    struct mu_arena *table; /* Where the slots live. */
    struct mu_arena *texts; /* Where the texts live. */
    struct mu_intern_slot *slots;
    uint32_t slots_count; /* A power of two, or 0. */
    uint32_t used;
};

/* Makes 'intern' empty. */
void mu_intern_init(struct mu_intern *intern, struct mu_arena *table,
                    struct mu_arena *texts);

/* Returns the NUL-terminated copy of 'text'; equal texts give one pointer. */
const char *mu_intern_text(struct mu_intern *intern, struct mu_span text);

#endif /* MU_MODEL_INTERN_H */
