/* SPDX-License-Identifier: Apache-2.0 */
/* sign.c - signatures, in the raw form of a key and, for ECDSA, as SSH writes them.
 *
 * Owns: nothing.
 * Not here: the table that names these (main.c).
 * Called by: main.c.
 * Follows: RFC 5656 section 3.1, RFC 8332 section 3, RFC 8709 section 6; X.690 for the form that
 *   the files have signatures of two numbers in. */
#include "crypto/mldsa.h"
#include "sshspec/key.h"
#include "sshspec/wire.h"

#include "tests/vectors/vectors.h"

enum { PUBLIC, MESSAGE, SIGNATURE }; /* fields of most */

static ss_err verify(enum ss_key_kind kind, const struct ss_pkey_parts *parts,
                     const struct ss_hash_alg *hash, ss_span message, ss_span signature)
{
    struct ss_pkey *pkey = NULL;
    ss_err err = ss_pkey_make(&vectors_env, kind, parts, &pkey);

    if (err == SS_OK)
        err = ss_pkey_verify(pkey, hash, message, signature);
    ss_pkey_free(&pkey);
    return err;
}

/* ---- two numbers in DER ---- */

/* A length in its shortest form, of less than 65536. */
static bool read_length(struct ss_reader *reader, size_t *out)
{
    uint8_t first = ss_reader_byte(reader);
    size_t high;

    *out = first;
    if (first < 0x80)
        return reader->err == SS_OK;
    if (first > 0x82)
        return false;
    high = first == 0x82 ? ss_reader_byte(reader) : 0;
    *out = high << 8 | ss_reader_byte(reader);
    return reader->err == SS_OK && *out >= (first == 0x82 ? 256U : 0x80U);
}

static bool read_integer(struct ss_reader *reader, ss_span *out)
{
    size_t size;

    if (ss_reader_byte(reader) != 2 || !read_length(reader, &size) || size > ss_reader_left(reader))
        return false;
    *out = ss_reader_bytes(reader, size);
    return true;
}

/* The contents of the two, whatever they are. False: another form, which SSH cannot write. */
static bool read_pair(ss_span der, ss_span *out_r, ss_span *out_s)
{
    struct ss_reader reader;
    size_t size;

    ss_reader_init(&reader, der);
    return ss_reader_byte(&reader) == 0x30 && read_length(&reader, &size) &&
           size == ss_reader_left(&reader) && read_integer(&reader, out_r) &&
           read_integer(&reader, out_s) && ss_reader_done(&reader) == SS_OK;
}

/* r || s of a width each; false where one is negative or too large for it, or not in its shortest
 * form. */
static bool raw_pair(ss_span r, ss_span s, size_t width, uint8_t *out)
{
    ss_span number[2];
    size_t i;

    number[0] = r;
    number[1] = s;
    for (i = 0; i < 2; i++) {
        ss_span n = number[i];

        if (n.size == 0 || (n.data[0] & 0x80) != 0)
            return false;
        if (n.size > 1 && n.data[0] == 0 && (n.data[1] & 0x80) == 0)
            return false;
        if (n.data[0] == 0)
            n = ss_span_part(n, 1, n.size);
        if (n.size > width)
            return false;
        memset(out + i * width, 0, width - n.size);
        if (n.size > 0)
            memcpy(out + (i + 1) * width - n.size, n.data, n.size);
    }
    return true;
}

/* ---- ECDSA ---- */

/* An INTEGER of DER is an mpint, except that zero is empty. */
static void put_integer(struct ss_writer *writer, ss_span content)
{
    ss_writer_string(writer, content.size == 1 && content.data[0] == 0 ? ss_span_part(content, 1, 0)
                                                                       : content);
}

static ss_err blobs(const struct ss_sign_alg *alg, ss_span point, ss_span r, ss_span s,
                    struct ss_buf *out_key, struct ss_buf *out_signature)
{
    struct ss_writer writer;
    size_t mark;

    ss_writer_init(&writer, out_key);
    ss_writer_cstring(&writer, alg->key_type);
    ss_writer_cstring(&writer, alg->key_type + strlen("ecdsa-sha2-"));
    ss_writer_string(&writer, point);
    SS_TRY(ss_writer_done(&writer));
    ss_writer_init(&writer, out_signature);
    ss_writer_cstring(&writer, alg->name);
    mark = ss_writer_open(&writer);
    put_integer(&writer, r);
    put_integer(&writer, s);
    ss_writer_close(&writer, mark);
    return ss_writer_done(&writer);
}

static ss_err as_blob(const struct ss_sign_alg *alg, const struct vector *vector, ss_span r,
                      ss_span s)
{
    struct ss_buf key_blob, signature;
    struct ss_key *key = NULL;
    ss_err err;

    ss_buf_init(&key_blob, &vectors_env, 4096);
    ss_buf_init(&signature, &vectors_env, 1 << 17);
    err = blobs(alg, vector->field[PUBLIC], r, s, &key_blob, &signature);
    if (err == SS_OK)
        err = ss_key_from_blob(&vectors_env, ss_buf_span(&key_blob), &key);
    if (err == SS_OK)
        err =
            ss_key_verify(key, &vectors_env, alg, vector->field[MESSAGE], ss_buf_span(&signature));
    ss_key_free(&key);
    ss_buf_fini(&key_blob);
    ss_buf_fini(&signature);
    return err;
}

/* As a signature blob of SSH, whose mpints take any integer; and raw, where there is such a form:
 * both must say the same. */
struct verdict run_ecdsa(const struct file *file, const struct vector *vector)
{
    const struct ss_sign_alg *alg = file->param;
    const struct ss_pkey_parts parts = {.pub = vector->field[PUBLIC]};
    const size_t width = alg->kind == SS_KEY_ECDSA_P256   ? 32
                         : alg->kind == SS_KEY_ECDSA_P384 ? 48
                                                          : 66;
    uint8_t raw[2 * 66];
    ss_err err, raw_err;
    ss_span r, s;

    if (alg->hash != file->hash)
        return inexpressible("SSH has another hash for this curve");
    if (!read_pair(vector->field[SIGNATURE], &r, &s))
        return inexpressible("another form of DER than two integers");
    err = as_blob(alg, vector, r, s);
    if (raw_pair(r, s, width, raw)) {
        raw_err = verify(alg->kind, &parts, file->hash, vector->field[MESSAGE],
                         ss_span_make(raw, 2 * width));
        if (raw_err != err)
            return wrong("blob and raw form do not agree");
    }
    return judge(err, SS_E_bad_signature, SS_E_bad_signature);
}

/* ---- DSA: the q of SSH has 160 bits, the key itself may have more ---- */

/* Fields: y, message, signature, p, q, g. */
struct verdict run_dsa(const struct file *file, const struct vector *vector)
{
    const struct ss_pkey_parts parts = {.pub = vector->field[PUBLIC],
                                        .p = vector->field[3],
                                        .q = vector->field[4],
                                        .g = vector->field[5]};
    const size_t width = 28;
    uint8_t raw[2 * 28];
    ss_span r, s;

    if (!read_pair(vector->field[SIGNATURE], &r, &s))
        return inexpressible("another form of DER than two integers");
    if (!raw_pair(r, s, width, raw))
        return inexpressible("a number that r || s has no room for, or no sign");
    return judge(verify(SS_KEY_DSA, &parts, file->hash, vector->field[MESSAGE],
                        ss_span_make(raw, sizeof raw)),
                 SS_E_bad_signature, SS_E_bad_key);
}

/* ---- the others ---- */

struct verdict run_eddsa(const struct file *file, const struct vector *vector)
{
    const struct ss_sign_alg *alg = file->param;
    const struct ss_pkey_parts parts = {.pub = vector->field[PUBLIC]};

    return judge(verify(alg->kind, &parts, NULL, vector->field[MESSAGE], vector->field[SIGNATURE]),
                 SS_E_bad_signature, SS_E_bad_key);
}

/* Fields: n, message, signature, e. */
struct verdict run_rsa(const struct file *file, const struct vector *vector)
{
    const struct ss_pkey_parts parts = {.n = vector->field[PUBLIC], .e = vector->field[3]};

    return judge(
        verify(SS_KEY_RSA, &parts, file->hash, vector->field[MESSAGE], vector->field[SIGNATURE]),
        SS_E_bad_signature, SS_E_bad_key);
}

/* A composite key is what SSH has; its first half is asked alone here, since what it signs and
 * under which context is not for the caller to say. A key of another size is for the composite to
 * refuse. Fields: pk, message, signature, context. */
struct verdict run_mldsa(const struct file *file, const struct vector *vector)
{
    static uint8_t composite[SS_MLDSA44_PUBLIC + 33];
    const ss_span public_key = vector->field[PUBLIC];
    struct ss_pkey_parts parts = {0};

    (void)file;
    if (public_key.size == SS_MLDSA44_PUBLIC)
        return judge(ss_mldsa44_verify(&vectors_env, public_key.data, vector->field[3],
                                       vector->field[MESSAGE], vector->field[SIGNATURE]),
                     SS_E_bad_signature, SS_E_bad_argument);
    if (public_key.size > sizeof composite - 32)
        return inexpressible("a public key of another size");
    memcpy(composite, public_key.data, public_key.size);
    parts.pub = ss_span_make(composite, public_key.size + 32);
    return judge(verify(SS_KEY_MLDSA44_ED25519, &parts, NULL, vector->field[MESSAGE],
                        vector->field[SIGNATURE]),
                 SS_E_bad_key, SS_E_bad_key);
}
