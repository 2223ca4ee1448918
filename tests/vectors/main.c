/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - every published edge case there is, put to the library; a line a file.
 *
 * Owns: the table of files, and the counts.
 * Not here: reading (load.c), asking (kex.c, sign.c, kem.c, symmetric.c).
 * Called by: make vectors, ci/check.
 *
 * The folder is $SSHSPEC_VECTORS, or ../shared/data/wycheproof. Prints "ok NAME: counts" or "not
 * ok NAME"; "ok NAME # SKIP why" for a file that is not there or holds nothing SSH has a form for.
 * A valid case has to be accepted, with the right value where there is one, and an invalid one
 * refused; an acceptable one may be either, but not accepted with another value.
 * Exit status: 0, or 1 when a line says "not ok". */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/kem.h"
#include "tests/vectors/vectors.h"

/* ---- what the others use ---- */

static void *resize(void *ctx, void *p, size_t old_size, size_t size)
{
    (void)ctx;
    (void)old_size;
    if (size == 0) {
        free(p);
        return NULL;
    }
    return realloc(p, size);
}

static ss_err no_random(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    (void)out;
    (void)n;
    return SS_E_no_random;
}

const struct ss_env vectors_env = {resize, no_random, NULL, true};

static ss_err draw(void *ctx, uint8_t *out, size_t n)
{
    struct drawn *drawn = ctx;

    if (drawn->bytes.size != n)
        return SS_E_no_random;
    memcpy(out, drawn->bytes.data, n);
    drawn->bytes.size = 0;
    return SS_OK;
}

void drawn_init(struct drawn *drawn, ss_span bytes)
{
    drawn->env = vectors_env;
    drawn->env.random = draw;
    drawn->env.ctx = drawn;
    drawn->bytes = bytes;
}

struct verdict wrong(const char *why)
{
    return (struct verdict){WRONG, why};
}

struct verdict inexpressible(const char *why)
{
    return (struct verdict){INEXPRESSIBLE, why};
}

struct verdict judge(ss_err err, ss_err refusal, ss_err other_refusal)
{
    if (err == SS_OK)
        return (struct verdict){ACCEPTED, NULL};
    if (err == refusal || err == other_refusal)
        return (struct verdict){REFUSED, NULL};
    return wrong(ss_err_name(err));
}

/* ---- the files ---- */

static const struct ss_mac_alg *const sha1_macs[] = {&ss_mac_hmac_sha1, &ss_mac_hmac_sha1_etm,
                                                     NULL};
static const struct ss_mac_alg *const sha256_macs[] = {&ss_mac_hmac_sha2_256,
                                                       &ss_mac_hmac_sha2_256_etm, NULL};
static const struct ss_mac_alg *const sha512_macs[] = {&ss_mac_hmac_sha2_512,
                                                       &ss_mac_hmac_sha2_512_etm, NULL};
static const struct ss_cipher_alg *const gcm_ciphers[] = {
    &ss_cipher_aes128_gcm, &ss_cipher_aes256_gcm, &ss_cipher_aead_aes128_gcm,
    &ss_cipher_aead_aes256_gcm, NULL};

#define EXCHANGE                                                                                   \
    {                                                                                              \
        "t.public", "t.private", "t.shared"                                                        \
    }
#define AEAD                                                                                       \
    {                                                                                              \
        "t.key", "t.iv", "t.aad", "t.msg", "t.ct", "t.tag"                                         \
    }
#define MAC                                                                                        \
    {                                                                                              \
        "t.key", "t.msg", "t.tag"                                                                  \
    }
#define POINT                                                                                      \
    {                                                                                              \
        "g.publicKey.uncompressed", "t.msg", "t.sig"                                               \
    }
#define MODULUS                                                                                    \
    {                                                                                              \
        "g.publicKey.modulus", "t.msg", "t.sig", "g.publicKey.publicExponent"                      \
    }
#define ENCAPS                                                                                     \
    {                                                                                              \
        "t.m", "t.ek", "t.c", "t.K"                                                                \
    }
#define DECAPS                                                                                     \
    {                                                                                              \
        "t.dk", "t.c", "t.K"                                                                       \
    }
#define SEED                                                                                       \
    {                                                                                              \
        "t.seed", "t.ek", "t.c", "t.K"                                                             \
    }

static const struct file files[] = {
    {"aes_gcm", run_gcm, gcm_ciphers, NULL, AEAD},
    {"chacha20_poly1305", run_chacha, NULL, NULL, AEAD},
    {"dsa_2048_224_sha256",
     run_dsa,
     NULL,
     &ss_hash_sha256,
     {"g.publicKey.y", "t.msg", "t.sig", "g.publicKey.p", "g.publicKey.q", "g.publicKey.g"}},
    {"ecdh_secp256r1_ecpoint", run_ecdh, &ss_kex_ecdh_nistp256, NULL, EXCHANGE},
    {"ecdh_secp384r1_ecpoint", run_ecdh, &ss_kex_ecdh_nistp384, NULL, EXCHANGE},
    {"ecdh_secp521r1_ecpoint", run_ecdh, &ss_kex_ecdh_nistp521, NULL, EXCHANGE},
    {"ecdsa_secp256r1_sha256", run_ecdsa, &ss_sign_ecdsa_nistp256, &ss_hash_sha256, POINT},
    {"ecdsa_secp384r1_sha384", run_ecdsa, &ss_sign_ecdsa_nistp384, &ss_hash_sha384, POINT},
    {"ecdsa_secp521r1_sha512", run_ecdsa, &ss_sign_ecdsa_nistp521, &ss_hash_sha512, POINT},
    {"ed25519", run_eddsa, &ss_sign_ed25519, NULL, {"g.publicKey.pk", "t.msg", "t.sig"}},
    {"ed448", run_eddsa, &ss_sign_ed448, NULL, {"g.publicKey.pk", "t.msg", "t.sig"}},
    {"hmac_sha1", run_hmac, sha1_macs, NULL, MAC},
    {"hmac_sha256", run_hmac, sha256_macs, NULL, MAC},
    {"hmac_sha512", run_hmac, sha512_macs, NULL, MAC},
    {"mldsa_44_verify", run_mldsa, NULL, NULL, {"g.publicKey", "t.msg", "t.sig", "t.ctx"}},
    {"mlkem_1024", run_kem_seed, &ss_kem_mlkem1024, NULL, SEED},
    {"mlkem_1024_encaps", run_kem_encaps, &ss_kem_mlkem1024, NULL, ENCAPS},
    {"mlkem_1024_semi_expanded_decaps", run_kem_decaps, &ss_kem_mlkem1024, NULL, DECAPS},
    {"mlkem_768", run_kem_seed, &ss_kem_mlkem768, NULL, SEED},
    {"mlkem_768_encaps", run_kem_encaps, &ss_kem_mlkem768, NULL, ENCAPS},
    {"mlkem_768_keygen_seed", run_kem_keygen, &ss_kem_mlkem768, NULL, {"t.seed", "t.ek", "t.dk"}},
    {"mlkem_768_semi_expanded_decaps", run_kem_decaps, &ss_kem_mlkem768, NULL, DECAPS},
    {"rsa_signature_2048_sha256", run_rsa, NULL, &ss_hash_sha256, MODULUS},
    {"rsa_signature_2048_sha512", run_rsa, NULL, &ss_hash_sha512, MODULUS},
    {"x25519", run_montgomery, &ss_kex_curve25519_sha256, NULL, EXCHANGE},
    {"x448", run_montgomery, &ss_kex_curve448_sha512, NULL, EXCHANGE},
};

/* ---- counting ---- */

enum { REASONS_MAX = 8 };

struct counts {
    const struct file *file;
    unsigned valid, invalid;    /* right */
    unsigned accepted, refused; /* of the acceptable */
    unsigned wrong;
    unsigned inexpressible;
    struct {
        const char *why;
        unsigned count;
    } reason[REASONS_MAX];
};

static void complain(struct counts *counts, const struct vector *vector, const char *why)
{
    counts->wrong++;
    printf("# %s: test %d, %s (%s): %s\n", counts->file->name, vector->id, vector->result,
           vector->comment != NULL ? vector->comment : "", why);
}

static void add_reason(struct counts *counts, const char *why)
{
    size_t i = 0;

    counts->inexpressible++;
    while (i < REASONS_MAX - 1 && counts->reason[i].why != NULL &&
           strcmp(counts->reason[i].why, why) != 0)
        i++;
    if (counts->reason[i].why == NULL)
        counts->reason[i].why = why;
    counts->reason[i].count++;
}

static void count(void *ctx, const struct vector *vector)
{
    struct counts *counts = ctx;
    const struct verdict verdict = counts->file->run(counts->file, vector);
    const bool accepted = verdict.answer == ACCEPTED;

    if (verdict.answer == WRONG)
        complain(counts, vector, verdict.why);
    else if (verdict.answer == INEXPRESSIBLE)
        add_reason(counts, verdict.why);
    else if (strcmp(vector->result, "acceptable") == 0)
        *(accepted ? &counts->accepted : &counts->refused) += 1;
    else if (strcmp(vector->result, accepted ? "valid" : "invalid") == 0)
        *(accepted ? &counts->valid : &counts->invalid) += 1;
    else
        complain(counts, vector, accepted ? "accepted" : "refused");
}

static unsigned right(const struct counts *counts)
{
    return counts->valid + counts->invalid + counts->accepted + counts->refused;
}

static void report(const struct counts *counts, const char *problem)
{
    const char *between = ": ";
    size_t i;

    if (problem != NULL) {
        printf("%s %s%s %s\n", strcmp(problem, "not there") == 0 ? "ok" : "not ok",
               counts->file->name, strcmp(problem, "not there") == 0 ? " # SKIP file" : ":",
               problem);
        return;
    }
    printf("%s %s%s %u right (valid %u, invalid %u, acceptable: %u accepted, %u refused)",
           counts->wrong > 0 ? "not ok" : "ok", counts->file->name,
           counts->wrong == 0 && right(counts) == 0 ? " # SKIP" : ":", right(counts), counts->valid,
           counts->invalid, counts->accepted, counts->refused);
    if (counts->wrong > 0)
        printf(", %u wrong", counts->wrong);
    printf(", %u not expressible", counts->inexpressible);
    for (i = 0; i < REASONS_MAX && counts->reason[i].why != NULL; i++) {
        printf("%s%u %s", between, counts->reason[i].count, counts->reason[i].why);
        between = "; ";
    }
    printf("\n");
}

/* ---- the folder ---- */

static const char suffix[] = "_test.json";

/* What lies there and nobody here reads would be forgotten otherwise. */
static bool all_known(DIR *folder)
{
    bool good = true;
    const struct dirent *entry;

    while ((entry = readdir(folder)) != NULL) {
        size_t size = strlen(entry->d_name), i;

        if (size < sizeof suffix || strcmp(entry->d_name + size - (sizeof suffix - 1), suffix) != 0)
            continue;
        size -= sizeof suffix - 1;
        for (i = 0; i < SS_COUNT(files); i++) {
            if (strlen(files[i].name) == size && strncmp(files[i].name, entry->d_name, size) == 0)
                break;
        }
        if (i == SS_COUNT(files)) {
            printf("not ok %s: there is no test for this file\n", entry->d_name);
            good = false;
        }
    }
    return good;
}

static bool run_all(const char *path)
{
    unsigned rights = 0, wrongs = 0, others = 0;
    bool good = true;
    size_t i;

    for (i = 0; i < SS_COUNT(files); i++) {
        struct counts counts = {.file = &files[i]};
        const char *problem = "too long a path";
        char name[4096];

        if ((size_t)snprintf(name, sizeof name, "%s/%s%s", path, files[i].name, suffix) <
            sizeof name)
            problem = load(name, &files[i], count, &counts);
        report(&counts, problem);
        fflush(stdout);
        rights += right(&counts);
        wrongs += counts.wrong;
        others += counts.inexpressible;
        if (counts.wrong > 0 || (problem != NULL && strcmp(problem, "not there") != 0))
            good = false;
    }
    printf("vectors: %u right, %u wrong, %u not expressible\n", rights, wrongs, others);
    return good;
}

int main(void)
{
    const char *path = getenv("SSHSPEC_VECTORS");
    DIR *folder;
    bool good;
    size_t i;

    if (path == NULL || *path == 0)
        path = "../shared/data/wycheproof";
    folder = opendir(path);
    if (folder == NULL) {
        for (i = 0; i < SS_COUNT(files); i++)
            printf("ok %s # SKIP folder not there: %s\n", files[i].name, path);
        return 0;
    }
    good = all_known(folder);
    closedir(folder);
    return run_all(path) && good ? 0 : 1;
}
