/* SPDX-License-Identifier: Apache-2.0 */
/* cert_check.c - whether a certificate counts here and now, and for what.
 *
 * Owns: the checks, in the order in which they are told; the options and extensions we know.
 * Not here: reading and the authority's signature (cert.c), which authorities are trusted (the
 *   policy's callback).
 * Called by: owners of sessions, for host keys and for user keys; known_hosts.
 * Follows: draft-ietf-sshm-cert sections 2.1.1 to 2.4; OpenSSH PROTOCOL.certkeys. */
#include "keys/key_impl.h"

#include <arpa/inet.h>

const char ss_cert_ca_algorithms[] =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,ssh-ed448,"
    "ssh-mldsa44-ed25519@openssh.com,sk-ssh-ed25519@openssh.com,"
    "sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256";

static ss_err refuse(struct ss_cert_answer *answer, const char *field, const char *why)
{
    answer->field = field;
    answer->why = why;
    return SS_E_bad_certificate;
}

/* ---- principals ---- */

static bool named(const struct ss_cert *cert, const struct ss_cert_policy *policy)
{
    ss_span rest = cert->principals, name;

    while (ss_cert_principal_next(&rest, &name)) {
        if (policy->type == SS_CERT_HOST ? ss_glob(name, policy->principal, false)
                                         : ss_span_eq(name, policy->principal))
            return true;
    }
    return false;
}

/* rule: CERT-2.1.1-empty-principals, CERT-2.1.1-principals-checked */
static ss_err check_principals(const struct ss_cert *cert, const struct ss_cert_policy *policy,
                               struct ss_cert_answer *answer)
{
    if (cert->principals.size == 0)
        return policy->empty_is_anyone
                   ? SS_OK
                   : refuse(answer, "valid principals", "the certificate names nobody");
    return named(cert, policy)
               ? SS_OK
               : refuse(answer, "valid principals", "the certificate is for another name");
}

/* ---- addresses ---- */

struct address {
    uint8_t bytes[16];
    size_t size; /* 4 or 16 */
};

/* text without a zero behind it. */
static bool parse_address(ss_span text, struct address *out)
{
    char copy[64];

    if (text.size == 0 || text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = 0;
    memset(out, 0, sizeof *out);
    out->size = 4;
    if (inet_pton(AF_INET, copy, out->bytes) == 1)
        return true;
    out->size = 16;
    return inet_pton(AF_INET6, copy, out->bytes) == 1;
}

static bool parse_bits(ss_span text, size_t most, size_t *out)
{
    size_t i, n = 0;

    if (text.size == 0 || text.size > 3)
        return false;
    for (i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        n = n * 10 + (size_t)(text.data[i] - '0');
    }
    *out = n;
    return n <= most;
}

/* "address" or "address/bits"; false when it is neither. */
static bool parse_block(ss_span text, struct address *out, size_t *out_bits)
{
    const uint8_t *slash = text.size > 0 ? memchr(text.data, '/', text.size) : NULL;
    size_t at = slash != NULL ? (size_t)(slash - text.data) : text.size;

    if (!parse_address(ss_span_part(text, 0, at), out))
        return false;
    *out_bits = 8 * out->size;
    return slash == NULL ||
           parse_bits(ss_span_part(text, at + 1, text.size), 8 * out->size, out_bits);
}

static bool within(const struct address *peer, const struct address *block, size_t bits)
{
    size_t i;

    if (peer->size != block->size)
        return false;
    for (i = 0; i < bits; i++) {
        if (((peer->bytes[i / 8] ^ block->bytes[i / 8]) >> (7 - i % 8) & 1) != 0)
            return false;
    }
    return true;
}

/* One entry that cannot be read spoils the list: it may be the one that was meant. An empty list
 * admits nobody. rule: CERT-2.4-source-address */
static ss_err check_source(ss_span list, const struct ss_cert_policy *policy,
                           struct ss_cert_answer *answer)
{
    struct address peer, block;
    bool inside = false;
    ss_span entry;
    size_t bits;

    if (policy->address == NULL || !parse_address(ss_span_of(policy->address), &peer))
        return refuse(answer, "source-address", "the peer's address is not known");
    if (list.size == 0)
        return refuse(answer, "source-address", "the list of addresses is empty");
    while (ss_namelist_next(&list, &entry)) {
        if (!parse_block(entry, &block, &bits))
            return refuse(answer, "source-address", "an address cannot be read");
        inside = within(&peer, &block, bits) || inside;
    }
    return inside ? SS_OK
                  : refuse(answer, "source-address", "the certificate is for other addresses");
}

/* ---- options and extensions ---- */

/* rule: CERT-2.2-options-ordered: by name, none twice. */
static bool ordered(ss_span all)
{
    ss_span name, data, last = {NULL, 0};
    bool first = true;

    while (ss_cert_option_next(&all, &name, &data)) {
        size_t n = name.size < last.size ? name.size : last.size, i = 0;

        while (i < n && name.data[i] == last.data[i])
            i++;
        if (!first && (i == n ? name.size <= last.size : name.data[i] < last.data[i]))
            return false;
        last = name;
        first = false;
    }
    return true;
}

static ss_err take_option(ss_span name, ss_span data, const struct ss_cert_policy *policy,
                          struct ss_cert_answer *answer)
{
    ss_span text;

    if (ss_span_is(name, "verify-required")) {
        answer->verification_required = true;
        return data.size == 0 ? SS_OK : refuse(answer, "critical options", "a flag has a value");
    }
    if (!ss_span_is(name, "force-command") && !ss_span_is(name, "source-address"))
        return refuse(answer, "critical options", "a critical option is not known");
    if (ss_cert_option_text(data, &text) != SS_OK)
        return refuse(answer, "critical options", "the value of an option is no string");
    if (ss_span_is(name, "source-address"))
        return check_source(text, policy, answer);
    answer->forced = true;
    answer->command = text;
    return SS_OK;
}

/* rule: CERT-2.1.1-critical-unknown-refused. None is known for hosts. */
static ss_err check_options(const struct ss_cert *cert, const struct ss_cert_policy *policy,
                            struct ss_cert_answer *answer)
{
    ss_span rest = cert->options, name, data;

    if (!ordered(rest))
        return refuse(answer, "critical options", "options are out of order");
    if (policy->type == SS_CERT_HOST && rest.size > 0)
        return refuse(answer, "critical options", "a critical option is not known");
    while (ss_cert_option_next(&rest, &name, &data))
        SS_TRY(take_option(name, data, policy, answer));
    return SS_OK;
}

/* rule: CERT-2.1.1-extension-unknown-ignored */
static ss_err check_extensions(const struct ss_cert *cert, struct ss_cert_answer *answer)
{
    static const struct {
        const char *name;
        enum ss_cert_permit permit;
    } known[] = {
        {"permit-X11-forwarding", SS_CERT_X11_FORWARDING},
        {"permit-agent-forwarding", SS_CERT_AGENT_FORWARDING},
        {"permit-port-forwarding", SS_CERT_PORT_FORWARDING},
        {"permit-pty", SS_CERT_PTY},
        {"permit-user-rc", SS_CERT_USER_RC},
        {"no-touch-required", SS_CERT_NO_TOUCH},
    };
    ss_span rest = cert->extensions, name, data;
    size_t i;

    if (!ordered(rest))
        return refuse(answer, "extensions", "options are out of order");
    while (ss_cert_option_next(&rest, &name, &data)) {
        for (i = 0; i < SS_COUNT(known); i++) {
            if (!ss_span_is(name, known[i].name))
                continue;
            if (data.size > 0)
                return refuse(answer, "extensions", "a flag has a value");
            answer->permits |= (uint32_t)known[i].permit;
        }
    }
    return SS_OK;
}

/* ---- all of it ---- */

static ss_err check_authority(const struct ss_key *key, const struct ss_cert_policy *policy,
                              struct ss_cert_answer *answer)
{
    const char *list = policy->ca_algorithms;

    if (!ss_namelist_has(ss_span_of(list != NULL ? list : ss_cert_ca_algorithms),
                         ss_span_of(key->cert.algorithm->name)))
        return refuse(answer, "signature", "the authority's signature algorithm is not allowed");
    if (policy->is_ca == NULL || !policy->is_ca(policy->ctx, key->ca))
        return refuse(answer, "signature key", "the authority is not trusted");
    return SS_OK;
}

/* rule: CERT-2.1.1-role-checked, CERT-2.1.1-validity-interval */
static ss_err check_kind_and_time(const struct ss_cert *cert, const struct ss_cert_policy *policy,
                                  struct ss_cert_answer *answer)
{
    if (cert->type != policy->type)
        return refuse(answer, "certificate type",
                      policy->type == SS_CERT_HOST ? "a user's certificate does not name a host"
                                                   : "a host's certificate does not name a user");
    if (policy->now < cert->valid_after)
        return refuse(answer, "valid after", "the certificate is not valid yet");
    if (policy->now >= cert->valid_before)
        return refuse(answer, "valid before", "the certificate has expired");
    return SS_OK;
}

static ss_err check(const struct ss_key *key, const struct ss_cert_policy *policy,
                    struct ss_cert_answer *answer)
{
    SS_TRY(check_authority(key, policy, answer));
    SS_TRY(check_kind_and_time(&key->cert, policy, answer));
    SS_TRY(check_principals(&key->cert, policy, answer));
    SS_TRY(check_options(&key->cert, policy, answer));
    return check_extensions(&key->cert, answer);
}

ss_err ss_cert_check(const struct ss_key *key, const struct ss_cert_policy *policy,
                     struct ss_cert_answer *out_answer)
{
    struct ss_cert_answer answer = {0};
    ss_err err;

    if (ss_key_cert(key) == NULL)
        return SS_E_bad_argument;
    err = check(key, policy, &answer);
    if (err != SS_OK) { /* nothing is granted by halves */
        answer.forced = answer.verification_required = false;
        answer.command = ss_span_make(NULL, 0);
        answer.permits = 0;
    }
    *out_answer = answer;
    return err;
}
