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
static uint32_t load_32(const unsigned char *bytes);
static uint32_t md5_turn(uint32_t sum, uint32_t word, unsigned step,
                         unsigned shift);
static void md5_block(uint32_t state[4], const unsigned char *block);

static const uint32_t md5_table[64] = { /* RFC 1321, section 3.4. */
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

static uint32_t
load_32(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* One step: 'sum' is the word to replace and what the others contribute. */
static uint32_t
md5_turn(uint32_t sum, uint32_t word, unsigned step, unsigned shift)
{
    sum += word + md5_table[step];
    return (sum << shift) | (sum >> (32 - shift));
}

/* RFC 1321, section 3.4. After four steps each word is again where it was. */
static void
md5_block(uint32_t state[4], const unsigned char *block)
{
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t x[16];

    for (unsigned i = 0; i < 16; i++) {
        x[i] = load_32(block + 4 * (size_t)i);
    }
    for (unsigned i = 0; i < 16; i += 4) {
        a = b + md5_turn(a + ((b & c) | (~b & d)), x[i], i, 7);
        d = a + md5_turn(d + ((a & b) | (~a & c)), x[i + 1], i + 1, 12);
        c = d + md5_turn(c + ((d & a) | (~d & b)), x[i + 2], i + 2, 17);
        b = c + md5_turn(b + ((c & d) | (~c & a)), x[i + 3], i + 3, 22);
    }
    for (unsigned i = 16; i < 32; i += 4) {
        unsigned k = 5 * i + 1;

        a = b + md5_turn(a + ((d & b) | (~d & c)), x[k % 16], i, 5);
        d = a + md5_turn(d + ((c & a) | (~c & b)), x[(k + 5) % 16], i + 1, 9);
        c = d + md5_turn(c + ((b & d) | (~b & a)), x[(k + 10) % 16], i + 2, 14);
        b = c + md5_turn(b + ((a & c) | (~a & d)), x[(k + 15) % 16], i + 3, 20);
    }
    for (unsigned i = 32; i < 48; i += 4) {
        unsigned k = 3 * i + 5;

        a = b + md5_turn(a + (b ^ c ^ d), x[k % 16], i, 4);
        d = a + md5_turn(d + (a ^ b ^ c), x[(k + 3) % 16], i + 1, 11);
        c = d + md5_turn(c + (d ^ a ^ b), x[(k + 6) % 16], i + 2, 16);
        b = c + md5_turn(b + (c ^ d ^ a), x[(k + 9) % 16], i + 3, 23);
    }
    for (unsigned i = 48; i < 64; i += 4) {
        unsigned k = 7 * i;

        a = b + md5_turn(a + (c ^ (b | ~d)), x[k % 16], i, 6);
        d = a + md5_turn(d + (b ^ (a | ~c)), x[(k + 7) % 16], i + 1, 10);
        c = d + md5_turn(c + (a ^ (d | ~b)), x[(k + 14) % 16], i + 2, 15);
        b = c + md5_turn(b + (d ^ (c | ~a)), x[(k + 21) % 16], i + 3, 21);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}
