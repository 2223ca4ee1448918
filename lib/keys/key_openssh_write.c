/* SPDX-License-Identifier: Apache-2.0 */
/* key_openssh_write.c - private keys in the openssh-key-v1 container, written.
 *
 * Owns: the layout, the default cipher and rounds.
 * Not here: reading (key_openssh.c), the fields of each key type (key_fields.c).
 * Called by: whoever stores keys.
 * Follows: OpenSSH PROTOCOL.key sections 1 to 3; the defaults are ssh-keygen's. */
#include "keys/key_formats.h"

#include "crypto/kdf.h"
#include "crypto/key_cipher.h"

#define CIPHER "aes256-ctr"

enum { BLOCK = 8, ROUNDS = 24, SALT = 16 };

struct plan {
    const struct ss_key_cipher *cipher; /* null: none */
    ss_span passphrase;
    uint32_t rounds;
    uint8_t salt[SALT];
    size_t section; /* offset in the data */
};

static ss_err make_plan(const struct ss_key_protection *protection, const struct ss_env *env,
                        struct plan *out)
{
    memset(out, 0, sizeof *out);
    if (protection == NULL || protection->passphrase.data == NULL)
        return SS_OK;
    out->passphrase = protection->passphrase;
    out->cipher =
        ss_key_cipher_find(ss_span_of(protection->cipher != NULL ? protection->cipher : CIPHER));
    out->rounds = protection->rounds > 0 ? protection->rounds : ROUNDS;
    if (out->cipher == NULL || out->passphrase.size == 0 || out->rounds > SS_BCRYPT_ROUNDS_MAX)
        return SS_E_bad_argument;
    return ss_random(env, out->salt, sizeof out->salt);
}

static void write_head(const struct plan *plan, struct ss_writer *writer)
{
    size_t options;

    ss_writer_bytes(writer, ss_span_make(SS_KEY_OPENSSH_MAGIC, sizeof SS_KEY_OPENSSH_MAGIC));
    ss_writer_cstring(writer, plan->cipher != NULL ? plan->cipher->name : "none");
    ss_writer_cstring(writer, plan->cipher != NULL ? "bcrypt" : "none");
    options = ss_writer_open(writer);
    if (plan->cipher != NULL) {
        ss_writer_string(writer, ss_span_make(plan->salt, SALT));
        ss_writer_u32(writer, plan->rounds);
    }
    ss_writer_close(writer, options);
}

static ss_err write_data(const struct ss_key *const *keys, size_t count, struct plan *plan,
                         struct ss_buf *out)
{
    size_t block = plan->cipher != NULL ? plan->cipher->block : BLOCK, i;
    struct ss_writer writer;
    uint8_t check[4], pad;
    size_t mark;

    SS_TRY(ss_random(out->env, check, sizeof check));
    ss_writer_init(&writer, out);
    write_head(plan, &writer);
    ss_writer_u32(&writer, (uint32_t)count);
    for (i = 0; i < count; i++)
        ss_writer_string(&writer, ss_key_blob(keys[i]));
    mark = ss_writer_open(&writer);
    plan->section = ss_buf_size(out);
    ss_writer_bytes(&writer, ss_span_make(check, sizeof check));
    ss_writer_bytes(&writer, ss_span_make(check, sizeof check));
    for (i = 0; i < count; i++) {
        ss_key_write_private_fields(keys[i], &writer);
        ss_writer_cstring(&writer, ss_key_comment(keys[i]));
    }
    for (pad = 1; writer.err == SS_OK && (ss_buf_size(out) - plan->section) % block != 0; pad++)
        ss_writer_byte(&writer, pad);
    ss_writer_close(&writer, mark);
    return ss_writer_done(&writer);
}

static ss_err encrypt(const struct plan *plan, struct ss_buf *data)
{
    uint8_t secret[SS_KEY_CIPHER_KEY_MAX + SS_KEY_CIPHER_IV_MAX], tag[SS_KEY_CIPHER_TAG_MAX];
    const struct ss_key_cipher *cipher = plan->cipher;
    ss_err err = ss_bcrypt_pbkdf(data->env, plan->passphrase, ss_span_make(plan->salt, SALT),
                                 plan->rounds, secret, (size_t)cipher->key + cipher->iv);

    if (err == SS_OK)
        err = ss_key_cipher_run(cipher, SS_SEAL, secret, secret + cipher->key,
                                ss_buf_at(data) + plan->section, ss_buf_size(data) - plan->section,
                                tag);
    if (err == SS_OK)
        err = ss_buf_put(data, ss_span_make(tag, cipher->tag));
    ss_wipe(secret, sizeof secret);
    return err;
}

ss_err ss_key_write_openssh(const struct ss_key *const *keys, size_t count,
                            const struct ss_key_protection *protection, struct ss_buf *out)
{
    size_t before = ss_buf_size(out);
    struct ss_buf data;
    struct plan plan;
    ss_err err;

    if (count == 0 || count > SS_KEY_FILE_KEYS)
        return SS_E_bad_argument;
    SS_TRY(make_plan(protection, out->env, &plan));
    ss_buf_init(&data, out->env, SS_KEY_DATA_MAX);
    data.secret = out->secret = true;
    err = write_data(keys, count, &plan, &data);
    if (err == SS_OK && plan.cipher != NULL)
        err = encrypt(&plan, &data);
    if (err == SS_OK)
        err = ss_key_put_armour(out, SS_KEY_OPENSSH_LABEL, ss_buf_span(&data), SS_KEY_LINE_LETTERS);
    if (err != SS_OK)
        ss_buf_truncate(out, before);
    ss_buf_fini(&data);
    return err;
}

ss_err ss_key_write_private(const struct ss_key *key, struct ss_buf *out)
{
    return ss_key_write_openssh(&key, 1, NULL, out);
}
