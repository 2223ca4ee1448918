/* SPDX-License-Identifier: Apache-2.0 */
/* test_pcapng.c - capture files to the byte. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
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

    (void)snprintf(path, sizeof path, "%.100s/pcapng-XXXXXX", base != NULL ? base : "/tmp");
    fd = mkstemp(path);
    cr_assert(fd >= 0 && close(fd) == 0);
}

static void remove_file(void)
{
    (void)unlink(path);
    test_counted_check();
}

TestSuite(pcapng, .init = make_name, .fini = remove_file);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

/* Made apart from the code under test, and read by tshark: both checksums of both packets are good.
 */
static const char golden[] =
    "0a0d0d0a2c0000004d3c2b1a01000000ffffffffffffffff0400070073736873706563000000"
    "00002c0000000100000014000000650000000000000014000000060000005c00000000000000"
    "11000000554433222b0000002b0000004500002b000040004006b6c9c0000201c0000202c000"
    "001600000001000000015018ffffa74a00006162630001000500666972737400000000000000"
    "5c000000060000005c0000000000000011000000564433222c0000002c0000004500002c0000"
    "40004006b6c8c0000202c00002010016c00000000001000000045018ffff6ba90000ffffffff"
    "010006007365636f6e640000000000005c000000";

static void read_file(struct ss_buf *out)
{
    ss_buf_init(out, env(), 1 << 20);
    cr_assert(ss_file_read(path, 1 << 20, out, NULL) == SS_OK);
}

Test(pcapng, two_packets_to_the_byte)
{
    struct ss_pcapng_packet one = {.at = 0x1122334455,
                                   .from = SS_PCAPNG_CLIENT,
                                   .bytes = ss_span_of("abc"),
                                   .comment = "first"};
    struct ss_pcapng_packet two = {.at = 0x1122334456,
                                   .from = SS_PCAPNG_SERVER,
                                   .bytes = ss_span_of("\xff\xff\xff\xff"),
                                   .comment = "second"};
    struct ss_pcapng pcap;
    struct ss_buf file;
    struct stat info;

    cr_assert(ss_pcapng_open(&pcap, env(), path, NULL) == SS_OK);
    cr_expect(ss_pcapng_put(&pcap, &one) == SS_OK);
    cr_expect(ss_pcapng_put(&pcap, &two) == SS_OK);
    ss_pcapng_close(&pcap);
    read_file(&file);
    cr_expect(ss_span_eq(ss_buf_span(&file), test_hex(golden)));
    cr_expect(stat(path, &info) == 0 && (info.st_mode & 07777) == 0600);
    cr_expect((uint64_t)info.st_size == pcap.size);
    ss_buf_fini(&file);
}

static uint32_t le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Walks the blocks, whose lengths at both ends agree; the payload of packets is added up. */
static unsigned count_packets(size_t *out_bytes)
{
    struct ss_buf file;
    unsigned packets = 0;
    ss_span rest;

    *out_bytes = 0;
    read_file(&file);
    rest = ss_buf_span(&file);
    while (rest.size > 0) {
        uint32_t size;

        cr_assert(rest.size >= 12);
        size = le32(rest.data + 4);
        cr_assert(size % 4 == 0 && size >= 12 && size <= rest.size);
        cr_assert(le32(rest.data + size - 4) == size);
        if (le32(rest.data) == 6) {
            packets++;
            cr_assert(le32(rest.data + 20) <= 65535);
            *out_bytes += le32(rest.data + 20) - 40;
        }
        rest = ss_span_part(rest, size, rest.size);
    }
    ss_buf_fini(&file);
    return packets;
}

Test(pcapng, what_is_too_large_for_a_packet_becomes_several)
{
    static uint8_t big[150001];
    struct ss_pcapng_packet packet = {.bytes = ss_span_make(big, sizeof big), .comment = "big"};
    struct ss_pcapng pcap;
    size_t bytes;

    cr_assert(ss_pcapng_open(&pcap, env(), path, NULL) == SS_OK);
    cr_expect(ss_pcapng_put(&pcap, &packet) == SS_OK);
    cr_expect(pcap.next[SS_PCAPNG_CLIENT] == 1 + sizeof big && pcap.next[SS_PCAPNG_SERVER] == 1);
    packet.bytes = ss_span_of("");
    cr_expect(ss_pcapng_put(&pcap, &packet) == SS_OK, "nothing is no packet");
    ss_pcapng_connection(&pcap);
    cr_expect(pcap.port == 49153 && pcap.next[0] == 1 && pcap.next[1] == 1);
    pcap.port = UINT16_MAX;
    ss_pcapng_connection(&pcap);
    cr_expect(pcap.port == 49152);
    ss_pcapng_close(&pcap);
    cr_expect(count_packets(&bytes) == 3 && bytes == sizeof big);
}

/* Nothing behind the last whole block, and nothing more is tried. */
Test(pcapng, a_full_disk_leaves_whole_blocks)
{
    static uint8_t bytes[500];
    struct ss_pcapng_packet packet = {.bytes = ss_span_make(bytes, sizeof bytes), .comment = "x"};
    struct rlimit limit = {.rlim_cur = 1500, .rlim_max = RLIM_INFINITY};
    struct ss_pcapng pcap;
    size_t total;

    cr_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    cr_assert(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    cr_assert(ss_pcapng_open(&pcap, env(), path, NULL) == SS_OK);
    limit.rlim_cur = 1500;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    cr_expect(ss_pcapng_put(&pcap, &packet) == SS_OK);
    cr_expect(ss_pcapng_put(&pcap, &packet) == SS_OK);
    cr_expect(ss_pcapng_put(&pcap, &packet) == SS_E_io && pcap.code == EFBIG);
    packet.bytes = ss_span_of("a");
    cr_expect(ss_pcapng_put(&pcap, &packet) == SS_E_io, "what would fit is not written either");
    limit.rlim_cur = limit.rlim_max;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    ss_pcapng_close(&pcap);
    cr_expect(count_packets(&total) == 2 && total == 1000);
}

Test(pcapng, what_cannot_be_opened_is_said)
{
    struct ss_pcapng pcap;
    struct ss_buf why;

    ss_buf_init(&why, env(), 1024);
    cr_expect(ss_pcapng_open(&pcap, env(), "/nowhere/at/all", &why) == SS_E_io);
    cr_expect(ss_pcapng_open(&pcap, env(), "/dev/full", &why) == SS_E_io && pcap.fd == -1);
    cr_expect(ss_span_is(ss_buf_span(&why), "capture /nowhere/at/all: No such file or directory\n"
                                            "capture /dev/full: No space left on device\n"));
    ss_buf_fini(&why);
}
