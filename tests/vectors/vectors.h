/* SPDX-License-Identifier: Apache-2.0 */
/* vectors.h - published edge cases, which lie outside of this tree, put to the library.
 *
 * Owns: nothing.
 * Not here: the vectors; they are read where they lie (main.c says where).
 * Called by: the files of tests/vectors.
 * Follows: the file formats of the Wycheproof project: groups of tests, each with an id, a result
 *   and hexadecimal fields. */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include "sshspec/crypto.h"

enum { FIELDS_MAX = 6 };

/* One test of a file. */
struct vector {
    int id;
    const char *comment, *result;
    ss_span field[FIELDS_MAX]; /* in the order of the file's row; each a block of its own size */
    bool there[FIELDS_MAX];
};

enum answer {
    ACCEPTED,
    REFUSED,
    INEXPRESSIBLE, /* SSH has no form for it */
    WRONG          /* neither: another value, or an error that is no refusal */
};
struct verdict {
    enum answer answer;
    const char *why; /* static text, of the last two */
};

struct file {
    const char *name; /* without "_test.json" */
    struct verdict (*run)(const struct file *file, const struct vector *vector);
    const void *param; /* the method to ask, as run knows it */
    const struct ss_hash_alg *hash;
    const char *fields[FIELDS_MAX]; /* "g.path" of the group, "t.path" of the test */
};

/* ---- load.c ---- */

/* Calls each for every test. Null, or what went wrong: the file is not there ("not there"), is no
 * such file, or has not as many tests as it says. */
const char *load(const char *path, const struct file *file,
                 void (*each)(void *ctx, const struct vector *vector), void *ctx);

/* ---- main.c ---- */

/* Memory only: whoever draws from it is refused. */
extern const struct ss_env vectors_env;

/* An env that draws the given bytes once, and only as many. */
struct drawn {
    struct ss_env env;
    ss_span bytes;
};
void drawn_init(struct drawn *drawn, ss_span bytes);

struct verdict wrong(const char *why);
struct verdict inexpressible(const char *why);
/* SS_OK is acceptance, refusal one of these errors, all else wrong. */
struct verdict judge(ss_err err, ss_err refusal, ss_err other_refusal);

/* ---- kex.c, sign.c, kem.c, symmetric.c: what a row of the table may name ---- */

struct verdict run_ecdh(const struct file *file, const struct vector *vector);
struct verdict run_montgomery(const struct file *file, const struct vector *vector);
struct verdict run_ecdsa(const struct file *file, const struct vector *vector);
struct verdict run_eddsa(const struct file *file, const struct vector *vector);
struct verdict run_dsa(const struct file *file, const struct vector *vector);
struct verdict run_rsa(const struct file *file, const struct vector *vector);
struct verdict run_mldsa(const struct file *file, const struct vector *vector);
struct verdict run_kem_encaps(const struct file *file, const struct vector *vector);
struct verdict run_kem_seed(const struct file *file, const struct vector *vector);
struct verdict run_kem_keygen(const struct file *file, const struct vector *vector);
struct verdict run_kem_decaps(const struct file *file, const struct vector *vector);
struct verdict run_hmac(const struct file *file, const struct vector *vector);
struct verdict run_gcm(const struct file *file, const struct vector *vector);
struct verdict run_chacha(const struct file *file, const struct vector *vector);

#endif
