/* SPDX-License-Identifier: Apache-2.0 */
/* sign_memo.c - a server that begins the same way signs the same hash: once is enough.
 *
 * Owns: the signatures made so far, a few.
 * Not here: making one.
 * Called by: lib/keys in place of ss_pkey_sign, which the linker calls __real_ss_pkey_sign here
 *   (--wrap). Off unless a harness asks for it: then nothing is remembered. */
#include "fuzz/sign_memo.h"

#include "fuzz/oracle.h"
#include "sshspec/crypto.h"

enum { SLOTS = 64, DATA_MOST = 64, SIGNATURE_MOST = 64 };

struct memo {
    const struct ss_pkey *pkey;
    const struct ss_hash_alg *hash;
    uint8_t data[DATA_MOST], signature[SIGNATURE_MOST];
    size_t data_size, signature_size;
};

static bool switched_on;

/* The linker's names, whose form is its own. */
ss_err __real_ss_pkey_sign(const struct ss_pkey *pkey, const struct ss_env *env,
                           const struct ss_hash_alg *hash, ss_span data,
                           struct ss_buf *out_signature);
ss_err __wrap_ss_pkey_sign(const struct ss_pkey *pkey, const struct ss_env *env,
                           const struct ss_hash_alg *hash, ss_span data,
                           struct ss_buf *out_signature);

void fuzz_sign_memo(void)
{
    switched_on = true;
}

static bool is_it(const struct memo *memo, const struct ss_pkey *pkey,
                  const struct ss_hash_alg *hash, ss_span data)
{
    return memo->pkey == pkey && memo->hash == hash &&
           ss_span_eq(ss_span_make(memo->data, memo->data_size), data);
}

static void keep(struct memo *memo, const struct ss_pkey *pkey, const struct ss_hash_alg *hash,
                 ss_span data, ss_span signature)
{
    if (signature.size > SIGNATURE_MOST)
        return;
    memo->pkey = pkey;
    memo->hash = hash;
    memcpy(memo->data, data.data, data.size);
    memo->data_size = data.size;
    memcpy(memo->signature, signature.data, signature.size);
    memo->signature_size = signature.size;
}

ss_err __wrap_ss_pkey_sign(const struct ss_pkey *pkey, const struct ss_env *env,
                           const struct ss_hash_alg *hash, ss_span data,
                           struct ss_buf *out_signature)
{
    static struct memo memos[SLOTS];
    size_t before = ss_buf_size(out_signature);
    struct memo *memo;

    if (!switched_on || !env->deterministic || data.size == 0 || data.size > DATA_MOST)
        return __real_ss_pkey_sign(pkey, env, hash, data, out_signature);
    memo = &memos[fuzz_fold(FUZZ_FOLD_START, data) % SLOTS];
    if (is_it(memo, pkey, hash, data))
        return ss_buf_put(out_signature, ss_span_make(memo->signature, memo->signature_size));
    SS_TRY(__real_ss_pkey_sign(pkey, env, hash, data, out_signature));
    keep(memo, pkey, hash, data, ss_span_part(ss_buf_span(out_signature), before, SIZE_MAX));
    return SS_OK;
}
