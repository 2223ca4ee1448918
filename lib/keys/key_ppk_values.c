/* SPDX-License-Identifier: Apache-2.0 */
/* key_ppk_values.c - the inside of PuTTY's key files: values, derivation, integrity.
 *
 * Owns: the private values of each key type in PuTTY's order; keys from a passphrase; the MAC.
 * Not here: the lines around them (key_ppk.c, key_ppk_write.c).
 * Called by: key_ppk.c, key_ppk_write.c.
 * Follows: PuTTY manual, appendix C.3 (values), C.4 (derivation), C.5 (version 2). */
#include "keys/key_ppk.h"

#define MAC_KEY_2 "putty-private-key-file-mac-key"

enum { SHA1 = 20, DERIVED = SS_PPK_KEY + SS_PPK_IV + SS_PPK_MAC_MAX };

/* ---- derivation ---- */

static ss_err derive_2(struct ss_ppk *ppk, ss_span passphrase)
{
    uint8_t digest[2 * SHA1];
    ss_span mac[2] = {ss_span_of(MAC_KEY_2), passphrase};
    ss_span low[2] = {ss_span_make("\0\0\0\0", 4), passphrase};
    ss_span high[2] = {ss_span_make("\0\0\0\1", 4), passphrase};
    ss_err err = ss_hash_sha1.digest(mac, 2, ppk->mac_key);

    ppk->mac_key_size = SHA1;
    if (err == SS_OK)
        err = ss_hash_sha1.digest(low, 2, digest);
    if (err == SS_OK)
        err = ss_hash_sha1.digest(high, 2, digest + SHA1);
    memcpy(ppk->key, digest, SS_PPK_KEY);
    memset(ppk->iv, 0, sizeof ppk->iv);
    ss_wipe(digest, sizeof digest);
    return err;
}

static ss_err derive_3(struct ss_ppk *ppk, ss_span passphrase)
{
    uint8_t derived[DERIVED];
    ss_err err;

    ppk->mac_key_size = 0;
    if (!ppk->encrypted)
        return SS_OK;
    err = ss_argon2(passphrase, &ppk->argon2, derived, sizeof derived);
    if (err == SS_OK) {
        memcpy(ppk->key, derived, SS_PPK_KEY);
        memcpy(ppk->iv, derived + SS_PPK_KEY, SS_PPK_IV);
        memcpy(ppk->mac_key, derived + SS_PPK_KEY + SS_PPK_IV, SS_PPK_MAC_MAX);
        ppk->mac_key_size = SS_PPK_MAC_MAX;
    }
    ss_wipe(derived, sizeof derived);
    return err;
}

ss_err ss_ppk_derive(struct ss_ppk *ppk, ss_span passphrase)
{
    if (!ppk->encrypted)
        passphrase = ss_span_make(NULL, 0);
    return ppk->version == 2 ? derive_2(ppk, passphrase) : derive_3(ppk, passphrase);
}

ss_err ss_ppk_mac(const struct ss_ppk *ppk, const struct ss_env *env, ss_span public_blob,
                  ss_span private_blob, uint8_t *out, size_t *out_size)
{
    ss_span key = ss_span_make(ppk->mac_key, ppk->mac_key_size);
    struct ss_writer writer;
    struct ss_buf all;
    ss_err err;

    ss_buf_init(&all, env, (size_t)3 * SS_KEY_DATA_MAX);
    all.secret = true;
    ss_writer_init(&writer, &all);
    ss_writer_string(&writer, ppk->algorithm);
    ss_writer_cstring(&writer, ppk->encrypted ? "aes256-cbc" : "none");
    ss_writer_string(&writer, ppk->comment);
    ss_writer_string(&writer, public_blob);
    ss_writer_string(&writer, private_blob);
    err = ss_writer_done(&writer);
    if (err == SS_OK)
        err = ppk->version == 2 ? ss_hmac_sha1(key, ss_buf_span(&all), out)
                                : ss_hmac_sha256(key, ss_buf_span(&all), out);
    *out_size = ppk->version == 2 ? SHA1 : SS_PPK_MAC_MAX;
    ss_buf_fini(&all);
    return err;
}

void ss_ppk_wipe(struct ss_ppk *ppk)
{
    ss_wipe(ppk->key, sizeof ppk->key);
    ss_wipe(ppk->iv, sizeof ppk->iv);
    ss_wipe(ppk->mac_key, sizeof ppk->mac_key);
}

/* ---- values ---- */

enum layout { RSA, DSA, ECDSA, EDDSA, LAYOUTS };

/* Of a type's name, as far as it is given here. */
static enum layout layout_of(ss_span type)
{
    static const char *const marks[LAYOUTS] = {
        [RSA] = "ssh-rsa", [DSA] = "ssh-dss", [ECDSA] = "ecdsa-sha2-", [EDDSA] = "ssh-ed"};
    size_t i;

    for (i = 0; i < LAYOUTS; i++)
        if (ss_span_is(ss_span_part(type, 0, strlen(marks[i])), marks[i]))
            break;
    return (enum layout)i;
}

/* The public values, which the private part does not repeat. */
static ss_err read_public(ss_span blob, struct ss_key_fields *out, enum layout *out_layout)
{
    struct ss_key_parse parse;
    ss_span type;

    ss_key_parse_init(&parse, blob);
    type = ss_key_want_string(&parse, "key type");
    *out_layout = layout_of(type);
    out->kind = ss_key_type_kind(type);
    if (*out_layout == LAYOUTS || out->kind == SS_KEY_NONE)
        return SS_E_unsupported;
    SS_TRY(ss_key_read_public_fields(&parse, out));
    return ss_key_parse_done(&parse);
}

ss_err ss_ppk_read_values(struct ss_key_parse *parse, ss_span public_blob,
                          struct ss_key_fields *out)
{
    struct ss_pkey_parts *parts = &out->parts;
    enum layout layout = LAYOUTS;

    memset(out, 0, sizeof *out);
    ss_key_name_field(parse, "public key");
    SS_TRY(read_public(public_blob, out, &layout));
    switch (layout) {
    case RSA:
        parts->d = ss_key_want_mpint(parse, "rsa d");
        parts->p = ss_key_want_mpint(parse, "rsa p");
        parts->q = ss_key_want_mpint(parse, "rsa q");
        parts->iqmp = ss_key_want_mpint(parse, "rsa iqmp");
        break;
    case DSA:
        parts->priv = ss_key_want_mpint(parse, "dsa x");
        break;
    case ECDSA:
        parts->priv = ss_key_want_mpint(parse, "ecdsa private scalar");
        break;
    case EDDSA:
        parts->priv = ss_key_want_string(parse, "eddsa private value");
        break;
    case LAYOUTS:
        return SS_E_unsupported;
    }
    if (parse->reader.err == SS_OK && parts->d.size == 0 && parts->priv.size == 0)
        return ss_key_refuse(parse, 0, SS_E_bad_key_file);
    return parse->reader.err;
}

ss_err ss_ppk_write_values(const struct ss_key *key, struct ss_buf *out)
{
    enum layout layout = layout_of(ss_span_of(ss_key_type_name(ss_key_kind(key))));
    struct ss_pkey_parts parts;
    struct ss_writer writer;
    struct ss_buf store;
    ss_err err;

    if (layout == LAYOUTS)
        return SS_E_unsupported;
    ss_buf_init(&store, out->env, SS_KEY_FIELDS_MAX);
    err = ss_pkey_export(key->pkey, true, &store, &parts);
    ss_writer_init(&writer, out);
    if (err == SS_OK && layout == RSA) {
        ss_writer_mpint(&writer, parts.d);
        ss_writer_mpint(&writer, parts.p);
        ss_writer_mpint(&writer, parts.q);
        ss_writer_mpint(&writer, parts.iqmp);
    } else if (err == SS_OK && (layout == ECDSA || layout == DSA)) {
        ss_writer_mpint(&writer, parts.priv);
    } else if (err == SS_OK) {
        ss_writer_string(&writer, parts.priv);
    }
    ss_buf_fini(&store);
    return err == SS_OK ? ss_writer_done(&writer) : err;
}
