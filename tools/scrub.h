/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_SCRUB_H
#define MU_TOOLS_SCRUB_H

/* Scrub: takes secrets out of what is given to strangers.
 *
 * A value is secret when its name says so (passwd, secret, ...) or when the
 * agent that takes it calls it private. A value that was found to be secret is
 * taken out of every other text as well, such as logs. Values shorter than
 * MU_SCRUB_LENGTH_MIN are not searched for in texts: they would be found in
 * everything.
 *
 * Invariant: what is removed is written down, never what it was. */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/errbuf.h"
#include "base/span.h"
#include "base/text.h"
#include "base/vec.h"

enum { MU_SCRUB_LENGTH_MIN = 4 };

/* Tells whether an agent calls its parameter 'name' private. */
typedef bool mu_scrub_private(void *context, const char *class_name,
                              const char *provider, const char *type,
                              const char *name);

struct mu_scrub {
    struct mu_arena *arena;
    mu_scrub_private *is_private; /* Or null. */
    void *context;                /* For 'is_private'. */
    MU_VEC(const char *) secrets; /* Values found so far, longest first. */
    MU_VEC(const char *) removed; /* Sentences for the manifest. */
};

/* Reads the XML 'xml', takes secrets out of its nvpairs and attributes, and
 * appends the rest to 'text'. 'file' names it in the manifest. 0 or negative
 * errno. */
MU_NODISCARD int mu_scrub_xml(struct mu_scrub *scrub, const char *file,
                              struct mu_span xml, struct mu_text_buffer *text,
                              struct mu_errbuf *err);

/* Appends any text to 'text' without secrets: values that were found before,
 * and what follows a name that says so, as in passwd=..., "passwd": "...",
 * name="passwd" value="...". */
void mu_scrub_text(struct mu_scrub *scrub, const char *file, const char *what,
                   size_t size, struct mu_text_buffer *text);

#endif /* MU_TOOLS_SCRUB_H */
