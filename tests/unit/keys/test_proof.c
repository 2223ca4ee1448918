/* SPDX-License-Identifier: Apache-2.0 */
/* test_proof.c - proofs that a server holds its host keys.
 *
 * Follows: draft-ietf-sshm-hostkey-update section 2.2. */
#include <criterion/criterion.h>

#include "sshspec/wire.h"
#include "tests/unit/keys/kit.h"

static struct ss_key *held[3];
static const struct ss_key *keys[3];
static struct ss_buf out;

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static void setup(void)
{
    size_t i;

    for (i = 0; i < 2; i++) {
        cr_assert(ss_key_generate(env(), i == 0 ? SS_KEY_ED25519 : SS_KEY_ECDSA_P256, 0,
                                  ss_span_of(""), &held[i]) == SS_OK);
        keys[i] = held[i];
    }
    ss_buf_init(&out, env(), 65536);
}

static void teardown(void)
{
    ss_key_free(&held[0]);
    ss_key_free(&held[1]);
    ss_buf_fini(&out);
    test_counted_check();
}

TestSuite(proof, .init = setup, .fini = teardown);

static ss_err prove(const ss_span *blobs, size_t count)
{
    return ss_hostkeys_prove(env(), ss_registry_standard(), &ss_sign_ed25519, keys,
                             ss_span_of("session"), blobs, count, &out);
}

static ss_err proven(const struct ss_key *key, const char *session, ss_span signature)
{
    return ss_hostkeys_proven(env(), ss_registry_standard(), key, ss_span_of(session), signature);
}

/* rule: HOSTKEYS-2.2-prove-reply: in the order in which they were asked for. */
Test(proof, each_key_signs_for_this_session_in_order)
{
    ss_span blobs[2] = {ss_key_blob(held[1]), ss_key_blob(held[0])};
    ss_span first, second;
    struct ss_reader reader;

    cr_assert(prove(blobs, 2) == SS_OK);
    ss_reader_init(&reader, ss_buf_span(&out));
    first = ss_reader_string(&reader);
    second = ss_reader_string(&reader);
    cr_assert(ss_reader_done(&reader) == SS_OK);
    cr_expect(proven(held[1], "session", first) == SS_OK);
    cr_expect(proven(held[0], "session", second) == SS_OK);
    cr_expect(proven(held[0], "session", first) == SS_E_bad_signature);
    cr_expect(proven(held[0], "another", second) == SS_E_bad_signature);
    cr_expect(proven(held[0], "session", ss_span_part(second, 0, second.size - 1)) != SS_OK);
    cr_expect(proven(held[0], "session", ss_span_of("")) == SS_E_bad_signature);
}

/* A key signs at most once a request; one that is not ours never, and nothing is left over. */
Test(proof, what_is_not_held_or_asked_twice_is_refused)
{
    ss_span blobs[2] = {ss_key_blob(held[0]), ss_key_blob(held[0])};

    cr_expect(prove(blobs, 2) == SS_E_not_found);
    cr_expect(ss_buf_size(&out) == 0);
    blobs[1] = ss_span_of("no key");
    cr_expect(prove(blobs, 2) == SS_E_not_found);
    cr_expect(prove(blobs, 0) == SS_E_not_found);
    cr_expect(ss_buf_size(&out) == 0);
    cr_expect(prove(blobs, 1) == SS_OK);
}
