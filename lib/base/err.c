/* SPDX-License-Identifier: Apache-2.0 */
/* err.c - names, texts, classes and disconnect reasons of every error.
 *
 * Owns: the constant tables made from err.def, and the names of the disconnect reasons.
 * Not here: the text of one occurrence (struct ss_fault carries it).
 * Called by: everything that reports a failure.
 * Follows: lib/include/sshspec/err.def; RFC 4253 section 11.1, RFC 4250 section 4.2.2.
 *
 * A PEER_* error normally ends the connection and so has a disconnect reason. Four have none,
 * because no connection ends over them: bad_base64, bad_key_file and bad_known_hosts are about
 * local files, and unknown_message is answered with SSH_MSG_UNIMPLEMENTED (RFC 4253
 * section 11.4). tests/unit/base/test_err.c holds the same list. */
#include "sshspec/err.h"

struct row {
    const char *name;
    const char *text;
    enum ss_err_class klass;
    enum ss_disconnect reason;
};

static const struct row rows[SS_E_COUNT] = {
    {"ok", "no error", SS_CLASS_OK, SS_DISCONNECT_NONE},
#define ERR(name, klass, reason, text) {#name, text, SS_CLASS_##klass, SS_DISCONNECT_##reason},
#include "sshspec/err.def"
#undef ERR
};

/* A value that is not in the table can only be a mistake of ours. */
static const struct row stranger = {"unknown_error", "an error without a name", SS_CLASS_INTERNAL,
                                    SS_DISCONNECT_BY_APPLICATION};

static const char *const class_names[] = {
    "OK",        "AGAIN",      "USAGE",  "RESOURCE", "PEER_FORM",
    "PEER_FLOW", "PEER_LIMIT", "CRYPTO", "POLICY",   "INTERNAL",
};

static const char *const disconnect_names[] = {
    NULL,
    "host_not_allowed_to_connect",
    "protocol_error",
    "key_exchange_failed",
    "reserved",
    "mac_error",
    "compression_error",
    "service_not_available",
    "protocol_version_not_supported",
    "host_key_not_verifiable",
    "connection_lost",
    "by_application",
    "too_many_connections",
    "auth_cancelled_by_user",
    "no_more_auth_methods_available",
    "illegal_user_name",
};

static const struct row *find(ss_err err)
{
    /* The enum may be signed or not; one unsigned comparison covers both. */
    return (unsigned)err < (unsigned)SS_E_COUNT ? &rows[(unsigned)err] : &stranger;
}

const char *ss_err_name(ss_err err)
{
    return find(err)->name;
}

const char *ss_err_text(ss_err err)
{
    return find(err)->text;
}

enum ss_err_class ss_err_class_of(ss_err err)
{
    return find(err)->klass;
}

const char *ss_err_class_name(enum ss_err_class klass)
{
    size_t i = (size_t)klass;

    return i < sizeof class_names / sizeof class_names[0] ? class_names[i] : "UNKNOWN";
}

enum ss_disconnect ss_err_reason(ss_err err)
{
    return find(err)->reason;
}

const char *ss_disconnect_name(uint32_t reason)
{
    if (reason >= sizeof disconnect_names / sizeof disconnect_names[0])
        return NULL;
    return disconnect_names[reason];
}
