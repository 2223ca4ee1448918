/* SPDX-License-Identifier: Apache-2.0 */
/* test_canon.c - oddities are told with their field; canonical messages have none. */
#include "kit.h"
#include "sshspec/canon.h"
#include "sshspec/vary.h"

#include <criterion/criterion.h>

static const struct {
    const char *name, *bytes, *notes;
} odd[] = {
    {"channel_request", "62 00000000 00000005 'shell' ff", "want_reply: boolean byte is 255\n"},
    {"channel_request", "62 00000000 00000005 'shell' 01", ""},
    {"userauth_request", "32 00000000 00000000 00000008 'password' 02 00000000 00000001 'x'",
     "change: boolean byte is 2\n"},
    {"userauth_info_request",
     "3c 00000000 00000000 00000000 00000002 00000001 'a' 01 00000002 c328 07",
     "prompts[1].prompt: text is not UTF-8\nprompts[1].echo: boolean byte is 7\n"},
    {"userauth_failure", "33 00000001 ',' 00", "methods: empty name in name-list\n"},
    {"userauth_failure", "33 00000002 'a,' 00", "methods: empty name in name-list\n"},
    {"userauth_failure", "33 00000002 ',a' 00", "methods: empty name in name-list\n"},
    {"userauth_failure", "33 00000004 'a,,b' 00", "methods: empty name in name-list\n"},
    {"userauth_failure", "33 00000000 00", ""},
    {"userauth_failure", "33 00000003 'a' 00 'b' 05",
     "methods: name with bytes other than visible US-ASCII\n"
     "partial_success: boolean byte is 5\n"},
    {"userauth_failure",
     "33 00000041 '01234567890123456789012345678901234567890123456789012345678901234' 00",
     "methods: name longer than 64 bytes\n"},
    {"service_request", "05 00000003 'a' 80 'b'", "service: bytes other than visible US-ASCII\n"},
    {"disconnect", "01 00000002 00000001 ff 00000000", "description: text is not UTF-8\n"},
    {"attrs", "69 00000001 40000010", "attrs.flags: unknown flag bits 1073741840\n"},
    {"attrs",
     "69 00000001 8000000f 0000000000000001 00000001 00000001 00000001 00000001 00000001 "
     "00000001 00000001 c3 00000001 ff",
     "attrs.extended[0].type: bytes other than visible US-ASCII\n"},
    {"open", "03 00000001 00000001 'f' ffffffff 00000000", ""},
    {"kexdh_init", "1e 00000002 0080", ""},
    {"channel_request", "62 00000000 00000003 'x@y' 01 ffff", ""},
};

Test(canon, each_oddity_is_told_with_its_field)
{
    struct kit kit;

    kit_init(&kit);
    for (size_t i = 0; i < SS_COUNT(odd); i++) {
        struct ss_msg msg = kit_decode(&kit, odd[i].name, odd[i].bytes);

        ss_buf_clear(&kit.buf);
        cr_assert_eq(ss_msg_canon(&msg, &kit.buf), SS_OK);
        cr_expect_str_eq(ss_arena_text(&kit.arena, ss_buf_span(&kit.buf)), odd[i].notes);
    }
    kit_fini(&kit);
}

Test(canon, canonical_messages_have_no_notes)
{
    struct kit kit;
    size_t seen = 0;

    kit_init(&kit);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct ss_vary vary;
            struct ss_msg msg;
            const char *notes;

            ss_arena_reset(&kit.arena);
            ss_vary_init(&vary, seed);
            cr_assert_eq(ss_msg_fill(&kit.arena, ss_msgdef_of(id), &vary, &msg), SS_OK);
            ss_buf_clear(&kit.buf);
            cr_assert_eq(ss_msg_encode(&kit.buf, &msg, NULL, 0), SS_OK);
            cr_assert_eq(ss_msg_decode(&kit.arena, msg.def, ss_buf_span(&kit.buf), &msg, NULL),
                         SS_OK);
            ss_buf_clear(&kit.other);
            cr_assert_eq(ss_msg_canon(&msg, &kit.other), SS_OK);
            notes = ss_arena_text(&kit.arena, ss_buf_span(&kit.other));
            cr_expect_str_eq(notes, "");
            seen++;
        }
    }
    cr_assert_gt(seen, 2000);
    kit_fini(&kit);
}

Test(canon, it_needs_the_payload_that_was_decoded)
{
    struct ss_msg msg, without, unknown = {NULL, NULL, ss_span_of("x")};
    struct kit kit;

    kit_init(&kit);
    msg = kit_decode(&kit, "channel_request", "62 00000000 00000005 'shell' 01");
    without = msg;
    without.payload.size = 0;
    cr_expect_eq(ss_msg_canon(&without, &kit.buf), SS_E_bad_argument);
    without = msg;
    without.payload.size = 8;
    cr_expect_eq(ss_msg_canon(&without, &kit.buf), SS_E_bad_argument);
    cr_expect_eq(ss_msg_canon(&unknown, &kit.buf), SS_OK);
    cr_expect_eq(ss_buf_size(&kit.buf), 0);
    kit_fini(&kit);
}
