/* SPDX-License-Identifier: Apache-2.0 */
/* test_encode.c - messages spelled out byte by byte, and each lie of the field seam. */
#include "kit.h"

#include <criterion/criterion.h>

/* Written from the message layouts of the texts named, not from the rows. */
static const struct {
    const char *name, *bytes;
} known[] = {
    /* RFC 4253 section 7.1 */
    {"kexinit",
     "14 000102030405060708090a0b0c0d0e0f 00000022 'curve25519-sha256,kex-strict-c-v00' "
     "0000000b 'ssh-ed25519' 0000000a 'aes128-ctr' 0000000a 'aes256-ctr' "
     "0000000d 'hmac-sha2-256' 0000000d 'hmac-sha2-512' 00000004 'none' 00000009 'none,zlib' "
     "00000000 00000002 'de' 01 00000000"},
    /* RFC 4253 sections 8, 10, 11.1, 11.3, 11.4 */
    {"kexdh_reply", "1f 00000003 'key' 00000003 00ff01 00000003 'sig'"},
    {"service_request", "05 0000000c 'ssh-userauth'"},
    {"disconnect", "01 0000000b 00000003 'bye' 00000002 'en'"},
    {"debug", "04 01 00000002 'hi' 00000000"},
    {"unimplemented", "03 00000007"},
    {"newkeys", "15"},
    /* RFC 4419 section 3 */
    {"kex_dh_gex_request", "22 00000800 00000c00 00002000"},
    {"kex_dh_gex_group", "1f 00000002 0083 00000001 02"},
    /* RFC 8308 section 2.3 */
    {"ext_info",
     "07 00000002 0000000f 'server-sig-algs' 0000000b 'ssh-ed25519' 00000001 'x' 00000001 00"},
    /* RFC 4252 section 7, without and with a signature */
    {"userauth_request", "32 00000004 'user' 0000000e 'ssh-connection' 00000009 'publickey' 00 "
                         "0000000b 'ssh-ed25519' 00000004 'blob'"},
    {"userauth_request", "32 00000004 'user' 0000000e 'ssh-connection' 00000009 'publickey' 01 "
                         "0000000b 'ssh-ed25519' 00000004 'blob' 00000003 'sig'"},
    /* RFC 4252 sections 5.1, 5.2, 8; 8 with a change of password */
    {"userauth_request", "32 00000004 'user' 0000000e 'ssh-connection' 00000004 'none'"},
    {"userauth_request", "32 00000004 'user' 0000000e 'ssh-connection' 00000008 'password' 01 "
                         "00000003 'old' 00000003 'new'"},
    {"userauth_failure", "33 00000012 'publickey,password' 00"},
    /* RFC 4256 section 4, the first of its examples */
    {"userauth_info_request",
     "3c 00000019 'CRYPTOCard Authentication' 0000001b 'The challenge is ' 27 '14315716' 27 "
     "00000005 'en-US' 00000001 0000000a 'Response: ' 01"},
    {"userauth_info_response", "3d 00000001 00000008 '6d757575'"},
    /* RFC 4254 sections 5.1, 5.2, 6.2, 6.5, 6.10, 7.1, 7.2 */
    {"channel_open", "5a 00000007 'session' 00000003 00200000 00008000"},
    {"channel_open",
     "5a 0000000c 'direct-tcpip' 00000000 00200000 00008000 00000009 'localhost' 00000050 "
     "00000009 '127.0.0.1' 0000c000"},
    {"channel_open_confirmation", "5b 00000001 00000002 00200000 00008000"},
    {"channel_open_failure", "5c 00000001 00000002 00000002 'no' 00000000"},
    {"channel_window_adjust", "5d 00000001 ffffffff"},
    {"channel_data", "5e 00000001 00000002 'ls'"},
    {"channel_extended_data", "5f 00000001 00000001 00000003 'err'"},
    {"channel_request",
     "62 00000000 00000007 'pty-req' 01 00000005 'xterm' 00000050 00000018 00000280 000001e0 "
     "00000006 350000960000"},
    {"channel_request", "62 00000000 00000004 'exec' 01 00000002 'id'"},
    {"channel_request", "62 00000000 0000000b 'exit-status' 00 00000000"},
    {"channel_request",
     "62 00000000 0000000b 'exit-signal' 00 00000004 'TERM' 00 00000000 00000000"},
    {"global_request", "50 0000000d 'tcpip-forward' 01 00000000 00000000"},
    {"request_success", "51 00001f90"},
    /* SFTP draft 02, sections 4, 5, 6.3, 7 */
    {"init", "01 00000003"},
    {"version", "02 00000003 00000018 'posix-rename@openssh.com' 00000001 '1'"},
    {"open", "03 00000001 00000005 'a.txt' 0000001a 0000000c 000001a4 5f5e1000 5f5e1001"},
    {"open", "03 00000001 00000005 'a.txt' 00000001 00000000"},
    {"name", "68 00000002 00000002 00000001 '.' 00000005 'drwx.' 00000004 000041ed "
             "00000001 'f' 00000005 '-rw-r' 8000000f 0000000000000400 000003e8 00000064 000081a4 "
             "00000001 00000002 00000001 00000003 't@x' 00000001 'v'"},
    {"status", "65 00000009 00000002 0000000c 'No such file' 00000002 'en'"},
    {"read", "05 00000004 00000004 00000000 0000000100000000 00008000"},
    {"extended", "c8 00000005 00000013 'statvfs@openssh.com' 00000001 '/'"},
    {"extended", "c8 00000005 00000005 'x@y.z' 010203"},
    /* RFC 9987 sections 5.5, 5.6 */
    {"identities_answer", "0c 00000001 00000004 'blob' 00000007 'a@b.org'"},
    {"sign_request", "0d 00000004 'blob' 00000004 'data' 00000002"},
};

Test(encode, known_bytes_decode_and_come_back)
{
    struct kit kit;

    kit_init(&kit);
    for (size_t i = 0; i < SS_COUNT(known); i++) {
        struct ss_msg msg;
        ss_span bytes;

        msg = kit_decode(&kit, known[i].name, known[i].bytes);
        bytes = kit_bytes(&kit, known[i].bytes);
        ss_buf_clear(&kit.buf);
        cr_assert_eq(ss_msg_encode(&kit.buf, &msg, NULL, 0), SS_OK);
        cr_expect(ss_span_eq(bytes, ss_buf_span(&kit.buf)), "%s: %s became %s", known[i].name,
                  kit_hex(&kit, bytes), kit_hex(&kit, ss_buf_span(&kit.buf)));
    }
    kit_fini(&kit);
}

Test(encode, values_stand_where_the_texts_say)
{
    struct ss_fxp_name *names;
    struct ss_grp_name_entry *entry;
    struct ss_msg_kexinit *kexinit;
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    msg = kit_decode(&kit, "kexinit", known[0].bytes);
    kexinit = (struct ss_msg_kexinit *)msg.body;
    cr_expect_eq(kexinit->cookie.size, 16);
    cr_expect_eq(kexinit->cookie.data[15], 15);
    cr_expect(ss_span_is(kexinit->server_host_key_algorithms, "ssh-ed25519"));
    cr_expect(ss_span_is(kexinit->encryption_algorithms_client_to_server, "aes128-ctr"));
    cr_expect(ss_span_is(kexinit->encryption_algorithms_server_to_client, "aes256-ctr"));
    cr_expect(ss_span_is(kexinit->compression_algorithms_server_to_client, "none,zlib"));
    cr_expect(ss_span_is(kexinit->languages_server_to_client, "de"));
    cr_expect(kexinit->first_kex_packet_follows);
    msg = kit_decode(&kit, "name",
                     "68 00000002 00000001 00000001 'f' 00000005 '-rw-r' 8000000f "
                     "0000000000000400 000003e8 00000064 000081a4 00000001 00000002 "
                     "00000001 00000003 't@x' 00000001 'v'");
    names = (struct ss_fxp_name *)msg.body;
    cr_assert_eq(names->names.count, 1);
    entry = (struct ss_grp_name_entry *)names->names.items;
    cr_expect(ss_span_is(entry->longname, "-rw-r"));
    cr_expect_eq(entry->attrs.size, 0x400);
    cr_expect_eq(entry->attrs.uid, 1000);
    cr_expect_eq(entry->attrs.gid, 100);
    cr_expect_eq(entry->attrs.permissions, 0100644);
    cr_expect_eq(entry->attrs.mtime, 2);
    cr_expect_eq(entry->attrs.extended.count, 1);
    kit_fini(&kit);
}

Test(encode, a_tail_writes_its_key_when_none_is_set)
{
    struct ss_msg_channel_request *request;
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    cr_assert_eq(
        ss_msg_new(&kit.arena, kit_def("channel_request"), kit_def("channel_request.shell"), &msg),
        SS_OK);
    request = (struct ss_msg_channel_request *)msg.body;
    for (int i = 0; i < 2; i++) {
        ss_buf_clear(&kit.buf);
        cr_assert_eq(ss_msg_encode(&kit.buf, &msg, NULL, 0), SS_OK);
        cr_assert(
            ss_span_eq(ss_buf_span(&kit.buf), kit_bytes(&kit, "62 00000000 00000005 'shell' 00")));
        request->request_type = ss_span_make(NULL, 0);
    }
    request->request_type = ss_span_of("SHELL"); /* said otherwise: so be it */
    ss_buf_clear(&kit.buf);
    cr_assert_eq(ss_msg_encode(&kit.buf, &msg, NULL, 0), SS_OK);
    cr_assert(
        ss_span_eq(ss_buf_span(&kit.buf), kit_bytes(&kit, "62 00000000 00000005 'SHELL' 00")));
    kit_fini(&kit);
}

Test(encode, conditions_are_those_of_decode)
{
    struct ss_tail_userauth_request_password *password;
    struct ss_msg_userauth_request *request;
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    cr_assert_eq(ss_msg_new(&kit.arena, kit_def("userauth_request"),
                            kit_def("userauth_request.password"), &msg),
                 SS_OK);
    request = (struct ss_msg_userauth_request *)msg.body;
    password = (struct ss_tail_userauth_request_password *)request->body.value;
    password->password = ss_span_of("p");
    password->new_password = ss_span_of("q");
    cr_assert_eq(ss_msg_encode(&kit.buf, &msg, NULL, 0), SS_OK);
    cr_assert(ss_span_eq(ss_buf_span(&kit.buf),
                         kit_bytes(&kit, "32 00000000 00000000 00000008 'password' 00 "
                                         "00000001 'p'")));
    password->change = true;
    ss_buf_clear(&kit.buf);
    cr_assert_eq(ss_msg_encode(&kit.buf, &msg, NULL, 0), SS_OK);
    cr_assert(ss_span_eq(ss_buf_span(&kit.buf),
                         kit_bytes(&kit, "32 00000000 00000000 00000008 'password' 01 "
                                         "00000001 'p' 00000001 'q'")));
    kit_fini(&kit);
}

Test(encode, what_cannot_be_written_leaves_the_buffer_as_it_was)
{
    struct ss_msg_kexinit *kexinit;
    struct ss_msg msg, hollow;
    struct ss_buf small;
    struct kit kit;

    kit_init(&kit);
    cr_assert_eq(ss_buf_puts(&kit.buf, "kept"), SS_OK);
    cr_assert_eq(ss_msg_new(&kit.arena, kit_def("kexinit"), NULL, &msg), SS_OK);
    kexinit = (struct ss_msg_kexinit *)msg.body;
    kexinit->cookie = ss_span_of("not sixteen");
    cr_expect_eq(ss_msg_encode(&kit.buf, &msg, NULL, 0), SS_E_bad_argument);
    hollow = msg;
    hollow.body = NULL;
    cr_expect_eq(ss_msg_encode(&kit.buf, &hollow, NULL, 0), SS_E_bad_argument);
    cr_expect(ss_span_is(ss_buf_span(&kit.buf), "kept"));
    kexinit->cookie = ss_span_of("sixteen bytes...");
    ss_buf_init(&small, &kit.counted.env, 40);
    cr_expect_eq(ss_msg_encode(&small, &msg, NULL, 0), SS_E_ceiling);
    cr_expect_eq(ss_buf_size(&small), 0);
    ss_buf_fini(&small);
    kit_fini(&kit);
}

Test(encode, a_message_without_definition_is_its_payload)
{
    struct ss_msg msg = {NULL, NULL, ss_span_of("\310abc")};
    struct kit kit;

    kit_init(&kit);
    cr_assert_eq(ss_msg_encode(&kit.buf, &msg, NULL, 0), SS_OK);
    cr_assert(ss_span_is(ss_buf_span(&kit.buf), "\310abc"));
    kit_fini(&kit);
}

/* ---- lies ---- */

/* Encodes a message with lies about fields named by path ("" for the whole message). */
struct told {
    enum ss_lie_kind kind;
    const char *field;
    int64_t n;
    const char *bytes;
};

static ss_err tell(struct kit *kit, const struct ss_msg *msg, const struct told *told, size_t count)
{
    struct ss_lie lies[8];

    cr_assert_leq(count, SS_COUNT(lies));
    for (size_t i = 0; i < count; i++) {
        struct ss_field field = {NULL, NULL};

        if (told[i].field[0] != '\0')
            cr_assert(ss_field_find(msg->def, msg->body, ss_span_of(told[i].field), &field), "%s",
                      told[i].field);
        lies[i] = (struct ss_lie){told[i].kind, field.def, told[i].n,
                                  kit_bytes(kit, told[i].bytes != NULL ? told[i].bytes : "")};
    }
    ss_buf_clear(&kit->buf);
    return ss_msg_encode(&kit->buf, msg, lies, count);
}

static const char exec[] = "62 00000000 00000004 'exec' 01 00000002 'id'";
static const char exit_status[] = "62 00000000 0000000b 'exit-status' 00 00000005";
static const char two_prompts[] =
    "3c 00000000 00000000 00000000 00000002 00000001 'a' 01 00000001 'b' 00";

Test(encode, each_lie_does_what_it_says)
{
    static const struct {
        const char *name, *honest;
        struct told told;
        const char *bytes;
    } rows[] = {
        {"channel_request",
         exec,
         {SS_LIE_RAW, "command", 0, "abcd"},
         "62 00000000 00000004 'exec' 01 abcd"},
        {"channel_request",
         exec,
         {SS_LIE_RAW, "want_reply", 0, "ff"},
         "62 00000000 00000004 'exec' ff 00000002 'id'"},
        {"channel_request",
         exec,
         {SS_LIE_RAW, "body", 0, "01"},
         "62 00000000 00000004 'exec' 01 01"},
        {"channel_request", exec, {SS_LIE_RAW, "", 0, "62"}, "62"},
        {"channel_request",
         exec,
         {SS_LIE_LENGTH, "command", 0xffffffff, NULL},
         "62 00000000 00000004 'exec' 01 ffffffff 'id'"},
        {"channel_request",
         exec,
         {SS_LIE_LENGTH, "request_type", 3, NULL},
         "62 00000000 00000003 'exec' 01 00000002 'id'"},
        {"userauth_info_request",
         two_prompts,
         {SS_LIE_LENGTH, "prompts", 9, NULL},
         "3c 00000000 00000000 00000000 00000009 00000001 'a' 01 00000001 'b' 00"},
        {"kexdh_init", "1e 00000002 0080", {SS_LIE_LENGTH, "e", 1, NULL}, "1e 00000001 0080"},
        {"userauth_info_request",
         two_prompts,
         {SS_LIE_OMIT, "prompts[0].echo", 0, NULL},
         "3c 00000000 00000000 00000000 00000002 00000001 'a' 00000001 'b'"},
        {"channel_request",
         exec,
         {SS_LIE_OMIT, "want_reply", 0, NULL},
         "62 00000000 00000004 'exec' 00000002 'id'"},
        {"channel_request",
         exit_status,
         {SS_LIE_REPEAT, "status", 2, NULL},
         "62 00000000 0000000b 'exit-status' 00 00000005 00000005 00000005"},
        {"channel_request", exec, {SS_LIE_REPEAT, "command", 0, NULL}, exec},
        {"request_success", "51", {SS_LIE_REPEAT, "data", INT64_MAX - 1, NULL}, "51"},
        {"channel_request", exec, {SS_LIE_TRUNCATE, "", 5, NULL}, "62 00000000"},
        {"channel_request", exec, {SS_LIE_TRUNCATE, "", 0, NULL}, ""},
        {"channel_request", exec, {SS_LIE_TRUNCATE, "", 1000, NULL}, exec},
        {"channel_request",
         exec,
         {SS_LIE_APPEND, "", 0, "00"},
         "62 00000000 00000004 'exec' 01 00000002 'id' 00"},
        {"channel_request",
         exec,
         {SS_LIE_NUMBER, "", 255, NULL},
         "ff 00000000 00000004 'exec' 01 00000002 'id'"},
    };
    struct kit kit;

    kit_init(&kit);
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_msg msg = kit_decode(&kit, rows[i].name, rows[i].honest);

        cr_assert_eq(tell(&kit, &msg, &rows[i].told, 1), SS_OK, "row %zu", i);
        cr_expect(ss_span_eq(ss_buf_span(&kit.buf), kit_bytes(&kit, rows[i].bytes)), "row %zu: %s",
                  i, kit_hex(&kit, ss_buf_span(&kit.buf)));
    }
    kit_fini(&kit);
}

Test(encode, lies_add_up)
{
    static const struct told all[] = {
        {SS_LIE_NUMBER, "", 99, NULL},        {SS_LIE_RAW, "command", 0, "aa"},
        {SS_LIE_REPEAT, "command", 1, NULL},  {SS_LIE_LENGTH, "command", 7, NULL},
        {SS_LIE_OMIT, "want_reply", 0, NULL}, {SS_LIE_REPEAT, "want_reply", 3, NULL},
        {SS_LIE_APPEND, "", 0, "bbccdd"},     {SS_LIE_TRUNCATE, "", 17, NULL}};
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    msg = kit_decode(&kit, "channel_request", exec);
    cr_assert_eq(tell(&kit, &msg, all, SS_COUNT(all)), SS_OK);
    cr_assert(
        ss_span_eq(ss_buf_span(&kit.buf), kit_bytes(&kit, "63 00000000 00000004 'exec' aaaa bbcc")),
        "%s", kit_hex(&kit, ss_buf_span(&kit.buf)));
    kit_fini(&kit);
}

Test(encode, raw_writes_a_field_that_is_not_there)
{
    static const struct told told = {SS_LIE_RAW, "new_password", 0, "00000000"};
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    msg = kit_decode(&kit, "userauth_request",
                     "32 00000000 00000000 00000008 'password' 00 00000001 'p'");
    cr_assert_eq(tell(&kit, &msg, &told, 1), SS_OK);
    cr_assert(ss_span_eq(ss_buf_span(&kit.buf),
                         kit_bytes(&kit, "32 00000000 00000000 00000008 'password' 00 "
                                         "00000001 'p' 00000000")));
    kit_fini(&kit);
}

Test(encode, a_lie_that_cannot_act_is_an_error)
{
    static const struct {
        struct told told;
        ss_err err;
    } rows[] = {
        {{SS_LIE_LENGTH, "want_reply", 1, NULL}, SS_E_bad_argument},
        {{SS_LIE_LENGTH, "command", -1, NULL}, SS_E_bad_argument},
        {{SS_LIE_LENGTH, "command", (int64_t)1 << 32, NULL}, SS_E_bad_argument},
        {{SS_LIE_LENGTH, "", 1, NULL}, SS_E_bad_argument},
        {{SS_LIE_OMIT, "", 0, NULL}, SS_E_bad_argument},
        {{SS_LIE_NUMBER, "", 256, NULL}, SS_E_bad_argument},
        {{SS_LIE_NUMBER, "command", 1, NULL}, SS_E_bad_argument},
        {{SS_LIE_TRUNCATE, "", -1, NULL}, SS_E_bad_argument},
        {{SS_LIE_REPEAT, "command", -1, NULL}, SS_E_bad_argument},
        {{SS_LIE_REPEAT, "command", INT64_MAX, NULL}, SS_E_bad_argument},
        {{SS_LIE_REPEAT, "command", INT64_MAX - 1, NULL}, SS_E_ceiling},
    };
    struct ss_field field;
    struct ss_lie lie = {SS_LIE_OMIT, NULL, 0, {NULL, 0}};
    struct ss_lie frame = {SS_LIE_MAC_FLIP, NULL, 0, {NULL, 0}};
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    msg = kit_decode(&kit, "channel_request", exec);
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        cr_expect_eq(tell(&kit, &msg, &rows[i].told, 1), rows[i].err, "row %zu", i);
        cr_expect_eq(ss_buf_size(&kit.buf), 0, "row %zu", i);
    }
    cr_assert(ss_field_find(kit_def("kexinit"), NULL, ss_span_of("cookie"), &field));
    lie.field = field.def; /* a field of another message */
    cr_expect_eq(ss_msg_encode(&kit.buf, &msg, &lie, 1), SS_E_bad_argument);
    cr_expect_eq(ss_msg_encode(&kit.buf, &msg, &frame, 1), SS_OK);
    cr_expect(ss_span_eq(ss_buf_span(&kit.buf), kit_bytes(&kit, exec)));
    kit_fini(&kit);
}
