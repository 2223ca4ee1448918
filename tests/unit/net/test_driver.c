/* SPDX-License-Identifier: Apache-2.0 */
/* test_driver.c - an engine and a descriptor, joined. */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshspec/key.h"
#include "sshspec/net.h"
#include "tests/support/support.h"

static struct ss_config configs[2];
static struct ss_engine *engines[2];
static struct ss_driver drivers[2];
static struct ss_key *host_key;
static const struct ss_key *host_keys[2];
static unsigned kex_done;

static void setup(void)
{
    const struct ss_env *env = &test_counted()->env;
    int pair[2];
    size_t i;

    cr_assert(ss_key_generate(env, SS_KEY_ED25519, 0, ss_span_of(""), &host_key) == SS_OK);
    host_keys[0] = host_key;
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
    for (i = 0; i < 2; i++) {
        ss_config_init(&configs[i], i == 0 ? SS_CLIENT : SS_SERVER);
        configs[i].host_keys = i == 0 ? NULL : host_keys;
        cr_assert(ss_engine_new(&configs[i], env, ss_clock(), &engines[i]) == SS_OK);
        ss_driver_init(&drivers[i], engines[i], pair[i]);
    }
}

static void teardown(void)
{
    size_t i;

    for (i = 0; i < 2; i++) {
        ss_driver_fini(&drivers[i]);
        ss_engine_free(&engines[i]);
    }
    ss_key_free(&host_key);
    test_counted_check();
}

TestSuite(driver, .init = setup, .fini = teardown, .timeout = 20);

static void take_events(size_t side)
{
    struct ss_command accept = {.kind = SS_CMD_HOST_KEY, .flag = true};
    struct ss_event event;

    while (ss_engine_poll(engines[side], &event)) {
        if (event.type == SS_EVENT_HOST_KEY)
            cr_assert(ss_engine_do(engines[side], &accept, NULL) == SS_OK);
        kex_done += event.type == SS_EVENT_KEX_DONE ? 1 : 0;
    }
}

static ss_err step(size_t side, ss_time until)
{
    ss_err err;

    take_events(side);
    err = ss_driver_step(&drivers[side], NULL, 0, until);
    take_events(side);
    return err;
}

static void exchange(void)
{
    unsigned rounds;

    for (rounds = 0; rounds < 100 && kex_done < 2; rounds++) {
        ss_err err = step(rounds % 2, ss_clock());

        cr_assert(err == SS_OK || err == SS_E_timeout, "%s", ss_err_name(err));
    }
    cr_assert(kex_done == 2);
}

Test(driver, two_engines_meet_over_a_socket)
{
    exchange();
    cr_expect(ss_engine_output(engines[0]).size == 0 || step(0, ss_clock()) != SS_E_io);
    cr_expect(!ss_driver_over(&drivers[0]) && !ss_driver_over(&drivers[1]));
    cr_expect((ss_driver_interest(&drivers[1]) & POLLIN) != 0);
}

Test(driver, a_wait_ends_when_its_time_has_passed)
{
    ss_time before = ss_clock();

    exchange();
    while (step(0, ss_clock()) == SS_OK || step(1, ss_clock()) == SS_OK) {
    }
    before = ss_clock();
    cr_expect(step(0, before + 50) == SS_E_timeout);
    cr_expect(ss_clock() - before >= 50);
}

Test(driver, the_engines_deadline_ends_a_wait_too)
{
    ss_time before = ss_clock();
    ss_err err = SS_OK;

    ss_engine_free(&engines[1]);
    configs[1].login_time = 100;
    cr_assert(ss_engine_new(&configs[1], &test_counted()->env, before, &engines[1]) == SS_OK);
    drivers[1].engine = engines[1];
    while (err == SS_OK && ss_engine_fault(engines[1]) == NULL)
        err = step(1, before + 10000);
    cr_expect(ss_engine_fault(engines[1]) != NULL);
    cr_expect(ss_clock() - before >= 100 && ss_clock() - before < 5000);
}

Test(driver, other_descriptors_are_polled_along)
{
    struct pollfd others[7];
    int ends[2];

    exchange();
    cr_assert(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
    memset(others, 0, sizeof others);
    others[0].fd = ends[0];
    others[0].events = POLLIN;
    others[0].revents = 0x77;
    cr_expect(ss_driver_step(&drivers[0], others, 1, ss_clock() + 5000) == SS_OK);
    cr_expect(others[0].revents == POLLIN);
    cr_expect(ss_driver_step(&drivers[0], others, 7, ss_clock()) == SS_E_bad_argument);
    ss_net_close(&ends[0]);
    ss_net_close(&ends[1]);
}

Test(driver, a_disconnect_ends_both_sides)
{
    struct ss_command leave = {.kind = SS_CMD_DISCONNECT,
                               .number = SS_DISCONNECT_BY_APPLICATION,
                               .text = ss_span_of("enough")};

    exchange();
    cr_assert(ss_engine_do(engines[0], &leave, NULL) == SS_OK);
    cr_expect(!ss_driver_over(&drivers[0]), "the goodbye was not yet said");
    ss_driver_flush(&drivers[0]);
    cr_expect(ss_driver_over(&drivers[0]));
    cr_expect(step(1, ss_clock() + 1000) == SS_OK);
    cr_expect(ss_engine_finished(engines[1]) && ss_driver_over(&drivers[1]));
}

Test(driver, a_stream_that_ends_is_over)
{
    exchange();
    ss_driver_fini(&drivers[1]);
    while (!drivers[0].eof && step(0, ss_clock() + 1000) == SS_OK) {
    }
    cr_expect(drivers[0].eof || drivers[0].err == SS_E_closed);
    cr_expect(ss_driver_over(&drivers[0]));
    cr_expect((ss_driver_interest(&drivers[0]) & POLLIN) == 0);
}

/* The writer learns by an error and not by a signal. */
Test(driver, writing_to_a_peer_that_is_gone_is_an_error)
{
    struct ss_command ping = {.kind = SS_CMD_KEXINIT};

    exchange();
    (void)signal(SIGPIPE, SIG_DFL);
    ss_driver_fini(&drivers[1]);
    cr_assert(ss_engine_do(engines[0], &ping, NULL) == SS_OK);
    cr_assert(ss_engine_output(engines[0]).size > 0);
    ss_driver_flush(&drivers[0]);
    cr_expect(drivers[0].err == SS_E_closed && drivers[0].code != 0);
    cr_expect(ss_driver_over(&drivers[0]) && ss_driver_interest(&drivers[0]) == 0);
    cr_expect(ss_driver_step(&drivers[0], NULL, 0, SS_NEVER) == SS_E_closed);
}

Test(driver, a_descriptor_that_is_none_is_an_error)
{
    int fd = dup(drivers[0].fd);

    ss_driver_fini(&drivers[0]);
    drivers[0].engine = engines[0];
    drivers[0].fd = fd;
    (void)close(fd);
    cr_expect(step(0, ss_clock() + 1000) == SS_E_io);
    drivers[0].fd = -1;
}

/* A pipe takes what a socket takes. */
Test(driver, a_descriptor_that_is_no_socket_is_written_to)
{
    char text[256];
    int ends[2];
    ssize_t n;

    cr_assert(pipe(ends) == 0);
    ss_net_close(&drivers[0].fd);
    drivers[0].fd = ends[1];
    take_events(0);
    ss_driver_flush(&drivers[0]);
    cr_expect(drivers[0].err == SS_OK);
    n = read(ends[0], text, sizeof text);
    cr_expect(n > 8 && memcmp(text, "SSH-2.0-", 8) == 0);
    ss_net_close(&ends[0]);
}
