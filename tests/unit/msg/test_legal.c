/* SPDX-License-Identifier: Apache-2.0 */
/* test_legal.c - every phase, role, context and number against a list written by hand.
 *
 * The lists do not come from the rows, so the rows cannot agree with themselves by accident. */
#include "kit.h"

#include <criterion/criterion.h>

/* O may arrive, U unrecognised, I ignored, E error; k and m depend on the key exchange family and
 * on the authentication method: see method(). */
struct run {
    int from, to;
    char verdict;
};

/* The server receives. */
static const struct run server_start[] = {
    {0, 0, 'U'},   {1, 4, 'O'},   {5, 8, 'E'},   {9, 19, 'U'},  {20, 20, 'O'}, {21, 21, 'E'},
    {22, 29, 'U'}, {30, 49, 'E'}, {50, 53, 'E'}, {54, 59, 'U'}, {60, 79, 'm'}, {80, 255, 'E'},
};
static const struct run server_kex[] = {
    {0, 0, 'U'},   {1, 4, 'O'},   {5, 8, 'E'},   {9, 19, 'U'},  {20, 20, 'E'}, {21, 21, 'O'},
    {22, 29, 'U'}, {30, 49, 'k'}, {50, 53, 'E'}, {54, 59, 'U'}, {60, 79, 'm'}, {80, 255, 'E'},
};
static const struct run server_service[] = {
    {0, 0, 'U'},   {1, 4, 'O'},    {5, 5, 'O'},     {6, 6, 'E'},     {7, 8, 'O'},   {9, 19, 'U'},
    {20, 20, 'O'}, {21, 21, 'E'},  {22, 29, 'U'},   {30, 49, 'E'},   {50, 53, 'E'}, {54, 59, 'U'},
    {60, 79, 'm'}, {80, 191, 'E'}, {192, 193, 'O'}, {194, 255, 'E'},
};
static const struct run server_auth[] = {
    {0, 0, 'U'},   {1, 4, 'O'},    {5, 6, 'E'},     {7, 8, 'O'},     {9, 19, 'U'},  {20, 20, 'O'},
    {21, 21, 'E'}, {22, 29, 'U'},  {30, 49, 'E'},   {50, 50, 'O'},   {51, 53, 'E'}, {54, 59, 'U'},
    {60, 79, 'm'}, {80, 191, 'E'}, {192, 193, 'O'}, {194, 255, 'E'},
};
static const struct run server_connection[] = {
    {0, 0, 'U'},    {1, 4, 'O'},     {5, 6, 'E'},     {7, 8, 'O'},     {9, 19, 'U'},
    {20, 20, 'O'},  {21, 21, 'E'},   {22, 29, 'U'},   {30, 49, 'E'},   {50, 50, 'I'},
    {51, 53, 'E'},  {54, 59, 'U'},   {60, 79, 'm'},   {80, 82, 'O'},   {83, 89, 'U'},
    {90, 100, 'O'}, {101, 191, 'U'}, {192, 193, 'O'}, {194, 255, 'U'},
};

/* The client receives: NEWCOMPRESS (8) and USERAUTH_REQUEST are not for it. */
static const struct run client_service[] = {
    {0, 0, 'U'},   {1, 4, 'O'},    {5, 5, 'E'},     {6, 7, 'O'},     {8, 8, 'E'},   {9, 19, 'U'},
    {20, 20, 'O'}, {21, 21, 'E'},  {22, 29, 'U'},   {30, 49, 'E'},   {50, 53, 'E'}, {54, 59, 'U'},
    {60, 79, 'm'}, {80, 191, 'E'}, {192, 193, 'O'}, {194, 255, 'E'},
};
static const struct run client_auth[] = {
    {0, 0, 'U'},   {1, 4, 'O'},   {5, 6, 'E'},    {7, 7, 'O'},     {8, 8, 'E'},     {9, 19, 'U'},
    {20, 20, 'O'}, {21, 21, 'E'}, {22, 29, 'U'},  {30, 49, 'E'},   {50, 50, 'E'},   {51, 53, 'O'},
    {54, 59, 'U'}, {60, 79, 'm'}, {80, 191, 'E'}, {192, 193, 'O'}, {194, 255, 'E'},
};
static const struct run client_connection[] = {
    {0, 0, 'U'},    {1, 4, 'O'},     {5, 6, 'E'},     {7, 7, 'O'},     {8, 8, 'E'},
    {9, 19, 'U'},   {20, 20, 'O'},   {21, 21, 'E'},   {22, 29, 'U'},   {30, 49, 'E'},
    {50, 53, 'E'},  {54, 59, 'U'},   {60, 79, 'm'},   {80, 82, 'O'},   {83, 89, 'U'},
    {90, 100, 'O'}, {101, 191, 'U'}, {192, 193, 'O'}, {194, 255, 'U'},
};

/* Either role. */
static const struct run rekey[] = {
    {0, 0, 'U'},   {1, 4, 'O'},   {5, 8, 'E'},   {9, 19, 'U'},   {20, 20, 'E'},
    {21, 21, 'O'}, {22, 29, 'U'}, {30, 49, 'k'}, {50, 255, 'E'},
};
static const struct run strict_start[] = {
    {0, 0, 'E'}, {1, 1, 'O'}, {2, 19, 'E'}, {20, 20, 'O'}, {21, 255, 'E'},
};
static const struct run strict_kex[] = {
    {0, 0, 'E'},   {1, 1, 'O'},   {2, 20, 'E'},   {21, 21, 'O'},
    {22, 29, 'E'}, {30, 49, 'k'}, {50, 255, 'E'},
};

/* Which 30-49 the server and the client get, and which 60-79, by hand. */
static bool kex_of(const struct ss_where *where, int number)
{
    bool server = where->receiver == SS_SERVER;

    switch (where->kex) {
    case SS_CONTEXT_KEX_DH:
    case SS_CONTEXT_KEX_ECDH:
        return number == (server ? 30 : 31);
    case SS_CONTEXT_KEX_GEX:
        return server ? number == 30 || number == 32 || number == 34 : number == 31 || number == 33;
    default:
        return false;
    }
}

static char method(const struct ss_where *where, int number, char verdict)
{
    bool known = (number == 60 && where->auth != SS_CONTEXT_ANY) ||
                 (number == 61 && where->auth == SS_CONTEXT_AUTH_KBDINT);
    bool ours = number == 60 ? where->receiver == SS_CLIENT : where->receiver == SS_SERVER;

    if (verdict == 'k')
        return kex_of(where, number) ? 'O' : 'E';
    if (!known)
        return 'U';
    if (!ours)
        return 'E';
    if (where->phase == SS_PHASE_AUTH)
        return 'O';
    return where->phase == SS_PHASE_CONNECTION ? 'U' : 'E';
}

#define RUNS(table) (*out = SS_COUNT(table), (table))

static const struct run *runs_for(const struct ss_where *where, size_t *out)
{
    bool server = where->receiver == SS_SERVER;

    switch (where->phase) {
    case SS_PHASE_START:
        return where->strict_initial ? RUNS(strict_start) : RUNS(server_start);
    case SS_PHASE_KEX:
        if (where->rekeying)
            return RUNS(rekey);
        return where->strict_initial ? RUNS(strict_kex) : RUNS(server_kex);
    case SS_PHASE_SERVICE:
        return server ? RUNS(server_service) : RUNS(client_service);
    case SS_PHASE_AUTH:
        return server ? RUNS(server_auth) : RUNS(client_auth);
    default:
        return server ? RUNS(server_connection) : RUNS(client_connection);
    }
}

static void walk_numbers(const struct ss_where *where)
{
    size_t count;
    const struct run *runs = runs_for(where, &count);
    int next = 0;

    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(runs[i].from, next, "the list has a hole at %d", next);
        for (int n = runs[i].from; n <= runs[i].to; n++) {
            const struct ss_msgdef *def =
                ss_msgdef_by_number(SS_PROTO_SSH, (uint8_t)n, where->kex, where->auth);
            char wanted = runs[i].verdict;
            ss_err err = SS_OK;
            char got;

            if (wanted == 'k' || wanted == 'm')
                wanted = method(where, n, wanted);
            got = "OUIE"[ss_msg_legal(where, (uint8_t)n, def, &err, NULL)];
            cr_expect_eq(got, wanted,
                         "role %d phase %u strict %d rekey %d kex %d auth %d: %d is %c",
                         (int)where->receiver, where->phase, where->strict_initial, where->rekeying,
                         (int)where->kex, (int)where->auth, n, got);
            cr_expect_eq(err != SS_OK, got == 'E', "%d", n);
        }
        next = runs[i].to + 1;
    }
    cr_assert_eq(next, 256);
}

Test(legal, every_phase_role_context_and_number)
{
    static const enum ss_context kexes[] = {SS_CONTEXT_ANY, SS_CONTEXT_KEX_DH, SS_CONTEXT_KEX_ECDH,
                                            SS_CONTEXT_KEX_GEX};
    static const enum ss_context auths[] = {SS_CONTEXT_ANY, SS_CONTEXT_AUTH_PUBLICKEY,
                                            SS_CONTEXT_AUTH_PASSWORD, SS_CONTEXT_AUTH_KBDINT};
    static const enum ss_role roles[] = {SS_CLIENT, SS_SERVER};

    for (unsigned phase = SS_PHASE_START; phase <= SS_PHASE_CONNECTION; phase *= 2) {
        for (unsigned i = 0; i < 2 * 4 * 4 * 4; i++) {
            struct ss_where where = {.receiver = roles[i & 1],
                                     .phase = phase,
                                     .kex = kexes[i >> 1 & 3],
                                     .auth = auths[i >> 3 & 3],
                                     .strict_initial = (i >> 5 & 3) == 1,
                                     .rekeying = (i >> 5 & 3) == 2,
                                     .we_sent_kexinit = (i >> 5 & 3) == 3};

            if (where.rekeying && phase != SS_PHASE_KEX)
                continue;
            walk_numbers(&where);
        }
    }
}

/* What an error says, and which rule it breaks. */
static const struct {
    enum ss_role receiver;
    unsigned phase;
    bool strict, rekeying;
    uint8_t number;
    ss_err err;
    const char *rule; /* "" for none */
} rows[] = {
    {SS_SERVER, SS_PHASE_START, true, false, 2, SS_E_strict_violation,
     "STRICTKEX-3.2-first-packet-kexinit"},
    {SS_CLIENT, SS_PHASE_KEX, true, false, 2, SS_E_strict_violation,
     "STRICTKEX-3.2-no-ignore-debug-unimpl"},
    {SS_CLIENT, SS_PHASE_KEX, true, false, 25, SS_E_strict_violation,
     "STRICTKEX-3.2-unknown-in-initial-kex"},
    {SS_CLIENT, SS_PHASE_KEX, true, false, 20, SS_E_kexinit_repeated,
     "RFC4253-7.1-second-kexinit-received"},
    {SS_CLIENT, SS_PHASE_KEX, true, false, 30, SS_E_wrong_sender, ""},
    {SS_SERVER, SS_PHASE_KEX, false, true, 20, SS_E_kexinit_repeated,
     "RFC4253-7.1-second-kexinit-received"},
    {SS_SERVER, SS_PHASE_KEX, false, true, 94, SS_E_unexpected_message,
     "RFC4253-7.1-nonkex-after-peer-kexinit"},
    {SS_SERVER, SS_PHASE_KEX, false, true, 5, SS_E_unexpected_message,
     "RFC4253-7.1-nonkex-after-peer-kexinit"},
    {SS_CLIENT, SS_PHASE_KEX, false, false, 7, SS_E_unexpected_message,
     "RFC8308-2.4-misplaced-ext-info"},
    {SS_SERVER, SS_PHASE_SERVICE, false, false, 90, SS_E_unexpected_message,
     "RFC4252-6-high-number-before-service"},
    {SS_SERVER, SS_PHASE_SERVICE, false, false, 80, SS_E_unexpected_message,
     "RFC4252-6-high-number-before-service"},
    {SS_SERVER, SS_PHASE_START, false, false, 80, SS_E_unexpected_message,
     "RFC4252-6-high-number-before-service"},
    {SS_SERVER, SS_PHASE_AUTH, false, false, 90, SS_E_unexpected_message,
     "RFC4252-6-high-number-preauth-disconnect"},
    {SS_SERVER, SS_PHASE_AUTH, false, false, 200, SS_E_unexpected_message,
     "RFC4252-6-high-number-preauth-disconnect"},
    {SS_SERVER, SS_PHASE_AUTH, false, false, 52, SS_E_wrong_sender,
     "RFC4252-6-client-sends-only-request"},
    {SS_SERVER, SS_PHASE_AUTH, false, false, 21, SS_E_unexpected_message,
     "RFC4253-7.3-newkeys-early"},
    {SS_CLIENT, SS_PHASE_SERVICE, false, false, 52, SS_E_unexpected_message,
     "RFC4252-6-client-unexpected-success"},
    {SS_CLIENT, SS_PHASE_SERVICE, false, false, 53, SS_E_unexpected_message,
     "RFC4252-5.4-banner-timing"},
    {SS_CLIENT, SS_PHASE_CONNECTION, false, false, 52, SS_E_unexpected_message,
     "RFC4252-5.1-success-once"},
    {SS_CLIENT, SS_PHASE_CONNECTION, false, false, 50, SS_E_wrong_sender, ""},
    {SS_SERVER, SS_PHASE_CONNECTION, false, false, 30, SS_E_unexpected_message, ""},
};

Test(legal, errors_name_their_rule)
{
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_where where = {.receiver = rows[i].receiver,
                                 .phase = rows[i].phase,
                                 .strict_initial = rows[i].strict,
                                 .rekeying = rows[i].rekeying,
                                 .kex = SS_CONTEXT_KEX_ECDH,
                                 .auth = SS_CONTEXT_ANY};
        const struct ss_msgdef *def =
            ss_msgdef_by_number(SS_PROTO_SSH, rows[i].number, where.kex, where.auth);
        const char *rule = NULL;
        ss_err err = SS_OK;

        cr_expect_eq(ss_msg_legal(&where, rows[i].number, def, &err, &rule), SS_LEGAL_ERROR,
                     "row %zu", i);
        cr_expect_eq(err, rows[i].err, "row %zu: %s", i, ss_err_name(err));
        cr_expect_str_eq(rule != NULL ? rule : "", rows[i].rule, "row %zu", i);
    }
}

Test(legal, a_row_of_another_context_counts_as_unknown)
{
    struct ss_where where = {
        .receiver = SS_CLIENT, .phase = SS_PHASE_AUTH, .auth = SS_CONTEXT_AUTH_PASSWORD};

    cr_assert_eq(ss_msg_legal(&where, 60, ss_msgdef_of(SS_MSG_userauth_pk_ok), NULL, NULL),
                 SS_LEGAL_UNIMPLEMENTED);
    cr_assert_eq(
        ss_msg_legal(&where, 60, ss_msgdef_of(SS_MSG_userauth_passwd_changereq), NULL, NULL),
        SS_LEGAL_OK);
    cr_assert_eq(ss_msg_legal(&where, 61, ss_msgdef_of(SS_MSG_userauth_success), NULL, NULL),
                 SS_LEGAL_UNIMPLEMENTED);
}

Test(legal, a_phase_that_is_none_is_denied)
{
    struct ss_where where = {.receiver = SS_CLIENT, .phase = 0};
    ss_err err = SS_OK;

    cr_assert_eq(ss_msg_legal(&where, 80, ss_msgdef_of(SS_MSG_global_request), &err, NULL),
                 SS_LEGAL_ERROR);
    cr_assert_eq(err, SS_E_internal);
}
