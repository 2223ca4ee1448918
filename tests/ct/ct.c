/* SPDX-License-Identifier: Apache-2.0 */
/* ct.c - no branch and no address depends on a secret, as memcheck sees it.
 *
 * Owns: a table of what is tried, one line of output a row.
 * Not here: what OpenSSL does by itself; times, which are not measured.
 * Called by: ci/ct, under valgrind, with a library that was built with SSHSPEC_CT.
 *
 * Secrets are marked as undefined bytes. Memcheck complains when one decides about a branch or an
 * address, and the complaints of a row are counted. Rows that leak on purpose must be complained
 * about: they show that the others could fail. A row marks what it publishes itself; what a
 * function publishes on the way, it names where it does so (ct.h).
 * Exit status: 0 all as expected, 1 not, 3 not under valgrind. */
#ifndef SSHSPEC_CT
#define SSHSPEC_CT
#endif
#include <stdio.h>

#include "crypto/ct.h"
#include "crypto/kem.h"

/* ---- an env whose randomness is secret ---- */
static struct ss_seeded seeded;

static void *plain_resize(void *ctx, void *p, size_t old_size, size_t size)
{
    (void)ctx;
    return ss_resize(&seeded.env, p, old_size, size);
}

static ss_err secret_random(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    SS_TRY(ss_random(&seeded.env, out, n));
    SS_CT_SECRET(out, n);
    return SS_OK;
}

static const struct ss_env env = {plain_resize, secret_random, NULL, true};

/* ---- rows: each gives whether what it did was right ---- */
struct row {
    const char *name;
    bool (*run)(const struct row *row);
    const struct ss_kem_alg *kem;
    bool leaks; /* must be complained about */
};

static bool publish(bool result)
{
    SS_CT_PUBLIC(&result, sizeof result);
    return result;
}

static bool run_equal(const struct row *row)
{
    uint8_t a[32] = {1, 2, 3}, b[32] = {1, 2, 3};
    ss_span one = ss_span_make(a, sizeof a), other = ss_span_make(b, sizeof b);
    bool same, differs;

    (void)row;
    SS_CT_SECRET(a, sizeof a);
    SS_CT_SECRET(b, sizeof b);
    same = publish(ss_ct_eq(one, other));
    b[31] ^= 1;
    differs = publish(!ss_ct_eq(one, other));
    return same && differs;
}

static bool run_secret(const struct row *row)
{
    uint8_t bytes[48] = {7};
    struct ss_secret secret;
    bool good;

    (void)row;
    SS_CT_SECRET(bytes, sizeof bytes);
    ss_secret_init(&secret);
    good = ss_secret_set(&secret, ss_span_make(bytes, sizeof bytes)) &&
           ss_secret_span(&secret).size == sizeof bytes;
    ss_secret_fini(&secret);
    return good && secret.data[0] == 0;
}

struct keys {
    uint8_t public_key[SS_KEM_PUBLIC_MAX], secret_key[SS_KEM_SECRET_MAX];
    uint8_t ciphertext[SS_KEM_CIPHERTEXT_MAX], shared[SS_KEM_SHARED], again[SS_KEM_SHARED];
};
static struct keys keys;

static bool make_keys(const struct ss_kem_alg *kem)
{
    if (kem->keygen(kem, &env, keys.public_key, keys.secret_key) != SS_OK)
        return false;
    SS_CT_PUBLIC(keys.public_key, kem->public_key);
    SS_CT_SECRET(keys.secret_key, kem->secret_key);
    return true;
}

static bool make_ciphertext(const struct ss_kem_alg *kem)
{
    if (!make_keys(kem) || kem->encaps(kem, &env, ss_span_make(keys.public_key, kem->public_key),
                                       keys.ciphertext, keys.shared) != SS_OK)
        return false;
    SS_CT_PUBLIC(keys.ciphertext, kem->ciphertext);
    return true;
}

/* Whether decapsulation gives what encapsulation gave. */
static bool agree(const struct ss_kem_alg *kem, bool *out)
{
    if (kem->decaps(kem, ss_span_make(keys.secret_key, kem->secret_key),
                    ss_span_make(keys.ciphertext, kem->ciphertext), keys.again) != SS_OK)
        return false;
    *out = publish(ss_ct_eq(ss_span_make(keys.shared, sizeof keys.shared),
                            ss_span_make(keys.again, sizeof keys.again)));
    return true;
}

static bool run_keygen(const struct row *row)
{
    return make_keys(row->kem);
}

static bool run_encaps(const struct row *row)
{
    return make_ciphertext(row->kem);
}

static bool run_decaps(const struct row *row)
{
    bool same;

    return make_ciphertext(row->kem) && agree(row->kem, &same) && same;
}

static bool run_rejection(const struct row *row)
{
    bool same;

    if (!make_ciphertext(row->kem))
        return false;
    keys.ciphertext[0] ^= 1;
    return agree(row->kem, &same) && !same;
}

/* ---- what the check must see ---- */
static bool leak_compare(const struct row *row)
{
    volatile uint8_t a[8] = {1, 2, 3}, b[8] = {1, 2, 4};
    size_t i;

    (void)row;
    SS_CT_SECRET((void *)(uintptr_t)a, sizeof a);
    for (i = 0; i < sizeof a; i++) {
        if (a[i] != b[i])
            break;
    }
    return true;
}

static bool leak_address(const struct row *row)
{
    static volatile const uint8_t table[256] = {1};
    volatile uint8_t index = 9;

    (void)row;
    SS_CT_SECRET((void *)(uintptr_t)&index, sizeof index);
    return publish(table[index] == 0);
}

static bool leak_key(const struct row *row)
{
    volatile bool low;

    if (!make_keys(row->kem))
        return false;
    low = false;
    if (keys.secret_key[0] < 100)
        low = true;
    return low || !publish(low);
}

static const struct row rows[] = {
    {.name = "ss_ct_eq", .run = run_equal},
    {.name = "ss_secret", .run = run_secret},
    {.name = "mlkem768-keygen", .run = run_keygen, .kem = &ss_kem_mlkem768},
    {.name = "mlkem768-encaps", .run = run_encaps, .kem = &ss_kem_mlkem768},
    {.name = "mlkem768-decaps", .run = run_decaps, .kem = &ss_kem_mlkem768},
    {.name = "mlkem768-implicit-rejection", .run = run_rejection, .kem = &ss_kem_mlkem768},
    {.name = "mlkem1024-keygen", .run = run_keygen, .kem = &ss_kem_mlkem1024},
    {.name = "mlkem1024-encaps", .run = run_encaps, .kem = &ss_kem_mlkem1024},
    {.name = "mlkem1024-decaps", .run = run_decaps, .kem = &ss_kem_mlkem1024},
    {.name = "mlkem1024-implicit-rejection", .run = run_rejection, .kem = &ss_kem_mlkem1024},
    {.name = "sntrup761-keygen", .run = run_keygen, .kem = &ss_kem_sntrup761},
    {.name = "sntrup761-encaps", .run = run_encaps, .kem = &ss_kem_sntrup761},
    {.name = "sntrup761-decaps", .run = run_decaps, .kem = &ss_kem_sntrup761},
    {.name = "sntrup761-implicit-rejection", .run = run_rejection, .kem = &ss_kem_sntrup761},
    {.name = "leaky-compare-is-seen", .run = leak_compare, .leaks = true},
    {.name = "leaky-address-is-seen", .run = leak_address, .leaks = true},
    {.name = "leaky-key-is-seen", .run = leak_key, .kem = &ss_kem_mlkem768, .leaks = true},
};

int main(void)
{
    bool bad = false;
    size_t i;

    if (RUNNING_ON_VALGRIND == 0) {
        (void)fprintf(stderr, "ct: run it under valgrind: ci/ct\n");
        return 3;
    }
    ss_seeded_init(&seeded, 761);
    for (i = 0; i < SS_COUNT(rows); i++) {
        unsigned long before = VALGRIND_COUNT_ERRORS;
        bool right = rows[i].run(&rows[i]);
        unsigned long complaints = VALGRIND_COUNT_ERRORS - before;
        bool good = right && (complaints > 0) == rows[i].leaks;

        printf("%s %s # %lu complaints%s\n", good ? "ok" : "not ok", rows[i].name, complaints,
               right ? "" : ", a wrong result");
        bad = bad || !good;
    }
    return bad ? 1 : 0;
}
