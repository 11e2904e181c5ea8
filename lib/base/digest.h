/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_DIGEST_H
#define MU_BASE_DIGEST_H

/* Digest: do two replicas hold the same bytes?
 *
 * SipHash-2-4 with a fixed key and 128 bits of output: fast, and an accident
 * will not produce a collision. It is no protection against an attacker, and
 * needs to be none: peers are authenticated by the ring. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mu_digest {
    uint64_t high;
    uint64_t low;
};

enum { MU_DIGEST_TEXT_SIZE = 33 };

/* Returns the digest of 'size' bytes at 'data'. */
struct mu_digest mu_digest_of(const void *data, size_t size);

/* Tells whether two digests are the same. */
bool mu_digest_is_equal(struct mu_digest a, struct mu_digest b);

/* Writes 32 hexadecimal digits and a NUL to 'text'. */
void mu_digest_to_text(struct mu_digest digest, char text[MU_DIGEST_TEXT_SIZE]);

/* Writes the MD5 of 'size' bytes at 'data' as 32 hexadecimal digits: the form
 * in which operation histories record parameters (op-digest). */
void mu_digest_md5_text(const void *data, size_t size,
                        char text[MU_DIGEST_TEXT_SIZE]);

#endif /* MU_BASE_DIGEST_H */
