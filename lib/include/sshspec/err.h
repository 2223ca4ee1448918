/* SPDX-License-Identifier: Apache-2.0 */
/* err.h - every way a call can fail, and who has to act.
 *
 * Owns: the error enum, its classes, the SSH disconnect reason that belongs to each, and the
 *   pinned fault record of an engine.
 * Not here: text for one occurrence (struct ss_fault carries that).
 * Follows: lib/base/err.def; RFC 4253 section 11.1 for disconnect reasons.
 *
 * | call            | gives                                             |
 * |-----------------|---------------------------------------------------|
 * | ss_err_name     | "mac_mismatch"                                    |
 * | ss_err_text     | one sentence for a person                         |
 * | ss_err_class_of | who must act                                      |
 * | ss_err_reason   | disconnect reason code to send, 0 for none        |
 *
 * Every fallible function of the library returns ss_err and must be checked. Outputs are
 * written on success only. */
#ifndef SSHSPEC_ERR_H
#define SSHSPEC_ERR_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define SS_MUST_USE __attribute__((warn_unused_result))
#define SS_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define SS_MUST_USE
#define SS_PRINTF(f, a)
#endif

/* Who must act on a failure. */
enum ss_err_class {
    SS_CLASS_OK,
    SS_CLASS_AGAIN,      /* more bytes are needed; not a failure */
    SS_CLASS_USAGE,      /* our caller misused the interface */
    SS_CLASS_RESOURCE,   /* memory, a ceiling, the system */
    SS_CLASS_PEER_FORM,  /* the peer sent something malformed */
    SS_CLASS_PEER_FLOW,  /* well formed, but not now */
    SS_CLASS_PEER_LIMIT, /* the peer went over a limit */
    SS_CLASS_CRYPTO,     /* an integrity check or a signature failed */
    SS_CLASS_POLICY,     /* we refuse */
    SS_CLASS_INTERNAL    /* a mistake of ours */
};

typedef enum ss_err {
    SS_OK = 0,
#define ERR(name, klass, reason, text) SS_E_##name,
#include "sshspec/err.def"
#undef ERR
    SS_E_COUNT
} ss_err;

/* SSH_DISCONNECT_* reason codes (RFC 4253 section 11.1; RFC 4250 section 4.2.2). */
enum ss_disconnect {
    SS_DISCONNECT_NONE = 0,
    SS_DISCONNECT_HOST_NOT_ALLOWED_TO_CONNECT = 1,
    SS_DISCONNECT_PROTOCOL_ERROR = 2,
    SS_DISCONNECT_KEY_EXCHANGE_FAILED = 3,
    SS_DISCONNECT_RESERVED = 4,
    SS_DISCONNECT_MAC_ERROR = 5,
    SS_DISCONNECT_COMPRESSION_ERROR = 6,
    SS_DISCONNECT_SERVICE_NOT_AVAILABLE = 7,
    SS_DISCONNECT_PROTOCOL_VERSION_NOT_SUPPORTED = 8,
    SS_DISCONNECT_HOST_KEY_NOT_VERIFIABLE = 9,
    SS_DISCONNECT_CONNECTION_LOST = 10,
    SS_DISCONNECT_BY_APPLICATION = 11,
    SS_DISCONNECT_TOO_MANY_CONNECTIONS = 12,
    SS_DISCONNECT_AUTH_CANCELLED_BY_USER = 13,
    SS_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE = 14,
    SS_DISCONNECT_ILLEGAL_USER_NAME = 15
};

/* Never null; static text. */
const char *ss_err_name(ss_err err);
const char *ss_err_text(ss_err err);
enum ss_err_class ss_err_class_of(ss_err err);
/* "PEER_FORM" and so on; never null. */
const char *ss_err_class_name(enum ss_err_class klass);
/* The disconnect reason to send for this error; SS_DISCONNECT_NONE when nothing is sent. */
enum ss_disconnect ss_err_reason(ss_err err);
/* "protocol_error" for 2 and so on; null for a code without a name. */
const char *ss_disconnect_name(uint32_t reason);

/* The first failure of an engine; pinned, never overwritten. */
struct ss_fault {
    ss_err err;
    uint32_t sequence;   /* sequence number of the packet that caused it */
    int inbound;         /* 1 when the packet was the peer's */
    const char *message; /* name of the message, static text, or null */
    const char *field;   /* dotted path of the field, static text, or null */
    size_t offset;       /* byte offset into the payload */
    const char *rule;    /* ledger id such as "RFC4253-6.4-bad-mac-detected", static, or null */
    char detail[160];    /* what was seen, zero-terminated, printable ASCII */
};

/* Returns the error of expr at once. Only for functions that own nothing. */
#define SS_TRY(expr)                                                                               \
    do {                                                                                           \
        ss_err ss_try_err_ = (expr);                                                               \
        if (ss_try_err_ != SS_OK)                                                                  \
            return ss_try_err_;                                                                    \
    } while (0)

#endif
