/* SPDX-License-Identifier: Apache-2.0 */
/* legal.c - may this message arrive here? Asked before any handler sees a message.
 *
 * Owns: the order of the questions: strict key exchange, sender, phase. What no row allows is
 *   denied.
 * Not here: what depends on more than the phase (channel numbers, outstanding requests, which
 *   key exchange message is next): the layers' own state.
 * Called by: transport, for every packet received.
 * Follows: RFC 4250 4.1.2 (ranges), RFC 4252 5.1 and 6, RFC 4253 7.1 and 11.4, RFC 8308 2.4,
 *   draft-ietf-sshm-strict-kex 3.2. */
#include "sshspec/msg.h"

enum {
    DISCONNECT = 1,
    DEBUG = 4,
    EXT_INFO = 7,
    KEXINIT = 20,
    NEWKEYS = 21,
    KEX_FIRST = 30, /* 30-49 belong to the key exchange method */
    KEX_LAST = 49,
    USERAUTH_REQUEST = 50,
    USERAUTH_SUCCESS = 52,
    USERAUTH_BANNER = 53,
    AUTH_FIRST = 60, /* 60-79 belong to the authentication method */
    AUTH_LAST = 79,
    SERVICE_FIRST = 80 /* for the services that run after authentication */
};

struct verdict {
    enum ss_legal legal;
    ss_err err;
    const char *rule;
};

static struct verdict verdict_ok(void)
{
    return (struct verdict){SS_LEGAL_OK, SS_OK, NULL};
}

/* rule: RFC4253-11.4-unimplemented-reply */
static struct verdict verdict_unimplemented(void)
{
    return (struct verdict){SS_LEGAL_UNIMPLEMENTED, SS_OK, NULL};
}

static struct verdict verdict_error(ss_err err, const char *rule)
{
    return (struct verdict){SS_LEGAL_ERROR, err, rule};
}

static struct verdict verdict_unexpected(const char *rule)
{
    return verdict_error(SS_E_unexpected_message, rule);
}

static bool is_kex(uint8_t number)
{
    return number >= KEX_FIRST && number <= KEX_LAST;
}

/* A row of another key exchange family or authentication method is no row at all here. */
static bool in_context(const struct ss_where *where, uint8_t number, const struct ss_msgdef *def)
{
    if (def->proto != SS_PROTO_SSH || def->number != number)
        return false;
    return def->context == SS_CONTEXT_ANY || def->context == where->kex ||
           def->context == where->auth;
}

static bool right_sender(const struct ss_where *where, const struct ss_msgdef *def)
{
    enum ss_role peer = where->receiver == SS_CLIENT ? SS_SERVER : SS_CLIENT;

    return (def->sender & peer) != 0;
}

static struct verdict wrong_sender(uint8_t number)
{
    if (number > USERAUTH_REQUEST && number <= AUTH_LAST)
        return verdict_error(SS_E_wrong_sender, "RFC4252-6-client-sends-only-request");
    return verdict_error(SS_E_wrong_sender, NULL);
}

/* The first key exchange under the strict rules: what is not part of it ends the connection.
 * DISCONNECT ends it anyway. */
static struct verdict strict(const struct ss_where *where, uint8_t number,
                             const struct ss_msgdef *def)
{
    if (number == DISCONNECT)
        return verdict_ok();
    if (where->phase == SS_PHASE_START) {
        if (number == KEXINIT)
            return verdict_ok();
        return verdict_error(SS_E_strict_violation, "STRICTKEX-3.2-first-packet-kexinit");
    }
    if (number == KEXINIT)
        return verdict_error(SS_E_kexinit_repeated, "RFC4253-7.1-second-kexinit-received");
    if (number == NEWKEYS)
        return verdict_ok();
    if (def == NULL)
        return verdict_error(SS_E_strict_violation, "STRICTKEX-3.2-unknown-in-initial-kex");
    if (!is_kex(number))
        return verdict_error(SS_E_strict_violation, "STRICTKEX-3.2-no-ignore-debug-unimpl");
    return right_sender(where, def) ? verdict_ok() : wrong_sender(number);
}

/* Before the peer's KEXINIT. Nothing but generic transport messages can come before it, and a
 * message of a service cannot come before authentication (RFC 4252 section 6). */
static struct verdict in_start(uint8_t number, const struct ss_msgdef *def)
{
    if (number >= SERVICE_FIRST)
        return verdict_unexpected("RFC4252-6-high-number-before-service");
    if (number == NEWKEYS)
        return verdict_unexpected("RFC4253-7.3-newkeys-early");
    if (is_kex(number) || def != NULL)
        return verdict_unexpected(NULL);
    return verdict_unimplemented();
}

/* Between the peer's KEXINIT and its NEWKEYS the peer may send generic transport messages
 * without the service ones, and those of the key exchange (RFC 4253 section 7.1). EXT_INFO has
 * its places elsewhere (RFC 8308 section 2.4). */
static struct verdict in_kex(const struct ss_where *where, uint8_t number,
                             const struct ss_msgdef *def)
{
    if (number == KEXINIT)
        return verdict_error(SS_E_kexinit_repeated, "RFC4253-7.1-second-kexinit-received");
    if (number == EXT_INFO)
        return verdict_unexpected("RFC8308-2.4-misplaced-ext-info");
    if (where->rekeying && number > KEX_LAST)
        return verdict_unexpected("RFC4253-7.1-nonkex-after-peer-kexinit");
    if (number >= SERVICE_FIRST)
        return verdict_unexpected("RFC4252-6-high-number-before-service");
    if (def != NULL)
        return verdict_unexpected("RFC4253-7.1-nonkex-after-peer-kexinit");
    /* A number of another key exchange method: to answer UNIMPLEMENTED would leave both sides
     * waiting for the message that should have been there. */
    if (is_kex(number))
        return verdict_unexpected(NULL);
    return verdict_unimplemented();
}

/* Keys in use, not authenticated. */
static struct verdict before_success(const struct ss_where *where, uint8_t number,
                                     const struct ss_msgdef *def)
{
    bool service = where->phase == SS_PHASE_SERVICE;

    if (number >= SERVICE_FIRST && service)
        return verdict_unexpected("RFC4252-6-high-number-before-service");
    if (number >= SERVICE_FIRST)
        return verdict_unexpected("RFC4252-6-high-number-preauth-disconnect");
    if (number == NEWKEYS)
        return verdict_unexpected("RFC4253-7.3-newkeys-early");
    if (number == USERAUTH_SUCCESS)
        return verdict_unexpected("RFC4252-6-client-unexpected-success");
    if (number == USERAUTH_BANNER)
        return verdict_unexpected("RFC4252-5.4-banner-timing");
    if (def != NULL || is_kex(number))
        return verdict_unexpected(NULL);
    return verdict_unimplemented();
}

/* Authenticated. Late requests are dropped without a word (RFC 4252 section 5.1). The server's
 * side of authentication is over and 51-53 are its mistakes: a second success above all. 60-79
 * have no method that would give them a meaning any more, so they are unrecognised. */
static struct verdict after_success(uint8_t number, const struct ss_msgdef *def)
{
    if (number == NEWKEYS)
        return verdict_unexpected("RFC4253-7.3-newkeys-early");
    if (number == USERAUTH_SUCCESS)
        return verdict_unexpected("RFC4252-5.1-success-once");
    if (number == USERAUTH_BANNER)
        return verdict_unexpected("RFC4252-5.4-banner-timing");
    if (number >= AUTH_FIRST && number <= AUTH_LAST)
        return verdict_unimplemented();
    if (def != NULL || is_kex(number))
        return verdict_unexpected(NULL);
    return verdict_unimplemented();
}

static struct verdict judge(const struct ss_where *where, uint8_t number,
                            const struct ss_msgdef *def)
{
    bool first_exchange = where->phase == SS_PHASE_START || where->phase == SS_PHASE_KEX;

    if (where->strict_initial && first_exchange)
        return strict(where, number, def);
    if (def != NULL && !right_sender(where, def))
        return wrong_sender(number);
    if (number >= DISCONNECT && number <= DEBUG)
        return verdict_ok();
    if (def != NULL && (def->phases & where->phase) != 0) {
        /* rule: RFC4252-5.1-post-success-ignored */
        if (number == USERAUTH_REQUEST && where->phase == SS_PHASE_CONNECTION)
            return (struct verdict){SS_LEGAL_IGNORED, SS_OK, NULL};
        return verdict_ok();
    }
    switch (where->phase) {
    case SS_PHASE_START:
        return in_start(number, def);
    case SS_PHASE_KEX:
        return in_kex(where, number, def);
    case SS_PHASE_SERVICE:
    case SS_PHASE_AUTH:
        return before_success(where, number, def);
    case SS_PHASE_CONNECTION:
        return after_success(number, def);
    default:
        return verdict_error(SS_E_internal, NULL);
    }
}

enum ss_legal ss_msg_legal(const struct ss_where *where, uint8_t number,
                           const struct ss_msgdef *def, ss_err *out_err, const char **out_rule)
{
    struct verdict verdict;

    if (def != NULL && !in_context(where, number, def))
        def = NULL;
    verdict = judge(where, number, def);
    if (verdict.legal == SS_LEGAL_ERROR && out_err != NULL)
        *out_err = verdict.err;
    if (verdict.legal == SS_LEGAL_ERROR && out_rule != NULL)
        *out_rule = verdict.rule;
    return verdict.legal;
}
