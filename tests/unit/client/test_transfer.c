/* SPDX-License-Identifier: Apache-2.0 */
/* test_transfer.c - files by SFTP, there and back. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/client/served.h"

static struct served served;

static void setup(void)
{
    served_init(&served);
}

static void teardown(void)
{
    served_fini(&served);
}

TestSuite(transfer, .init = setup, .fini = teardown, .timeout = 60);

static int file_of(const uint8_t *bytes, size_t size)
{
    int fd = memfd_create("file", MFD_CLOEXEC);

    cr_assert(fd >= 0);
    cr_assert(pwrite(fd, bytes, size, 0) == (ssize_t)size);
    return fd;
}

Test(transfer, files_of_many_sizes_come_back_as_they_went)
{
    static const size_t sizes[] = {0, 1, 32767, 32768, 32769, 1000000, 4000000};
    static uint8_t data[4000000], got[4000001];
    size_t i;

    for (i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 13 + (i >> 11));
    served.config.rekey_bytes = 1500000;
    cr_assert(served_connect(&served) == SS_OK);
    for (i = 0; i < SS_COUNT(sizes); i++) {
        int from = file_of(data, sizes[i]), to = file_of(data, 0);
        uint64_t bytes = 99;

        cr_assert(ss_client_put(served.client, from, ss_span_of("/f"), 0600, &bytes) == SS_OK, "%s",
                  ss_client_error(served.client)->text);
        cr_expect(bytes == sizes[i]);
        cr_assert(ss_client_get(served.client, ss_span_of("/f"), to, &bytes) == SS_OK, "%s",
                  ss_client_error(served.client)->text);
        cr_expect(bytes == sizes[i]);
        cr_expect(pread(to, got, sizeof got, 0) == (ssize_t)sizes[i]);
        cr_expect(memcmp(got, data, sizes[i]) == 0, "%zu bytes", sizes[i]);
        ss_net_close(&from);
        ss_net_close(&to);
    }
}

Test(transfer, a_pipe_can_be_put)
{
    uint64_t bytes = 0;
    int ends[2], to = file_of(NULL, 0);
    char text[16];

    cr_assert(served_connect(&served) == SS_OK);
    cr_assert(pipe(ends) == 0 && write(ends[1], "from a pipe", 11) == 11);
    ss_net_close(&ends[1]);
    cr_expect(ss_client_put(served.client, ends[0], ss_span_of("p"), 0, &bytes) == SS_OK);
    cr_expect(bytes == 11);
    cr_expect(ss_client_get(served.client, ss_span_of("/p"), to, &bytes) == SS_OK);
    cr_expect(pread(to, text, sizeof text, 0) == 11 && memcmp(text, "from a pipe", 11) == 0);
    ss_net_close(&ends[0]);
    ss_net_close(&to);
}

Test(transfer, the_servers_refusal_is_told_and_the_connection_stays)
{
    struct ss_session_end end = {0};
    uint64_t bytes = 99;
    int to = file_of(NULL, 0);

    cr_assert(served_connect(&served) == SS_OK);
    cr_expect(ss_client_get(served.client, ss_span_of("/none"), to, &bytes) == SS_E_sftp_status);
    cr_expect(bytes == 0 && ss_client_error(served.client)->status == 2);
    cr_expect(served_says(&served, "get /none: 127.0.0.1 says: "));
    cr_expect(ss_client_put(served.client, to, ss_span_of("/no/where"), 0, &bytes) ==
              SS_E_sftp_status);
    cr_expect(served_says(&served, "put /no/where: "));
    cr_expect(ss_client_exec(served.client, ss_span_of("true"), ss_span_of(""), NULL, NULL, &end) ==
                  SS_OK &&
              end.status == 0);
    ss_net_close(&to);
}

Test(transfer, a_server_without_sftp_refuses_the_subsystem)
{
    uint64_t bytes = 0;
    int to = file_of(NULL, 0);

    served.no_files = true;
    cr_assert(served_connect(&served) == SS_OK);
    cr_expect(ss_client_get(served.client, ss_span_of("/f"), to, &bytes) == SS_E_refused);
    cr_expect(served_says(&served, "refused subsystem sftp"));
    ss_net_close(&to);
}

Test(transfer, trouble_with_our_own_file_is_ours)
{
    uint64_t bytes = 0;
    int from = file_of((const uint8_t *)"x", 1);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC), folder = open("/", O_RDONLY | O_CLOEXEC);

    cr_assert(served_connect(&served) == SS_OK);
    cr_assert(ss_client_put(served.client, from, ss_span_of("/f"), 0, &bytes) == SS_OK);
    cr_expect(ss_client_get(served.client, ss_span_of("/f"), null, &bytes) == SS_E_io);
    cr_expect(served_says(&served, "get /f: our own file: Bad file descriptor"));
    cr_expect(ss_client_put(served.client, folder, ss_span_of("/g"), 0, &bytes) == SS_E_io);
    cr_expect(served_says(&served, "our own file: Is a directory"));
    ss_net_close(&from);
    ss_net_close(&null);
    ss_net_close(&folder);
}

Test(transfer, no_memory_is_told_and_nothing_is_left)
{
    struct ss_counted *counted = test_counted();
    size_t n, failures = 0;
    ss_err err = SS_E_no_memory;

    for (n = 1; err != SS_OK; n += 3) {
        int from = file_of((const uint8_t *)"some bytes", 10);
        uint64_t bytes = 0;

        cr_assert(n < 3000);
        cr_assert(served_connect(&served) == SS_OK);
        counted->fail_at = counted->calls + n;
        counted->fail_after = true;
        err = ss_client_put(served.client, from, ss_span_of("/f"), 0, &bytes);
        counted->fail_at = 0;
        cr_assert(err == SS_OK || err == SS_E_no_memory, "%zu: %s", n, ss_err_name(err));
        failures += err != SS_OK ? 1 : 0;
        ss_client_free(&served.client);
        ss_net_close(&from);
    }
    cr_expect(failures > 3, "%zu", failures);
}
