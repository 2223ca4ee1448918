/* SPDX-License-Identifier: Apache-2.0 */
/* test_verified.c - what is read from interop/algorithms.tsv, and how it is told. */
#include <criterion/criterion.h>

#include "sshspec/net.h"
#include "testserver/verified.h"

static const char rows[] = "# kind name peer role version\n"
                           "kex\tmine\tdropbear\tserver\t2022.83\n"
                           "kex\tmine\tdropbear\tclient\t2022.83\n"
                           "\n"
                           "kex\tmine\topenssh\tclient\t9.2p1\n"
                           "cipher\tmine\tparamiko\tserver\t2.12.0\n"
                           "kex\tmine too\topenssh\tserver\t10.0p1";

static const char *told(ss_err (*tell)(ss_span text, const char *kind, const char *name,
                                       struct ss_buf *out),
                        const char *kind, const char *name)
{
    static char text[256];
    struct ss_buf out;

    ss_buf_init(&out, ss_system_env(), sizeof text - 1);
    cr_assert(tell(ss_span_of(rows), kind, name, &out) == SS_OK);
    if (ss_buf_size(&out) > 0)
        memcpy(text, ss_buf_at(&out), ss_buf_size(&out));
    text[ss_buf_size(&out)] = 0;
    ss_buf_fini(&out);
    return text;
}

static ss_err tell_versions(ss_span text, const char *kind, const char *name, struct ss_buf *out)
{
    (void)kind;
    (void)name;
    return verified_versions(text, out);
}

Test(verified, rows_are_five_fields)
{
    struct verified_row row;
    ss_span rest = ss_span_of(rows);
    size_t line = 0, n = 0;

    while (verified_next(&rest, &line, &row) == VERIFIED_ROW)
        n++;
    cr_expect(n == 5);
    cr_expect(line == 7);
    cr_expect(ss_span_is(row.kind, "kex") && ss_span_is(row.name, "mine too"));
    cr_expect(ss_span_is(row.peer, "openssh") && ss_span_is(row.role, "server"));
    cr_expect(ss_span_is(row.version, "10.0p1"));
    cr_expect(verified_next(&rest, &line, &row) == VERIFIED_END);
}

Test(verified, what_is_no_row_is_told_with_its_line)
{
    static const char *const bad[] = {
        "kex\tmine\tpeer\tserver\n",  "kex\tmine\tpeer\tserver\t1\tmore\n",
        "kex\tmine\tpeer\tboth\t1\n", "keks\tmine\tpeer\tserver\t1\n",
        "kex\t\tpeer\tserver\t1\n",   "kex mine peer server 1\n",
    };
    struct verified_row row;
    size_t i;

    for (i = 0; i < SS_COUNT(bad); i++) {
        ss_span rest = ss_span_of(bad[i]);
        size_t line = 0;

        cr_expect(verified_next(&rest, &line, &row) == VERIFIED_BAD, "%s", bad[i]);
        cr_expect(line == 1);
    }
}

Test(verified, each_peer_is_named_once_with_its_role)
{
    cr_expect_str_eq(told(verified_peers, "kex", "mine"), "dropbear, openssh (client)");
    cr_expect_str_eq(told(verified_peers, "cipher", "mine"), "paramiko (server)");
    cr_expect_str_eq(told(verified_peers, "kex", "mine too"), "openssh (server)");
    cr_expect_str_eq(told(verified_peers, "mac", "mine"), "");
    cr_expect_str_eq(told(verified_peers, "kex", "min"), "");
    cr_expect_str_eq(told(tell_versions, NULL, NULL),
                     "dropbear 2022.83, openssh 9.2p1, paramiko 2.12.0, openssh 10.0p1");
}
