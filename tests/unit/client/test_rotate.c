/* SPDX-License-Identifier: Apache-2.0 */
/* test_rotate.c - announced host keys: proof is asked for, and the owner learns of what was proved.
 *
 * Follows: draft-ietf-sshm-hostkey-update section 2. */
#include <criterion/criterion.h>

#include "tests/unit/client/served.h"

static struct served served;

static struct told {
    struct ss_client_policy policy;
    size_t calls, count;
    bool same[2];
} told;

static void on_keys(struct ss_client_policy *self, ss_span name, const struct ss_key *const *keys,
                    size_t count)
{
    struct told *to = SS_CONTAINER_OF(self, struct told, policy);
    size_t i;

    cr_expect(ss_span_eq(name, ss_buf_span(&served.name)));
    to->calls++;
    to->count = count;
    for (i = 0; i < 2 && i < count; i++)
        to->same[i] = ss_key_equal(keys[i], served.host_keys[i]);
}

static void setup(void)
{
    memset(&told, 0, sizeof told);
    told.policy.host_keys = on_keys;
    served_init(&served);
    served.options.policy = &told.policy;
}

static void teardown(void)
{
    served_fini(&served);
}

TestSuite(rotate, .init = setup, .fini = teardown, .timeout = 60);

static void run_true(void)
{
    struct ss_session_end end = {0};

    cr_assert(ss_client_exec(served.client, ss_span_of("true"), ss_span_of(""), NULL, NULL, &end) ==
              SS_OK);
}

Test(rotate, the_owner_learns_of_keys_that_were_proved)
{
    served.server_config.hostkeys = true;
    cr_assert(served_connect(&served) == SS_OK);
    run_true();
    cr_expect(told.calls == 1);
    cr_assert(told.count == 2);
    cr_expect(told.same[0] && told.same[1]);
    run_true();
    cr_expect(told.calls == 1, "once a connection");
}

Test(rotate, a_server_that_announces_nothing_is_asked_for_nothing)
{
    cr_assert(served_connect(&served) == SS_OK);
    run_true();
    cr_expect(told.calls == 0);
}

/* A duplicate and a key that cannot be read are passed over: see the count. */
Test(rotate, a_key_that_is_configured_twice_is_told_once)
{
    const struct ss_key *twice[4] = {served.host_keys[0], served.host_keys[1], served.host_keys[0],
                                     NULL};

    served.server_config.hostkeys = true;
    served.server_config.host_keys = twice;
    cr_assert(served_connect(&served) == SS_OK);
    run_true();
    cr_expect(told.calls == 1 && told.count == 2);
}

Test(rotate, without_an_owner_who_wants_to_know_nothing_is_asked)
{
    told.policy.host_keys = NULL;
    served.server_config.hostkeys = true;
    cr_assert(served_connect(&served) == SS_OK);
    run_true();
    cr_expect(told.calls == 0);
}
