/* SPDX-License-Identifier: Apache-2.0 */
/* test_fault.c - the pinned fault and the goodbye that belongs to it. */
#include <criterion/criterion.h>

#include "kit.h"
#include "lib/engine/core.h"
#include "tests/support/support.h"

TestSuite(fault, .fini = test_counted_check);

Test(fault, the_first_one_stays)
{
    struct ss_core_failure first = {.err = SS_E_bad_value,
                                    .field = "a.b",
                                    .rule = "RFC0-1-x",
                                    .detail = "two\nlines \x01 and more",
                                    .offset = 3};
    struct ss_core_failure second = {.err = SS_E_timeout};
    const struct ss_fault *fault;
    struct duo duo;

    duo_init(&duo, 1);
    duo_start(&duo);
    cr_expect(ss_engine_fault(duo.client.engine) == NULL);
    cr_expect(ss_fault_pin(duo.client.engine, &first) == SS_E_bad_value);
    cr_expect(ss_fault_pin(duo.client.engine, &second) == SS_E_timeout);
    fault = ss_engine_fault(duo.client.engine);
    cr_assert(fault != NULL);
    cr_expect(fault->err == SS_E_bad_value && fault->offset == 3 && fault->inbound == 0);
    cr_expect_str_eq(fault->field, "a.b");
    cr_expect_str_eq(fault->rule, "RFC0-1-x");
    cr_expect_str_eq(fault->detail, "two?lines ? and more");
    duo_fini(&duo);
}

Test(fault, a_detail_is_cut_to_its_place)
{
    const struct ss_fault *fault;
    char text[400];
    struct duo duo;

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    duo_init(&duo, 1);
    duo_start(&duo);
    (void)ss_fault_pin(duo.client.engine,
                       &(struct ss_core_failure){.err = SS_E_timeout, .detail = text});
    fault = ss_engine_fault(duo.client.engine);
    cr_expect(strlen(fault->detail) == sizeof fault->detail - 1);
    duo_fini(&duo);
}

/* rule: RFC4253-11.1-disconnect-sent */
Test(fault, a_disconnect_goes_out_when_there_is_a_reason_and_an_autopilot)
{
    static const struct {
        ss_err err;
        enum ss_pace pace;
        unsigned autopilot;
        bool said;
    } rows[] = {
        {SS_E_mac_mismatch, SS_AUTO, 7, true},
        {SS_E_closed, SS_AUTO, 7, false}, /* no reason to give */
        {SS_E_mac_mismatch, SS_STEP, 0, false},
        {SS_E_mac_mismatch, SS_STEP, SS_LAYER_AUTH, false},
        {SS_E_mac_mismatch, SS_STEP, SS_LAYER_TRANSPORT, true},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct duo duo;
        uint32_t before;

        duo_init(&duo, 1);
        duo.client.config.pace = rows[i].pace;
        duo_start(&duo);
        if (rows[i].pace == SS_STEP)
            cr_assert(ss_engine_autopilot(duo.client.engine, rows[i].autopilot) == SS_OK);
        before = ss_engine_sequence(duo.client.engine, SS_OUT);
        (void)ss_fault_pin(duo.client.engine, &(struct ss_core_failure){.err = rows[i].err});
        cr_expect(ss_engine_sequence(duo.client.engine, SS_OUT) - before == rows[i].said, "row %zu",
                  i);
        cr_expect(ss_engine_finished(duo.client.engine));
        duo_fini(&duo);
    }
}
