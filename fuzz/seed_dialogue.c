/* SPDX-License-Identifier: Apache-2.0 */
/* seed_dialogue.c - seeds of fuzz_session that are whole conversations: a key exchange and each way
 * to fail at logging in, commands, files, a later key exchange.
 *
 * Owns: the conversations. None holds the credential that lets in: the harness relies on it.
 * Not here: single messages (seed_session.c).
 * Called by: seed_session.c. */
#include "fuzz/seed_session.h"
#include "sshspec/wire.h"

enum { ARENA = 1 << 20, USER_KEY_SEED = 11 };
enum { STATUS = 101, HANDLE = 102 }; /* SFTP replies */

struct talk {
    struct seeds *seeds;
    struct ss_arena arena;
    size_t steps;
};

static void talk_init(struct talk *talk, struct seeds *seeds, enum fuzz_start start)
{
    talk->seeds = seeds;
    talk->steps = 0;
    ss_arena_init(&talk->arena, seeds->memory->env, ARENA);
    seed_start(seeds, start, 0);
}

static struct fuzz_session_end talk_fini(struct talk *talk)
{
    struct fuzz_session_end end = seed_session_put(talk->seeds, talk->steps);

    ss_arena_fini(&talk->arena);
    MUST(!end.over && end.fault == SS_OK);
    return end;
}

static void say(struct talk *talk, const struct ss_msg *msg)
{
    seed_message_step(talk->seeds, FUZZ_PACKET, msg);
    talk->steps++;
}

static struct ss_msg make(struct talk *talk, enum ss_msgid id, enum ss_msgid tail)
{
    struct ss_msg msg;

    MUST(ss_msg_new(&talk->arena, ss_msgdef_of(id),
                    tail != SS_MSGID_NONE ? ss_msgdef_of(tail) : NULL, &msg) == SS_OK);
    seed_make_likely(&msg);
    return msg;
}

static void say_recorded(struct talk *talk, enum fuzz_start from, enum fuzz_start to)
{
    size_t count;
    const ss_span *payloads = fuzz_start_between(from, to, &count);

    for (size_t i = 0; i < count; i++, talk->steps++)
        seed_step(talk->seeds, FUZZ_PACKET, payloads[i]);
}

/* ---- logging in, in vain ---- */

static struct ss_msg request(struct talk *talk, enum ss_msgid tail)
{
    return make(talk, SS_MSG_userauth_request, tail);
}

static void password(struct talk *talk)
{
    struct ss_msg msg = request(talk, SS_TAIL_userauth_request_password);

    seed_set_span(&msg, "password", ss_span_of("wrong"));
    say(talk, &msg);
}

/* A key that is nobody's: asked about, then with a signature that is right. */
static void publickey(struct talk *talk, ss_span session_id)
{
    struct ss_msg msg = request(talk, SS_TAIL_userauth_request_publickey);
    struct ss_buf signed_data, signature;
    struct ss_key *key = NULL;
    struct fuzz_memory memory;
    struct ss_writer writer;

    fuzz_memory_init(&memory);
    ss_seeded_init(&memory.seeded, USER_KEY_SEED);
    ss_buf_init(&signed_data, memory.env, ARENA);
    ss_buf_init(&signature, memory.env, ARENA);
    MUST(ss_key_generate(memory.env, SS_KEY_ED25519, 0, ss_span_of(""), &key) == SS_OK);
    seed_set_span(&msg, "algorithm", ss_span_of("ssh-ed25519"));
    seed_set_span(&msg, "blob", ss_key_blob(key));
    say(talk, &msg);
    seed_set_boolean(&msg, "has_signature", true);
    /* rule: RFC4252-7-signature-covers-session-id; behind it all up to the signature */
    ss_writer_init(&writer, &signed_data);
    ss_writer_string(&writer, session_id);
    seed_encode(&signed_data, &msg);
    ss_buf_truncate(&signed_data, ss_buf_size(&signed_data) - 4);
    MUST(ss_key_sign(key, memory.env, &ss_sign_ed25519, ss_buf_span(&signed_data), &signature) ==
         SS_OK);
    seed_set_span(&msg, "signature", ss_buf_span(&signature));
    say(talk, &msg);
    ss_key_free(&key);
    ss_buf_fini(&signed_data);
    ss_buf_fini(&signature);
    MUST(memory.counted.blocks == 0);
}

/* The session identifier is the same in each run up to the keys. */
static void session_id(uint8_t out[32])
{
    struct fuzz_server server;
    ss_span id;

    fuzz_server_init(&server);
    fuzz_start_at(&server, FUZZ_AT_SERVICE);
    id = ss_engine_session_id(server.engine);
    MUST(id.size == 32);
    memcpy(out, id.data, 32);
    fuzz_server_fini(&server, 0);
}

/* Each method on its own, and all of them up to the limit of attempts. */
static void logins(struct seeds *seeds, enum fuzz_start start)
{
    struct talk talk;
    struct ss_msg msg;
    uint8_t id[32];

    session_id(id);
    for (unsigned method = 0; method < 8; method++) {
        talk_init(&talk, seeds, start);
        say_recorded(&talk, start, FUZZ_AT_SERVICE);
        if (method == 0 || method == 7) {
            msg = request(&talk, SS_TAIL_userauth_request_none);
            say(&talk, &msg);
        }
        if (method == 1 || method == 7)
            password(&talk);
        if (method == 2 || method == 7)
            publickey(&talk, ss_span_make(id, sizeof id));
        if (method >= 3 && method < 7) {
            static const enum ss_msgid tails[] = {
                SS_TAIL_userauth_request_keyboard_interactive, SS_TAIL_userauth_request_hostbased,
                SS_TAIL_userauth_request_publickey_hostbound, SS_MSGID_NONE};

            msg = request(&talk, tails[method - 3]);
            if (method == 6)
                seed_set_span(&msg, "method", ss_span_of("gssapi-with-mic"));
            say(&talk, &msg);
        }
        MUST(talk_fini(&talk).phase == SS_PHASE_AUTH);
    }
}

/* ---- commands ---- */

static void open_session(struct talk *talk)
{
    struct ss_msg msg = make(talk, SS_MSG_channel_open, SS_TAIL_channel_open_session);

    say(talk, &msg);
}

static void data(struct talk *talk, ss_span bytes)
{
    struct ss_msg msg = make(talk, SS_MSG_channel_data, SS_MSGID_NONE);

    seed_set_span(&msg, "data", bytes);
    say(talk, &msg);
}

static void plain(struct talk *talk, enum ss_msgid id)
{
    struct ss_msg msg = make(talk, id, SS_MSGID_NONE);

    say(talk, &msg);
}

static void preparations(struct talk *talk)
{
    struct ss_msg msg = make(talk, SS_MSG_channel_request, SS_TAIL_channel_request_pty_req);

    seed_set_span(&msg, "term", ss_span_of("xterm"));
    seed_set_span(&msg, "modes", ss_span_make("\x01\x00\x00\x00\x03\x00", 6));
    say(talk, &msg);
    msg = make(talk, SS_MSG_channel_request, SS_TAIL_channel_request_env);
    seed_set_span(&msg, "name", ss_span_of("LANG"));
    seed_set_span(&msg, "value", ss_span_of("C"));
    say(talk, &msg);
}

static void command(struct seeds *seeds, const char *text, const char *input)
{
    struct talk talk;
    struct ss_msg msg;

    talk_init(&talk, seeds, FUZZ_AT_LOGIN);
    open_session(&talk);
    preparations(&talk);
    msg = make(&talk, SS_MSG_channel_request,
               text != NULL ? SS_TAIL_channel_request_exec : SS_TAIL_channel_request_shell);
    if (text != NULL)
        seed_set_span(&msg, "command", ss_span_of(text));
    say(&talk, &msg);
    data(&talk, ss_span_of(input));
    msg = make(&talk, SS_MSG_channel_window_adjust, SS_MSGID_NONE);
    seed_set_u32(&msg, "bytes_to_add", 65536);
    say(&talk, &msg);
    plain(&talk, SS_MSG_channel_eof);
    plain(&talk, SS_MSG_channel_close);
    MUST(talk_fini(&talk).phase == SS_PHASE_CONNECTION);
}

static void commands(struct seeds *seeds)
{
    static const char *const texts[] = {"true",       "false",        "exit 7",
                                        "echo a b c", "cat",          "head -c 100 /dev/zero",
                                        "wc -c",      "stderr a b c", "signal TERM",
                                        "touch x",    "no-such-thing"};

    for (size_t i = 0; i < SS_COUNT(texts); i++)
        command(seeds, texts[i], i == 4 || i == 6 ? "some input\n" : "");
    command(seeds, NULL, "echo one\nfalse\nexit 3\n");
}

/* ---- files ---- */

/* A request in its frame, as data of the channel. */
static void sftp(struct talk *talk, const struct ss_msg *msg)
{
    struct ss_buf frame;
    struct ss_writer writer;
    size_t mark;

    ss_buf_init(&frame, talk->seeds->memory->env, ARENA);
    ss_writer_init(&writer, &frame);
    mark = ss_writer_open(&writer);
    seed_encode(&frame, msg);
    ss_writer_close(&writer, mark);
    data(talk, ss_buf_span(&frame));
    ss_buf_fini(&frame);
}

static struct ss_msg fxp(struct talk *talk, enum ss_msgid id, enum ss_msgid tail, const char *path)
{
    struct ss_msg msg = make(talk, id, tail);

    seed_set_u32(&msg, "id", (uint32_t)talk->steps);
    if (path != NULL)
        seed_set_span(&msg, seed_has(&msg, "filename") ? "filename" : "path", ss_span_of(path));
    return msg;
}

/* What the server answers to the last request of the seed so far. */
static ss_span last_answer(struct talk *talk, uint8_t out[64])
{
    struct fuzz_server server;
    ss_span seed = ss_buf_span(&talk->seeds->buf);
    size_t at = 1, size;

    fuzz_server_init(&server);
    fuzz_start_at(&server, (enum fuzz_start)seed.data[0]);
    while (at < seed.size) {
        size_t n = (size_t)(seed.data[at + 1] << 8 | seed.data[at + 2]);

        fuzz_server_packet(&server, ss_span_part(seed, at + FUZZ_STEP_HEAD, n), NULL, 0);
        at += FUZZ_STEP_HEAD + n;
    }
    size = server.replies.data_size;
    memcpy(out, server.replies.data, size);
    fuzz_server_fini(&server, seed.size);
    return ss_span_make(out, size);
}

/* Behind length and type: the id, then the handle as a string. */
static ss_span last_handle(struct talk *talk, uint8_t store[64])
{
    ss_span answer = last_answer(talk, store);
    uint32_t size;

    MUST(answer.size > 13 && answer.data[4] == HANDLE);
    size = ss_load_u32(answer.data + 9);
    MUST(size > 0 && 13 + size <= answer.size);
    return ss_span_part(answer, 13, size);
}

static void must_succeed(struct talk *talk)
{
    uint8_t store[64];
    ss_span answer = last_answer(talk, store);

    MUST(answer.size > 13 && answer.data[4] == STATUS && ss_load_u32(answer.data + 9) == 0);
}

static void with_handle(struct talk *talk, enum ss_msgid id, ss_span handle)
{
    struct ss_msg msg = fxp(talk, id, SS_MSGID_NONE, NULL);

    seed_set_span(&msg, "handle", handle);
    if (id == SS_FXP_read)
        seed_set_u32(&msg, "length", 100);
    if (id == SS_FXP_write)
        seed_set_span(&msg, "data", ss_span_of("some bytes"));
    sftp(talk, &msg);
}

static void file(struct talk *talk, const char *path)
{
    static const enum ss_msgid calls[] = {SS_FXP_write, SS_FXP_read,     SS_FXP_read,
                                          SS_FXP_fstat, SS_FXP_fsetstat, SS_FXP_close};
    struct ss_msg msg = fxp(talk, SS_FXP_open, SS_MSGID_NONE, path);
    uint8_t store[64];
    ss_span handle;

    seed_set_u32(&msg, "pflags", 0x1b); /* read, write, create, truncate */
    sftp(talk, &msg);
    handle = last_handle(talk, store);
    for (size_t i = 0; i < SS_COUNT(calls); i++)
        with_handle(talk, calls[i], handle);
    must_succeed(talk);
}

static void folder(struct talk *talk, const char *path)
{
    static const enum ss_msgid calls[] = {SS_FXP_readdir, SS_FXP_readdir, SS_FXP_close};
    struct ss_msg msg = fxp(talk, SS_FXP_opendir, SS_MSGID_NONE, path);
    uint8_t store[64];
    ss_span handle;

    sftp(talk, &msg);
    handle = last_handle(talk, store);
    for (size_t i = 0; i < SS_COUNT(calls); i++)
        with_handle(talk, calls[i], handle);
    must_succeed(talk);
}

static void one_path(struct talk *talk, enum ss_msgid id, const char *path)
{
    struct ss_msg msg = fxp(talk, id, SS_MSGID_NONE, path);

    sftp(talk, &msg);
}

static void two_paths(struct talk *talk, enum ss_msgid id, enum ss_msgid tail, const char *from,
                      const char *to)
{
    struct ss_msg msg = fxp(talk, id, tail, NULL);
    bool link = id == SS_FXP_symlink;

    seed_set_span(&msg, link ? "targetpath" : "oldpath", ss_span_of(from));
    seed_set_span(&msg, link ? "linkpath" : "newpath", ss_span_of(to));
    sftp(talk, &msg);
}

static void files(struct seeds *seeds)
{
    struct talk talk;

    talk_init(&talk, seeds, FUZZ_AT_SFTP);
    one_path(&talk, SS_FXP_mkdir, "/d");
    file(&talk, "/d/f");
    folder(&talk, "/d");
    one_path(&talk, SS_FXP_stat, "/d/f");
    one_path(&talk, SS_FXP_lstat, "/d/../d/f");
    one_path(&talk, SS_FXP_setstat, "/d/f");
    one_path(&talk, SS_FXP_realpath, "d/./f");
    two_paths(&talk, SS_FXP_rename, SS_MSGID_NONE, "/d/f", "/d/g");
    two_paths(&talk, SS_FXP_symlink, SS_MSGID_NONE, "g", "/d/l");
    one_path(&talk, SS_FXP_readlink, "/d/l");
    two_paths(&talk, SS_FXP_extended, SS_TAIL_extended_hardlink, "/d/g", "/d/h");
    two_paths(&talk, SS_FXP_extended, SS_TAIL_extended_posix_rename, "/d/g", "/d/i");
    one_path(&talk, SS_FXP_remove, "/d/i");
    one_path(&talk, SS_FXP_remove, "/d/h");
    one_path(&talk, SS_FXP_remove, "/d/l");
    one_path(&talk, SS_FXP_rmdir, "/d");
    must_succeed(&talk); /* it is empty: all that went before was done */
    MUST(talk_fini(&talk).phase == SS_PHASE_CONNECTION);
}

/* Each request of the tables, with values of a seed, on its own. */
static void each_request(struct seeds *seeds)
{
    for (size_t id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *def = ss_msgdef_of((enum ss_msgid)id);
        const struct ss_msgdef *parent = def->key != NULL ? ss_msgdef_of(def->parent) : def;
        struct talk talk;
        struct ss_msg msg;

        if (parent->proto != SS_PROTO_SFTP || (parent->sender & SS_CLIENT) == 0 ||
            parent->id == SS_FXP_init || (def->key == NULL && def->id == SS_FXP_extended))
            continue;
        talk_init(&talk, seeds, FUZZ_AT_SFTP);
        msg = seed_fill(&talk.arena, parent, def->key != NULL ? def : NULL, id);
        sftp(&talk, &msg);
        MUST(talk_fini(&talk).messages > 0);
    }
}

/* ---- a later exchange ---- */

static void rekeys(struct seeds *seeds)
{
    for (size_t start = FUZZ_AT_KEYS; start <= FUZZ_AT_SFTP; start++) {
        struct talk talk;
        uint64_t messages;

        talk_init(&talk, seeds, (enum fuzz_start)start);
        say_recorded(&talk, FUZZ_AT_SFTP, FUZZ_STARTS);
        plain(&talk, SS_MSG_ping);
        messages = talk_fini(&talk).messages;
        MUST(messages >= 4);
    }
}

/* rule: STRICTKEX-3.2-first-packet-kexinit */
static void not_first(struct seeds *seeds)
{
    static const uint8_t ignore[] = {2, 0, 0, 0, 0};
    struct talk talk;
    struct fuzz_session_end end;

    talk_init(&talk, seeds, FUZZ_AT_IDENT);
    seed_step(seeds, FUZZ_PACKET, ss_span_make(ignore, sizeof ignore));
    say_recorded(&talk, FUZZ_AT_IDENT, FUZZ_AT_KEXINIT);
    end = seed_session_put(seeds, talk.steps + 1);
    MUST(end.over && end.fault == SS_E_strict_violation);
    ss_arena_fini(&talk.arena);
}

void seed_dialogues(struct seeds *seeds)
{
    not_first(seeds);
    logins(seeds, FUZZ_AT_IDENT);
    logins(seeds, FUZZ_AT_SERVICE);
    commands(seeds);
    files(seeds);
    each_request(seeds);
    rekeys(seeds);
}
