/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/digest.h"

#include <string.h>

#include "base/text.h"

struct sip {
    uint64_t v0, v1, v2, v3;
};

static uint64_t rotate_left(uint64_t value, unsigned bits);
static void sip_rounds(struct sip *sip, unsigned count);
static uint64_t load_64(const unsigned char *bytes, size_t size);
static void md5_block(uint32_t state[4], const unsigned char *block);

struct mu_digest
mu_digest_of(const void *data, size_t size)
{
    const uint64_t key_0 = UINT64_C(0x6d75737465722d31);
    const uint64_t key_1 = UINT64_C(0x7374617465206f66);
    const unsigned char *bytes = data;
    struct sip sip = {key_0 ^ UINT64_C(0x736f6d6570736575),
                      key_1 ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
                      key_0 ^ UINT64_C(0x6c7967656e657261),
                      key_1 ^ UINT64_C(0x7465646279746573)};
    size_t rest = size % 8;
    struct mu_digest digest;
    uint64_t last;

    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint64_t word = load_64(bytes + i, 8);

        sip.v3 ^= word;
        sip_rounds(&sip, 2);
        sip.v0 ^= word;
    }
    last = ((uint64_t)size << 56) |
           (rest ? load_64(bytes + size - rest, rest) : 0);
    sip.v3 ^= last;
    sip_rounds(&sip, 2);
    sip.v0 ^= last;
    sip.v2 ^= 0xee;
    sip_rounds(&sip, 4);
    digest.high = sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
    sip.v1 ^= 0xdd;
    sip_rounds(&sip, 4);
    digest.low = sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
    return digest;
}

bool
mu_digest_is_equal(struct mu_digest a, struct mu_digest b)
{
    return a.high == b.high && a.low == b.low;
}

void
mu_digest_to_text(struct mu_digest digest, char text[MU_DIGEST_TEXT_SIZE])
{
    (void)mu_text_format(text, MU_DIGEST_TEXT_SIZE, "%016llx%016llx",
                         (unsigned long long)digest.high,
                         (unsigned long long)digest.low);
}

void
mu_digest_md5_text(const void *data, size_t size,
                   char text[MU_DIGEST_TEXT_SIZE])
{
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    const unsigned char *bytes = data;
    unsigned char tail[128] = {0};
    size_t rest = size % 64;
    size_t tail_size = rest < 56 ? 64 : 128;
    uint64_t bits = (uint64_t)size * 8;

    for (size_t i = 0; i + 64 <= size; i += 64) {
        md5_block(state, bytes + i);
    }
    if (rest > 0) {
        memcpy(tail, bytes + size - rest, rest);
    }
    tail[rest] = 0x80;
    for (unsigned i = 0; i < 8; i++) {
        tail[tail_size - 8 + i] = (unsigned char)(bits >> (8 * i));
    }
    md5_block(state, tail);
    if (tail_size == 128) {
        md5_block(state, tail + 64);
    }
    for (unsigned i = 0; i < 16; i++) {
        unsigned byte = (state[i / 4] >> (8 * (i % 4))) & 0xff;

        text[2 * i] = "0123456789abcdef"[byte >> 4];
        text[2 * i + 1] = "0123456789abcdef"[byte & 0xf];
    }
    text[32] = '\0';
}

static uint64_t
rotate_left(uint64_t value, unsigned bits)
{
    return (value << bits) | (value >> (64 - bits));
}

static void
sip_rounds(struct sip *sip, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        sip->v0 += sip->v1;
        sip->v1 = rotate_left(sip->v1, 13) ^ sip->v0;
        sip->v0 = rotate_left(sip->v0, 32);
        sip->v2 += sip->v3;
        sip->v3 = rotate_left(sip->v3, 16) ^ sip->v2;
        sip->v0 += sip->v3;
        sip->v3 = rotate_left(sip->v3, 21) ^ sip->v0;
        sip->v2 += sip->v1;
        sip->v1 = rotate_left(sip->v1, 17) ^ sip->v2;
        sip->v2 = rotate_left(sip->v2, 32);
    }
}

/* Reads up to eight bytes, lowest first, whatever the machine's order. */
static uint64_t
load_64(const unsigned char *bytes, size_t size)
{
    uint64_t word = 0;

    for (size_t i = 0; i < size; i++) {
        word |= (uint64_t)bytes[i] << (8 * i);
    }
    return word;
}

/* RFC 1321, section 3.4, as a loop over its table. */
static void
md5_block(uint32_t state[4], const unsigned char *block)
{
    static const uint32_t table[64] = {
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a,
        0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be,
        0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340,
        0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
        0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
        0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
        0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
        0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
        0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
    static const unsigned char shifts[16] = {7, 12, 17, 22, 5, 9,  14, 20,
                                             4, 11, 16, 23, 6, 10, 15, 21};
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];

    for (unsigned i = 0; i < 64; i++) {
        unsigned shift = shifts[(i / 16) * 4 + i % 4];
        unsigned word;
        uint32_t mix;
        uint32_t sum;

        if (i < 16) {
            mix = (b & c) | (~b & d);
            word = i;
        } else if (i < 32) {
            mix = (d & b) | (~d & c);
            word = (5 * i + 1) % 16;
        } else if (i < 48) {
            mix = b ^ c ^ d;
            word = (3 * i + 5) % 16;
        } else {
            mix = c ^ (b | ~d);
            word = (7 * i) % 16;
        }
        sum = a + mix + table[i] + (uint32_t)load_64(block + 4 * (size_t)word, 4);
        a = d;
        d = c;
        c = b;
        b += (sum << shift) | (sum >> (32 - shift));
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}
