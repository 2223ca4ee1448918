/* SPDX-License-Identifier: Apache-2.0 */
/* test_err.c - walks the error table against hand-written expectations.
 *
 * Owns: the list of PEER errors that end no connection.
 * Follows: RFC 4253 section 11.1; STYLE "Errors". */
#include <criterion/criterion.h>

#include "sshspec/err.h"
#include "sshspec/span.h"

/* base64, key files and known_hosts are local files; an unknown message is answered with
 * SSH_MSG_UNIMPLEMENTED and the connection goes on (RFC 4253 section 11.4). */
static const ss_err silent[] = {SS_E_bad_base64, SS_E_bad_key_file, SS_E_bad_known_hosts,
                                SS_E_unknown_message};

static bool is_silent(ss_err err)
{
    size_t i;

    for (i = 0; i < SS_COUNT(silent); i++)
        if (silent[i] == err)
            return true;
    return false;
}

Test(err, every_error_has_its_own_name_and_a_text)
{
    int i, j;

    for (i = 0; i < SS_E_COUNT; i++) {
        cr_expect(strlen(ss_err_name((ss_err)i)) > 1, "row %d", i);
        cr_expect(strlen(ss_err_text((ss_err)i)) > 5, "%s", ss_err_name((ss_err)i));
        cr_expect_str_neq(ss_err_name((ss_err)i), "unknown_error");
        for (j = 0; j < i; j++)
            cr_expect_str_neq(ss_err_name((ss_err)i), ss_err_name((ss_err)j));
    }
}

Test(err, every_peer_error_has_a_disconnect_reason_unless_listed)
{
    int i;

    for (i = 0; i < SS_E_COUNT; i++) {
        ss_err err = (ss_err)i;
        enum ss_err_class klass = ss_err_class_of(err);
        bool peer = klass == SS_CLASS_PEER_FORM || klass == SS_CLASS_PEER_FLOW ||
                    klass == SS_CLASS_PEER_LIMIT || klass == SS_CLASS_CRYPTO;

        if (peer)
            cr_expect((ss_err_reason(err) == SS_DISCONNECT_NONE) == is_silent(err), "%s",
                      ss_err_name(err));
        if (klass == SS_CLASS_AGAIN || klass == SS_CLASS_OK || klass == SS_CLASS_USAGE)
            cr_expect(ss_err_reason(err) == SS_DISCONNECT_NONE, "%s", ss_err_name(err));
        if (ss_err_reason(err) != SS_DISCONNECT_NONE)
            cr_expect(ss_disconnect_name(ss_err_reason(err)) != NULL, "%s", ss_err_name(err));
    }
}

Test(err, chosen_rows_hold_what_the_rfcs_say)
{
    static const struct {
        ss_err err;
        const char *name;
        enum ss_err_class klass;
        uint32_t reason;
    } want[] = {
        {SS_OK, "ok", SS_CLASS_OK, 0},
        {SS_E_more_input, "more_input", SS_CLASS_AGAIN, 0},
        {SS_E_bad_version, "bad_version", SS_CLASS_PEER_FORM, 8},
        {SS_E_mac_mismatch, "mac_mismatch", SS_CLASS_CRYPTO, 5},
        {SS_E_decompress, "decompress", SS_CLASS_CRYPTO, 6},
        {SS_E_no_common_algorithm, "no_common_algorithm", SS_CLASS_POLICY, 3},
        {SS_E_host_key_rejected, "host_key_rejected", SS_CLASS_POLICY, 9},
        {SS_E_auth_exhausted, "auth_exhausted", SS_CLASS_POLICY, 14},
        {SS_E_service_unknown, "service_unknown", SS_CLASS_POLICY, 7},
        {SS_E_unexpected_message, "unexpected_message", SS_CLASS_PEER_FLOW, 2},
        {SS_E_io, "io", SS_CLASS_RESOURCE, 10},
        {SS_E_internal, "internal", SS_CLASS_INTERNAL, 11},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(want); i++) {
        cr_expect_str_eq(ss_err_name(want[i].err), want[i].name);
        cr_expect(ss_err_class_of(want[i].err) == want[i].klass, "%s", want[i].name);
        cr_expect((uint32_t)ss_err_reason(want[i].err) == want[i].reason, "%s", want[i].name);
    }
}

Test(err, a_stranger_is_a_mistake_of_ours)
{
    ss_err strange = (ss_err)(SS_E_COUNT + 3);

    cr_expect_str_eq(ss_err_name(strange), "unknown_error");
    cr_expect(ss_err_class_of(strange) == SS_CLASS_INTERNAL);
    cr_expect(strlen(ss_err_text((ss_err)SS_E_COUNT)) > 5);
}

Test(err, classes_have_their_names)
{
    static const char *const want[] = {"OK",        "AGAIN",      "USAGE",  "RESOURCE", "PEER_FORM",
                                       "PEER_FLOW", "PEER_LIMIT", "CRYPTO", "POLICY",   "INTERNAL"};
    size_t i;

    for (i = 0; i < SS_COUNT(want); i++)
        cr_expect_str_eq(ss_err_class_name((enum ss_err_class)i), want[i]);
    cr_expect_str_eq(ss_err_class_name((enum ss_err_class)i), "UNKNOWN");
}

/* RFC 4253 section 11.1, in order. */
Test(err, disconnect_reasons_have_the_names_of_the_rfc)
{
    static const char *const want[] = {"host_not_allowed_to_connect",
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
                                       "illegal_user_name"};
    uint32_t i;

    for (i = 0; i < SS_COUNT(want); i++)
        cr_expect_str_eq(ss_disconnect_name(i + 1), want[i]);
    cr_expect(ss_disconnect_name(0) == NULL);
    cr_expect(ss_disconnect_name(16) == NULL);
    cr_expect(ss_disconnect_name(UINT32_MAX) == NULL);
}
