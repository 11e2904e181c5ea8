/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/record.h"

#include <string.h>

#include "base/text.h"

enum { WORD_SIZE_MAX = 80, LINE_SIZE_MAX = 400 };

static char lower(char letter);

const char *
mu_record_line(struct mu_arena *arena, const char *program, int argc,
               char *const *argv)
{
    struct mu_text_buffer text;
    bool hides_next = false;

    mu_text_buffer_init(&text, arena);
    mu_text_buffer_add(&text, "%s", program);
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        const char *equals = strchr(word, '=');
        size_t name = equals ? (size_t)(equals - word) : strlen(word);
        size_t size = strcspn(word, "\n");

        if (text.length > LINE_SIZE_MAX) {
            mu_text_buffer_add(&text, " ...");
            break;
        }
        if (hides_next && word[0] == '-' && word[1]) {
            /* crm_attribute --name password --update X */
            mu_text_buffer_add(&text, " %.*s", (int)name, word);
            hides_next = !equals;
            continue;
        }
        if (hides_next) {
            mu_text_buffer_add(&text, " ***");
        } else if (size > WORD_SIZE_MAX || word[size]) {
            /* A word of several lines may hold secrets as well. */
            mu_text_buffer_add(&text, " ...");
        } else if (equals && mu_record_is_secret(word, name)) {
            mu_text_buffer_add(&text, " %.*s=***", (int)name, word);
        } else {
            mu_text_buffer_add(&text, " %s", word);
        }
        /* resource param db set password X */
        hides_next = !hides_next && !equals && word[0] != '-' &&
                     mu_record_is_secret(word, name);
    }
    return text.data;
}

bool
mu_record_is_secret(const char *name, size_t length)
{
    static const char *const parts[] = {"pass",  "pwd",        "secret",
                                        "token", "credential", "private",
                                        "_key",  "-key",       NULL};

    for (size_t i = 0; i < length; i++) {
        for (unsigned k = 0; parts[k]; k++) {
            size_t at = 0;

            while (parts[k][at] && i + at < length &&
                   lower(name[i + at]) == parts[k][at]) {
                at++;
            }
            if (!parts[k][at]) {
                return true;
            }
        }
    }
    return false;
}

static char
lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}
