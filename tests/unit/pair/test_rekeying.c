/* SPDX-License-Identifier: Apache-2.0 */
/* test_rekeying.c - new keys while data flow both ways. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(rekeying, .fini = test_counted_check);

/* rule: RFC4253-9-rekey-app-data-intact */
Test(rekeying, data_survive_new_keys_by_bytes_of_either_side)
{
    static const char *const ciphers[] = {"aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com",
                                          "aes256-ctr", "3des-cbc"};
    static const char *const comps[] = {"none", "none", "zlib@openssh.com", "zlib"};

    for (size_t c = 0; c < SS_COUNT(ciphers); c++) {
        for (unsigned who = 1; who <= 3; who++) {
            for (int strict = 0; strict < 2; strict++) {
                bool few = strcmp(comps[c], "none") != 0; /* bytes: these data compress well */
                struct duo duo;

                duo_init(&duo, who);
                agree_on(&duo, ciphers[c], NULL, comps[c]);
                duo.client.config.strict_kex = strict != 0;
                if ((who & 1) != 0)
                    duo.client.config.rekey_bytes = few ? 500 : 20000;
                if ((who & 2) != 0)
                    duo.server.config.rekey_bytes = few ? 700 : 25000;
                duo.plan.upload = 400000;
                complete(&duo, ciphers[c]);
                /* When the server asks, all that the client has to send may be on its way. */
                cr_expect(ss_engine_negotiated(duo.client.engine)->epoch >
                              ((who & 1) != 0 ? 5u : 1u),
                          "%u exchanges", ss_engine_negotiated(duo.client.engine)->epoch);
                cr_expect(duo.client.events[SS_EVENT_HOST_KEY] >= 1);
                duo_fini(&duo);
            }
        }
    }
}

Test(rekeying, data_survive_new_keys_by_packets_in_small_chunks)
{
    static const size_t chunks[] = {1, 100, 1001};

    for (size_t i = 0; i < SS_COUNT(chunks); i++) {
        struct duo duo;

        duo_init(&duo, 9);
        duo.client.config.rekey_packets = 16;
        duo.server.config.rekey_packets = 20;
        duo.client.config.max_packet = 500;
        duo.server.config.max_packet = 300;
        duo.plan.upload = 20000;
        duo.plan.chunk = chunks[i];
        complete(&duo, "packets");
        cr_expect(ss_engine_negotiated(duo.client.engine)->epoch >= 3, "chunks of %zu: %u",
                  chunks[i], ss_engine_negotiated(duo.client.engine)->epoch);
        duo_fini(&duo);
    }
}

/* No key carries much more than its limit, also while the end of an exchange is on its way.
 * rule: RFC4253-9-rekey-1gb-1h */
Test(rekeying, no_key_carries_more_than_its_limit_and_a_packet)
{
    struct duo duo;

    duo_init(&duo, 4);
    duo.client.config.rekey_bytes = duo.server.config.rekey_bytes = 50000;
    duo.plan.upload = 1000000;
    duo.plan.chunk = 3000;
    duo_start(&duo);
    while (duo_turn(&duo)) {
        cr_assert(ss_engine_epoch_bytes(duo.client.engine, SS_OUT) < 50000 + 35000);
        cr_assert(ss_engine_epoch_bytes(duo.server.engine, SS_OUT) < 50000 + 35000);
    }
    expect_complete(&duo, "limits");
    cr_expect(ss_engine_negotiated(duo.client.engine)->epoch > 12, "%u",
              ss_engine_negotiated(duo.client.engine)->epoch);
    duo_fini(&duo);
}

/* Three hundred exchanges, and nothing is kept of them. */
Test(rekeying, many_exchanges_leave_nothing_behind)
{
    struct ss_command again = {.kind = SS_CMD_KEXINIT};
    struct duo duo;
    size_t bytes = 0;

    duo_init(&duo, 1);
    duo.plan.hold_open = true;
    duo_start(&duo);
    duo_run(&duo);
    for (unsigned i = 0; i < 300; i++) {
        (void)duo_do(i % 2 == 0 ? &duo.client : &duo.server, &again, NULL);
        duo_run(&duo);
        if (i == 10)
            bytes = duo.client.counted.bytes + duo.server.counted.bytes;
    }
    cr_expect(ss_engine_negotiated(duo.client.engine)->epoch == 301);
    cr_expect(duo.client.counted.bytes + duo.server.counted.bytes == bytes);
    cr_expect(ss_engine_fault(duo.client.engine) == NULL);
    duo_fini(&duo);
}
