/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/report.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/vec.h"
#include "crm/lexer.h"

enum {
    SENTENCE_SIZE_MAX = 512,
    DISTANCE_LENGTH_MAX = 48, /* Longer words are no spelling mistakes. */
};

MU_PRINTF(3, 0)
static struct mu_report_message *message_add(struct mu_report *report,
                                             const struct mu_word *word,
                                             const char *format, va_list args);
static unsigned distance(const char *a, const char *b);
static unsigned char lower(char c);

void
mu_report_init(struct mu_report *report, struct mu_arena *arena)
{
    mu_assert(arena);
    *report = (struct mu_report){.arena = arena};
}

int
mu_report_error(struct mu_report *report, enum mu_report_reason reason,
                const struct mu_word *word, const char *format, ...)
{
    struct mu_report_message *message;
    va_list args;

    va_start(args, format);
    message = message_add(report, word, format, args);
    va_end(args);
    message->severity = MU_REPORT_ERROR;
    message->reason = reason;
    report->errors_count++;
    return reason == MU_REPORT_REASON_MISSING ? -ENOENT : -EBADMSG;
}

void
mu_report_warning(struct mu_report *report, const struct mu_word *word,
                  const char *object, const char *format, ...)
{
    struct mu_report_message *message;
    va_list args;

    va_start(args, format);
    message = message_add(report, word, format, args);
    va_end(args);
    message->severity = MU_REPORT_WARNING;
    message->object = object ? mu_arena_strdup(report->arena, object) : NULL;
    report->warnings_count++;
}

void
mu_report_info(struct mu_report *report, const char *object, const char *format,
               ...)
{
    struct mu_report_message *message;
    va_list args;

    va_start(args, format);
    message = message_add(report, NULL, format, args);
    va_end(args);
    message->object = object ? mu_arena_strdup(report->arena, object) : NULL;
}

void
mu_report_suggest(struct mu_report *report, const char *word,
                  const char *const *candidates, size_t count)
{
    const char *nearest = mu_report_nearest(word, candidates, count);

    mu_assert(report->count > 0);
    if (nearest) {
        report->items[report->count - 1].nearest =
            mu_arena_strdup(report->arena, nearest);
    }
}

const char *
mu_report_nearest(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t length = strlen(word);
    unsigned least = (unsigned)(length < 3 ? 1 : length / 3 + 1);

    if (length == 0 || length > DISTANCE_LENGTH_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned differs;

        if (strlen(candidates[i]) > DISTANCE_LENGTH_MAX) {
            continue;
        }
        differs = distance(word, candidates[i]);
        if (differs < least || (differs == least && !nearest)) {
            least = differs;
            nearest = candidates[i];
        }
    }
    return nearest;
}

static struct mu_report_message *
message_add(struct mu_report *report, const struct mu_word *word,
            const char *format, va_list args)
{
    struct mu_report_message *message = mu_vec_add(report->arena, report);
    char sentence[SENTENCE_SIZE_MAX];

    (void)mu_text_vformat(sentence, sizeof(sentence), format, args);
    message->text = mu_arena_strdup(report->arena, sentence);
    if (word) {
        message->line = word->line;
        message->column = word->column;
        message->width = word->width;
    }
    return message;
}

/* How many letters must be inserted, removed, replaced or swapped with their
 * neighbour to make one word of the other, case apart. */
static unsigned
distance(const char *a, const char *b)
{
    unsigned rows[3][DISTANCE_LENGTH_MAX + 1];
    unsigned *before = rows[0];
    unsigned *above = rows[1];
    unsigned *row = rows[2];
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);

    for (unsigned j = 0; j <= b_length; j++) {
        above[j] = j;
        before[j] = j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        unsigned *free_row = before;

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned char left = lower(a[i - 1]);
            unsigned char right = lower(b[j - 1]);
            unsigned best = above[j - 1] + (left != right);

            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && left == lower(b[j - 2]) &&
                lower(a[i - 2]) == right && before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            row[j] = best;
        }
        before = above;
        above = row;
        row = free_row;
    }
    return above[b_length];
}

static unsigned char
lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}
