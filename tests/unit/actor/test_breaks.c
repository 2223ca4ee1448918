/* SPDX-License-Identifier: Apache-2.0 */
/* test_breaks.c - our own endpoint misbehaving: it does what its row says and is honest otherwise.
 *
 * That the catalogue notices each of them is shown by tests/e2e/negative.sh.
 * Mirrors: actor/breaks.c, stay.c. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "testserver/actor/breaks.h"

TestSuite(breaks, .fini = kit_check);

static const struct {
    const char *name, *body;
    const char *end;
} rows[] = {
    {"newkeys-early-ignored",
     "version\nkexinit\nexpect KEXINIT\nsend NEWKEYS\nkex\nexpect closed { pass any }", ""},
    {"second-kexinit-ignored",
     "version\nkexinit\nexpect KEXINIT\nkexinit\nkex\nexpect closed { pass any }", ""},
    {"bad-signature", "kex", ""},
    {"rekey-closes", "kex\nrekey", ""},
    {"ignore-disconnects", "login\nsend IGNORE\nfence", ""},
    {"debug-resets", "login\nsend DEBUG\nfence", ""},
    {"debug-closes", "login\nsend DEBUG\nfence", ""},
    {"ignore-half-closes", "login\nsend IGNORE\nfence", ""},
    {"any-service", "kex\nsend SERVICE_REQUEST { service = \"nope\" }\nexpect closed { pass any }",
     ""},
    {"service-unanswered", "service \"ssh-userauth\"", ""},
    {"anyone-in",
     "kex\nservice \"ssh-userauth\"\nsend USERAUTH_REQUEST none { user = \"x\", service = "
     "\"ssh-connection\" }\nexpect USERAUTH_FAILURE",
     ""},
    {"nobody-in", "login", ""},
    {"opens-before-login",
     "kex\nsend CHANNEL_OPEN session { sender_channel = 0 }\nexpect UNIMPLEMENTED or "
     "closed { pass any }",
     ""},
    {"window-ignored", "session window 0 as ch\nexec ch \"cat\"\nexpect CHANNEL_SUCCESS\nfence",
     ""},
    {"replies-twice", "session as ch\nexec ch \"cat\"\nexpect CHANNEL_SUCCESS\nfence", ""},
    {"request-unanswered", "session as ch\nexec ch \"true\"\nexpect CHANNEL_SUCCESS", ""},
    {"global-unanswered",
     "login\nsend GLOBAL_REQUEST keepalive { want_reply = true }\nexpect REQUEST_FAILURE", ""},
    {"close-unanswered",
     "session as ch\nsend CHANNEL_CLOSE { recipient_channel = ch.peer }\nexpect CHANNEL_CLOSE", ""},
    {"data-after-close",
     "session as ch\nsend CHANNEL_CLOSE { recipient_channel = ch.peer }\nexpect "
     "CHANNEL_CLOSE\nfence",
     ""},
    {"wrong-exit-status", "session as ch\nexec ch \"true\"\ndrain ch\ncheck ch.exit == 0, \"exit\"",
     ""},
    {"confirms-twice", "session as ch\nfence", ""},
    {"sftp-wrong-id",
     "sftp\nsend OPEN { filename = \"/f\", pflags = 1 }\nexpect HANDLE as h\n"
     "send READ { id = 50, handle = h.handle, offset = 0, length = 1 }\n"
     "expect DATA { id == 50 }",
     ""},
    {"sftp-ok-without-handle", "sftp\nsend OPEN { filename = \"/f\", pflags = 1 }\nexpect HANDLE",
     ""},
};

static const struct result *play(const char *body, const char *breaks)
{
    char text[1024];

    (void)snprintf(
        text, sizeof text,
        "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst server\nclient {\n%s\n}\n",
        body);
    return kit_play(text, &(struct kit_options){.breaks = breaks});
}

Test(breaks, our_honest_server_passes_what_a_breaking_one_fails)
{
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        const struct result *result = play(rows[i].body, NULL);

        cr_expect(result->verdict == VERDICT_PASS, "%s, honest: %s: %s", rows[i].name,
                  verdict_name(result->verdict), kit_text(&result->why));
        result = play(rows[i].body, rows[i].name);
        cr_expect(result->verdict == VERDICT_FAIL, "%s: %s: %s", rows[i].name,
                  verdict_name(result->verdict), kit_text(&result->why));
    }
}

static const struct {
    const char *name, *body, *end;
} clients[] = {
    {"any-host-key", "kex { host_key = @ed25519_b }\nexpect closed { pass any }", ""},
    {"leaves-early", "serve", "peer expect exit 0; stdout is \"x\""},
    {"window-overrun", "serve", "peer expect exit 0"},
};

Test(breaks, clients_too)
{
    for (size_t i = 0; i < SS_COUNT(clients); i++) {
        char text[1024];
        const struct result *result;

        (void)snprintf(text, sizeof text,
                       "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst client\n"
                       "action exec \"true\"\nserver {\n%s\n}\n%s\n",
                       clients[i].body, clients[i].end);
        result =
            kit_play(text, &(struct kit_options){.role = PEER_CLIENT, .breaks = clients[i].name});
        cr_expect(result->verdict == VERDICT_FAIL, "%s: %s: %s", clients[i].name,
                  verdict_name(result->verdict), kit_text(&result->why));
    }
}

Test(breaks, every_row_has_a_script_and_a_sentence)
{
    size_t count = 0;

    for (const struct act_break *row = act_breaks; row->name != NULL; row++) {
        struct scn_file *file = kit_parse(row->scenario);

        count++;
        cr_expect(row->text[0] != 0);
        cr_expect(strchr(row->rules, '-') != NULL && file->proves_count >= 1, "%s", row->name);
        cr_expect(act_break_find(row->name) == row, "%s stands there twice", row->name);
        cr_expect(row->role == SS_CLIENT ? file->client.present : file->server.present);
        scn_free(&file);
    }
    cr_expect(count >= 150);
}

Test(breaks, a_row_is_found_by_its_name_and_suggested_for_one_that_is_close)
{
    cr_expect(act_break_find("bad-signature") != NULL);
    cr_expect(act_break_find("bad-signatur") == NULL && act_break_find("") == NULL);
    cr_expect_str_eq(act_break_suggest("bad-signatur"), "bad-signature");
    cr_expect(act_break_suggest("nothing like any of them") == NULL);
}

/* The same mistake of ours: the honest one ends the connection, this one neither says so nor
 * leaves, and our twin sees it serve on as long as nobody makes a mistake. */
Test(breaks, a_peer_that_stays_is_silent_after_a_mistake_and_only_then)
{
    static const char body[] =
        "kex\nfault send SERVICE_REQUEST { service = \"ssh-userauth\" } with length service = 99\n"
        "expect closed { pass disconnect any   weak fin, rst }";
    const struct result *result = play(body, NULL);

    kit_expect(result, VERDICT_PASS, NULL);
    result = play(body, "mistakes-unanswered");
    kit_expect(result, VERDICT_FAIL, "came silence");
    cr_expect_str_eq(kit_text(&result->twin), "PASS");
    kit_expect(
        play("login\nsession as ch\nexec ch \"true\"\ndrain ch\ncheck ch.exit == 0, \"exit\"",
             "mistakes-unanswered"),
        VERDICT_PASS, NULL);
}

Test(breaks, there_is_no_such_row_for_the_other_role)
{
    kit_expect(play("kex", "any-host-key"), VERDICT_ERROR,
               "our server cannot misbehave as \"any-host-key\"");
    kit_expect(play("kex", "nothing"), VERDICT_ERROR, "cannot misbehave");
}
