/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/span.h"

enum { PIECES_MAX = 8, DIGITS_MAX = 24 };

static char *plain_make(struct mu_arena *arena, const char *format,
                        va_list args);
static const char *digits_make(int64_t value, bool is_signed,
                               char space[DIGITS_MAX]);
static bool is_digit(char c);
static char to_lower(char c);
static int digits_parse(const char **text, int64_t *ret_value);
static int iso_duration_parse(const char *text, int64_t *ret_ms);
static int64_t iso_unit_ms(char unit, bool is_time);

bool
mu_text_format(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    bool is_whole;

    va_start(args, format);
    is_whole = mu_text_vformat(buffer, size, format, args);
    va_end(args);
    return is_whole;
}

bool
mu_text_vformat(char *buffer, size_t size, const char *format, va_list args)
{
    int length;

    mu_assert(size > 0);
    length = vsnprintf(buffer, size, format, args);
    mu_assert(length >= 0);
    return (size_t)length < size;
}

char *
mu_text_make(struct mu_arena *arena, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = mu_text_vmake(arena, format, args);
    va_end(args);
    return text;
}

char *
mu_text_vmake(struct mu_arena *arena, const char *format, va_list args)
{
    va_list again;
    int length;
    char *text;

    va_copy(again, args);
    text = plain_make(arena, format, again);
    va_end(again);
    if (text) {
        return text;
    }
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    mu_assert(length >= 0);
    text = mu_arena_alloc(arena, (size_t)length + 1, 1, 1);
    (void)vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

/* Puts pieces together without formatting; returns null for formats that have
 * more than a few "%s", "%d", "%+d", "%u" and text in them. Planning makes
 * thousands of such sentences. */
static char *
plain_make(struct mu_arena *arena, const char *format, va_list args)
{
    struct mu_span pieces[PIECES_MAX];
    char digits[PIECES_MAX][DIGITS_MAX];
    size_t count = 0;
    size_t length = 0;
    char *text;
    char *at;

    for (const char *c = format; *c;) {
        struct mu_span piece = {(const unsigned char *)c, strcspn(c, "%")};

        if (count == PIECES_MAX) {
            return NULL;
        }
        c += piece.size;
        if (piece.size == 0) {
            bool is_signed = c[1] == '+';
            const char *word = NULL;

            c += is_signed ? 2 : 1;
            if (*c == 's' && !is_signed) {
                word = va_arg(args, const char *);
            } else if (*c == 'd') {
                word = digits_make(va_arg(args, int), is_signed, digits[count]);
            } else if (*c == 'u') {
                word = digits_make(va_arg(args, unsigned), false,
                                   digits[count]);
            }
            if (!word) {
                return NULL;
            }
            piece = (struct mu_span){(const unsigned char *)word, strlen(word)};
            c++;
        }
        pieces[count++] = piece;
        length += piece.size;
    }
    text = mu_arena_alloc(arena, length + 1, 1, 1);
    at = text;
    for (size_t i = 0; i < count; i++) {
        memcpy(at, pieces[i].data, pieces[i].size);
        at += pieces[i].size;
    }
    *at = '\0';
    return text;
}

/* Writes 'value' at the end of 'space', with a plus if 'is_signed'; returns
 * where it begins there. */
static const char *
digits_make(int64_t value, bool is_signed, char space[DIGITS_MAX])
{
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    char *at = &space[DIGITS_MAX - 1];

    *at = '\0';
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0 || is_signed) {
        *--at = value < 0 ? '-' : '+';
    }
    return at;
}

int
mu_text_parse_int64(const char *text, int64_t *ret_value)
{
    bool is_negative = *text == '-';
    int64_t value;
    int r;

    if (*text == '-' || *text == '+') {
        text++;
    }
    r = digits_parse(&text, &value);
    if (r < 0) {
        return r;
    }
    if (*text) {
        return -EBADMSG;
    }
    *ret_value = is_negative ? -value : value;
    return 0;
}

int
mu_text_parse_bool(const char *text, bool *ret_value)
{
    static const char *const yes[] = {"true", "on", "yes", "y", "1"};
    static const char *const no[] = {"false", "off", "no", "n", "0"};

    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (mu_text_casecmp(text, yes[i]) == 0) {
            *ret_value = true;
            return 0;
        }
        if (mu_text_casecmp(text, no[i]) == 0) {
            *ret_value = false;
            return 0;
        }
    }
    return -EBADMSG;
}

int
mu_text_parse_score(const char *text, int32_t *ret_score)
{
    const char *word = text;
    bool is_negative = *text == '-';
    int64_t value = 0;
    int r;

    if (*word == '-' || *word == '+') {
        word++;
    }
    if (mu_text_casecmp(word, "INFINITY") == 0 ||
        mu_text_casecmp(word, "inf") == 0) {
        *ret_score = is_negative ? -MU_SCORE_INFINITY : MU_SCORE_INFINITY;
        return 0;
    }
    if (mu_text_casecmp(text, "red") == 0) {
        *ret_score = -MU_SCORE_INFINITY;
        return 0;
    }
    if (mu_text_casecmp(text, "yellow") == 0 ||
        mu_text_casecmp(text, "green") == 0) {
        *ret_score = 0;
        return 0;
    }
    r = digits_parse(&word, &value);
    if (r == -EBADMSG) {
        return r;
    }
    if (r == 0 && *word == '.') {
        word += 1 + strspn(word + 1, "0123456789");
    }
    if (r == 0 && *word) {
        return -EBADMSG;
    }
    if (r < 0 || value > MU_SCORE_INFINITY) {
        value = MU_SCORE_INFINITY;
    }
    *ret_score = (int32_t)(is_negative ? -value : value);
    return 0;
}

int
mu_text_parse_duration(const char *text, int64_t *ret_ms)
{
    static const struct {
        const char *unit;
        int64_t multiply; /* To milliseconds, */
        int64_t divide;   /* rounding down. */
    } units[] = {
        {"", 1000, 1},     {"s", 1000, 1},     {"sec", 1000, 1},
        {"ms", 1, 1},      {"msec", 1, 1},     {"us", 1, 1000},
        {"usec", 1, 1000}, {"m", 60000, 1},    {"min", 60000, 1},
        {"h", 3600000, 1}, {"hr", 3600000, 1},
    };
    int64_t value;
    int r;

    while (*text == ' ') {
        text++;
    }
    if (*text == 'P' || *text == 'p') {
        return iso_duration_parse(text + 1, ret_ms);
    }
    r = digits_parse(&text, &value);
    if (r < 0) {
        return r;
    }
    while (*text == ' ') {
        text++;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (mu_text_casecmp(text, units[i].unit) == 0) {
            if (__builtin_mul_overflow(value, units[i].multiply, &value)) {
                return -ERANGE;
            }
            *ret_ms = value / units[i].divide;
            return 0;
        }
    }
    return -EBADMSG;
}

int
mu_text_casecmp(const char *a, const char *b)
{
    while (*a && to_lower(*a) == to_lower(*b)) {
        a++;
        b++;
    }
    return (unsigned char)to_lower(*a) - (unsigned char)to_lower(*b);
}

int
mu_text_natural_cmp(const char *a, const char *b)
{
    const char *left = a;
    const char *right = b;

    while (*left && *right) {
        if (is_digit(*left) && is_digit(*right)) {
            size_t left_length;
            size_t right_length;
            int order;

            while (*left == '0') {
                left++;
            }
            while (*right == '0') {
                right++;
            }
            left_length = strspn(left, "0123456789");
            right_length = strspn(right, "0123456789");
            if (left_length != right_length) {
                return left_length < right_length ? -1 : 1;
            }
            order = strncmp(left, right, left_length);
            if (order != 0) {
                return order;
            }
            left += left_length;
            right += right_length;
        } else if (to_lower(*left) != to_lower(*right)) {
            break;
        } else {
            left++;
            right++;
        }
    }
    if (to_lower(*left) != to_lower(*right)) {
        return (unsigned char)to_lower(*left) < (unsigned char)to_lower(*right)
                   ? -1
                   : 1;
    }
    return strcmp(a, b);
}

bool
mu_text_is_id(const char *text)
{
    for (const char *c = text; *c; c++) {
        bool is_start = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                        *c == '_' || (unsigned char)*c >= 0x80;
        bool is_inner = is_digit(*c) || *c == '-' || *c == '.';

        if (!is_start && (c == text || !is_inner)) {
            return false;
        }
    }
    return *text != '\0';
}

void
mu_text_buffer_init(struct mu_text_buffer *buffer, struct mu_arena *arena)
{
    mu_assert(arena);
    *buffer = (struct mu_text_buffer){.arena = arena};
}

void
mu_text_buffer_init_at(struct mu_text_buffer *buffer, struct mu_arena *arena,
                       char *space, size_t size)
{
    mu_assert(arena && size > 0);
    *buffer = (struct mu_text_buffer){
        .arena = arena, .data = space, .capacity = size};
    space[0] = '\0';
}

void
mu_text_buffer_add(struct mu_text_buffer *buffer, const char *format, ...)
{
    char small[256];
    char *text = small;
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    mu_assert(length >= 0);
    if ((size_t)length >= sizeof(small)) {
        text = mu_arena_alloc(buffer->arena, (size_t)length + 1, 1, 1);
        va_start(args, format);
        (void)vsnprintf(text, (size_t)length + 1, format, args);
        va_end(args);
    }
    mu_text_buffer_append(buffer, text, (size_t)length);
}

void
mu_text_buffer_append(struct mu_text_buffer *buffer, const char *text,
                      size_t length)
{
    if (!buffer->data || buffer->length + length + 1 > buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
        char *data;

        while (capacity < buffer->length + length + 1) {
            capacity *= 2;
        }
        data = mu_arena_alloc(buffer->arena, capacity, 1, 1);
        if (buffer->length > 0) {
            memcpy(data, buffer->data, buffer->length);
        }
        buffer->data = data;
        buffer->capacity = capacity;
    }
    if (length > 0) {
        memcpy(buffer->data + buffer->length, text, length);
    }
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char
to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int
digits_parse(const char **text, int64_t *ret_value)
{
    const char *c = *text;
    int64_t value = 0;

    if (!is_digit(*c)) {
        return -EBADMSG;
    }
    for (; is_digit(*c); c++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *c - '0', &value)) {
            return -ERANGE;
        }
    }
    *text = c;
    *ret_value = value;
    return 0;
}

static int
iso_duration_parse(const char *text, int64_t *ret_ms)
{
    bool is_time = false;
    int64_t total_ms = 0;
    bool is_empty = true;

    while (*text) {
        int64_t value;
        int64_t unit_ms;
        int r;

        if (*text == 'T' && !is_time) {
            is_time = true;
            text++;
            continue;
        }
        r = digits_parse(&text, &value);
        if (r < 0) {
            return r;
        }
        unit_ms = iso_unit_ms(*text, is_time);
        if (unit_ms == 0) {
            return -EBADMSG;
        }
        text++;
        if (__builtin_mul_overflow(value, unit_ms, &value) ||
            __builtin_add_overflow(total_ms, value, &total_ms)) {
            return -ERANGE;
        }
        is_empty = false;
    }
    if (is_empty) {
        return -EBADMSG;
    }
    *ret_ms = total_ms;
    return 0;
}

/* Years and months have no fixed length; here they are 365 and 30 days, as
 * intervals in the CIB define them. */
static int64_t
iso_unit_ms(char unit, bool is_time)
{
    const int64_t day_ms = INT64_C(86400000);

    switch (unit) {
    case 'Y':
        return is_time ? 0 : 365 * day_ms;
    case 'M':
        return is_time ? 60000 : 30 * day_ms;
    case 'W':
        return is_time ? 0 : 7 * day_ms;
    case 'D':
        return is_time ? 0 : day_ms;
    case 'H': /* Existing files leave out the T before these two. */
        return 3600000;
    case 'S':
        return 1000;
    default:
        return 0;
    }
}
