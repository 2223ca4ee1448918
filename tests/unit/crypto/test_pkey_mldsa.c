/* SPDX-License-Identifier: Apache-2.0 */
/* test_pkey_mldsa.c - composite keys: both halves sign M', and both have to.
 *
 * Follows: draft-ietf-lamps-pq-composite-sigs sections 3.2 and 3.3 and its label for
 *   id-MLDSA44-Ed25519-SHA512. */
#include <criterion/criterion.h>

#include "crypto/mldsa.h"
#include "tests/unit/crypto/kit.h"

TestSuite(pkey_mldsa, .fini = test_counted_check);

enum { PUBLIC = SS_MLDSA44_PUBLIC + 32, SIGNATURE = SS_MLDSA44_SIGNATURE + 64 };

static const char label[] = "COMPSIG-MLDSA44-Ed25519-SHA512";

static struct ss_pkey *generated(uint64_t seed)
{
    struct ss_pkey *pkey = NULL;

    cr_assert(ss_pkey_generate(kit_seeded(seed), SS_KEY_MLDSA44_ED25519, 0, &pkey) == SS_OK);
    return pkey;
}

static ss_span m_prime(ss_span data)
{
    static uint8_t bytes[200];
    size_t n = 0;

    memcpy(bytes, "CompositeAlgorithmSignatures2025", 32);
    n += 32;
    memcpy(bytes + n, label, strlen(label));
    n += strlen(label);
    bytes[n++] = 0;
    cr_assert(ss_hash_sha512.digest(&data, 1, bytes + n) == SS_OK);
    return ss_span_make(bytes, n + 64);
}

Test(pkey_mldsa, each_half_of_a_signature_is_one_of_its_own)
{
    struct ss_pkey *pkey = generated(1), *ed25519 = NULL;
    struct ss_pkey_parts parts, half = {0};
    struct ss_buf store, signature;
    ss_span data = ss_span_of("the exchange hash"), whole;

    ss_buf_init(&store, &test_counted()->env, 4096);
    ss_buf_init(&signature, &test_counted()->env, 4096);
    cr_assert(ss_pkey_export(pkey, false, &store, &parts) == SS_OK);
    cr_assert(parts.pub.size == PUBLIC && ss_pkey_bits(pkey) == 256);
    cr_assert(ss_pkey_sign(pkey, test_env(), NULL, data, &signature) == SS_OK);
    whole = ss_buf_span(&signature);
    cr_assert(whole.size == SIGNATURE);
    cr_expect(ss_mldsa44_verify(&test_counted()->env, parts.pub.data, ss_span_of(label),
                                m_prime(data),
                                ss_span_part(whole, 0, SS_MLDSA44_SIGNATURE)) == SS_OK);
    half.pub = ss_span_part(parts.pub, SS_MLDSA44_PUBLIC, 32);
    cr_assert(ss_pkey_make(&test_counted()->env, SS_KEY_ED25519, &half, &ed25519) == SS_OK);
    cr_expect(ss_pkey_verify(ed25519, NULL, m_prime(data),
                             ss_span_part(whole, SS_MLDSA44_SIGNATURE, 64)) == SS_OK);
    cr_expect(ss_pkey_verify(pkey, NULL, data, whole) == SS_OK);
    /* Either half of another message alone spoils it. */
    ss_buf_at(&signature)[0] ^= 1;
    cr_expect(ss_pkey_verify(pkey, NULL, data, whole) == SS_E_bad_signature);
    ss_buf_at(&signature)[0] ^= 1;
    ss_buf_at(&signature)[SS_MLDSA44_SIGNATURE] ^= 1;
    cr_expect(ss_pkey_verify(pkey, NULL, data, whole) == SS_E_bad_signature);
    ss_pkey_free(&ed25519);
    ss_pkey_free(&pkey);
    ss_buf_fini(&signature);
    ss_buf_fini(&store);
}

Test(pkey_mldsa, both_seeds_come_back_and_make_the_key_again)
{
    struct ss_pkey *pkey = generated(2), *again = NULL;
    struct ss_pkey_parts parts, bent;
    struct ss_buf store;

    ss_buf_init(&store, &test_counted()->env, 4096);
    cr_assert(ss_pkey_export(pkey, true, &store, &parts) == SS_OK);
    cr_expect(parts.priv.size == 64 && store.secret);
    cr_expect(ss_pkey_make(&test_counted()->env, SS_KEY_MLDSA44_ED25519, &parts, &again) == SS_OK);
    cr_expect(again != NULL && ss_pkey_is_private(again));
    ss_pkey_free(&again);
    bent = parts;
    bent.priv = ss_span_part(parts.priv, 0, 63);
    cr_expect(ss_pkey_make(&test_counted()->env, SS_KEY_MLDSA44_ED25519, &bent, &again) ==
              SS_E_bad_key);
    bent.priv = ss_span_make(NULL, 0);
    bent.pub = ss_span_part(parts.pub, 0, PUBLIC - 1);
    cr_expect(ss_pkey_make(&test_counted()->env, SS_KEY_MLDSA44_ED25519, &bent, &again) ==
              SS_E_bad_key);
    bent = parts;
    ss_buf_at(&store)[5] ^= 1; /* of the public value, which is the seeds' no more */
    cr_expect(ss_pkey_make(&test_counted()->env, SS_KEY_MLDSA44_ED25519, &bent, &again) ==
              SS_E_bad_key);
    cr_expect(again == NULL);
    ss_buf_fini(&store);
    ss_pkey_free(&pkey);
}
