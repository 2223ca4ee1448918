/* SPDX-License-Identifier: Apache-2.0 */
/* host_match.c - whom a known_hosts line speaks of: names, patterns, hashed names.
 *
 * Owns: the form of a host field and of a host's name in it.
 * Not here: lines and keys (known_hosts.c), the pattern match itself (base/glob.c).
 * Called by: known_hosts.c.
 * Follows: sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT"; a hashed name is HMAC-SHA1 under its salt. */
#include "keys/host_match.h"

#define HASH_MARK "|1|"

enum { HASH_SIZE = 20, SALT_MAX = 64, NAME_MAX_BYTES = 1024 };

static bool is_hashed(ss_span field)
{
    return field.size > 0 && field.data[0] == '|';
}

ss_err ss_host_field_lower(ss_span host, struct ss_buf *out)
{
    uint8_t *to;
    size_t i;

    SS_TRY(ss_buf_extend(out, host.size, &to));
    for (i = 0; i < host.size; i++) {
        uint8_t c = host.data[i];

        to[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
    }
    return SS_OK;
}

/* ---- hashed ---- */

static bool split_hashed(ss_span field, ss_span *out_salt, ss_span *out_hash)
{
    size_t mark = strlen(HASH_MARK);
    const uint8_t *bar;

    if (!ss_span_is(ss_span_part(field, 0, mark), HASH_MARK))
        return false;
    field = ss_span_part(field, mark, field.size);
    bar = field.size > 0 ? memchr(field.data, '|', field.size) : NULL;
    if (bar == NULL)
        return false;
    *out_salt = ss_span_part(field, 0, (size_t)(bar - field.data));
    *out_hash = ss_span_part(field, out_salt->size + 1, field.size);
    return true;
}

static bool base64_letters(ss_span text, size_t bytes_max, size_t bytes_min)
{
    size_t pad = 0, i;

    if (text.size == 0 || text.size % 4 != 0)
        return false;
    while (pad < 2 && text.data[text.size - 1 - pad] == '=')
        pad++;
    for (i = 0; i < text.size - pad; i++) {
        uint8_t c = text.data[i];

        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              c == '+' || c == '/'))
            return false;
    }
    i = text.size / 4 * 3 - pad;
    return i >= bytes_min && i <= bytes_max;
}

static ss_err hash_name(const struct ss_env *env, ss_span salt, ss_span host, uint8_t *out)
{
    struct ss_buf name;
    ss_err err;

    ss_buf_init(&name, env, NAME_MAX_BYTES);
    err = ss_host_field_lower(host, &name);
    if (err == SS_OK)
        err = ss_hmac_sha1(salt, ss_buf_span(&name), out);
    ss_buf_fini(&name);
    return err;
}

/* salt and hash are base64 here. */
static ss_err match_hashed(const struct ss_env *env, ss_span salt, ss_span hash, ss_span host,
                           bool *out_match)
{
    uint8_t digest[HASH_SIZE];
    struct ss_buf raw;
    size_t salt_size;
    ss_err err;

    ss_buf_init(&raw, env, SALT_MAX + HASH_SIZE);
    err = ss_base64_decode(&raw, salt);
    salt_size = ss_buf_size(&raw);
    if (err == SS_OK)
        err = ss_base64_decode(&raw, hash);
    if (err == SS_OK)
        err = hash_name(env, ss_span_part(ss_buf_span(&raw), 0, salt_size), host, digest);
    if (err == SS_OK)
        *out_match = ss_ct_eq(ss_span_part(ss_buf_span(&raw), salt_size, HASH_SIZE),
                              ss_span_make(digest, HASH_SIZE));
    ss_buf_fini(&raw);
    if (err == SS_E_bad_base64) {
        *out_match = false; /* pad bits that are not zero */
        return SS_OK;
    }
    return err;
}

ss_err ss_host_field_hash(const struct ss_env *env, ss_span host, struct ss_buf *out)
{
    uint8_t salt[HASH_SIZE], digest[HASH_SIZE];

    SS_TRY(ss_random(env, salt, sizeof salt));
    SS_TRY(hash_name(env, ss_span_make(salt, sizeof salt), host, digest));
    SS_TRY(ss_buf_puts(out, HASH_MARK));
    SS_TRY(ss_base64_encode(out, ss_span_make(salt, sizeof salt)));
    SS_TRY(ss_buf_puts(out, "|"));
    return ss_base64_encode(out, ss_span_make(digest, sizeof digest));
}

/* ---- fields ---- */

bool ss_host_field_valid(ss_span field)
{
    ss_span salt, hash;

    if (!is_hashed(field))
        return field.size > 0;
    return split_hashed(field, &salt, &hash) && base64_letters(salt, SALT_MAX, 1) &&
           base64_letters(hash, HASH_SIZE, HASH_SIZE);
}

ss_err ss_host_field_match(const struct ss_env *env, ss_span field, ss_span host, bool *out_match)
{
    ss_span salt, hash, pattern;
    bool match = false;

    if (is_hashed(field)) {
        *out_match = false;
        return split_hashed(field, &salt, &hash) ? match_hashed(env, salt, hash, host, out_match)
                                                 : SS_OK;
    }
    while (ss_namelist_next(&field, &pattern)) {
        bool negated = pattern.size > 0 && pattern.data[0] == '!';

        if (negated)
            pattern = ss_span_part(pattern, 1, pattern.size);
        if (pattern.size == 0 || !ss_glob(pattern, host, true))
            continue;
        if (negated) {
            match = false;
            break;
        }
        match = true;
    }
    *out_match = match;
    return SS_OK;
}

/* ---- names ---- */

bool ss_host_name_plain(ss_span host)
{
    size_t i;

    if (host.size == 0 || host.size > NAME_MAX_BYTES || strchr("@#|!", host.data[0]) != NULL)
        return false;
    for (i = 0; i < host.size; i++) {
        uint8_t c = host.data[i];

        if (c <= ' ' || c == 0x7f || c == ',' || c == '*' || c == '?')
            return false;
    }
    return true;
}

static bool same_name(ss_span a, ss_span b)
{
    return a.size == b.size && ss_host_name_plain(a) && ss_glob(a, b, true);
}

static ss_err names_without(ss_span field, ss_span host, struct ss_buf *out_names, bool *out_held)
{
    ss_span rest, name;

    for (rest = field; ss_namelist_next(&rest, &name);)
        if (name.size > 0 && name.data[0] == '!')
            return SS_OK;
    while (ss_namelist_next(&field, &name)) {
        if (same_name(name, host)) {
            *out_held = true;
            continue;
        }
        if (ss_buf_size(out_names) > 0)
            SS_TRY(ss_buf_puts(out_names, ","));
        SS_TRY(ss_buf_put(out_names, name));
    }
    return SS_OK;
}

ss_err ss_host_field_without(const struct ss_env *env, ss_span field, ss_span host,
                             struct ss_buf *out_names, bool *out_held)
{
    *out_held = false;
    if (is_hashed(field))
        return ss_host_field_match(env, field, host, out_held);
    return names_without(field, host, out_names, out_held);
}

ss_err ss_hostkeys_name(ss_span host, uint16_t port, struct ss_buf *out)
{
    size_t before = ss_buf_size(out);
    ss_err err;

    if (port == 22)
        return ss_host_field_lower(host, out);
    err = ss_buf_puts(out, "[");
    if (err == SS_OK)
        err = ss_host_field_lower(host, out);
    if (err == SS_OK)
        err = ss_buf_printf(out, "]:%u", (unsigned)port);
    if (err != SS_OK)
        ss_buf_truncate(out, before);
    return err;
}
