/* SPDX-License-Identifier: Apache-2.0 */
/* test_wrong.c - texts that are wrong, each with where, what is said, and what is suggested.
 *
 * Follows: docs/scenario-language.md. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(wrong, .fini = test_counted_check);

struct row {
    const char *text;
    unsigned line, column;
    const char *said;       /* a part of it */
    const char *suggestion; /* null: none */
};

static void check_row(struct kit *kit, const struct row *row, const char *text)
{
    ss_err err = kit_parse(kit, text);

    cr_expect(err == SS_E_bad_value, "%s: %s", row->text, ss_err_name(err));
    if (err != SS_E_bad_value)
        return;
    cr_expect(kit->diagnostic.at.line == row->line && kit->diagnostic.at.column == row->column,
              "%s\n  is told at %u:%u, not %u:%u: %s", row->text, (unsigned)kit->diagnostic.at.line,
              (unsigned)kit->diagnostic.at.column, row->line, row->column, kit->diagnostic.text);
    cr_expect(strstr(kit->diagnostic.text, row->said) != NULL, "%s\n  says \"%s\", not \"%s\"",
              row->text, kit->diagnostic.text, row->said);
    cr_expect(strcmp(kit->diagnostic.suggestion, row->suggestion != NULL ? row->suggestion : "") ==
                  0,
              "%s\n  suggests \"%s\"", row->text, kit->diagnostic.suggestion);
    cr_expect(kit->diagnostic.length >= 1);
}

#define HEAD "scenario \"t\"\nproves A-1-b\nagainst server\n"
#define SEAT "client {\n}\n"

static const struct row files[] = {
    {"", 1, 1, "starts with scenario or fragment", NULL},
    {"scenari \"t\"\n", 1, 1, "starts with scenario or fragment", "scenario"},
    {"\"t\"\n", 1, 1, "starts with scenario or fragment", NULL},
    {"scenario t\n", 1, 10, "expected the title in quotes, not t", NULL},
    {"scenario\n", 1, 9, "expected the title in quotes", NULL},
    {"scenario \"\"\nagainst server\n" SEAT, 1, 1, "the title is empty", NULL},
    {"scenario \"t\" against server\n", 1, 14, "expected the end of the line", NULL},
    {"scenario \"t\"\n" SEAT, 1, 1, "say what is under test", NULL},
    {"scenario \"t\"\nagainst serve\n", 2, 9, "expected server, client or both", "server"},
    {HEAD "against client\n", 4, 1, "against is given twice", NULL},
    {HEAD "proof A-1-c\n" SEAT, 4, 1, "expected a header, a seat or peer", NULL},
    {HEAD "agianst server\n" SEAT, 4, 1, "expected a header, a seat or peer", "against"},
    {HEAD, 3, 1, "against server takes a client seat", NULL},
    {HEAD "server {\n}\n", 3, 1, "against server takes a client seat", NULL},
    {HEAD SEAT "relay {\n}\n", 3, 1, "against server takes a client seat", NULL},
    {HEAD SEAT SEAT, 6, 1, "a client seat already, in line 4", NULL},
    {HEAD SEAT "budget 2s\n", 6, 1, "budget belongs above the seats", NULL},
    {HEAD "peer expect alive\n" SEAT, 4, 1, "peer belongs below the seats", NULL},
    {HEAD "action exec \"true\"\n" SEAT, 4, 8, "only a client under test takes an action", NULL},
    {"scenario \"t\"\nagainst client\nserver {\n}\n", 2, 1, "needs an action", NULL},
    {"scenario \"t\"\nagainst both\naction exec \"x\"\nclient {\n}\n", 2, 1,
     "against both takes a relay seat", NULL},
    {"scenario \"t\"\nproves RFC4253\n", 2, 8, "no id of a requirement", NULL},
    {"scenario \"t\"\nproves a-1-b\n", 2, 8, "no id of a requirement", NULL},
    {"scenario \"t\"\nproves A-1-b, A-1-b\n", 2, 15, "A-1-b is named twice", NULL},
    {"scenario \"t\"\nproves A-1-b,\n", 2, 14, "expected the id of a requirement", NULL},
    {"scenario \"t\"\nproves A-1-b A-1-c\n", 2, 14, "expected the end of the line", NULL},
    {"scenario \"t\"\nlevel debug\n", 2, 7, "expected info", NULL},
    {"scenario \"t\"\ntags \"x\"\n", 2, 6, "expected a tag", NULL},
    {"scenario \"t\"\nbudget 5\n", 2, 8, "expected a duration", NULL},
    {"scenario \"t\"\nbudget 0s\n", 2, 8, "between 1ms and 3600s", NULL},
    {HEAD "each n in []\n", 4, 11, "at least one case", NULL},
    {HEAD "each n in [1, 2, 1]\n", 4, 18, "listed already", NULL},
    {HEAD "each n in peer.kexinit.kex_algorithms\n", 4, 11, "known before anything runs", NULL},
    {HEAD "each n in split(\"a\", \"b\")\n", 4, 11, "each takes lists in brackets", NULL},
    {HEAD "each n in 7\n", 4, 11, "is a list, not a number", NULL},
    {HEAD "each n [1]\n", 4, 8, "expected in", NULL},
    {HEAD "each with in [1]\n", 4, 6, "a word of the language", NULL},
    {"scenario \"t\"\naction run \"x\"\n", 2, 8, "expected exec or sftp", NULL},
    {"scenario \"t\"\naction exec \"x\" knowing @ed25519\n", 2, 25, "no key or list @ed25519",
     "@ed25519_a"},
    {"scenario \"t\"\naction exec \"x\" knowing @macs\n", 2, 25, "is a key, not a list", NULL},
    {"scenario \"t\"\naction exec \"x\" by key by key\n", 2, 24, "by is given twice", NULL},
    {"scenario \"t\"\naction exec \"x\" with kex \"a\", kex \"b\"\n", 2, 31, "kex is given twice",
     NULL},
    {"scenario \"t\"\naction sftp get \"/f\" as \"../out\"\n", 2, 25, "without a folder", NULL},
    {"scenario \"t\"\naction sftp get \"/f\"\n", 2, 21, "expected as", NULL},
    {HEAD SEAT "peer expect dead\n", 6, 13, "expected alive or exit", NULL},
    {HEAD SEAT "peer expect exit 256\n", 6, 18, "at most 255", NULL},
    {HEAD SEAT "peer file \"a/b\" absent\n", 6, 11, "without a folder", NULL},
    {HEAD SEAT "peer file \"a\" gone\n", 6, 15, "expected absent, present or is", NULL},
    {HEAD SEAT "peer stdout is 7\n", 6, 16, "output is bytes, not a number", NULL},
    {HEAD SEAT "peer expect alive file\n", 6, 19, "expected ';' or the end of the line", NULL},
    {HEAD "client {\n    fence\n", 4, 8, "this block is not closed", NULL},
    {HEAD "client\n{\n}\n", 4, 7, "expected '{'", NULL},
    {HEAD "budget 3s\nclient {\n    repeat 2 { expect KEXINIT within 2s }\n}\n", 4, 1,
     "the deadlines add up to 4000 ms, the budget is 3000 ms", NULL},
    {HEAD "client {\n    fence within 40s\n}\n", 1, 1, "the deadlines add up to 40000 ms", NULL},
    {HEAD "client { } client { }\n", 4, 12, "expected the end of the line", NULL},
    {"fragment f(a, a) {\n}\n", 1, 15, "a is bound already", NULL},
    {"fragment f() {\n    use f()\n}\n", 2, 9, "a circle: f, which f uses", NULL},
    {"fragment f() {\n}\nclient {\n}\n", 3, 1, "nothing may follow", NULL},
    {"fragment f {\n}\n", 1, 12, "expected '('", NULL},
};

Test(wrong, files_and_headers)
{
    struct kit kit;

    kit_init(&kit);
    for (size_t i = 0; i < SS_COUNT(files); i++)
        check_row(&kit, &files[i], files[i].text);
    kit_fini(&kit);
}

static const struct row words[] = {
    {"scenario \"t\n", 1, 10, "does not end on its line", NULL},
    {"scenario \"t\"\n\x01", 2, 1, "unexpected byte 0x01", NULL},
    {"scenario \"t\x01\"\n", 1, 12, "unexpected byte 0x01", NULL},
    {"scenario \"\xff\"\n", 1, 11, "unexpected byte 0xff", NULL},
    {"# \xc3\n", 1, 3, "unexpected byte 0xc3", NULL},
    {"scenario \"t\"\rx", 1, 13, "unexpected byte 0x0d", NULL},
    {"\xef\xbb\xbfscenario \"t\"\n", 1, 1, "byte order mark", NULL},
    {"\xc3\xa9\n", 1, 1, "unexpected byte 0xc3", NULL},
    {"scenario \"\\q\"\n", 1, 11, "unknown escape", NULL},
    {"scenario \"\\x1\"\n", 1, 11, "unknown escape", NULL},
    {"scenario \"\\", 1, 11, "unknown escape", NULL},
    {"Scenario \"t\"\n", 1, 1, "words are lower case", NULL},
    {"scenario \"t\" $\n", 1, 14, "unexpected character '$'", NULL},
    {"scenario \"t\"\nbudget 5x\n", 2, 8, "not a number", NULL},
    {"scenario \"t\"\nbudget 99999999999999999999s\n", 2, 8, "does not fit 64 bits", NULL},
    {"scenario \"t\"\nbudget 0xzz\n", 2, 8, "not a number", NULL},
    {"scenario \"t\"\nbudget 18446744073709551615G\n", 2, 8, "does not fit 64 bits", NULL},
    {HEAD "client {\n    send raw hex\"0\"\n}\n", 5, 18, "come in pairs", NULL},
    {HEAD "client {\n    send raw hex\"0g\"\n}\n", 5, 18, "come in pairs", NULL},
    {HEAD "client {\n    send raw hex\"g0\"\n}\n", 5, 18, "not a hexadecimal digit", NULL},
    {HEAD "client {\n    send raw hex\"00\n}\n", 5, 14, "does not end on its line", NULL},
    {HEAD "client {\n    send raw @ x\n}\n", 5, 14, "right behind @", NULL},
};

Test(wrong, words)
{
    struct kit kit;

    kit_init(&kit);
    for (size_t i = 0; i < SS_COUNT(words); i++)
        check_row(&kit, &words[i], words[i].text);
    cr_expect(kit_parse_span(&kit, ss_span_make("scenario \"t\0\"\n", 14)) == SS_E_bad_value);
    cr_expect(kit.diagnostic.at.column == 12 && strstr(kit.diagnostic.text, "0x00") != NULL);
    cr_expect(kit_parse_span(&kit, ss_span_make("scenario \0\"t\"\n", 14)) == SS_E_bad_value);
    cr_expect(kit.diagnostic.at.column == 10 && strstr(kit.diagnostic.text, "0x00") != NULL);
    kit_fini(&kit);
}

/* In line 5, from column 5 on. */
static const struct row clients[] = {
    {"sned NEWKEYS", 5, 5, "unknown statement sned", "send"},
    {"falut send NEWKEYS", 5, 5, "unknown statement falut", "fault"},
    {"NEWKEYS", 5, 5, "expected a statement, not NEWKEYS", NULL},
    {"send", 5, 9, "expected the name of a message", NULL},
    {"send KEXINT", 5, 10, "unknown message KEXINT", "KEXINIT"},
    {"send REEDDIR", 5, 10, "unknown message REEDDIR", "READDIR"},
    {"send XYZZY_PLUGH", 5, 10, "unknown message XYZZY_PLUGH", NULL},
    {"send newkeys", 5, 10, "message names are upper case", "NEWKEYS"},
    {"send CHANNEL_REQUEST exek", 5, 26, "no CHANNEL_REQUEST exek", "exec"},
    {"send NEWKEYS now", 5, 18, "expected the end of the line, not now", NULL},
    {"send IGNORE { dta = \"x\" }", 5, 19, "IGNORE has no field dta", "data"},
    {"send IGNORE { data = 7 }", 5, 26, "data is bytes, not a number", NULL},
    {"send IGNORE { data = \"x\", data = \"y\" }", 5, 31, "data is set twice", NULL},
    {"send IGNORE { data \"x\" }", 5, 24, "expected '='", NULL},
    {"send IGNORE { data = \"x\" ", 4, 8, "this block is not closed", NULL},
    {"send IGNORE { data = \"x\"\n    fence }", 6, 5, "expected ',' or '}'", NULL},
    {"send IGNORE { data = \"x\", }", 5, 31, "expected the name of a field", NULL},
    {"send IGNORE { data . x = 1 }", 5, 24, "no blanks inside", NULL},
    {"send CHANNEL_REQUEST { command = \"x\" }", 5, 28, "name the kind of CHANNEL_REQUEST", NULL},
    {"send CHANNEL_REQUEST exec { comand = \"x\" }", 5, 33, "CHANNEL_REQUEST exec has no field",
     "command"},
    {"send CHANNEL_EOF { recipient_channel = \"1\" }", 5, 44, "is a number, not bytes", NULL},
    {"send CHANNEL_EOF { recipient_channel = 4294967296 }", 5, 44, "which has 32 bits", NULL},
    {"send KEXINIT { cookie = \"short\" }", 5, 29, "cookie has 16 bytes, not 5", NULL},
    {"send KEXINIT { first_kex_packet_follows = 1 }", 5, 47, "is true or false, not a number",
     NULL},
    {"send KEXINIT { kex_algorithms = [1] }", 5, 37, "kex_algorithms is a list of names", NULL},
    {"send EXT_INFO { extensions = [[\"a\", \"b\", \"c\"]] }", 5, 35, "3 values for the 2 fields",
     NULL},
    {"send EXT_INFO { extensions = [[1]] }", 5, 36, "name is bytes, not a number", NULL},
    {"send OPEN { attrs = 1 }", 5, 25, "set the fields of attrs one by one", NULL},
    {"send DISCONNECT { reason = protocol_eror }", 5, 32, "protocol_eror is not bound", NULL},
    {"send IGNORE with macs flip", 5, 22, "expected a lie", "mac"},
    {"send IGNORE with mac", 5, 25, "expected flip", NULL},
    {"send IGNORE with omit dat", 5, 27, "IGNORE has no field dat", "data"},
    {"send IGNORE with length data", 5, 33, "expected '='", NULL},
    {"send IGNORE with packet_length", 5, 35, "expected a value", NULL},
    {"send IGNORE with padding \"x\"", 5, 30, "is a number, not bytes", NULL},
    {"send payload \"x\" with omit data", 5, 32, "a raw payload has no fields", NULL},
    {"send raw 7", 5, 14, "what is sent is bytes, not a number", NULL},
    {"kex { rekey_byte = 5 }", 5, 11, "no option rekey_byte", "rekey_bytes"},
    {"kex { rekey_bytes = 5 }", 5, 25, "between 64 and", NULL},
    {"kex { rekey_bytes = \"5\" }", 5, 25, "is a number, not bytes", NULL},
    {"kex { strict_kex = 1 }", 5, 24, "is true or false, not a number", NULL},
    {"kex { host_key = @ed25519_a }", 5, 11, "only the server seat has a host key", NULL},
    {"kexinit { kex_algorithm = [] }", 5, 15, "KEXINIT has no field", "kex_algorithms"},
    {"service ssh", 5, 13, "expected the name of a service", NULL},
    {"login as root", 5, 14, "expected a user's name in quotes", NULL},
    {"login by keys", 5, 14, "expected password, none or key", "key"},
    {"login by key @password", 5, 18, "is a key, not bytes", NULL},
    {"login by key @usr", 5, 18, "no key or list @usr", "@user"},
    {"session windw 0", 5, 13, "expected the end of the line, not windw", NULL},
    {"session window \"x\"", 5, 20, "a window is a number, not bytes", NULL},
    {"session as in", 5, 16, "a word of the language", NULL},
    {"session as ch\n    session as ch", 6, 16, "ch is bound already, in line 5", NULL},
    {"drain ch", 5, 11, "ch is not bound", NULL},
    {"session as chan\n    drain chn", 6, 11, "chn is not bound", "chan"},
    {"let x = 5\n    drain x", 6, 11, "x is a number, not a channel", NULL},
    {"exec ch \"x\"", 5, 10, "ch is not bound", NULL},
    {"session as ch\n    exec ch x", 6, 13, "expected a command in quotes", NULL},
    {"session as ch\n    check ch.windw_in == 0, \"x\"", 6, 14, "a channel has no windw_in",
     "window_in"},
    {"serve", 5, 5, "serve cannot stand in the client seat", NULL},
    {"drop first to server", 5, 5, "drop cannot stand in the client seat", NULL},
    {"reply PONG", 5, 5, "reply stands inside on MESSAGE { } only", NULL},
    {"pass", 5, 5, "pass stands inside on MESSAGE { } only", NULL},
    {"on PING { on PONG { pass } }", 5, 18, "no handler inside a handler", NULL},
    {"on USERAUTH_REQUEST { pass }", 5, 8, "a server never sends USERAUTH_REQUEST", NULL},
    {"expect KEXDH_INIT", 5, 12, "a server never sends KEXDH_INIT", NULL},
    {"expect clsoed", 5, 12, "expected a message or closed", "closed"},
    {"expect KEXINIT { }", 5, 22, "expected a value, not }", NULL},
    {"expect KEXINIT { kex_algorithms }", 5, 22, "a condition is true or false, not a list", NULL},
    {"expect KEXINIT { kex_algoritms == \"x\" }", 5, 22, "neither bound nor a field of KEXINIT",
     "kex_algorithms"},
    {"let reason = 5\n    expect DISCONNECT { reason == 5 }", 6, 25,
     "both a field of DISCONNECT and a variable", NULL},
    {"expect STATUS { code == no_such_fil }", 5, 29, "neither bound nor a field", NULL},
    {"expect STATUS as m or HANDLE", 5, 22, "m is not bound when another message comes", NULL},
    {"expect STATUS as m or HANDLE as m", 5, 37, "m cannot be two different messages", NULL},
    {"expect STATUS as m or STATUS as n", 5, 37, "alternatives bind one name: m", NULL},
    {"expect KEXINIT within 5", 5, 27, "expected a duration", NULL},
    {"expect KEXINIT within 0ms", 5, 27, "at least 1ms", NULL},
    {"expect closed { }", 5, 21, "expected pass, weak or fail", NULL},
    {"expect closed { pas fin }", 5, 21, "expected pass, weak or fail", "pass"},
    {"expect closed { pass fine }", 5, 26, "neither a way of closing nor a disconnect reason",
     "fin"},
    {"expect closed { pass protocol_eror }", 5, 26, "neither a way of closing", "protocol_error"},
    {"expect closed { pass disconnect fin }", 5, 37, "no disconnect reason fin", NULL},
    {"expect closed { pass fin weak fin }", 5, 35, "listed already", NULL},
    {"expect closed { pass any, any }", 5, 31, "listed already", NULL},
    {"fault send NEWKEYS\n    expect closed", 6, 12, "closure policy missing", NULL},
    {"repeat 2 { fault send NEWKEYS }\n    expect KEXINIT or closed", 6, 23,
     "closure policy missing", NULL},
    {"fault expect KEXINIT", 5, 11, "only an action can be a fault, expect is none", NULL},
    {"fault fault send NEWKEYS", 5, 11, "a fault inside a fault", NULL},
    {"fault { fault send NEWKEYS }", 5, 13, "a fault inside a fault", NULL},
    {"fault session as ch\n    send IGNORE\n    drain ch", 7, 11, "only where the fault is", NULL},
    {"fault session as a else session as b", 5, 40, "bound by the fault and by else", NULL},
    {"fault session as a else release", 5, 22, "bound by the fault and by else", NULL},
    {"fault send NEWKEYS\n    expect STATUS as m\n    release\n    check m.code == 0, \"x\"", 8, 11,
     "m is bound only where the fault is", NULL},
    {"fault send NEWKEYS\n    expect STATUS as m\n    let x = m.code", 7, 13,
     "m is bound only where the fault is", NULL},
    {"check 1, \"x\"", 5, 11, "what is checked is true or false, not a number", NULL},
    {"check true", 5, 15, "expected ','", NULL},
    {"check true, x", 5, 17, "expected what it means", NULL},
    {"check kex.strct, \"x\"", 5, 11, "no fact kex.strct", "kex.strict"},
    {"check kex == 1, \"x\"", 5, 11, "no fact kex", NULL},
    {"check peer.kexinit.macs == 1, \"x\"", 5, 11, "KEXINIT has no field macs", NULL},
    {"check kex . strict, \"x\"", 5, 17, "no blanks", NULL},
    {"needs peer pong", 5, 16, "expected offers, ping", "ping"},
    {"needs peer offers macs \"x\"", 5, 23, "expected kex, hostkey", "mac"},
    {"needs frature x", 5, 11, "expected peer or feature", "feature"},
    {"let x = lenght(\"a\")", 5, 13, "no function lenght", "length"},
    {"let x = length (\"a\")", 5, 13, "length is a function: its ( touches it", NULL},
    {"let x = length()", 5, 13, "length takes 1 argument, not 0", NULL},
    {"let x = repeat(\"a\")", 5, 13, "repeat takes 2 arguments, not 1", NULL},
    {"let x = userauth_signature(@user)", 5, 13, "takes 3 or more arguments, not 1", NULL},
    {"let x = repeat(\"a\", \"b\")", 5, 25, "argument 2 of repeat is a number, not bytes", NULL},
    {"let x = blob(\"a\")", 5, 18, "argument 1 of blob is a key, not bytes", NULL},
    {"let x = contains([1], \"a\")", 5, 27, "a number cannot be compared with bytes", NULL},
    {"let x = 1 + \"a\"", 5, 17, "a number and bytes cannot be added", NULL},
    {"let x = true + true", 5, 13, "+ takes numbers, bytes or lists", NULL},
    {"let x = \"a\" * 2", 5, 13, "* takes a number, not bytes", NULL},
    {"let x = 1 == \"a\"", 5, 18, "a number cannot be compared with bytes", NULL},
    {"let x = 1 < 2 < 3", 5, 19, "comparisons do not chain", NULL},
    {"let x = \"a\" < \"b\"", 5, 13, "< takes a number, not bytes", NULL},
    {"let x = 1 in 2", 5, 18, "in takes a list, not a number", NULL},
    {"let x = 1 in [\"a\"]", 5, 18, "a number cannot be compared with bytes", NULL},
    {"let x = not 1", 5, 17, "what follows not is true or false", NULL},
    {"let x = -\"a\"", 5, 14, "what follows a minus is a number", NULL},
    {"let x = true and 1", 5, 22, "and takes true or false, not a number", NULL},
    {"let x = (1 + 2", 6, 1, "expected ')'", NULL},
    {"let x = [1, ]", 5, 17, "expected a value", NULL},
    {"let x = [1 2]", 5, 16, "expected ',' or ']'", NULL},
    {"let x = 5\n    let y = x[0]", 6, 13, "a number has no elements", NULL},
    {"let x = 5\n    let y = x.z", 6, 13, "a number has no fields", NULL},
    {"let x = [1][\"a\"]", 5, 17, "an index is a number, not bytes", NULL},
    {"let x = y", 5, 13, "y is not bound", NULL},
    {"let x = x", 5, 13, "x is not bound", NULL},
    {"let x 5", 5, 11, "expected '='", NULL},
    {"let x = 5\n    let x = 6", 6, 9, "x is bound already", NULL},
    {"if true { let y = 1 }\n    let x = y", 6, 13, "y is not bound", NULL},
    {"if 1 { }", 5, 8, "a condition is true or false, not a number", NULL},
    {"if true\n    { }", 5, 12, "expected '{'", NULL},
    {"repeat \"x\" { }", 5, 12, "how often is a number", NULL},
    {"for x in 5 { }", 5, 14, "is a list, not a number", NULL},
    {"for x of [1] { }", 5, 11, "expected in", NULL},
    {"send IGNORE send IGNORE", 5, 17, "expected the end of the line", NULL},
    {"use absent()", 5, 9, "there is no fragment absent", NULL},
    {"use nothing(1)", 5, 9, "in fragment nothing (1:10): nothing takes 0 arguments, not 1", NULL},
    {"use circle()", 5, 9,
     "in fragment circle (2:9): in fragment round (2:9): a fragment in a "
     "circle: circle, which round uses, which circle uses",
     NULL},
    {"use broken()", 5, 9, "in fragment broken (3:10): unknown message KEXINT", "KEXINIT"},
    {"use other()", 5, 9, "another name than its file", NULL},
    {"use opening(5, 5)", 5, 9, "in fragment opening (2:10): channel is a number, not a channel",
     NULL},
    {"expect STATUS as m\n    use deep(m)", 6, 9, "STATUS has no field reason", NULL},
    {"use nothing", 5, 16, "expected '('", NULL},
    {"disconnect whatever", 5, 16, "no disconnect reason whatever", NULL},
    {"close rest", 5, 11, "expected the end of the line", NULL},
    {"set sequence up 5", 5, 18, "expected in or out", NULL},
    {"never", 5, 10, "expected the name of a message", NULL},
    {"fence within", 5, 17, "expected a duration", NULL},
};

Test(wrong, statements_of_a_client)
{
    struct kit kit;

    kit_init(&kit);
    for (size_t i = 0; i < SS_COUNT(clients); i++)
        check_row(&kit, &clients[i], kit_client(clients[i].text));
    kit_fini(&kit);
}

/* In line 6 there. */
static const struct row servers[] = {
    {"exec ch \"x\"", 6, 5, "exec cannot stand in the server seat", NULL},
    {"serve until logn", 6, 17, "expected kex, login", "login"},
    {"kex { host_key = \"x\" }", 6, 22, "host_key is a key, not bytes", NULL},
    {"on STATUS { }", 6, 8, "a client never sends STATUS", NULL},
    {"on READ as r { reply DATA { data = r.dta } }", 6, 42, "READ has no field dta", NULL},
    {"on READ as r { pass }\n    check r.id == 1, \"x\"", 7, 11, "r is not bound", NULL},
};

static const struct row relays[] = {
    {"fence", 6, 5, "fence cannot stand in the relay seat", NULL},
    {"send IGNORE", 6, 5, "send cannot stand in the relay seat", NULL},
    {"drop packet 0 to server", 6, 17, "counted from 1", NULL},
    {"drop packet to server", 6, 17, "expected the number of a packet", NULL},
    {"drop first packet to relay", 6, 26, "expected server or client", NULL},
    {"drop packt 3 to server", 6, 10, "expected a packet", NULL},
    {"drop first packet server", 6, 23, "expected to", NULL},
    {"flip 3 first to server", 6, 12, "expected of", NULL},
    {"flip \"x\" of first to server", 6, 10, "the index of a byte is a number", NULL},
    {"cut first to server", 6, 24, "expected at", NULL},
    {"alter KEXINIT to client", 6, 28, "expected '{' and the fields", NULL},
    {"replace lines to client with \"x\"", 6, 13, "expected line", "line"},
    {"inject to server IGNORE { dat = \"\" }", 6, 31, "IGNORE has no field dat", "data"},
    {"inject server IGNORE", 6, 12, "expected to", NULL},
};

Test(wrong, statements_of_a_server_and_a_relay)
{
    struct kit kit;

    kit_init(&kit);
    for (size_t i = 0; i < SS_COUNT(servers); i++)
        check_row(&kit, &servers[i], kit_server(servers[i].text));
    for (size_t i = 0; i < SS_COUNT(relays); i++)
        check_row(&kit, &relays[i], kit_relay(relays[i].text));
    kit_fini(&kit);
}
