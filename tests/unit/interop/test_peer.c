/* SPDX-License-Identifier: Apache-2.0 */
/* test_peer.c - peers that behave badly at their start, and what is said about them. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/interop/kit.h"

TestSuite(peer, .fini = kit_fini);

static struct peer_set set;
static struct key_ring keys;
static struct ss_buf why;

/* Small keys are enough: nobody logs in. */
static void open_set(void)
{
    ss_buf_init(&why, kit_env(), 16384);
    cr_assert(peer_set_load(kit_env(), kit_path("interop"), &set, &why) == SS_OK, "%s",
              kit_text(&why));
    memset(&keys, 0, sizeof keys);
    strcpy(keys.folder, kit_path("keys"));
    cr_assert(system_make_folder(keys.folder, 0700) == SS_OK);
    kit_write("keys/authorized_keys", "ssh-ed25519 AAAA\n", 0644);
    kit_write("keys/password", "secret", 0600);
    kit_write("keys/password.hash", "$6$hash", 0600);
    cr_assert(process_adopt() == SS_OK);
}

static void close_set(void)
{
    (void)process_end_all(NULL);
    peer_set_fini(&set);
    ss_buf_fini(&why);
}

static ss_err start(const char *name, struct peer_server *out)
{
    char folder[64];

    snprintf(folder, sizeof folder, "dir-%s", name);
    cr_assert(system_make_folder(kit_path(folder), 0755) == SS_OK);
    ss_buf_clear(&why);
    return peer_server_start(&set, peer_set_find(&set, ss_span_of(name)), &keys, kit_path(folder),
                             out, &why);
}

/* A listener in Python that does `body` with each connection `c`. */
static void python_peer(const char *name, const char *body)
{
    char script[2048];

    snprintf(script, sizeof script,
             "exec /usr/bin/python3 -c '\n"
             "import socket, sys, os, time\n"
             "l = socket.socket(); l.bind((\"127.0.0.1\", 0)); l.listen(5)\n"
             "print(\"PORT %%d\" %% l.getsockname()[1], flush=True)\n"
             "while True:\n"
             "    c, _ = l.accept()\n"
             "    %s\n'",
             body);
    kit_peer(name, script, "exit 0");
}

Test(peer, a_server_that_never_listens_is_explained_and_ended)
{
    static const struct {
        const char *name, *script;
        ss_err err;
        const char *words;
    } rows[] = {
        {"mute", "sleep 100", SS_E_timeout, "did not say PORT within 1500 ms"},
        {"dead", "echo the reason >&2; exit 5", SS_E_refused,
         "ended with status 5 before it listened; it said: the reason"},
        {"shot", "kill -SEGV $$", SS_E_refused, "ended with signal 11 before it listened"},
        {"unable", "echo needs root >&2; exit 77", SS_E_unsupported, "needs root"},
        {"closed", "exec >&-; sleep 100", SS_E_closed, "the connection is closed"},
        {"chatty", "yes", SS_E_too_many, "said 4096 bytes and no PORT"},
        {"strange", "echo PORT 99999; echo PORT; echo PORTS 5; exit 1", SS_E_refused,
         "ended with status 1"},
    };
    struct peer_server server;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        kit_peer(rows[i].name, rows[i].script, "exit 0");
    open_set();
    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_time before = ss_clock();

        cr_expect(start(rows[i].name, &server) == rows[i].err, "%s: %s", rows[i].name,
                  kit_text(&why));
        cr_expect(strstr(kit_text(&why), rows[i].words) != NULL, "%s: %s", rows[i].name,
                  kit_text(&why));
        cr_expect(ss_clock() - before < 4000, "%s", rows[i].name);
        (void)process_end_all(NULL);
        cr_expect(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "%s", rows[i].name);
    }
    close_set();
}

static int visit(uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
    return fd;
}

Test(peer, a_server_finds_its_folder_furnished_and_nothing_of_ours_in_its_environment)
{
    static const char script[] = "cat authorized_keys password password.hash > home/seen\n"
                                 "env | cut -d= -f1 | sort | tr '\\n' ' ' >> home/seen\n"
                                 "echo first; echo PORT 4711; sleep 100";
    struct peer_server server;
    struct ss_buf seen;

    kit_peer("plain", script, "exit 0");
    open_set();
    setenv("SECRET", "x", 1);
    cr_assert(start("plain", &server) == SS_OK, "%s", kit_text(&why));
    cr_expect(server.port == 4711 && peer_server_sound(&server, &why));
    ss_buf_init(&seen, kit_env(), 4096);
    cr_assert(peer_file(kit_path("dir-plain/home"), ss_span_of("seen"), &seen) == SS_OK);
    cr_expect_str_eq(
        kit_text(&seen),
        "ssh-ed25519 AAAA\nsecret$6$hashHOME LANG PATH PEER_KEYS PEER_USER PWD SSHSPEC "
        "SSHSPEC_INTEROP TMPDIR ");
    peer_server_stop(&server);
    ss_buf_fini(&seen);
    close_set();
}

Test(peer, a_crash_of_the_server_is_told_from_its_end_and_from_its_words)
{
    static const struct {
        const char *name, *body, *words;
    } rows[] = {
        {"dies", "os.abort()", "the server died of signal 6"},
        {"ends", "os._exit(3)", "the server ended with status 3"},
        {"asan",
         "sys.stderr.write(\"x\\n==1==ERROR: AddressSanitizer: heap\\nmore\\n\"); "
         "sys.stderr.flush(); c.close()",
         "the server said: ==1==ERROR: AddressSanitizer: heap"},
        {"own", "sys.stderr.write(\"Guru Meditation #1\"); sys.stderr.flush(); c.close()",
         "the server said: Guru Meditation #1"},
    };
    struct peer_server server;
    char byte;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        python_peer(rows[i].name, rows[i].body);
    open_set();
    for (i = 0; i < SS_COUNT(rows); i++) {
        int fd;

        cr_assert(start(rows[i].name, &server) == SS_OK, "%s", kit_text(&why));
        cr_expect(peer_server_sound(&server, &why), "%s", rows[i].name);
        fd = visit(server.port);
        cr_expect(read(fd, &byte, 1) <= 0);
        close(fd);
        if (i < 2)
            (void)process_wait(&server.process, 2000);
        cr_expect(!peer_server_sound(&server, &why), "%s", rows[i].name);
        cr_expect(strstr(kit_text(&why), rows[i].words) != NULL, "%s: %s", rows[i].name,
                  kit_text(&why));
        peer_server_stop(&server);
    }
    close_set();
}

Test(peer, a_server_that_floods_its_output_or_ignores_the_end_is_ended_all_the_same)
{
    struct peer_server server;
    ss_time before;

    kit_peer("flood", "echo PORT 5; trap '' TERM; yes", "exit 0");
    kit_peer("fork",
             "echo PORT 5; (setsid sh -c 'sleep 100 & sleep 100' &) ; trap '' TERM; sleep 100",
             "exit 0");
    open_set();
    before = ss_clock();
    cr_assert(start("flood", &server) == SS_OK);
    peer_server_stop(&server);
    cr_assert(start("fork", &server) == SS_OK);
    peer_server_stop(&server);
    (void)process_end_all(NULL);
    cr_expect(ss_clock() - before < 12000);
    cr_expect(process_end_all(NULL) == 0);
    close_set();
}

/* ---- clients ---- */

static struct peer_client client;

static int act(const char *name, const struct peer_order *order, struct ss_buf *out)
{
    static unsigned n;
    char folder[64];
    int status = -1000;

    snprintf(folder, sizeof folder, "act-%u", n++);
    cr_assert(system_make_folder(kit_path(folder), 0700) == SS_OK);
    ss_buf_clear(&why);
    if (peer_client_start(&set, peer_set_find(&set, ss_span_of(name)), &keys, kit_path(folder),
                          order, &client, &why) != SS_OK)
        return status;
    if (process_wait(&client.process, 5000))
        status = client.process.status;
    peer_client_stop(&client);
    cr_assert(peer_client_output(&client, false, out) == SS_OK);
    return status;
}

Test(peer, a_client_is_told_its_order_by_arguments_environment_and_input)
{
    struct peer_order order = {.verb = PEER_EXEC,
                               .text = "a 'b' $(c)",
                               .input = ss_span_of("in"),
                               .port = 22222,
                               .known_hosts = ss_span_of("known\n"),
                               .kex = "k1,k2"};
    struct ss_buf out;

    kit_peer("echo", "sleep 0",
             "printf '%s|' \"$@\" \"$PEER_AUTH\" \"$PEER_KEX\" \"$PEER_MAC\"; cat; cat "
             "\"$PEER_KNOWN_HOSTS\"; ls; echo oops >&2; exit 7");
    open_set();
    ss_buf_init(&out, kit_env(), 8192);
    cr_expect(act("echo", &order, &out) == 7);
    cr_expect_str_eq(kit_text(&out), "22222|exec|a 'b' $(c)|key|k1,k2||inknown\n");
    ss_buf_clear(&out);
    cr_expect(peer_client_output(&client, true, &out) == SS_OK);
    cr_expect_str_eq(kit_text(&out), "oops\n");
    ss_buf_clear(&out);
    order.verb = PEER_PUT;
    order.local = "mine";
    order.by_password = true;
    cr_expect(act("echo", &order, &out) == 7);
    cr_expect_str_eq(kit_text(&out), "22222|put|mine|a 'b' $(c)|password|k1,k2||known\nmine\n");
    order.local = "../mine";
    cr_expect(act("echo", &order, &out) == -1000, "a name that leaves the folder");
    ss_buf_fini(&out);
    close_set();
}

Test(peer, output_is_capped_with_a_mark_and_a_client_that_hangs_is_ended)
{
    const struct peer_order order = {.verb = PEER_EXEC, .text = "x"};
    struct ss_buf out;

    kit_peer("loud", "sleep 0", "head -c 3000000 /dev/zero");
    kit_peer("hang", "sleep 0", "trap '' TERM; sleep 100 & wait; sleep 100");
    open_set();
    ss_buf_init(&out, kit_env(), 1 << 22);
    cr_expect(act("loud", &order, &out) == 0);
    cr_expect(ss_buf_size(&out) < 1024 * 1024 + 100);
    cr_expect(memmem(ss_buf_at(&out), ss_buf_size(&out), "cut here", 8) != NULL);
    ss_buf_clear(&out);
    cr_assert(system_make_folder(kit_path("late"), 0700) == SS_OK);
    cr_assert(peer_client_start(&set, peer_set_find(&set, ss_span_of("hang")), &keys,
                                kit_path("late"), &order, &client, &why) == SS_OK);
    cr_expect(!process_wait(&client.process, 200));
    peer_client_stop(&client);
    cr_expect(client.process.ended);
    (void)process_end_all(NULL);
    ss_buf_fini(&out);
    close_set();
}

Test(peer, a_command_of_ones_own_is_filled_in_word_by_word)
{
    const char *const words[] = {"/bin/echo", "{host}:{port}", "{user}",
                                 "{key}",     "{command}",     NULL};
    const char *const wrong[] = {"/bin/echo", "{hots}", NULL};
    const struct peer_order order = {.verb = PEER_EXEC, .text = "a b; c", .port = 99};
    char want[SYSTEM_PATH_MAX + 100];
    struct ss_buf out;

    kit_peer("any", "exit", "exit");
    open_set();
    ss_buf_init(&out, kit_env(), 8192);
    cr_assert(system_make_folder(kit_path("own"), 0700) == SS_OK);
    cr_assert(peer_client_command(&set, words, &keys, kit_path("own"), &order, &client, &why) ==
              SS_OK);
    cr_expect(process_wait(&client.process, 5000) && client.process.status == 0);
    peer_client_stop(&client);
    cr_assert(peer_client_output(&client, false, &out) == SS_OK);
    snprintf(want, sizeof want, "127.0.0.1:99 tester %s/user_ed25519 a b; c\n", keys.folder);
    cr_expect_str_eq(kit_text(&out), want);
    cr_assert(system_make_folder(kit_path("two"), 0700) == SS_OK);
    cr_expect(peer_client_command(&set, wrong, &keys, kit_path("two"), &order, &client, &why) ==
              SS_E_bad_value);
    cr_expect(strstr(kit_text(&why), "{hots}") != NULL);
    ss_buf_fini(&out);
    close_set();
}

/* ---- detection ---- */

Test(peer, what_is_missing_is_named)
{
    struct peer *peer;

    kit_peer("here", "exit", "exit");
    kit_peer("half", "exit", "exit");
    kit_peer("gone", "exit", "exit");
    kit_write("interop/peers/half/recipe",
              "name = half\ntitle = h\nroles = server client\npackages = h\ndetect = echo 1.0\n"
              "server_programs = no-such-one sh\nclient_programs = sh\n"
              "server_command = server\nclient_command = client\n",
              0644);
    kit_write("interop/peers/gone/recipe",
              "name = gone\ntitle = g\nroles = server\npackages = g\ndetect = false\n"
              "version_after = v\nserver_command = server\n",
              0644);
    open_set();
    peer = peer_set_find(&set, ss_span_of("here"));
    peer_detect(&set, peer);
    cr_expect(peer->server && peer->client);
    cr_expect_str_eq(peer->version, "7.5");
    cr_expect(peer_feature(peer, false, ss_span_of("exec")));
    cr_expect(!peer_feature(peer, true, ss_span_of("exec")));
    peer = peer_set_find(&set, ss_span_of("half"));
    peer_detect(&set, peer);
    cr_expect(!peer->server && peer->client);
    cr_expect_str_eq(peer->missing, "no-such-one");
    peer = peer_set_find(&set, ss_span_of("gone"));
    peer_detect(&set, peer);
    cr_expect(!peer->server && strstr(peer->missing, "version") != NULL);
    close_set();
}

Test(peer, a_bad_recipe_stops_everything_with_its_place)
{
    kit_peer("bad", "exit", "exit");
    kit_write("interop/peers/bad/recipe", "name = bad\n\nsurprise = x\n", 0644);
    ss_buf_init(&why, kit_env(), 4096);
    cr_expect(peer_set_load(kit_env(), kit_path("interop"), &set, &why) == SS_E_bad_value);
    cr_expect(strstr(kit_text(&why), "peers/bad/recipe:3:1: unknown key surprise") != NULL, "%s",
              kit_text(&why));
    ss_buf_clear(&why);
    kit_write("interop/peers/bad/recipe",
              "name = good\ntitle = x\nroles = server\npackages = x\ndetect = x\n"
              "server_command = server\n",
              0644);
    cr_expect(peer_set_load(kit_env(), kit_path("interop"), &set, &why) == SS_E_bad_value);
    cr_expect(strstr(kit_text(&why), "not that of its folder") != NULL);
    ss_buf_fini(&why);
}

Test(peer, names_of_files_stay_inside_the_folder)
{
    static const char *const names[] = {"", ".", "..", "a/b", "/etc/passwd", "../x", "link"};
    struct ss_buf out;
    size_t i;

    ss_buf_init(&out, kit_env(), 4096);
    cr_assert(symlink("/etc/passwd", kit_path("link")) == 0);
    for (i = 0; i < SS_COUNT(names); i++)
        cr_expect(peer_file(kit_path("."), ss_span_of(names[i]), &out) != SS_OK, "%s", names[i]);
    cr_expect(peer_file(kit_path("."), ss_span_make("a\0b", 3), &out) == SS_E_path_escape);
    cr_expect(peer_file(kit_path("."), ss_span_of("absent"), &out) == SS_E_not_found);
    ss_buf_fini(&out);
}
