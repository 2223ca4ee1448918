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
                                          "aes256-ctr"};

    for (size_t c = 0; c < SS_COUNT(ciphers); c++) {
        for (unsigned who = 1; who <= 3; who++) {
            for (int strict = 0; strict < 2; strict++) {
                struct pair pair;

                pair_init(&pair, who);
                pair.client.config.encryption_algorithms_client_to_server = ciphers[c];
                pair.client.config.encryption_algorithms_server_to_client = ciphers[c];
                pair.client.config.strict_kex = strict != 0;
                if ((who & 1) != 0)
                    pair.client.config.rekey_bytes = 20000;
                if ((who & 2) != 0)
                    pair.server.config.rekey_bytes = 25000;
                pair.plan.upload = 400000;
                complete(&pair, ciphers[c]);
                /* When the server asks, all that the client has to send may be on its way. */
                cr_expect(ss_engine_negotiated(pair.client.engine)->epoch >
                              ((who & 1) != 0 ? 5u : 1u),
                          "%u exchanges", ss_engine_negotiated(pair.client.engine)->epoch);
                cr_expect(pair.client.events[SS_EVENT_HOST_KEY] >= 1);
                pair_fini(&pair);
            }
        }
    }
}

Test(rekeying, data_survive_new_keys_by_packets_in_small_chunks)
{
    static const size_t chunks[] = {1, 100, 1001};

    for (size_t i = 0; i < SS_COUNT(chunks); i++) {
        struct pair pair;

        pair_init(&pair, 9);
        pair.client.config.rekey_packets = 16;
        pair.server.config.rekey_packets = 20;
        pair.client.config.max_packet = 500;
        pair.server.config.max_packet = 300;
        pair.plan.upload = 20000;
        pair.plan.chunk = chunks[i];
        complete(&pair, "packets");
        cr_expect(ss_engine_negotiated(pair.client.engine)->epoch > 3, "chunks of %zu: %u",
                  chunks[i], ss_engine_negotiated(pair.client.engine)->epoch);
        pair_fini(&pair);
    }
}

/* A thousand exchanges, and nothing is kept of them. */
Test(rekeying, many_exchanges_leave_nothing_behind)
{
    struct ss_command again = {.kind = SS_CMD_KEXINIT};
    struct pair pair;
    size_t bytes = 0;

    pair_init(&pair, 1);
    pair.plan.hold_open = true;
    pair_start(&pair);
    pair_run(&pair);
    for (unsigned i = 0; i < 300; i++) {
        (void)pair_do(i % 2 == 0 ? &pair.client : &pair.server, &again, NULL);
        pair_run(&pair);
        if (i == 10)
            bytes = pair.client.counted.bytes + pair.server.counted.bytes;
    }
    cr_expect(ss_engine_negotiated(pair.client.engine)->epoch == 301);
    cr_expect(pair.client.counted.bytes + pair.server.counted.bytes == bytes);
    cr_expect(ss_engine_fault(pair.client.engine) == NULL);
    pair_fini(&pair);
}
