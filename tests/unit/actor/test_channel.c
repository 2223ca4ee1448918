/* SPDX-License-Identifier: Apache-2.0 */
/* test_channel.c - sessions, requests, data, and SFTP on them, at both seats.
 *
 * Mirrors: actor/channel.c, stream.c, serve.c, send.c, login.c, phase.c, house.c, honest.c. */
#include <criterion/criterion.h>

#include "kit.h"

TestSuite(channel, .fini = kit_check);

Test(channel, a_command_from_start_to_end)
{
    kit_expect(
        kit_client("session as ch\nexec ch \"stderr oops\"\ndrain ch\n"
                   "check ch.stderr == \"oops\\n\", \"stderr\"\ncheck ch.data == \"\", \"data\"\n"
                   "check ch.exit == 0 and not ch.open, \"over\"\n"
                   "check ch.ours == 0 and ch.peer == 0, \"numbers\"",
                   NULL),
        VERDICT_PASS, NULL);
    kit_expect(
        kit_client("session as ch\nexec ch \"exit 9\"\ndrain ch\ncheck ch.exit == 9, \"exit\"",
                   NULL),
        VERDICT_PASS, NULL);
}

/* A refusal and then a grant: the command's end is waited for, not cut short by our CLOSE. */
Test(channel, drain_waits_for_what_was_granted_after_a_refusal)
{
    kit_expect(kit_client("session as ch\n"
                          "send CHANNEL_REQUEST { recipient_channel = ch.peer, "
                          "request_type = \"nothing@example.org\", want_reply = true }\n"
                          "exec ch \"exit 9\"\nexpect CHANNEL_FAILURE\nexpect CHANNEL_SUCCESS\n"
                          "drain ch\ncheck ch.exit == 9, \"exit\"",
                          NULL),
               VERDICT_PASS, NULL);
}

Test(channel, window_is_given_by_drain_only)
{
    kit_expect(
        kit_client("session window 100 max_packet 30 as ch\nexec ch \"head -c 1000 /dev/zero\"\n"
                   "expect CHANNEL_SUCCESS\n"
                   "repeat 3 { expect CHANNEL_DATA { length(data) == 30 } }\n"
                   "expect CHANNEL_DATA { length(data) == 10 }\nfence\n"
                   "check ch.window_in == 0 and length(ch.data) == 100, \"empty\"\n"
                   "drain ch\ncheck length(ch.data) == 1000, \"all of it\"",
                   NULL),
        VERDICT_PASS, NULL);
}

Test(channel, input_and_end_of_file)
{
    kit_expect(kit_client("session as ch\nexec ch \"wc -c\"\nexpect CHANNEL_SUCCESS\n"
                          "send CHANNEL_DATA { data = repeat(\"x\", 77) }\n"
                          "send CHANNEL_EOF { recipient_channel = ch.peer }\ndrain ch\n"
                          "check contains(ch.data, \"77\"), \"counted\"",
                          NULL),
               VERDICT_PASS, NULL);
}

Test(channel, every_request_a_session_knows)
{
    kit_expect(kit_client("session as ch\npty ch\nexpect CHANNEL_SUCCESS\n"
                          "env ch \"LANG\" \"C\"\nexpect CHANNEL_SUCCESS or CHANNEL_FAILURE\n"
                          "shell ch\nexpect CHANNEL_SUCCESS\n"
                          "send CHANNEL_DATA { data = \"exit 4\\n\" }\ndrain ch\n"
                          "check ch.exit == 4, \"exit\"",
                          NULL),
               VERDICT_PASS, NULL);
    kit_expect(kit_client("session as ch\nsubsystem ch \"nope\"\ndrain ch", NULL), VERDICT_PASS,
               NULL);
}

Test(channel, a_channel_that_is_gone_takes_no_request)
{
    kit_expect(kit_client("session as ch\nexec ch \"true\"\ndrain ch\nexec ch \"true\"", NULL),
               VERDICT_FAIL, "line 8: the request could not be sent: the channel is closed");
}

/* What an action was to bind has no value when it fails: that is the peer's failure, not ours. */
Test(channel, a_session_that_did_not_open_is_what_failed)
{
    static const char body[] = "session as ch\nexec ch \"true\"\ndrain ch\nlet n = ch.exit\n"
                               "check ch.exit == n, \"the status\"";
    const struct result *result =
        kit_play("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst server\nclient {\n"
                 "session as ch\nexec ch \"true\"\ndrain ch\ncheck ch.exit == 0, \"it\"\n}\n",
                 &(struct kit_options){.breaks = "nobody-in"});

    kit_expect(result, VERDICT_FAIL, "line 5: login: the peer refused all that was tried");
    kit_expect(kit_client(body, NULL), VERDICT_PASS, NULL);
}

/* A request that the script has answered waits for nobody when the owner takes over. */
Test(channel, a_login_answered_by_hand_and_then_served)
{
    kit_expect(kit_server("service \"ssh-userauth\"\nexpect USERAUTH_REQUEST\n"
                          "send USERAUTH_SUCCESS\nsession as ch\nserve",
                          "peer expect exit 0"),
               VERDICT_PASS, NULL);
    kit_expect(kit_server("service \"ssh-userauth\"\nexpect USERAUTH_REQUEST\n"
                          "send USERAUTH_FAILURE\nsend IGNORE\nserve",
                          "peer expect exit 102"),
               VERDICT_PASS, NULL);
}

Test(channel, ways_to_log_in)
{
    static const char *const good[] = {"login", "login by password", "login by key @user_ecdsa",
                                       "login as \"tester\" by key"};

    for (size_t i = 0; i < SS_COUNT(good); i++)
        kit_expect(kit_client(good[i], NULL), VERDICT_PASS, NULL);
    kit_expect(kit_client("login by key @stranger", NULL), VERDICT_FAIL,
               "line 5: login: the peer refused all that was tried, and offers publickey,password");
    kit_expect(kit_client("login as \"nobody\" by none", NULL), VERDICT_FAIL, "refused all");
}

Test(channel, keys_are_exchanged_again)
{
    kit_expect(
        kit_client("login\nrekey { kex_algorithms = [\"ecdh-sha2-nistp256\"] }\n"
                   "check kex.epoch == 2 and kex.algorithm == \"ecdh-sha2-nistp256\", \"again\"\n"
                   "session as ch\nexec ch \"echo x\"\ndrain ch\n"
                   "check ch.data == \"x\\n\", \"goes on\"",
                   NULL),
        VERDICT_PASS, NULL);
    kit_expect(kit_client("let w = 99999999999\nkex { window = w }", NULL), VERDICT_ERROR,
               "window cannot be 99999999999");
    kit_expect(kit_client("version\nversion", NULL), VERDICT_ERROR, "was sent before");
}

Test(channel, sftp_by_hand)
{
    const struct result *result = kit_client(
        "sftp as ch\nsend OPEN { filename = \"/f\", pflags = 1 }\nexpect HANDLE as h\n"
        "send READ { handle = h.handle, offset = 65530, length = 100 }\n"
        "expect DATA { data == \"AAAAAA\" }\n"
        "send READ { handle = h.handle, offset = 65536, length = 1 }\nexpect STATUS { code == 1 }\n"
        "send STAT { id = 4711, path = \"/none\" }\nexpect STATUS { id == 4711, code == 2 }\n"
        "send SETSTAT { path = \"/f\", attrs.size = 5 }\nexpect STATUS { code == 0 }\n"
        "send LSTAT { path = \"/f\" }\nexpect ATTRS as a\n"
        "check a.attrs.size == 5, \"size\"",
        "peer file \"f\" is \"AAAAA\"; file \"none\" absent");

    kit_expect(result, VERDICT_PASS, NULL);
    cr_expect(kit_has(&result->facts, "sftp.version=3"));
    cr_expect(kit_has(&result->facts, "posix-rename@openssh.com"));
}

Test(channel, sftp_needs_to_be_open)
{
    kit_expect(kit_client("login\nsend STAT { path = \"/\" }", NULL), VERDICT_ERROR,
               "line 6: STAT: SFTP is not open");
    kit_expect(kit_server("serve until login\nsend STATUS", NULL), VERDICT_ERROR,
               "STATUS: SFTP is not open");
}

/* ---- the server seat ---- */
Test(channel, a_server_seat_serves)
{
    kit_expect(kit_server("serve", "peer expect exit 0"), VERDICT_PASS, NULL);
    kit_expect(kit_server("", "peer expect exit 0"), VERDICT_PASS, NULL);
    kit_expect(kit_server("kex\nlogin\nsession as ch\nserve", "peer expect exit 0"), VERDICT_PASS,
               NULL);
    kit_expect(kit_server("serve until kex\nserve until login\nserve until session\nserve", NULL),
               VERDICT_PASS, NULL);
}

Test(channel, a_command_played_by_the_script)
{
    kit_expect(kit_server("serve until exec\nsend CHANNEL_DATA { data = \"mine\" }\n"
                          "send CHANNEL_REQUEST exit_status { status = 3 }\nsend CHANNEL_CLOSE",
                          "peer expect exit 3; stdout is \"mine\""),
               VERDICT_PASS, NULL);
    /* what a script leaves unfinished ends well */
    kit_expect(kit_server("serve until exec", "peer expect exit 0; stderr is \"\""), VERDICT_PASS,
               NULL);
    kit_expect(kit_server("login\nsession as ch\nexpect CHANNEL_REQUEST exec as r\n"
                          "check r.command == \"true\", \"command\"\nsend CHANNEL_FAILURE",
                          "peer expect exit nonzero"),
               VERDICT_PASS, NULL);
}

Test(channel, a_close_before_what_was_waited_for)
{
    kit_expect(kit_server("serve until sftp", NULL), VERDICT_FAIL,
               "line 6: serve: the peer left before SFTP came");
}

Test(channel, requests_that_nobody_takes_are_refused)
{
    kit_expect(kit_server("login\nsession as ch\nserve until closed", "peer expect exit 0"),
               VERDICT_PASS, NULL);
}

#define GET                                                                                        \
    "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst client\n"                           \
    "action sftp get \"/f\" as \"out\"\nserver {\n"

Test(channel, sftp_requests_in_the_script_s_hands)
{
    struct kit_options client = {.role = PEER_CLIENT};

    kit_expect(kit_play(GET "serve\n}\npeer expect exit 0; file \"out\" is repeat(\"A\", 65536)\n",
                        &client),
               VERDICT_PASS, NULL);
    /* some taken, the others served */
    kit_expect(kit_play(GET
                        "serve until sftp\non READ as r { reply STATUS { code = 4 } }\nserve\n}\n"
                        "peer expect exit 105\n",
                        &client),
               VERDICT_PASS, NULL);
    /* taken, and handed back */
    kit_expect(
        kit_play(GET "serve until sftp\non READ { pass }\nserve\n}\npeer expect exit 0\n", &client),
        VERDICT_PASS, NULL);
    /* one by one */
    kit_expect(
        kit_play(GET "sftp\nexpect OPEN { filename == \"/f\" } as o\nsend STATUS { code = 3 }\n}\n"
                     "peer expect exit 105; file \"out\" absent\n",
                 &client),
        VERDICT_PASS, NULL);
    kit_expect(kit_play(GET "sftp\nexpect READ\n}\n", &client), VERDICT_FAIL,
               "expected READ, came OPEN id=0 filename=\"/f\"");
}

Test(channel, what_a_client_puts_is_there)
{
    kit_expect(kit_play("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst client\n"
                        "action sftp put \"/up\" as \"in\" input \"abc\"\nserver {\nserve\n}\n"
                        "peer expect exit 0\n",
                        &(struct kit_options){.role = PEER_CLIENT}),
               VERDICT_PASS, NULL);
    kit_expect(kit_play("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst client\n"
                        "action sftp ls \"/\"\nserver {\nserve\n}\npeer stdout contains \"f\\n\"\n",
                        &(struct kit_options){.role = PEER_CLIENT}),
               VERDICT_PASS, NULL);
}

Test(channel, a_host_key_nobody_knows)
{
    kit_expect(kit_server("kex { host_key = @ed25519_b }\nexpect closed { pass disconnect any }\n"
                          "never USERAUTH_REQUEST",
                          "peer expect exit 101"),
               VERDICT_PASS, NULL);
    kit_expect(kit_play("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst client\n"
                        "action exec \"true\" knowing @ed25519_b\nserver {\n"
                        "kex { host_key = @ed25519_b }\nserve\n}\npeer expect exit 0\n",
                        &(struct kit_options){.role = PEER_CLIENT}),
               VERDICT_PASS, NULL);
    kit_expect(kit_play("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst client\n"
                        "action exec \"true\" knowing nothing\nserver {\nserve\n}\n"
                        "peer expect exit 101\n",
                        &(struct kit_options){.role = PEER_CLIENT}),
               VERDICT_PASS, NULL);
}

Test(channel, the_client_is_told_what_to_offer)
{
    kit_expect(
        kit_play(
            "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst client\n"
            "action exec \"true\" with kex \"ecdh-sha2-nistp256\", cipher \"aes128-ctr\", "
            "mac \"hmac-sha2-256\", hostkey \"ecdsa-sha2-nistp256\"\nserver {\nserve until kex\n"
            "check kex.algorithm == \"ecdh-sha2-nistp256\" and kex.cipher_c2s == "
            "\"aes128-ctr\" and kex.mac_s2c == \"hmac-sha2-256\", \"as told\"\nserve\n}\n",
            &(struct kit_options){.role = PEER_CLIENT}),
        VERDICT_PASS, NULL);
}

/* ---- sending ---- */
Test(channel, groups_lists_and_tails_from_values)
{
    kit_expect(
        kit_client("kex\nsend EXT_INFO { extensions = [[\"a@b\", \"1\"], [\"c@d\", \"2\"]] }\n"
                   "send GLOBAL_REQUEST { request_name = \"x@y\", want_reply = false }\nkex",
                   NULL),
        VERDICT_PASS, NULL);
    kit_expect(
        kit_client("login\nsend CHANNEL_OPEN { channel_type = \"odd@x\", body = hex\"0102\" }\n"
                   "expect CHANNEL_OPEN_FAILURE { reason == 3 }",
                   NULL),
        VERDICT_PASS, NULL);
    kit_expect(kit_client("login\nlet n = 4294967296\n"
                          "send CHANNEL_WINDOW_ADJUST { recipient_channel = 0, bytes_to_add = n }",
                          NULL),
               VERDICT_ERROR, "does not fit");
}

Test(channel, a_packet_of_any_payload)
{
    kit_expect(kit_client("login\nsend payload byte(2) + string(\"ignored\")\n"
                          "send IGNORE { data = \"x\" } with split 1\n"
                          "send IGNORE { data = \"x\" } with padding_bytes hex\"00\"\nfence",
                          NULL),
               VERDICT_PASS, NULL);
    kit_expect(kit_client("login\nsend payload \"\"\nexpect closed { pass any }", NULL),
               VERDICT_PASS, NULL);
}

Test(channel, ways_to_leave)
{
    kit_expect(kit_client("login\ndisconnect protocol_error", NULL), VERDICT_PASS, NULL);
    kit_expect(kit_client("login\nclose", NULL), VERDICT_PASS, NULL);
    kit_expect(kit_client("login\nclose rst", NULL), VERDICT_PASS, NULL);
    kit_expect(kit_client("login\nclose half\nexpect closed", NULL), VERDICT_PASS, NULL);
    kit_expect(kit_client("login\nclose\nsend DEBUG", NULL), VERDICT_FAIL,
               "send DEBUG was not finished: the connection ended");
}
