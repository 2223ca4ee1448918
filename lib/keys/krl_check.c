/* SPDX-License-Identifier: Apache-2.0 */
/* krl_check.c - key revocation lists searched.
 *
 * Owns: the walk over the entries, and what revokes what.
 * Not here: what is well formed (krl.c): a list that was read has nothing else in it.
 * Called by: whoever checks host keys, user keys and certificates.
 * Follows: OpenSSH PROTOCOL.krl sections 2 to 6. */
#include "keys/krl_impl.h"

/* ---- the walk ---- */

struct cursor {
    const struct ss_krl *krl;
    struct ss_krl_walk *walk;
    struct ss_krl_entry *out;
};

/* The string at an offset of the list. */
static ss_span string_at(const struct ss_krl *krl, size_t at)
{
    const uint8_t *base = ss_buf_at(&krl->bytes);

    return ss_span_make(base + at + 4, ss_load_u32(base + at));
}

static uint64_t u64_at(const struct ss_krl *krl, size_t at)
{
    const uint8_t *p = ss_buf_at(&krl->bytes) + at;

    return (uint64_t)ss_load_u32(p) << 32 | ss_load_u32(p + 4);
}

static size_t end_of(const struct ss_krl *krl, ss_span s)
{
    return (size_t)(s.data - ss_buf_at(&krl->bytes)) + s.size;
}

/* The next string of a section that is nothing but strings. */
static bool next_string(struct cursor *c, ss_span data, enum ss_krl_kind kind)
{
    if (c->walk->at == 0)
        c->walk->at = end_of(c->krl, data) - data.size;
    if (c->walk->at == end_of(c->krl, data))
        return false;
    c->out->kind = kind;
    c->out->bytes = string_at(c->krl, c->walk->at);
    c->walk->at = end_of(c->krl, c->out->bytes);
    return true;
}

static bool give_serials(struct cursor *c, uint64_t low, uint64_t high)
{
    c->out->kind = SS_KRL_SERIAL;
    c->out->low = low;
    c->out->high = high;
    return true;
}

static bool next_serial(struct cursor *c, ss_span data)
{
    if (c->walk->at == 0)
        c->walk->at = end_of(c->krl, data) - data.size;
    if (c->walk->at == end_of(c->krl, data))
        return false;
    c->walk->at += 8;
    return give_serials(c, u64_at(c->krl, c->walk->at - 8), u64_at(c->krl, c->walk->at - 8));
}

static bool next_range(struct cursor *c, ss_span data)
{
    size_t start = end_of(c->krl, data) - data.size;

    if (c->walk->at != 0)
        return false;
    c->walk->at = start;
    return give_serials(c, u64_at(c->krl, start), u64_at(c->krl, start + 8));
}

/* The next run of set bits. */
static bool next_run(struct cursor *c, ss_span data)
{
    size_t start = end_of(c->krl, data) - data.size;
    ss_span bits = string_at(c->krl, start + 8);
    uint64_t base = u64_at(c->krl, start), bit = c->walk->bit, first;
    uint64_t count = (uint64_t)bits.size * 8;

    while (bit < count && !ss_krl_bit(bits, bit))
        bit++;
    if (bit == count)
        return false;
    first = bit;
    while (bit < count && ss_krl_bit(bits, bit))
        bit++;
    c->walk->bit = bit;
    return give_serials(c, base + first, base + (bit - 1));
}

static bool next_of_part(struct cursor *c, uint8_t type, ss_span data)
{
    switch (type) {
    case KRL_CERT_SERIAL_LIST:
        return next_serial(c, data);
    case KRL_CERT_SERIAL_RANGE:
        return next_range(c, data);
    case KRL_CERT_SERIAL_BITMAP:
        return next_run(c, data);
    case KRL_CERT_KEY_ID:
        return next_string(c, data, SS_KRL_KEY_ID);
    default:
        return false;
    }
}

static bool next_of_certificates(struct cursor *c, ss_span data)
{
    size_t start = end_of(c->krl, data) - data.size;
    ss_span ca = string_at(c->krl, start);

    if (c->walk->part == 0)
        c->walk->part = end_of(c->krl, string_at(c->krl, end_of(c->krl, ca)));
    while (c->walk->part < end_of(c->krl, data)) {
        ss_span part = string_at(c->krl, c->walk->part + 1);

        c->out->ca = ca;
        if (next_of_part(c, ss_buf_at(&c->krl->bytes)[c->walk->part], part))
            return true;
        c->walk->part = end_of(c->krl, part);
        c->walk->at = 0;
        c->walk->bit = 0;
    }
    return false;
}

static bool next_of_section(struct cursor *c, uint8_t type, ss_span data)
{
    switch (type) {
    case KRL_CERTIFICATES:
        return next_of_certificates(c, data);
    case KRL_EXPLICIT_KEY:
        return next_string(c, data, SS_KRL_KEY);
    case KRL_FINGERPRINT_SHA1:
        return next_string(c, data, SS_KRL_SHA1);
    case KRL_FINGERPRINT_SHA256:
        return next_string(c, data, SS_KRL_SHA256);
    default:
        return false;
    }
}

/* The type and data of the section there, and where the next one starts. */
static size_t section_at(const struct ss_krl *krl, size_t at, uint8_t *out_type, ss_span *out_data)
{
    size_t end;

    *out_type = ss_buf_at(&krl->bytes)[at];
    *out_data = string_at(krl, at + 1);
    end = end_of(krl, *out_data);
    return *out_type == KRL_SIGNATURE ? end_of(krl, string_at(krl, end)) : end;
}

bool ss_krl_next(const struct ss_krl *krl, struct ss_krl_walk *walk, struct ss_krl_entry *out)
{
    struct cursor cursor = {krl, walk, out};

    if (walk->section == 0)
        walk->section = krl->sections;
    memset(out, 0, sizeof *out);
    while (walk->section < ss_buf_size(&krl->bytes)) {
        uint8_t type;
        ss_span data;
        size_t next = section_at(krl, walk->section, &type, &data);

        if (next_of_section(&cursor, type, data))
            return true;
        memset(walk, 0, sizeof *walk);
        walk->section = next;
    }
    return false;
}

/* ---- the search ---- */

struct digests {
    uint8_t sha1[20], sha256[32];
};

static bool hits(const struct ss_krl_entry *entry, const struct ss_krl_subject *subject,
                 const struct digests *digests)
{
    bool certified = subject->ca.size > 0;
    bool of_ca = entry->ca.size == 0 || ss_span_eq(entry->ca, subject->ca);

    switch (entry->kind) {
    case SS_KRL_KEY:
        return ss_span_eq(entry->bytes, subject->key);
    case SS_KRL_SHA1:
        return ss_span_eq(entry->bytes, ss_span_make(digests->sha1, sizeof digests->sha1));
    case SS_KRL_SHA256:
        return ss_span_eq(entry->bytes, ss_span_make(digests->sha256, sizeof digests->sha256));
    case SS_KRL_SERIAL:
        return certified && of_ca && entry->low <= subject->serial &&
               subject->serial <= entry->high;
    case SS_KRL_KEY_ID:
        return certified && of_ca && ss_span_eq(entry->bytes, subject->key_id);
    case SS_KRL_NOTHING:
        break;
    }
    return false;
}

static ss_err search(const struct ss_krl *krl, const struct ss_krl_subject *subject,
                     struct ss_krl_entry *out)
{
    struct ss_krl_walk walk = {0};
    struct ss_krl_entry entry;
    struct digests digests;

    SS_TRY(ss_hash_sha1.digest(&subject->key, 1, digests.sha1));
    SS_TRY(ss_hash_sha256.digest(&subject->key, 1, digests.sha256));
    memset(out, 0, sizeof *out);
    while (ss_krl_next(krl, &walk, &entry))
        if (hits(&entry, subject, &digests)) {
            *out = entry;
            break;
        }
    return SS_OK;
}

ss_err ss_krl_check(const struct ss_krl *krl, const struct ss_krl_subject *subject,
                    struct ss_krl_entry *out_entry, bool *out_authority)
{
    struct ss_krl_subject authority = {.key = subject->ca};
    struct ss_krl_entry entry;
    bool by_authority = false;

    SS_TRY(search(krl, subject, &entry));
    if (entry.kind == SS_KRL_NOTHING && subject->ca.size > 0) {
        SS_TRY(search(krl, &authority, &entry));
        by_authority = entry.kind != SS_KRL_NOTHING;
    }
    *out_entry = entry;
    if (out_authority != NULL)
        *out_authority = by_authority;
    return SS_OK;
}

ss_err ss_krl_check_key(const struct ss_krl *krl, const struct ss_key *key,
                        struct ss_krl_entry *out_entry, bool *out_authority)
{
    const struct ss_cert *cert = ss_key_cert(key);
    struct ss_krl_subject subject = {.key = ss_key_blob(ss_key_plain(key))};

    if (cert != NULL) {
        subject.ca = cert->ca;
        subject.serial = cert->serial;
        subject.key_id = cert->key_id;
    }
    return ss_krl_check(krl, &subject, out_entry, out_authority);
}

/* ---- signatures ---- */

static ss_err verify_one(const struct ss_krl *krl, const struct ss_registry *registry,
                         const struct ss_key *signer, size_t signature_at)
{
    ss_span signature = string_at(krl, signature_at);
    const struct ss_sign_alg *alg;
    struct ss_reader reader;

    ss_reader_init(&reader, signature);
    alg = ss_registry_sign(registry, ss_reader_string(&reader));
    if (reader.err != SS_OK || alg == NULL || !ss_key_fits(signer, alg))
        return SS_E_bad_signature;
    return ss_key_verify(signer, krl->env, alg, ss_span_make(ss_buf_at(&krl->bytes), signature_at),
                         signature);
}

ss_err ss_krl_verify(const struct ss_krl *krl, const struct ss_registry *registry,
                     const struct ss_key *signer)
{
    size_t at = krl->sections;
    uint8_t type;
    ss_span data;

    while (at < ss_buf_size(&krl->bytes)) {
        at = section_at(krl, at, &type, &data);
        if (type == KRL_SIGNATURE && ss_span_eq(data, ss_key_blob(signer)))
            return verify_one(krl, registry, signer, end_of(krl, data));
    }
    return SS_E_not_found;
}
