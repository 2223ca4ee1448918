/* SPDX-License-Identifier: Apache-2.0 */
/* symmetric.c - MACs and ciphers, as far as a packet of SSH is a case of them.
 *
 * Owns: nothing.
 * Not here: the table that names these (main.c).
 * Called by: main.c.
 * Follows: RFC 4253 section 6.4; RFC 5647 section 7; OpenSSH PROTOCOL.chacha20poly1305. */
#include "tests/vectors/vectors.h"

#include <stdlib.h>

/* ---- HMAC ---- */

enum { KEY, MESSAGE, TAG }; /* fields */

/* A message is the sequence number and the rest. */
static ss_err packet_mac(const struct ss_mac_alg *alg, ss_span key, ss_span message, uint8_t *out)
{
    const uint8_t *head = message.data;
    uint32_t sequence = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 |
                        (uint32_t)head[3];
    void *state = calloc(1, alg->state_size);
    ss_err err = state != NULL ? alg->init(alg, state, key.data) : SS_E_no_memory;

    if (err == SS_OK)
        err = alg->compute(state, sequence, ss_span_part(message, 4, message.size), out);
    if (state != NULL)
        alg->fini(state);
    free(state);
    return err;
}

static struct verdict compare(ss_err err, const uint8_t *got, ss_span want)
{
    if (err == SS_OK && !ss_ct_eq(ss_span_make(got, want.size), want))
        err = SS_E_mac_mismatch;
    return judge(err, SS_E_mac_mismatch, SS_E_mac_mismatch);
}

/* HMAC-SHA1 is there for itself too: known_hosts hashes names with it. */
struct verdict run_hmac(const struct file *file, const struct vector *vector)
{
    const struct ss_mac_alg *const *algs = file->param;
    ss_span key = vector->field[KEY], message = vector->field[MESSAGE], tag = vector->field[TAG];
    const bool bare = algs[0] == &ss_mac_hmac_sha1;
    struct verdict verdict = {INEXPRESSIBLE, NULL}, next;
    uint8_t got[SS_HASH_MAX];
    size_t i;

    if (tag.size != algs[0]->size)
        return inexpressible("the MAC is cut to a size that SSH has not");
    if (bare)
        verdict = compare(ss_hmac_sha1(key, message, got), got, tag);
    if (key.size != algs[0]->key)
        return bare ? verdict : inexpressible("a key of another size");
    if (message.size < 4)
        return bare ? verdict : inexpressible("a message shorter than a sequence number");
    for (i = 0; algs[i] != NULL; i++) {
        next = compare(packet_mac(algs[i], key, message, got), got, tag);
        if (verdict.answer != INEXPRESSIBLE && next.answer != verdict.answer)
            return wrong("the names of one MAC do not agree");
        verdict = next;
    }
    return verdict;
}

/* ---- AEAD ---- */

enum { CIPHER_KEY, IV, DATA, CLEAR, SEALED, CIPHER_TAG }; /* fields */

/* What seal makes of the text, without its tag, and whether open makes the text of it again. */
static ss_err seal_and_open(const struct ss_cipher_alg *alg, const struct vector *vector,
                            uint8_t *packet, bool *out_same)
{
    const ss_span clear = vector->field[CLEAR];
    void *sealer = calloc(1, alg->state_size), *opener = calloc(1, alg->state_size);
    const uint8_t *key = vector->field[CIPHER_KEY].data, *iv = vector->field[IV].data;
    uint8_t tag[64];
    ss_err err = sealer != NULL && opener != NULL ? SS_OK : SS_E_no_memory;

    memset(packet, 0, 4);
    if (clear.size > 0)
        memcpy(packet + 4, clear.data, clear.size);
    if (err == SS_OK)
        err = alg->init(alg, sealer, key, iv, SS_SEAL);
    if (err == SS_OK)
        err = alg->init(alg, opener, key, iv, SS_OPEN);
    if (err == SS_OK)
        err = alg->seal(sealer, 0, packet, clear.size, tag);
    *out_same = ss_span_eq(ss_span_make(packet + 4, clear.size), vector->field[SEALED]);
    if (err == SS_OK)
        err = alg->open(opener, 0, packet, clear.size, tag);
    if (!ss_span_eq(ss_span_make(packet + 4, clear.size), clear))
        *out_same = false;
    if (sealer != NULL)
        alg->fini(sealer);
    if (opener != NULL)
        alg->fini(opener);
    free(sealer);
    free(opener);
    return err;
}

/* The associated data of SSH are the four bytes of a length, and no vector has four. The
 * ciphertext does not depend on them, the tag does: the first is compared. */
struct verdict run_gcm(const struct file *file, const struct vector *vector)
{
    const struct ss_cipher_alg *const *alg = file->param;
    const size_t key = vector->field[CIPHER_KEY].size;
    bool asked = false;

    if (vector->field[IV].size != 12)
        return inexpressible("a nonce that is not of 12 bytes");
    if (key != 16 && key != 32)
        return inexpressible("a key of 24 bytes");
    if (vector->field[DATA].size == 4)
        return wrong("associated data of four bytes, for which there is no test here");
    if (strcmp(vector->result, "valid") != 0)
        return inexpressible("what is wrong is the tag, which covers other data than the length");
    for (; *alg != NULL; alg++) {
        uint8_t *packet = malloc(4 + vector->field[CLEAR].size);
        bool same = false;
        ss_err err = SS_OK;

        if (packet == NULL)
            return wrong("no memory");
        if ((*alg)->key == key) {
            err = seal_and_open(*alg, vector, packet, &same);
            asked = true;
        } else {
            same = true;
        }
        free(packet);
        if (err != SS_OK || !same)
            return wrong(err != SS_OK ? ss_err_name(err) : "another ciphertext or text");
    }
    return asked ? (struct verdict){ACCEPTED, NULL} : wrong("no cipher has this key size");
}

/* The nonce of SSH is a sequence number of 32 bits in 64, behind a counter of 64. */
struct verdict run_chacha(const struct file *file, const struct vector *vector)
{
    static const uint8_t zero[8];
    const ss_span iv = vector->field[IV];

    (void)file;
    if (iv.size != 12)
        return inexpressible("a nonce that is not of 12 bytes");
    if (!ss_span_eq(ss_span_part(iv, 0, 8), ss_span_make(zero, 8)))
        return inexpressible("a nonce that is no sequence number");
    return wrong("a nonce that is a sequence number, for which there is no test here");
}
