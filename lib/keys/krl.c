/* SPDX-License-Identifier: Apache-2.0 */
/* krl.c - key revocation lists taken in: every section is checked before anything is believed.
 *
 * Owns: the layout of a list, and what is refused in it.
 * Not here: searching it (krl_check.c).
 * Called by: tools; whoever checks host keys, user keys and certificates.
 * Follows: OpenSSH PROTOCOL.krl. */
#include "keys/krl_impl.h"

#define MAGIC "SSHKRL\n\0"

enum { MAGIC_SIZE = 8, VERSION = 1, SERIAL = 8 };

struct job {
    struct ss_krl *krl;
    struct ss_key_error error;
};

static uint64_t want_u64(struct ss_key_parse *parse, const char *field)
{
    ss_key_name_field(parse, field);
    return ss_reader_u64(&parse->reader);
}

/* Mistakes of a parse, inner or outer, become the job's error. */
static ss_err settle(struct job *job, const struct ss_key_parse *parse, ss_err err)
{
    if (err == SS_OK)
        return SS_OK;
    job->error.offset = ss_key_place(parse);
    job->error.line = 0;
    job->error.field = parse->field;
    return ss_key_err(err, SS_E_bad_key_file);
}

static ss_err done(struct job *job, struct ss_key_parse *parse)
{
    return settle(job, parse, ss_reader_done(&parse->reader));
}

static ss_err refuse(struct job *job, struct ss_key_parse *parse, size_t at, ss_err err)
{
    return settle(job, parse, ss_key_refuse(parse, at, err));
}

/* ---- certificates ---- */

/* Serial 0 stands for "the authority does not number", and is nobody's.
 * rule: OpenSSH krl.c, revoke_by_serial_range */
static ss_err check_serials(struct job *job, struct ss_key_parse *parse)
{
    while (ss_reader_left(&parse->reader) > 0) {
        size_t at = ss_reader_offset(&parse->reader);

        if (want_u64(parse, "serial") == 0)
            return refuse(job, parse, at, SS_E_bad_key_file);
    }
    return done(job, parse);
}

static ss_err check_range(struct job *job, struct ss_key_parse *parse)
{
    uint64_t low = want_u64(parse, "serial range"), high = want_u64(parse, "serial range");

    if (low == 0 || low > high)
        return refuse(job, parse, 0, SS_E_bad_key_file);
    return done(job, parse);
}

/* The number of the highest bit that is set. */
static uint64_t top_bit(ss_span magnitude)
{
    uint64_t n = (uint64_t)magnitude.size * 8;

    while (n > 0 && !ss_krl_bit(magnitude, n - 1))
        n--;
    return n > 0 ? n - 1 : 0;
}

static ss_err check_bitmap(struct job *job, struct ss_key_parse *parse)
{
    uint64_t base = want_u64(parse, "serial bitmap");
    ss_span bits = ss_key_want_mpint(parse, "serial bitmap");

    if ((base == 0 && ss_krl_bit(bits, 0)) || base + top_bit(bits) < base)
        return refuse(job, parse, 0, SS_E_bad_key_file);
    return done(job, parse);
}

static ss_err check_key_ids(struct job *job, struct ss_key_parse *parse)
{
    while (ss_reader_left(&parse->reader) > 0) {
        size_t at = ss_reader_offset(&parse->reader);
        ss_span id = ss_key_want_string(parse, "key id");

        if (id.size > 0 && memchr(id.data, 0, id.size) != NULL)
            return refuse(job, parse, at, SS_E_bad_key_file);
    }
    return done(job, parse);
}

/* rule: KRL-extension-critical */
static ss_err check_extension(struct job *job, struct ss_key_parse *parse)
{
    bool critical;

    (void)ss_key_want_string(parse, "extension name");
    ss_key_name_field(parse, "extension");
    critical = ss_reader_boolean(&parse->reader);
    (void)ss_key_want_string(parse, "extension contents");
    SS_TRY(done(job, parse));
    return critical ? settle(job, parse, SS_E_unsupported) : SS_OK;
}

static ss_err check_part(struct job *job, struct ss_key_parse *outer)
{
    size_t at = ss_reader_offset(&outer->reader);
    struct ss_key_parse part = *outer;
    uint8_t type;

    ss_key_name_field(outer, "certificate section");
    type = ss_reader_byte(&outer->reader);
    part.reader = ss_reader_inside(&outer->reader);
    if (outer->reader.err != SS_OK)
        return settle(job, outer, outer->reader.err);
    switch (type) {
    case KRL_CERT_SERIAL_LIST:
        return check_serials(job, &part);
    case KRL_CERT_SERIAL_RANGE:
        return check_range(job, &part);
    case KRL_CERT_SERIAL_BITMAP:
        return check_bitmap(job, &part);
    case KRL_CERT_KEY_ID:
        return check_key_ids(job, &part);
    case KRL_CERT_EXTENSION:
        return check_extension(job, &part);
    default:
        return refuse(job, outer, at, SS_E_unsupported);
    }
}

static ss_err check_certificates(struct job *job, struct ss_key_parse *parse)
{
    (void)ss_key_want_string(parse, "authority key");
    (void)ss_key_want_string(parse, "reserved");
    if (parse->reader.err != SS_OK)
        return settle(job, parse, parse->reader.err);
    while (ss_reader_left(&parse->reader) > 0)
        SS_TRY(check_part(job, parse));
    return SS_OK;
}

/* ---- keys ---- */

/* size 0: any but none. */
static ss_err check_strings(struct job *job, struct ss_key_parse *parse, const char *field,
                            size_t size)
{
    while (ss_reader_left(&parse->reader) > 0) {
        size_t at = ss_reader_offset(&parse->reader);
        ss_span s = ss_key_want_string(parse, field);

        if (parse->reader.err == SS_OK && (s.size == 0 || (size > 0 && s.size != size)))
            return refuse(job, parse, at, SS_E_bad_key_file);
    }
    return done(job, parse);
}

/* ---- the whole ---- */

/* The section's data is the signer; the signature stands behind it. */
static ss_err check_signature(struct job *job, struct ss_key_parse *outer)
{
    (void)ss_key_want_string(outer, "signature");
    job->krl->head.signatures++;
    return settle(job, outer, outer->reader.err);
}

static ss_err check_section(struct job *job, struct ss_key_parse *outer)
{
    size_t at = ss_reader_offset(&outer->reader);
    struct ss_key_parse section = *outer;
    uint8_t type;

    ss_key_name_field(outer, "section");
    type = ss_reader_byte(&outer->reader);
    section.reader = ss_reader_inside(&outer->reader);
    if (outer->reader.err != SS_OK)
        return settle(job, outer, outer->reader.err);
    /* What follows a signature is not signed. */
    if (type != KRL_SIGNATURE && job->krl->head.signatures > 0)
        return refuse(job, outer, at, SS_E_bad_key_file);
    switch (type) {
    case KRL_CERTIFICATES:
        return check_certificates(job, &section);
    case KRL_EXPLICIT_KEY:
        return check_strings(job, &section, "key", 0);
    case KRL_FINGERPRINT_SHA1:
        return check_strings(job, &section, "SHA-1 digest", ss_hash_sha1.size);
    case KRL_FINGERPRINT_SHA256:
        return check_strings(job, &section, "SHA-256 digest", ss_hash_sha256.size);
    case KRL_SIGNATURE:
        return check_signature(job, outer);
    case KRL_EXTENSION:
        return check_extension(job, &section);
    default:
        return refuse(job, outer, at, SS_E_unsupported);
    }
}

static ss_err check_head(struct job *job, struct ss_key_parse *parse)
{
    struct ss_krl_head *head = &job->krl->head;
    size_t at;

    ss_key_name_field(parse, "magic");
    if (!ss_span_eq(ss_reader_bytes(&parse->reader, MAGIC_SIZE), ss_span_make(MAGIC, MAGIC_SIZE)))
        return refuse(job, parse, 0, SS_E_bad_key_file);
    at = ss_reader_offset(&parse->reader);
    if (ss_key_want_u32(parse, "format version") != VERSION)
        return refuse(job, parse, at,
                      parse->reader.err == SS_OK ? SS_E_unsupported : SS_E_bad_key_file);
    head->version = want_u64(parse, "version");
    head->generated = want_u64(parse, "date");
    head->flags = want_u64(parse, "flags");
    (void)ss_key_want_string(parse, "reserved");
    head->comment = ss_key_want_string(parse, "comment");
    return settle(job, parse, parse->reader.err);
}

static ss_err check_all(struct job *job)
{
    struct ss_key_parse parse = {.base = ss_buf_at(&job->krl->bytes), .field = "magic"};

    ss_reader_init(&parse.reader, ss_buf_span(&job->krl->bytes));
    SS_TRY(check_head(job, &parse));
    job->krl->sections = ss_reader_offset(&parse.reader);
    while (ss_reader_left(&parse.reader) > 0)
        SS_TRY(check_section(job, &parse));
    return SS_OK;
}

ss_err ss_krl_read(const struct ss_env *env, ss_span bytes, struct ss_krl **out,
                   struct ss_key_error *out_error)
{
    struct job job = {.error = {0, 0, "magic"}};
    ss_err err = SS_E_bad_key_file;

    if (bytes.size > SS_KRL_MAX)
        job.error = (struct ss_key_error){SS_KRL_MAX, 0, "file size"};
    else if (bytes.size > 0)
        err = SS_OK;
    if (err == SS_OK) {
        job.krl = ss_alloc(env, sizeof *job.krl);
        err = job.krl != NULL ? SS_OK : SS_E_no_memory;
    }
    if (err == SS_OK) {
        job.krl->env = env;
        ss_buf_init(&job.krl->bytes, env, bytes.size);
        err = ss_buf_put(&job.krl->bytes, bytes);
    }
    if (err == SS_OK)
        err = check_all(&job);
    if (err == SS_OK) {
        *out = job.krl;
        return SS_OK;
    }
    ss_krl_free(&job.krl);
    if (out_error != NULL)
        *out_error = job.error;
    return err;
}

void ss_krl_free(struct ss_krl **krl)
{
    struct ss_krl *old = *krl;

    *krl = NULL;
    if (old == NULL)
        return;
    ss_buf_fini(&old->bytes);
    ss_free(old->env, old, sizeof *old);
}

void ss_krl_head(const struct ss_krl *krl, struct ss_krl_head *out)
{
    *out = krl->head;
}
