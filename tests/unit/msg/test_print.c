/* SPDX-License-Identifier: Apache-2.0 */
/* test_print.c - lines as people see them. */
#include "kit.h"
#include "sshspec/vary.h"

#include <criterion/criterion.h>

static const struct {
    const char *name, *bytes;
    unsigned flags;
    const char *line;
} golden[] = {
    {"channel_open_failure", "5c 00000000 00000002 00000002 'no' 00000000", 0,
     "channel_open_failure recipient_channel=0 reason=2(connect_failed) description=\"no\" "
     "language=\"\""},
    {"channel_open_failure", "5c 00000000 000003e8 00000000 00000002 'en'", 0,
     "channel_open_failure recipient_channel=0 reason=1000 description=\"\" language=en"},
    {"newkeys", "15", 0, "newkeys"},
    {"kexinit",
     "14 000102030405060708090a0b0c0d0e0f 00000003 'a,b' 00000001 'c' 00000001 'd' 00000001 'e' "
     "00000001 'f' 00000001 'g' 00000004 'none' 00000004 'none' 00000000 00000000 00 00000000",
     0,
     "kexinit cookie=0x000102030405060708090a0b0c0d0e0f kex_algorithms=a,b "
     "server_host_key_algorithms=c encryption_algorithms_client_to_server=d "
     "encryption_algorithms_server_to_client=e mac_algorithms_client_to_server=f "
     "mac_algorithms_server_to_client=g compression_algorithms_client_to_server=none "
     "compression_algorithms_server_to_client=none languages_client_to_server=\"\" "
     "languages_server_to_client=\"\" first_kex_packet_follows=false reserved=0"},
    {"kexdh_init", "1e 00000002 0080", 0, "kexdh_init e=0x80"},
    {"userauth_request",
     "32 00000001 'u' 0000000e 'ssh-connection' 00000008 'password' 00 00000006 'geheim'", 0,
     "userauth_request user=\"u\" service=ssh-connection method=password change=false "
     "password=<6 bytes>"},
    {"userauth_request",
     "32 00000001 'u' 0000000e 'ssh-connection' 00000008 'password' 00 00000006 'geheim'",
     SS_PRINT_SECRETS,
     "userauth_request user=\"u\" service=ssh-connection method=password change=false "
     "password=\"geheim\""},
    {"userauth_request", "32 00000001 'u' 00000001 's' 00000003 'new' 'geheim'", 0,
     "userauth_request user=\"u\" service=s method=new body=<6 bytes>"},
    {"channel_request", "62 00000000 00000004 'exec' 01 00000008 'echo ' 22 'a' 0a", 0,
     "channel_request recipient_channel=0 request_type=exec want_reply=true "
     "command=0x6563686f2022610a"},
    {"channel_request", "62 00000000 00000004 'exec' 01 00000007 'echo ' 22 'a'", 0,
     "channel_request recipient_channel=0 request_type=exec want_reply=true "
     "command=\"echo \\\"a\""},
    {"channel_request", "62 00000000 00000004 'a b' 0a 00", 0,
     "channel_request recipient_channel=0 request_type=\"a b\\n\" want_reply=false"},
    {"debug", "04 01 00000004 'x' 1b '[m' 00000000", 0,
     "debug always_display=true message=\"x\\x1b[m\" language=\"\""},
    {"channel_data", "5e 00000001 00000003 'a' 7f 'b'", 0,
     "channel_data recipient_channel=1 data=0x617f62"},
    {"channel_data", "5e 00000001 00000004 00010203", 0,
     "channel_data recipient_channel=1 data=0x00010203"},
    {"channel_data",
     "5e 00000001 00000042 '0123456789012345678901234567890123456789012345678901234567890123' "
     "'45'",
     0,
     "channel_data recipient_channel=1 "
     "data=\"0123456789012345678901234567890123456789012345678901234567890123\"...(66 bytes)"},
    {"name", "68 00000002 00000001 00000001 'f' 00000001 'l' 00000005 0000000000000400 000081a4", 0,
     "name id=2 names=[{filename=\"f\" longname=\"l\" attrs={flags=5 size=1024 "
     "permissions=33188}}]"},
    {"userauth_info_request",
     "3c 00000000 00000000 00000000 00000002 00000001 'a' 01 00000001 'b' 00", 0,
     "userauth_info_request name=\"\" instruction=\"\" language=\"\" "
     "prompts=[{prompt=\"a\" echo=true} {prompt=\"b\" echo=false}]"},
    {"status", "65 00000009 00000002 00000000 00000000", 0,
     "status id=9 code=2(no_such_file) message=\"\" language=\"\""},
};

Test(print, lines_are_as_always)
{
    struct kit kit;

    kit_init(&kit);
    for (size_t i = 0; i < SS_COUNT(golden); i++) {
        struct ss_msg msg = kit_decode(&kit, golden[i].name, golden[i].bytes);
        const char *line;

        ss_buf_clear(&kit.buf);
        cr_assert_eq(ss_msg_print(&kit.buf, &msg, golden[i].flags), SS_OK);
        line = ss_arena_text(&kit.arena, ss_buf_span(&kit.buf));
        cr_expect_str_eq(line, golden[i].line);
    }
    kit_fini(&kit);
}

Test(print, an_unknown_message_shows_its_number_and_size)
{
    static const uint8_t bytes[] = {200, 1, 2, 3};
    struct ss_msg msg = {NULL, NULL, ss_span_make(bytes, sizeof bytes)};
    struct kit kit;

    kit_init(&kit);
    cr_assert_eq(ss_msg_print(&kit.buf, &msg, 0), SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&kit.buf), "unknown number=200 <3 bytes>"));
    msg.payload.size = 0;
    ss_buf_clear(&kit.buf);
    cr_assert_eq(ss_msg_print(&kit.buf, &msg, 0), SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&kit.buf), "empty"));
    kit_fini(&kit);
}

Test(print, long_lists_are_cut_with_their_count_told)
{
    static uint8_t bytes[5 + 40 * 4];
    struct ss_msg msg;
    struct kit kit;
    const char *line;

    kit_init(&kit);
    bytes[0] = 61;
    bytes[4] = 40;
    cr_assert_eq(ss_msg_decode(&kit.arena, kit_def("userauth_info_response"),
                               ss_span_make(bytes, sizeof bytes), &msg, NULL),
                 SS_OK);
    cr_assert_eq(ss_msg_print(&kit.buf, &msg, 0), SS_OK);
    line = ss_arena_text(&kit.arena, ss_buf_span(&kit.buf));
    cr_expect_not_null(strstr(line, "{response=<0 bytes>} ...(40 items)]"), "%s", line);
    kit_fini(&kit);
}

/* Whatever is in it: one line of visible ASCII, and no secret. */
Test(print, every_row_prints_as_one_visible_line)
{
    struct kit kit;

    kit_init(&kit);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct ss_vary vary;
            struct ss_msg msg;
            ss_span line;

            ss_arena_reset(&kit.arena);
            ss_vary_init(&vary, seed);
            cr_assert_eq(ss_msg_fill(&kit.arena, ss_msgdef_of(id), &vary, &msg), SS_OK);
            for (int i = 0; i < 4 && msg.def->field_count > 0; i++)
                cr_assert_eq(ss_msg_mutate(&kit.arena, &vary, &msg), SS_OK);
            ss_buf_clear(&kit.buf);
            cr_assert_eq(ss_msg_print(&kit.buf, &msg, 0), SS_OK);
            line = ss_buf_span(&kit.buf);
            for (size_t i = 0; i < line.size; i++)
                cr_assert(line.data[i] >= 0x20 && line.data[i] < 0x7f, "%s", msg.def->name);
        }
    }
    kit_fini(&kit);
}

Test(print, a_full_buffer_is_left_as_it_was)
{
    struct ss_msg msg;
    struct ss_buf small;
    struct kit kit;

    kit_init(&kit);
    msg = kit_decode(&kit, golden[0].name, golden[0].bytes);
    ss_buf_init(&small, &kit.counted.env, 50);
    cr_assert_eq(ss_buf_puts(&small, "kept"), SS_OK);
    cr_expect_eq(ss_msg_print(&small, &msg, 0), SS_E_ceiling);
    cr_expect(ss_span_is(ss_buf_span(&small), "kept"));
    ss_buf_fini(&small);
    kit_fini(&kit);
}
