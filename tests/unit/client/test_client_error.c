/* SPDX-License-Identifier: Apache-2.0 */
/* test_client_error.c - the one error a client shows: which stays, and what it says. */
#include <criterion/criterion.h>

#include "client/client_impl.h"
#include "tests/support/support.h"

static struct ss_client client;

static void setup(void)
{
    memset(&client, 0, sizeof client);
    client.options.host = "host.example";
    client.env = test_env();
}

TestSuite(client_error, .init = setup);

Test(client_error, a_usable_connection_shows_its_last_error)
{
    client.phase = SS_CLIENT_READY;
    cr_expect(client_fail(&client, SS_E_refused, 7, "first %d", 1) == SS_E_refused);
    cr_expect(client_fail(&client, SS_E_sftp_status, 2, "second\n\n") == SS_E_sftp_status);
    cr_expect_str_eq(client.error.text, "second");
    cr_expect(client.error.status == 2 && client.error.phase == SS_CLIENT_READY);
    cr_expect(!client.lost);
}

Test(client_error, a_lost_connection_keeps_its_first)
{
    client.phase = SS_CLIENT_LOGIN;
    cr_expect(client_lose(&client, SS_E_timeout, 0, "the first") == SS_E_timeout);
    cr_expect(client.lost);
    cr_expect(client_fail(&client, SS_E_refused, 0, "another") == SS_E_timeout);
    cr_expect(client_lose(&client, SS_E_io, 0, "another") == SS_E_timeout);
    cr_expect_str_eq(client.error.text, "the first");
}

Test(client_error, long_words_are_cut)
{
    static char words[4000];

    memset(words, 'a', sizeof words - 1);
    cr_expect(client_fail(&client, SS_E_io, 0, "%s", words) == SS_E_io);
    cr_expect(strlen(client.error.text) == sizeof client.error.text - 1);
}
