/* SPDX-License-Identifier: Apache-2.0 */
/* test_socket.c - TCP on loopback: listening, connecting, and what refusals say. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshspec/net.h"
#include "tests/support/support.h"

TestSuite(socket, .fini = test_counted_check, .timeout = 20);

static void why_init(struct ss_buf *why)
{
    ss_buf_init(why, &test_counted()->env, 4096);
}

static bool says(const struct ss_buf *why, const char *text)
{
    return ss_buf_size(why) > 0 &&
           memmem(ss_buf_at(why), ss_buf_size(why), text, strlen(text)) != NULL;
}

static void wait_readable(int fd)
{
    struct pollfd wait = {fd, POLLIN, 0};

    cr_assert(poll(&wait, 1, 10000) == 1);
}

Test(socket, a_connection_is_made_and_both_ends_do_not_block)
{
    static const char *const addresses[] = {"127.0.0.1", "::1"};
    size_t i;

    for (i = 0; i < SS_COUNT(addresses); i++) {
        int listener = -1, near = -1, far = -1;
        uint16_t port = 0;
        struct ss_buf peer;
        char byte;

        if (ss_net_listen(addresses[i], 0, &listener, &port, NULL) != SS_OK) {
            cr_assert(i == 1, "no IPv4 loopback");
            continue; /* a machine without IPv6 */
        }
        cr_assert(port != 0);
        cr_expect(ss_net_accept(listener, &far) == SS_E_would_block && far == -1);
        cr_assert(ss_net_connect(addresses[i], port, ss_clock() + 5000, &near, NULL) == SS_OK);
        wait_readable(listener);
        cr_assert(ss_net_accept(listener, &far) == SS_OK);
        cr_expect((fcntl(near, F_GETFL) & O_NONBLOCK) != 0 && (fcntl(far, F_GETFL) & O_NONBLOCK));
        cr_expect((fcntl(near, F_GETFD) & FD_CLOEXEC) != 0 && (fcntl(far, F_GETFD) & FD_CLOEXEC));
        cr_expect((fcntl(listener, F_GETFD) & FD_CLOEXEC) != 0);
        cr_expect(write(near, "x", 1) == 1);
        wait_readable(far);
        cr_expect(read(far, &byte, 1) == 1 && byte == 'x');
        why_init(&peer);
        cr_expect(ss_net_peer(near, &peer) == SS_OK && says(&peer, addresses[i]));
        ss_buf_fini(&peer);
        ss_net_close(&near);
        ss_net_close(&far);
        ss_net_close(&listener);
        cr_expect(near == -1);
        ss_net_close(&near);
    }
}

Test(socket, a_refusal_names_address_port_and_reason)
{
    int fd = -1, listener = -1;
    uint16_t port = 0;
    struct ss_buf why;
    char text[32];

    /* A port that was free a moment ago. */
    cr_assert(ss_net_listen("127.0.0.1", 0, &listener, &port, NULL) == SS_OK);
    ss_net_close(&listener);
    why_init(&why);
    cr_expect(ss_net_connect("127.0.0.1", port, ss_clock() + 5000, &fd, &why) == SS_E_io);
    (void)snprintf(text, sizeof text, "127.0.0.1 port %u: ", (unsigned)port);
    cr_expect(says(&why, text) && says(&why, "refused"), "%.*s", (int)ss_buf_size(&why),
              (const char *)ss_buf_at(&why));
    cr_expect(fd == -1);
    ss_buf_fini(&why);
}

Test(socket, a_name_without_address_is_not_found)
{
    int fd = -1;
    uint16_t port = 0;
    struct ss_buf why;

    why_init(&why);
    cr_expect(ss_net_connect("name.invalid.", 22, ss_clock() + 5000, &fd, &why) != SS_OK);
    cr_expect(says(&why, "name.invalid."));
    ss_buf_clear(&why);
    cr_expect(ss_net_listen("localhost", 0, &fd, &port, &why) == SS_E_not_found);
    cr_expect(says(&why, "localhost: "));
    cr_expect(fd == -1);
    ss_buf_fini(&why);
}

Test(socket, a_port_in_use_is_refused_to_a_second_listener)
{
    int first = -1, second = -1;
    uint16_t port = 0, other = 0;
    struct ss_buf why;

    why_init(&why);
    cr_assert(ss_net_listen("127.0.0.1", 0, &first, &port, NULL) == SS_OK);
    cr_expect(ss_net_listen("127.0.0.1", port, &second, &other, &why) == SS_E_io);
    cr_expect(says(&why, "in use") && second == -1);
    ss_net_close(&first);
    ss_buf_fini(&why);
}

/* The queue of a listener that accepts nobody fills up; then only the deadline ends a try. */
Test(socket, a_deadline_ends_a_connection_that_nobody_takes)
{
    int listener = -1, fds[16], fd = -1;
    uint16_t port = 0;
    ss_err err = SS_OK;
    ss_time before = 0;
    size_t n;

    cr_assert(ss_net_listen("127.0.0.1", 0, &listener, &port, NULL) == SS_OK);
    cr_assert(listen(listener, 0) == 0);
    for (n = 0; n < SS_COUNT(fds) && err == SS_OK; n++) {
        before = ss_clock();
        err = ss_net_connect("127.0.0.1", port, before + 200, &fd, NULL);
        if (err == SS_OK)
            fds[n] = fd;
    }
    cr_expect(err == SS_E_timeout && ss_clock() - before >= 200);
    for (n -= 1; n > 0; n--)
        ss_net_close(&fds[n - 1]);
    ss_net_close(&listener);
}

Test(socket, accepting_on_what_does_not_listen_is_an_error)
{
    int pair[2], fd = -1;

    cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    cr_expect(ss_net_accept(pair[0], &fd) == SS_E_io);
    cr_expect(ss_net_accept(-1, &fd) == SS_E_io && fd == -1);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

Test(socket, loopback_is_told_from_the_rest)
{
    static const struct {
        const char *address;
        bool want;
    } rows[] = {{"127.0.0.1", true},  {"127.9.9.9", true},
                {"::1", true},        {"0.0.0.0", false},
                {"::", false},        {"128.0.0.1", false},
                {"192.0.2.1", false}, {"::ffff:127.0.0.1", false},
                {"localhost", false}, {"", false},
                {"127.0.0.1 ", false}};
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        cr_expect(ss_net_is_loopback(rows[i].address) == rows[i].want, "%s", rows[i].address);
}

Test(socket, a_host_and_its_port_are_told_apart)
{
    static const struct {
        const char *text, *host; /* null: refused */
        uint16_t port;
    } rows[] = {
        {"host", "host", 7},     {"host:22", "host", 22}, {"[::1]:22", "::1", 22},
        {"[::1]", "::1", 7},     {"::1", "::1", 7},       {"127.0.0.1:0", "127.0.0.1", 0},
        {"h:65535", "h", 65535}, {"h:65536", NULL, 0},    {"h:", NULL, 0},
        {"h:x", NULL, 0},        {":22", NULL, 0},        {"", NULL, 0},
        {"[]:22", NULL, 0},      {"[::1", NULL, 0},       {"[::1]22", NULL, 0},
        {"h:000022", NULL, 0},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_span host = {NULL, 0};
        uint16_t port = 7;
        bool good = ss_net_split(test_guarded(ss_span_of(rows[i].text)), &host, &port);

        cr_expect(good == (rows[i].host != NULL), "%s", rows[i].text);
        if (good)
            cr_expect(ss_span_is(host, rows[i].host) && port == rows[i].port, "%s", rows[i].text);
    }
}
