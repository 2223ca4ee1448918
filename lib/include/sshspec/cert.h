/* SPDX-License-Identifier: Apache-2.0 */
/* cert.h - OpenSSH certificates: what they say, how they are made, when they count.
 *
 * Owns: the fields of a certificate, a request for one, the policy one is held against.
 * Not here: the key inside and its signatures (key.h); which authorities are trusted (known_hosts,
 *   the owner of a session).
 * Follows: OpenSSH PROTOCOL.certkeys; draft-ietf-sshm-cert; PROTOCOL.u2f for security keys.
 *
 * | call              | does                                                            |
 * |-------------------|-----------------------------------------------------------------|
 * | ss_key_cert       | the certificate of a certified key, null for others             |
 * | ss_key_cert_ca    | the key that signed it                                          |
 * | ss_cert_principal_next, ss_cert_option_next | walk the packed lists                 |
 * | ss_key_certify    | a private key and its certificate, together                     |
 * | ss_cert_issue     | a new certificate, signed                                       |
 * | ss_cert_check     | whether it counts here and now                                  |
 *
 * ss_key_from_blob reads certificates too and checks the authority's signature as it does, so a
 * struct ss_key with a certificate is one that somebody signed. Whether that somebody is trusted,
 * and everything else, is for ss_cert_check. */
#ifndef SSHSPEC_CERT_H
#define SSHSPEC_CERT_H

#include "sshspec/key.h"

enum ss_cert_type { SS_CERT_USER = 1, SS_CERT_HOST = 2 };

#define SS_CERT_FOREVER UINT64_MAX /* valid_before of a certificate that does not expire */
#define SS_CERT_PRINCIPALS_MAX 256

/* Spans live as long as the key. */
struct ss_cert {
    enum ss_cert_type type;
    uint64_t serial;
    uint64_t valid_after, valid_before; /* seconds since 1970-01-01 UTC; after <= now < before */
    ss_span nonce, key_id, reserved;
    ss_span principals, options, extensions; /* packed; options are the critical ones */
    ss_span ca;                              /* the authority's key blob */
    ss_span signature;
    const struct ss_sign_alg *algorithm; /* of the signature */
};

const struct ss_cert *ss_key_cert(const struct ss_key *key);
const struct ss_key *ss_key_cert_ca(const struct ss_key *key);

/* *rest starts as cert->principals and shrinks; false at the end. */
bool ss_cert_principal_next(ss_span *rest, ss_span *out_name);
/* *rest starts as cert->options or cert->extensions. data is as it stands: empty for a flag, or a
 * string in a string. */
bool ss_cert_option_next(ss_span *rest, ss_span *out_name, ss_span *out_data);
/* The string inside such data; SS_E_bad_certificate when it is none. */
SS_MUST_USE ss_err ss_cert_option_text(ss_span data, ss_span *out_text);

/* ---- making ---- */

struct ss_cert_option {
    const char *name;
    ss_span value; /* written as a string in a string */
    bool flag;     /* there is no value */
};

struct ss_cert_request {
    enum ss_cert_type type;
    uint64_t serial;
    ss_span key_id;
    const ss_span *principals;
    size_t principal_count;
    uint64_t valid_after, valid_before;
    /* Written in the order given, which should be that of their names. */
    const struct ss_cert_option *options, *extensions;
    size_t option_count, extension_count;
    ss_span nonce;    /* empty: 32 random bytes */
    ss_span reserved; /* empty, as a rule */
};

/* A certificate for the subject, which may be private and is then private in out_key too. alg null:
 * the best for the authority's key. SS_E_bad_argument when the authority is certified itself, or
 * there are no certificates for the subject's type. */
SS_MUST_USE ss_err ss_cert_issue(const struct ss_env *env, const struct ss_key *subject,
                                 const struct ss_key *ca, const struct ss_sign_alg *alg,
                                 const struct ss_cert_request *request, struct ss_key **out_key);
/* The certificate's blob put to the key that it certifies, with that key's private half and
 * comment. SS_E_bad_certificate when it certifies another; out_error may be null. */
SS_MUST_USE ss_err ss_key_certify(const struct ss_key *key, ss_span certificate,
                                  struct ss_key **out_key, struct ss_key_error *out_error);

/* ---- checking ---- */

/* The signature algorithms accepted of an authority when none are named: without SHA-1. */
extern const char ss_cert_ca_algorithms[];

struct ss_cert_policy {
    enum ss_cert_type type;
    ss_span principal;    /* the user's name, or the host's in lower case and without a port; the
                             principals of a host may be patterns */
    bool empty_is_anyone; /* an empty list is for everybody, as it was before OpenSSH 10.3 */
    uint64_t now;         /* seconds since 1970-01-01 UTC */
    const char *ca_algorithms; /* comma list; null: ss_cert_ca_algorithms */
    const char *address;       /* of the peer, "192.0.2.1"; null: not known, so that a certificate
                                  that asks for one is refused */
    /* Whether this key may certify. Null: nobody may. */
    bool (*is_ca)(void *ctx, const struct ss_key *ca);
    void *ctx;
};

enum ss_cert_permit {
    SS_CERT_X11_FORWARDING = 1,
    SS_CERT_AGENT_FORWARDING = 2,
    SS_CERT_PORT_FORWARDING = 4,
    SS_CERT_PTY = 8,
    SS_CERT_USER_RC = 16,
    SS_CERT_NO_TOUCH = 32 /* no-touch-required, if the authority may grant that */
};

struct ss_cert_answer {
    const char *why;   /* static text: what was wrong; null: nothing */
    const char *field; /* static text: which field */
    /* when nothing was wrong, what a user is bound to and may do */
    bool forced;
    ss_span command;            /* to run in place of what is asked for, when forced */
    bool verification_required; /* signatures must have SS_SK_VERIFICATION */
    uint32_t permits;           /* SS_CERT_... */
};

/* SS_E_bad_certificate unless it counts; SS_E_bad_argument when the key has none. Unknown critical
 * options refuse, unknown extensions are passed over. */
SS_MUST_USE ss_err ss_cert_check(const struct ss_key *key, const struct ss_cert_policy *policy,
                                 struct ss_cert_answer *out_answer);

#endif
