/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/errbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
mu_errbuf_set(struct mu_errbuf *err, const char *format, ...)
{
    va_list args;

    if (!err) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    err->line = 0;
    err->column = 0;
}

void
mu_errbuf_wrap(struct mu_errbuf *err, const char *format, ...)
{
    char inner[MU_ERRBUF_SIZE];
    va_list args;
    size_t length;

    if (!err) {
        return;
    }
    memcpy(inner, err->text, sizeof(inner));
    inner[sizeof(inner) - 1] = '\0';
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    length = strlen(err->text);
    for (const char *part = ": "; *part && length + 1 < sizeof(err->text); part++) {
        err->text[length++] = *part;
    }
    for (const char *part = inner; *part && length + 1 < sizeof(err->text); part++) {
        err->text[length++] = *part;
    }
    err->text[length] = '\0';
}
