/* SPDX-License-Identifier: Apache-2.0 */
/* key_ppk_write.c - PuTTY's private key files, versions 2 and 3, written.
 *
 * Owns: the lines, the default cost of the derivation.
 * Not here: values, derivation, MAC (key_ppk_values.c), reading (key_ppk.c).
 * Called by: whoever exports keys.
 * Follows: PuTTY manual, appendix C.2 and C.5. */
#include "keys/key_ppk.h"

#include "crypto/key_cipher.h"

enum { MEMORY = 8192, PASSES = 13, LANES = 1, SALT = 16, LETTERS = SS_PPK_LETTERS };

static const char *const kinds[] = {
    [SS_ARGON2_D] = "Argon2d", [SS_ARGON2_I] = "Argon2i", [SS_ARGON2_ID] = "Argon2id"};

static ss_err choose_argon2(const struct ss_key_protection *protection, struct ss_argon2 *out)
{
    const char *name = protection->argon2 != NULL ? protection->argon2 : kinds[SS_ARGON2_ID];
    size_t i;

    for (i = 0; i < SS_COUNT(kinds) && strcmp(name, kinds[i]) != 0; i++) {
    }
    out->kind = (enum ss_argon2_kind)i;
    out->memory = protection->memory > 0 ? protection->memory : MEMORY;
    out->passes = protection->passes > 0 ? protection->passes : PASSES;
    out->lanes = protection->lanes > 0 ? protection->lanes : LANES;
    if (i == SS_COUNT(kinds) || out->memory > SS_KDF_MEMORY_MAX ||
        (uint64_t)out->memory * out->passes > SS_ARGON2_WORK_MAX)
        return SS_E_bad_argument;
    return SS_OK;
}

/* Pads and encrypts the private blob; the MAC is over what it was before. */
static ss_err seal(struct ss_ppk *ppk, const struct ss_key *key, struct ss_buf *blob, uint8_t *mac,
                   size_t *mac_size)
{
    const struct ss_key_cipher *cipher = ss_key_cipher_find(ss_span_of("aes256-cbc"));
    size_t missing = (SS_PPK_BLOCK - ss_buf_size(blob) % SS_PPK_BLOCK) % SS_PPK_BLOCK;
    uint8_t *pad;

    if (ppk->encrypted && missing > 0) {
        SS_TRY(ss_buf_extend(blob, missing, &pad));
        SS_TRY(ss_random(blob->env, pad, missing));
    }
    SS_TRY(ss_ppk_mac(ppk, blob->env, ss_key_blob(key), ss_buf_span(blob), mac, mac_size));
    return ppk->encrypted ? ss_key_cipher_run(cipher, SS_SEAL, ppk->key, ppk->iv, ss_buf_at(blob),
                                              ss_buf_size(blob), NULL)
                          : SS_OK;
}

/* Of so many bytes in base64. */
static unsigned lines_of(size_t bytes)
{
    return (unsigned)(((bytes + 2) / 3 * 4 + LETTERS - 1) / LETTERS);
}

static ss_err put_part(struct ss_buf *out, const char *name, ss_span data)
{
    SS_TRY(ss_buf_printf(out, "%s: %u\n", name, lines_of(data.size)));
    return ss_key_put_base64(out, data, LETTERS);
}

static ss_err put_argon2(struct ss_buf *out, const struct ss_argon2 *argon2)
{
    SS_TRY(ss_buf_printf(out,
                         "Key-Derivation: %s\nArgon2-Memory: %lu\nArgon2-Passes: %lu\n"
                         "Argon2-Parallelism: %lu\nArgon2-Salt: ",
                         kinds[argon2->kind], (unsigned long)argon2->memory,
                         (unsigned long)argon2->passes, (unsigned long)argon2->lanes));
    SS_TRY(ss_hex_encode(out, argon2->salt));
    return ss_buf_puts(out, "\n");
}

static ss_err put_file(const struct ss_ppk *ppk, const struct ss_key *key, ss_span blob,
                       ss_span mac, struct ss_buf *out)
{
    SS_TRY(ss_buf_printf(out, SS_KEY_PPK_MARK "%u: %s\nEncryption: %s\nComment: ", ppk->version,
                         ss_key_type(key), ppk->encrypted ? "aes256-cbc" : "none"));
    SS_TRY(ss_buf_puts(out, ss_key_comment(key)));
    SS_TRY(ss_buf_puts(out, "\n"));
    SS_TRY(put_part(out, "Public-Lines", ss_key_blob(key)));
    if (ppk->encrypted && ppk->version == 3)
        SS_TRY(put_argon2(out, &ppk->argon2));
    SS_TRY(put_part(out, "Private-Lines", blob));
    SS_TRY(ss_buf_puts(out, "Private-MAC: "));
    SS_TRY(ss_hex_encode(out, mac));
    return ss_buf_puts(out, "\n");
}

/* salt has SALT bytes and outlives ppk. */
static ss_err prepare(const struct ss_key *key, const struct ss_key_protection *protection,
                      const struct ss_env *env, uint8_t *salt, struct ss_ppk *ppk)
{
    ss_span passphrase = {NULL, 0};
    ss_err err;

    ppk->algorithm = ss_span_of(ss_key_type(key));
    ppk->comment = ss_span_of(ss_key_comment(key));
    if (strpbrk(ss_key_comment(key), "\r\n") != NULL)
        return SS_E_bad_text;
    ppk->encrypted = protection != NULL && protection->passphrase.data != NULL;
    if (ppk->encrypted) {
        passphrase = protection->passphrase;
        if (passphrase.size == 0)
            return SS_E_bad_argument;
        if (ppk->version == 3)
            SS_TRY(choose_argon2(protection, &ppk->argon2));
        SS_TRY(ss_random(env, salt, SALT));
        ppk->argon2.salt = ss_span_make(salt, SALT);
    }
    err = ss_ppk_derive(ppk, passphrase);
    return err == SS_E_bad_value ? SS_E_bad_argument : err;
}

ss_err ss_key_write_ppk(const struct ss_key *key, enum ss_key_format format,
                        const struct ss_key_protection *protection, struct ss_buf *out)
{
    const struct ss_key *plain = ss_key_plain(key);
    struct ss_ppk ppk = {.version = format == SS_KEY_FORMAT_PPK2 ? 2 : 3};
    uint8_t salt[SALT], mac[SS_PPK_MAC_MAX];
    size_t before = ss_buf_size(out), mac_size = 0;
    struct ss_buf blob;
    ss_err err;

    if (format != SS_KEY_FORMAT_PPK2 && format != SS_KEY_FORMAT_PPK3)
        return SS_E_bad_argument;
    SS_TRY(prepare(plain, protection, out->env, salt, &ppk));
    ss_buf_init(&blob, out->env, SS_KEY_DATA_MAX);
    blob.secret = out->secret = true;
    err = ss_ppk_write_values(plain, &blob);
    if (err == SS_OK)
        err = seal(&ppk, plain, &blob, mac, &mac_size);
    if (err == SS_OK)
        err = put_file(&ppk, plain, ss_buf_span(&blob), ss_span_make(mac, mac_size), out);
    if (err != SS_OK)
        ss_buf_truncate(out, before);
    ss_ppk_wipe(&ppk);
    ss_buf_fini(&blob);
    return err;
}
