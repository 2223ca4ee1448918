/* SPDX-License-Identifier: Apache-2.0 */
/* test_keylog.c - lines of a key log. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshspec/capture.h"
#include "sshspec/net.h"
#include "tests/support/support.h"

static char path[128];

static void make_name(void)
{
    const char *base = getenv("TMPDIR");
    int fd;

    (void)snprintf(path, sizeof path, "%.100s/keylog-XXXXXX", base != NULL ? base : "/tmp");
    fd = mkstemp(path);
    cr_assert(fd >= 0 && close(fd) == 0);
    cr_assert(unlink(path) == 0);
}

static void remove_file(void)
{
    (void)unlink(path);
    test_counted_check();
}

TestSuite(keylog, .init = make_name, .fini = remove_file);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static const uint8_t cookie[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                   0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
static const uint8_t private_key[2] = {0x0a, 0xf0}, shared[3] = {0x80, 0x00, 0x01};

static struct ss_trace_secret secret(bool with_key)
{
    struct ss_trace_secret made = {.cookie = ss_span_make(cookie, sizeof cookie),
                                   .shared = ss_span_make(shared, sizeof shared)};

    if (with_key)
        made.private_key = ss_span_make(private_key, sizeof private_key);
    return made;
}

static void expect_file(const char *want)
{
    struct ss_buf text;

    ss_buf_init(&text, env(), 1 << 20);
    cr_assert(ss_file_read(path, 4096, &text, NULL) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&text), want), "%.*s", (int)ss_buf_size(&text),
              (const char *)ss_buf_at(&text));
    ss_buf_fini(&text);
}

static void append(bool with_key)
{
    struct ss_trace_secret made = secret(with_key);
    struct ss_keylog keylog;

    cr_assert(ss_keylog_open(&keylog, path, NULL) == SS_OK);
    cr_expect(ss_keylog_put(&keylog, env(), &made) == SS_OK);
    ss_keylog_close(&keylog);
    cr_expect(keylog.fd == -1);
}

/* The old form first: who reads both takes the last line that a cookie has. */
Test(keylog, lines_of_both_forms_are_appended_to_a_private_file)
{
    struct stat info;

    append(true);
    cr_assert(stat(path, &info) == 0 && (info.st_mode & 07777) == 0600);
    expect_file("00112233445566778899aabbccddeeff 0af0\n"
                "00112233445566778899aabbccddeeff SHARED_SECRET 800001\n");
    append(false);
    expect_file("00112233445566778899aabbccddeeff 0af0\n"
                "00112233445566778899aabbccddeeff SHARED_SECRET 800001\n"
                "00112233445566778899aabbccddeeff SHARED_SECRET 800001\n");
}

Test(keylog, a_file_that_others_could_read_is_made_private)
{
    FILE *file = fopen(path, "w");
    struct stat info;

    cr_assert(file != NULL && fputs("# mine\n", file) >= 0 && fclose(file) == 0);
    cr_assert(chmod(path, 0644) == 0);
    append(false);
    cr_assert(stat(path, &info) == 0 && (info.st_mode & 07777) == 0600);
    expect_file("# mine\n00112233445566778899aabbccddeeff SHARED_SECRET 800001\n");
}

Test(keylog, what_cannot_be_opened_or_written_is_said)
{
    struct ss_trace_secret made = secret(true);
    struct ss_keylog keylog;
    struct ss_buf why;

    ss_buf_init(&why, env(), 1024);
    cr_expect(ss_keylog_open(&keylog, "/nowhere/at/all", &why) == SS_E_io);
    cr_expect(
        ss_span_is(ss_buf_span(&why), "key log /nowhere/at/all: No such file or directory\n"));
    ss_buf_fini(&why);
    cr_assert(ss_keylog_open(&keylog, "/dev/full", NULL) == SS_OK);
    cr_expect(ss_keylog_put(&keylog, env(), &made) == SS_E_io && keylog.code == ENOSPC);
    cr_expect(ss_keylog_put(&keylog, env(), &made) == SS_E_io);
    ss_keylog_close(&keylog);
}
