/* SPDX-License-Identifier: Apache-2.0 */
/* test_parse.c - texts that are right, and the trees they give; texts cut anywhere, and memory that
 * runs out anywhere.
 *
 * Follows: docs/scenario-language.md. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "testserver/script/lexer.h"
#include "tests/support/support.h"

TestSuite(parse, .fini = test_counted_check);

static void parses(struct kit *kit, const char *text)
{
    ss_err err = kit_parse(kit, text);

    cr_assert(err == SS_OK, "%s:%u:%u: %s\n%s", ss_err_name(err), (unsigned)kit->diagnostic.at.line,
              (unsigned)kit->diagnostic.at.column, kit->diagnostic.text, text);
}

Test(parse, every_sample)
{
    struct kit kit;

    kit_init(&kit);
    for (const struct kit_sample *s = kit_samples; s->name != NULL; s++)
        parses(&kit, s->text);
    for (const struct kit_fragment *f = kit_fragments; f->name != NULL; f++)
        (void)kit_parse(&kit, f->text);
    kit_fini(&kit);
}

Test(parse, headers)
{
    struct kit kit;
    const struct scn_file *file;

    kit_init(&kit);
    parses(&kit,
           "# c\nscenario \"a \\\"b\\\"\"\nproves A-1-b, C-2.1-d\nagainst client\nlevel info\n"
           "tags x, CVE-1\neach k in [@user, @user_rsa]\naction exec \"run\" knowing nothing "
           "by password input \"i\" with kex \"a\", mac \"m\"\nbudget 2s\nserver {\n}\n"
           "peer expect alive or exit 3; stderr contains \"x\"\npeer file \"f\" is \"c\" when "
           "exit 0\n");
    file = kit.file;
    cr_expect(ss_span_is(file->path, "test.scn") && ss_span_is(file->title, "a \"b\""));
    cr_expect(file->title_at.line == 2 && !file->is_fragment && file->info);
    cr_expect(file->proves_count == 2 && ss_span_is(file->proves[1], "C-2.1-d"));
    cr_expect(file->proves_at[1].line == 3 && file->proves_at[1].column == 15);
    cr_expect(file->against == SCN_AGAINST_CLIENT && file->budget == 2000);
    cr_expect(file->tag_count == 2 && ss_span_is(file->tags[1], "CVE-1"));
    cr_expect(file->each->count == 2 && ss_span_is(file->each_name, "k"));
    cr_expect(file->each_slot < file->slots);
    cr_expect(ss_span_is(file->slot_names[file->each_slot], "k"));
    cr_expect(file->action.kind == SCN_EXEC && ss_span_is(file->action.text, "run"));
    cr_expect(ss_span_is(file->action.knowing, "nothing") && file->action.by_password);
    cr_expect(ss_span_is(file->action.input, "i") && file->action.cipher == NULL);
    cr_expect(ss_span_is(file->action.kex->bytes, "a"));
    cr_expect(ss_span_is(file->action.mac->bytes, "m"));
    cr_assert(file->peer_count == 3);
    cr_expect(file->peer[0].outcome_count == 2 && file->peer[0].outcomes[0].kind == SCN_ALIVE);
    cr_expect(file->peer[0].outcomes[1].kind == SCN_EXIT_IS);
    cr_expect(file->peer[0].outcomes[1].status == 3);
    cr_expect(file->peer[1].kind == SCN_STDERR_CONTAINS);
    cr_expect(file->peer[2].kind == SCN_FILE_IS && file->peer[2].when_exit);
    cr_expect(file->server.present && !file->client.present && !file->relay.present);
    parses(&kit, kit_client("fence"));
    cr_expect(kit.file->budget == 30000 && kit.file->each_slot == UINT32_MAX);
    cr_expect(kit.file->action.kind == SCN_NO_ACTION);
    kit_fini(&kit);
}

Test(parse, sends_with_fields_and_lies)
{
    struct kit kit;
    const struct scn_stmt *stmt;

    kit_init(&kit);
    parses(&kit, kit_client("send CHANNEL_REQUEST exec { recipient_channel = 1, command = \"x\" } "
                            "with raw command = \"y\", repeat want_reply by 3, mac flip, drop"));
    stmt = kit_stmt(&kit, 0);
    cr_expect(stmt->kind == SCN_SEND && stmt->at.line == 5 && stmt->at.column == 5);
    cr_expect(stmt->message.def->id == SS_MSG_channel_request);
    cr_expect(stmt->message.tail->id == SS_TAIL_channel_request_exec);
    cr_assert(stmt->fields.count == 2 && stmt->lie_count == 4);
    cr_expect(ss_span_is(stmt->fields.items[1].path, "command"));
    cr_expect(ss_span_is(stmt->fields.items[1].value->bytes, "x"));
    cr_expect(stmt->lies[0].kind == SS_LIE_RAW && ss_span_is(stmt->lies[0].path, "command"));
    cr_expect(ss_span_is(stmt->lies[0].bytes->bytes, "y") && stmt->lies[0].n == NULL);
    cr_expect(stmt->lies[1].kind == SS_LIE_REPEAT && stmt->lies[1].n->number == 3);
    cr_expect(stmt->lies[2].kind == SS_LIE_MAC_FLIP && stmt->lies[2].n == NULL);
    cr_expect(stmt->lies[3].kind == SS_LIE_DROP && stmt->lies[3].path.size == 0);
    parses(&kit, kit_client("send STATUS { code = eof, id = 1 }\n    send OPEN { attrs.size = 5 }\n"
                            "    send raw \"x\"\n    send payload byte(2) with clear"));
    cr_expect(kit_stmt(&kit, 0)->fields.items[0].value->kind == SCN_LIT_NUMBER);
    cr_expect(kit_stmt(&kit, 0)->fields.items[0].value->number == 1);
    cr_expect(ss_span_is(kit_stmt(&kit, 1)->fields.items[0].path, "attrs.size"));
    cr_expect(kit_stmt(&kit, 2)->kind == SCN_SEND_RAW);
    cr_expect(kit_stmt(&kit, 3)->kind == SCN_SEND_PAYLOAD);
    cr_expect(kit_stmt(&kit, 3)->lies[0].kind == SS_LIE_NO_ENCRYPT);
    kit_fini(&kit);
}

Test(parse, actions)
{
    struct kit kit;

    kit_init(&kit);
    parses(&kit, kit_client("login as \"u\" by key @user\n    login by none\n    login\n"
                            "    session window 1 max_packet 2 as ch\n    env ch \"N\" \"V\"\n"
                            "    pty ch\n    set sequence in 7\n    close half\n    disconnect\n"
                            "    disconnect mac_error\n    session\n    kexinit { reserved = 1 }"));
    cr_expect(kit_stmt(&kit, 0)->method == SCN_BY_KEY && kit_stmt(&kit, 0)->value != NULL);
    cr_expect(ss_span_is(kit_stmt(&kit, 0)->text, "u"));
    cr_expect(kit_stmt(&kit, 1)->method == SCN_BY_NONE);
    cr_expect(kit_stmt(&kit, 2)->method == SCN_BY_DEFAULT && kit_stmt(&kit, 2)->text.size == 0);
    cr_expect(kit_stmt(&kit, 3)->value->number == 1 && kit_stmt(&kit, 3)->value2->number == 2);
    cr_expect(kit_stmt(&kit, 4)->slot == kit_stmt(&kit, 3)->slot);
    cr_expect(ss_span_is(kit_stmt(&kit, 4)->text, "N") &&
              ss_span_is(kit_stmt(&kit, 4)->text2, "V"));
    cr_expect(kit_stmt(&kit, 4)->message.tail->id == SS_TAIL_channel_request_env);
    cr_expect(kit_stmt(&kit, 5)->message.tail->id == SS_TAIL_channel_request_pty_req);
    cr_expect(kit_stmt(&kit, 6)->number == SS_IN && kit_stmt(&kit, 6)->value->number == 7);
    cr_expect(kit_stmt(&kit, 7)->close_how == SCN_CLOSE_HALF);
    cr_expect(kit_stmt(&kit, 8)->number == SS_DISCONNECT_BY_APPLICATION);
    cr_expect(kit_stmt(&kit, 9)->number == SS_DISCONNECT_MAC_ERROR);
    cr_expect(kit_stmt(&kit, 10)->slot == UINT32_MAX && kit_stmt(&kit, 10)->value == NULL);
    cr_expect(kit_stmt(&kit, 11)->kind == SCN_KEXINIT && kit_stmt(&kit, 11)->fields.count == 1);
    kit_fini(&kit);
}

Test(parse, alternatives_and_classes)
{
    struct kit kit;
    const struct scn_stmt *stmt;
    const struct scn_expr *condition;

    kit_init(&kit);
    parses(&kit,
           kit_client("expect CHANNEL_REQUEST exit_status { status == 0 } as m or\n"
                      "        weak closed { pass disconnect any, mac_error   weak fin   fail "
                      "any, silence } within 2s\n    check m.status == 0, \"x\"\n    never "
                      "KEXINIT, CHANNEL_OPEN x11"));
    stmt = kit_stmt(&kit, 0);
    cr_assert(stmt->kind == SCN_EXPECT && stmt->alternative_count == 2 && stmt->number == 2000);
    cr_expect(!stmt->alternatives[0].weak && !stmt->alternatives[0].closed);
    cr_expect(stmt->alternatives[0].message.tail->id == SS_TAIL_channel_request_exit_status);
    condition = stmt->alternatives[0].conditions[0];
    cr_expect(condition->kind == SCN_BINARY && condition->op == SCN_EQ);
    cr_expect(condition->left->kind == SCN_MEMBER && ss_span_is(condition->left->bytes, "status"));
    cr_expect(condition->left->left->kind == SCN_VARIABLE);
    cr_expect(condition->left->left->slot == stmt->alternatives[0].slot);
    cr_expect(kit_stmt(&kit, 1)->value->left->left->slot == stmt->alternatives[0].slot);
    cr_expect(stmt->alternatives[1].weak && stmt->alternatives[1].closed);
    cr_assert(stmt->alternatives[1].class_count == 5);
    cr_expect(stmt->alternatives[1].classes[0].how == SCN_CLOSED_DISCONNECT);
    cr_expect(stmt->alternatives[1].classes[0].reason == 0 &&
              !stmt->alternatives[1].classes[0].any);
    cr_expect(stmt->alternatives[1].classes[1].reason == SS_DISCONNECT_MAC_ERROR);
    cr_expect(stmt->alternatives[1].classes[2].grade == SCN_WEAK);
    cr_expect(stmt->alternatives[1].classes[2].how == SCN_CLOSED_FIN);
    cr_expect(stmt->alternatives[1].classes[3].any);
    cr_expect(stmt->alternatives[1].classes[4].how == SCN_CLOSED_SILENCE);
    stmt = kit_stmt(&kit, 2);
    cr_expect(stmt->message_count == 2 && stmt->messages[1].tail->id == SS_TAIL_channel_open_x11);
    parses(&kit, kit_client("expect closed"));
    cr_expect(kit_stmt(&kit, 0)->number == 5000);
    cr_expect(kit_stmt(&kit, 0)->alternatives[0].class_count == 0);
    kit_fini(&kit);
}

Test(parse, a_message_without_a_tail_may_be_asked_for_a_field_of_any)
{
    struct kit kit;

    kit_init(&kit);
    parses(&kit,
           kit_server("on CHANNEL_REQUEST as r {\n"
                      "        if r.request_type == \"exec\" and r.command == \"x\" { pass }\n"
                      "    }"));
    /* `name` is text everywhere; `message` too: types are known. */
    cr_expect(kit_parse(&kit, kit_server("on CHANNEL_REQUEST as r {\n"
                                         "        if r.name == 5 { pass }\n    }")) ==
              SS_E_bad_value);
    kit_fini(&kit);
}

Test(parse, faults_their_reactions_and_their_twins)
{
    struct kit kit;
    const struct scn_stmt *stmt;

    kit_init(&kit);
    parses(&kit, kit_client("expect KEXINIT\n    fault send NEWKEYS\n    needs peer ping\n"
                            "    expect STATUS\n    let x = 1\n    check true, \"y\"\n    release\n"
                            "    fence\n    fault { release } else send IGNORE\n    fence\n"
                            "    if true {\n        fence\n        fault release\n    }\n"
                            "    fence\n    use nothing()\n    fence\n    kex\n    fence"));
    cr_expect(kit.file->faults == 3);
    cr_expect(!kit_stmt(&kit, 0)->fault && !kit_stmt(&kit, 0)->reaction);
    cr_expect(kit_stmt(&kit, 1)->fault && kit_stmt(&kit, 1)->fault_index == 0);
    cr_expect(!kit_stmt(&kit, 2)->reaction, "needs is asked of the twin too");
    cr_expect(kit_stmt(&kit, 3)->reaction);
    cr_expect(!kit_stmt(&kit, 4)->reaction, "let is no judgement");
    cr_expect(kit_stmt(&kit, 5)->reaction);
    cr_expect(!kit_stmt(&kit, 7)->reaction, "an action ends it");
    stmt = kit_stmt(&kit, 8);
    cr_expect(stmt->fault && stmt->fault_index == 1 && stmt->kind == SCN_BLOCK);
    cr_expect(stmt->body.count == 1 && stmt->instead->kind == SCN_SEND);
    cr_expect(kit_stmt(&kit, 9)->reaction);
    stmt = kit_stmt(&kit, 10);
    cr_expect(stmt->body.items[0]->reaction, "a branch goes on with what was before it");
    cr_expect(stmt->body.items[1]->fault_index == 2);
    cr_expect(kit_stmt(&kit, 11)->reaction, "a fault in a branch is a fault");
    cr_expect(kit_stmt(&kit, 13)->reaction, "a fragment that does nothing changes nothing");
    cr_expect(!kit_stmt(&kit, 15)->reaction);
    kit_fini(&kit);
}

Test(parse, a_name_of_fault_and_else_is_one_variable)
{
    struct kit kit;

    kit_init(&kit);
    parses(&kit, kit_client("fault session window 0 as ch else session as ch\n    release\n"
                            "    drain ch"));
    cr_expect(kit_stmt(&kit, 0)->slot == kit_stmt(&kit, 0)->instead->slot);
    cr_expect(kit_stmt(&kit, 0)->slot == kit_stmt(&kit, 2)->slot);
    kit_fini(&kit);
}

Test(parse, names_live_in_their_block)
{
    struct kit kit;
    const struct scn_stmt *stmt;

    kit_init(&kit);
    parses(&kit, kit_client("let x = 1\n    repeat 2 {\n        let x = x + 1\n"
                            "        check x == 2, \"y\"\n    }\n    check x == 1, \"z\"\n"
                            "    for x in [\"a\"] {\n        send raw x\n    }"));
    stmt = kit_stmt(&kit, 1);
    cr_expect(stmt->body.items[0]->slot != kit_stmt(&kit, 0)->slot);
    cr_expect(stmt->body.items[0]->value->left->slot == kit_stmt(&kit, 0)->slot);
    cr_expect(stmt->body.items[1]->value->left->slot == stmt->body.items[0]->slot);
    cr_expect(kit_stmt(&kit, 2)->value->left->slot == kit_stmt(&kit, 0)->slot);
    cr_expect(kit_stmt(&kit, 3)->slot == kit_stmt(&kit, 3)->body.items[0]->value->slot);
    kit_fini(&kit);
}

Test(parse, operators_bind_as_one_reads_them)
{
    struct kit kit;
    const struct scn_expr *e;

    kit_init(&kit);
    parses(&kit, kit_client("check not 1 + 2 * 3 - -4 == 5 and true or\n        false, \"x\""));
    e = kit_stmt(&kit, 0)->value;
    cr_assert(e->op == SCN_OR && e->right->kind == SCN_LIT_BOOL && e->type == SCN_BOOL);
    e = e->left;
    cr_assert(e->op == SCN_AND && e->left->kind == SCN_NOT);
    e = e->left->left;
    cr_assert(e->op == SCN_EQ && e->right->number == 5);
    e = e->left;
    cr_assert(e->op == SCN_SUB && e->right->kind == SCN_MINUS && e->left->op == SCN_ADD);
    cr_assert(e->left->right->op == SCN_MUL && e->type == SCN_NUMBER);
    kit_fini(&kit);
}

Test(parse, places_of_the_relay)
{
    struct kit kit;
    const struct scn_stmt *stmt;

    kit_init(&kit);
    parses(&kit, kit_relay("fault inject to server IGNORE { data = \"\" } before NEWKEYS\n"
                           "    drop first packet to server after NEWKEYS\n"
                           "    flip 7 of packet 3 to client\n    cut KEXINIT to client at 9\n"
                           "    replace line to client with \"x\""));
    stmt = kit_stmt(&kit, 0);
    cr_expect(stmt->kind == SCN_INJECT && stmt->before && stmt->side == SCN_TO_SERVER);
    cr_expect(stmt->place.after.def->id == SS_MSG_newkeys && stmt->fields.count == 1);
    stmt = kit_stmt(&kit, 1);
    cr_expect(stmt->kind == SCN_DROP && stmt->place.index == 1);
    cr_expect(stmt->place.after.def->id == SS_MSG_newkeys && stmt->place.message.def == NULL);
    stmt = kit_stmt(&kit, 2);
    cr_expect(stmt->kind == SCN_FLIP && stmt->place.index == 3 && stmt->value->number == 7);
    cr_expect(stmt->place.side == SCN_TO_CLIENT && stmt->side == SCN_TO_CLIENT);
    stmt = kit_stmt(&kit, 3);
    cr_expect(stmt->kind == SCN_CUT && stmt->place.message.def->id == SS_MSG_kexinit);
    cr_expect(kit_stmt(&kit, 4)->kind == SCN_REPLACE_LINE);
    kit_fini(&kit);
}

/* ---- fragments ---- */

Test(parse, each_use_of_a_fragment_is_its_own)
{
    struct kit kit;
    const struct scn_stmt *first, *second;

    kit_init(&kit);
    parses(&kit, kit_client("session as ch\n    use twice(ch)"));
    first = kit_stmt(&kit, 1);
    cr_assert(first->kind == SCN_BLOCK && first->body.count == 2);
    second = first->body.items[1];
    first = first->body.items[0];
    cr_assert(first->kind == SCN_BLOCK && first->body.count == 4);
    cr_expect(first->body.items[0]->kind == SCN_LET, "a value is bound to the argument");
    cr_expect(first->body.items[0]->slot != second->body.items[0]->slot);
    cr_expect(first->body.items[1]->slot == kit_stmt(&kit, 0)->slot, "a variable is handed on");
    cr_expect(first->body.items[1]->at.line == 6 && first->body.items[1]->at.column == 9,
              "it stands where it is used");
    kit_fini(&kit);
}

Test(parse, a_fragment_by_itself)
{
    struct kit kit;

    kit_init(&kit);
    parses(&kit, "fragment f(a, b) {\n    send raw a.data + b\n    reply PONG\n    drop first to "
                 "server\n}\n");
    cr_expect(kit.file->is_fragment && ss_span_is(kit.file->title, "f"));
    cr_expect(kit.file->fragment.count == 3 && kit.file->slots == 2);
    kit_fini(&kit);
}

Test(parse, fragments_without_a_loader_are_unknown)
{
    struct scn_file *file = NULL;
    struct scn_diagnostic diagnostic;

    cr_expect(scn_parse(&test_counted()->env, ss_span_of("x"),
                        ss_span_of(kit_client("use nothing()")), NULL, &file,
                        &diagnostic) == SS_E_bad_value);
    cr_expect(file == NULL && strstr(diagnostic.text, "no fragment nothing") != NULL);
}

static ss_err refuse(struct scn_loader *self, ss_span name, struct ss_buf *out_text)
{
    (void)self;
    (void)name;
    (void)out_text;
    return SS_E_io;
}

Test(parse, a_fragment_that_cannot_be_read_is_told)
{
    struct scn_loader loader = {refuse};
    struct scn_file *file = NULL;
    struct scn_diagnostic diagnostic;

    cr_expect(scn_parse(&test_counted()->env, ss_span_of("x"),
                        ss_span_of(kit_client("use nothing()")), &loader, &file,
                        &diagnostic) == SS_E_bad_value);
    cr_expect(strstr(diagnostic.text, "cannot be read") != NULL);
}

/* ---- limits ---- */

static ss_err explode(struct scn_loader *self, ss_span name, struct ss_buf *out_text)
{
    char next = (char)(name.data[0] + 1);

    (void)self;
    SS_TRY(ss_buf_printf(out_text, "fragment %c() {\n", name.data[0]));
    for (int i = 0; i < 10 && next <= 'z'; i++)
        SS_TRY(ss_buf_printf(out_text, "    use %c()\n", next));
    return ss_buf_puts(out_text, "}\n");
}

Test(parse, fragments_that_multiply_meet_the_limit_of_words)
{
    struct scn_loader loader = {explode};
    struct scn_file *file = NULL;
    struct scn_diagnostic diagnostic;

    cr_expect(scn_parse(&test_counted()->env, ss_span_of("x"), ss_span_of(kit_client("use a()")),
                        &loader, &file, &diagnostic) == SS_E_bad_value);
    cr_expect(diagnostic.at.line == 5 && diagnostic.at.column == 9);
    cr_expect(strstr(diagnostic.text, "in fragment a") != NULL);
}

/* head, then count times piece, then tail, around a client seat. */
static void meets_limit(const char *head, const char *piece, size_t count, const char *tail,
                        const char *said)
{
    struct kit kit;
    struct ss_buf text;
    ss_err err;

    kit_init(&kit);
    ss_buf_init(&text, &kit.counted.env, 2 << 20);
    cr_assert(ss_buf_puts(&text, "scenario \"t\"\nagainst server\nclient {\n") == SS_OK);
    cr_assert(ss_buf_puts(&text, head) == SS_OK);
    for (size_t i = 0; i < count; i++)
        cr_assert(ss_buf_printf(&text, piece, (unsigned)i) == SS_OK);
    cr_assert(ss_buf_puts(&text, tail) == SS_OK);
    cr_assert(ss_buf_puts(&text, "\n}\n") == SS_OK);
    err = kit_parse_span(&kit, ss_buf_span(&text));
    if (said == NULL)
        cr_expect(err == SS_OK, "%s: %s", piece, kit.diagnostic.text);
    else
        cr_expect(err == SS_E_bad_value && strstr(kit.diagnostic.text, said) != NULL, "%s: %s",
                  piece, kit.diagnostic.text);
    ss_buf_fini(&text);
    kit_fini(&kit);
}

Test(parse, limits)
{
    meets_limit("let x = [", "%u, ", 9999, "1]", NULL);
    meets_limit("let x = [", "%u, ", 10000, "1]", "at most 10000 items");
    meets_limit("let x = ", "not ", 60, "true", NULL);
    meets_limit("let x = ", "not ", 70, "true", "nested more than 64 deep");
    meets_limit("let x = ", "-", 70, "1", "nested more than 64 deep");
    meets_limit("let x = ", "(", 70, "1", "more than 64 deep");
    meets_limit("", "if true { ", 70, "", "more than 64 deep");
    meets_limit("if true { }", " else if true { }", 70, "", "nested more than 64 deep");
    meets_limit("let x = 1", " + 1", 1999, "", NULL);
    meets_limit("let x = 1", " + 1", 2000, "", "more than 2000 deep");
    meets_limit("let x = true", " and true", 2000, "", "more than 2000 deep");
    meets_limit("let x = [1", " + 1 * 1", 2000, "]", "more than 2000 deep");
    meets_limit("", "let x%u = 1\n", 10001, "", "more than 10000 names");
    meets_limit("", "if true { }\n", 50001, "", "more than 200000 words");
    meets_limit("send raw \"", "xxxxxxxxxxxxxxxx", 70000, "\"", "longer than 1 MiB");
}

/* ---- memory and truncation ---- */

Test(parse, memory_may_run_out_anywhere)
{
    struct kit kit;
    size_t n;

    kit_init(&kit);
    for (const struct kit_sample *s = kit_samples; s->name != NULL; s++) {
        ss_err err = SS_E_no_memory;

        for (n = 1; err != SS_OK && n < 5000; n++) {
            kit.counted.calls = 0;
            kit.counted.fail_at = n;
            err = kit_parse(&kit, s->text);
            cr_assert(err == SS_OK || err == SS_E_no_memory, "%s, %zu: %s", s->name, n,
                      kit.diagnostic.text);
            cr_assert(err == SS_OK || kit.file == NULL);
        }
        cr_expect(err == SS_OK);
        kit.counted.fail_at = 0;
        scn_free(&kit.file);
        cr_expect(kit.counted.blocks == 0, "%s", s->name);
    }
    kit_fini(&kit);
}

/* An arena asks for memory rarely: here each of its allocations fails once. */
Test(parse, the_tree_may_be_full_anywhere)
{
    struct kit kit;
    ss_err err = SS_E_no_memory;

    kit_init(&kit);
    kit.counted.fail_after = true;
    for (size_t n = 1; err != SS_OK && n < 200; n++) {
        kit.counted.calls = 0;
        kit.counted.fail_at = n;
        err =
            kit_parse(&kit, kit_client("session as ch\n    use twice(ch)\n    expect STATUS as m"));
        cr_assert(err == SS_OK || err == SS_E_no_memory);
    }
    cr_expect(err == SS_OK);
    kit.counted.fail_at = 0;
    kit_fini(&kit);
}

Test(parse, a_text_cut_anywhere_is_right_or_has_a_place)
{
    struct kit kit;

    kit_init(&kit);
    for (const struct kit_sample *s = kit_samples; s->name != NULL; s++) {
        ss_span all = ss_span_of(s->text);

        for (size_t n = 0; n <= all.size; n++) {
            ss_span cut = ss_span_part(all, 0, n);
            ss_err err = kit_parse_span(&kit, n % 64 == 0 ? test_guarded(cut) : cut);
            unsigned lines = 1;

            for (size_t i = 0; i < n; i++)
                lines += all.data[i] == '\n';
            cr_assert(err == SS_OK || err == SS_E_bad_value);
            cr_assert(err == SS_OK ||
                          (kit.diagnostic.at.line >= 1 && kit.diagnostic.at.line <= lines &&
                           kit.diagnostic.at.column >= 1 && kit.diagnostic.length >= 1 &&
                           kit.diagnostic.text[0]),
                      "%s cut at %zu: %u:%u", s->name, n, (unsigned)kit.diagnostic.at.line,
                      (unsigned)kit.diagnostic.at.column);
        }
    }
    kit_fini(&kit);
}

/* Every byte replaced by each of a few others: no crash, and a place when it is wrong. */
Test(parse, a_text_with_one_byte_changed_is_right_or_has_a_place)
{
    static const char bytes[] = "{}()[],;.=\"@#-x0 \n";
    static char text[16384];
    struct kit kit;

    kit_init(&kit);
    for (const struct kit_sample *s = kit_samples; s->name != NULL; s++) {
        size_t size = strlen(s->text);

        cr_assert(size < sizeof text);
        memcpy(text, s->text, size);
        for (size_t i = 0; i < size; i++) {
            text[i] = bytes[i % (sizeof bytes - 1)];
            if (kit_parse_span(&kit, ss_span_make(text, size)) != SS_OK)
                cr_assert(kit.diagnostic.at.line >= 1 && kit.diagnostic.length >= 1, "%s, %zu",
                          s->name, i);
            text[i] = s->text[i];
        }
    }
    kit_fini(&kit);
}
