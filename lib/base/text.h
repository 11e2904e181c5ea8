/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_TEXT_H
#define MU_BASE_TEXT_H

/* Text: bounded formatting and strict parsing of what people and files write.
 *
 * Only ASCII rules, never the locale. Parsers take the whole string or refuse
 * it; nothing is skipped at the end in silence. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"

/* Formats into 'buffer' of 'size' bytes, always NUL-terminated. Returns false
 * when the text was cut. */
MU_PRINTF(3, 4)
bool mu_text_format(char *buffer, size_t size, const char *format, ...);

/* As mu_text_format(), with the arguments in 'args'. */
MU_PRINTF(3, 0)
bool mu_text_vformat(char *buffer, size_t size, const char *format,
                     va_list args);

/* Returns a formatted string on 'arena'. */
MU_PRINTF(2, 3)
char *mu_text_make(struct mu_arena *arena, const char *format, ...);

/* As mu_text_make(), for arguments that are in 'args' already. */
__attribute__((format(printf, 2, 0)))
char *mu_text_vmake(struct mu_arena *arena, const char *format, va_list args);

/* Reads a decimal integer with an optional sign. 0, -EBADMSG, or -ERANGE. */
MU_NODISCARD int mu_text_parse_int64(const char *text, int64_t *ret_value);

/* Reads a boolean as the CIB defines it: true on yes y 1 / false off no n 0,
 * in any case. 0 or -EBADMSG. */
MU_NODISCARD int mu_text_parse_bool(const char *text, bool *ret_value);

/* Reads a score: an integer clamped to the infinities, or [+-]INFINITY (also
 * "inf"), or the colours red, yellow and green as -INFINITY, 0 and 0. Old
 * configurations hold scores such as 1.0: the fraction does not count.
 * 0 or -EBADMSG. */
MU_NODISCARD int mu_text_parse_score(const char *text, int32_t *ret_score);

/* Reads an interval or timeout: digits with a unit of us usec ms msec s sec m
 * min h hr (none means seconds), or an ISO 8601 duration such as PT5M.
 * 0, -EBADMSG or -ERANGE. */
MU_NODISCARD int mu_text_parse_duration(const char *text, int64_t *ret_ms);

/* Tells whether two strings are the same. Most that differ do so at once, and
 * most that are the same are one: no call for these. */
static inline bool
mu_text_equal(const char *a, const char *b)
{
    return a == b || (*a == *b && strcmp(a, b) == 0);
}

/* Compares ASCII strings without regard to case, as strcmp does. */
int mu_text_casecmp(const char *a, const char *b);

/* Compares names so that embedded numbers count as numbers ("n9" < "n10"),
 * without regard to case; a total order (ties by strcmp). */
int mu_text_natural_cmp(const char *a, const char *b);

/* Tells whether 'text' is an XML NCName in ASCII terms (letters, digits, '_',
 * '-', '.'; bytes of UTF-8 sequences count as letters). */
bool mu_text_is_id(const char *text);

/* Appends formatted text to the vec-like 'buffer'. */
struct mu_text_buffer {
    struct mu_arena *arena; /* Where the text grows. */
    char *data;             /* NUL-terminated, or null while empty. */
    size_t length;
    size_t capacity;
};

void mu_text_buffer_init(struct mu_text_buffer *buffer, struct mu_arena *arena);
/* As above, with the first 'size' bytes in 'space': most texts that are made to
 * be looked at once fit there. */
void mu_text_buffer_init_at(struct mu_text_buffer *buffer,
                            struct mu_arena *arena, char *space, size_t size);
MU_PRINTF(2, 3)
void mu_text_buffer_add(struct mu_text_buffer *buffer, const char *format, ...);
/* Appends 'length' bytes at 'text' as they are. */
void mu_text_buffer_append(struct mu_text_buffer *buffer, const char *text,
                           size_t length);

#endif /* MU_BASE_TEXT_H */
