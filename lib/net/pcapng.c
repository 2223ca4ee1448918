/* SPDX-License-Identifier: Apache-2.0 */
/* pcapng.c - packets of a stream as a capture file.
 *
 * Owns: blocks and their options; the IPv4 and TCP headers that are made up around the bytes.
 * Not here: which bytes are a packet, and what the comment says (capture.c).
 * Called by: capture.c.
 * Follows: draft-ietf-opsawg-pcapng sections 4.1 to 4.3 and 3.5, RFC 791 section 3.1, RFC 9293
 *   section 3.1, RFC 1071 for the checksums.
 *
 * A block is in little-endian order on every machine, so that the same packets make the same file.
 * The addresses are 192.0.2.1 for the client and 192.0.2.2 for the server, of RFC 5737. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/why.h"
#include "sshspec/capture.h"

enum {
    SECTION_HEADER = 0x0a0d0d0a,
    INTERFACE = 1,
    ENHANCED_PACKET = 6,
    BYTE_ORDER = 0x1a2b3c4d,
    OPTION_COMMENT = 1,
    OPTION_USERAPPL = 4,
    LINKTYPE_RAW = 101,
    FIRST_PORT = 49152,
    SERVER_PORT = 22,
    IP_HEAD = 20,
    HEADS = 40,
    BYTES_MOST = 65535 - HEADS, /* of one IPv4 packet */
    COMMENT_MOST = 1024,
    BLOCK_MOST = 65535 + COMMENT_MOST + 64,
    TCP_PUSH_ACK = 0x5018, /* header of five words, PSH and ACK */
    WINDOW = 65535
};

/* ---- pieces of a block ---- */
static ss_err put_le(struct ss_buf *out, uint64_t value, size_t size)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    return ss_buf_put(out, ss_span_make(bytes, size));
}

static ss_err pad(struct ss_buf *out, size_t size)
{
    return put_le(out, 0, (4 - size % 4) % 4);
}

static ss_err put_option(struct ss_buf *out, unsigned code, const char *text)
{
    ss_span value = ss_span_part(ss_span_of(text), 0, COMMENT_MOST);

    SS_TRY(put_le(out, code, 2));
    SS_TRY(put_le(out, value.size, 2));
    SS_TRY(ss_buf_put(out, value));
    SS_TRY(pad(out, value.size));
    return put_le(out, 0, 4); /* opt_endofopt */
}

/* The length of a block stands at both ends; the first is filled in here. */
static ss_err close_block(struct ss_buf *out)
{
    size_t size = ss_buf_size(out) + 4;
    uint8_t *at = ss_buf_at(out) + 4;

    for (size_t i = 0; i < 4; i++)
        at[i] = (uint8_t)(size >> (8 * i));
    return put_le(out, size, 4);
}

static ss_err put_section(struct ss_buf *out)
{
    SS_TRY(put_le(out, SECTION_HEADER, 4));
    SS_TRY(put_le(out, 0, 4));
    SS_TRY(put_le(out, BYTE_ORDER, 4));
    SS_TRY(put_le(out, 1, 2));
    SS_TRY(put_le(out, 0, 2));
    SS_TRY(put_le(out, UINT64_MAX, 8)); /* the length of the section is not told */
    SS_TRY(put_option(out, OPTION_USERAPPL, "sshspec"));
    return close_block(out);
}

static ss_err put_interface(struct ss_buf *out)
{
    SS_TRY(put_le(out, INTERFACE, 4));
    SS_TRY(put_le(out, 0, 4));
    SS_TRY(put_le(out, LINKTYPE_RAW, 2));
    SS_TRY(put_le(out, 0, 2));
    SS_TRY(put_le(out, 0, 4)); /* no limit to what is kept of a packet */
    return close_block(out);
}

/* ---- the headers ---- */
static void set16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void set32(uint8_t *at, uint32_t value)
{
    set16(at, value >> 16);
    set16(at + 2, value & 0xffff);
}

/* rule: RFC 1071: the sum of 16-bit words with the carries added in. */
static uint32_t sum(uint32_t before, ss_span bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        before += i % 2 == 0 ? (uint32_t)bytes.data[i] << 8 : bytes.data[i];
        before = (before & 0xffff) + (before >> 16);
    }
    return before;
}

static void make_heads(const struct ss_pcapng *pcap, int from, ss_span bytes, uint8_t *out_heads)
{
    uint8_t *ip = out_heads, *tcp = out_heads + IP_HEAD;
    uint32_t checksum;

    memset(out_heads, 0, HEADS);
    ip[0] = 0x45;
    set16(ip + 2, (unsigned)(HEADS + bytes.size));
    set16(ip + 4, pcap->ident[from]);
    ip[6] = 0x40; /* do not fragment */
    ip[8] = 64;
    ip[9] = 6;
    set32(ip + 12, from == SS_PCAPNG_CLIENT ? 0xc0000201 : 0xc0000202);
    set32(ip + 16, from == SS_PCAPNG_CLIENT ? 0xc0000202 : 0xc0000201);
    set16(ip + 10, ~sum(0, ss_span_make(ip, IP_HEAD)) & 0xffff);
    set16(tcp, from == SS_PCAPNG_CLIENT ? pcap->port : SERVER_PORT);
    set16(tcp + 2, from == SS_PCAPNG_CLIENT ? SERVER_PORT : pcap->port);
    set32(tcp + 4, pcap->next[from]);
    set32(tcp + 8, pcap->next[1 - from]);
    set16(tcp + 12, TCP_PUSH_ACK);
    set16(tcp + 14, WINDOW);
    /* Both addresses, the protocol and the length are summed with the segment. */
    checksum = sum((uint32_t)(6 + HEADS - IP_HEAD + bytes.size), ss_span_make(ip + 12, 8));
    checksum = sum(checksum, ss_span_make(tcp, HEADS - IP_HEAD));
    set16(tcp + 16, ~sum(checksum, bytes) & 0xffff);
}

/* ---- the file ---- */

/* What was written of the block before the failure is taken away again, where that can be done. */
static ss_err fail(struct ss_pcapng *pcap, int code)
{
    pcap->code = code;
    if (ftruncate(pcap->fd, (off_t)pcap->size) != 0)
        errno = 0;
    return SS_E_io;
}

static ss_err write_block(struct ss_pcapng *pcap, const struct ss_buf *block)
{
    ss_span rest = ss_buf_span(block);

    while (rest.size > 0) {
        ssize_t n = write(pcap->fd, rest.data, rest.size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(pcap, errno);
        rest = ss_span_part(rest, (size_t)n, rest.size);
    }
    pcap->size += ss_buf_size(block);
    return SS_OK;
}

static ss_err write_start(struct ss_pcapng *pcap)
{
    struct ss_buf block;
    ss_err err;

    ss_buf_init(&block, pcap->env, BLOCK_MOST);
    err = put_section(&block);
    if (err == SS_OK)
        err = write_block(pcap, &block);
    ss_buf_clear(&block);
    if (err == SS_OK)
        err = put_interface(&block);
    if (err == SS_OK)
        err = write_block(pcap, &block);
    ss_buf_fini(&block);
    return err;
}

ss_err ss_pcapng_open(struct ss_pcapng *pcap, const struct ss_env *env, const char *path,
                      struct ss_buf *why)
{
    ss_err err;

    memset(pcap, 0, sizeof *pcap);
    pcap->env = env;
    pcap->port = FIRST_PORT - 1;
    ss_pcapng_connection(pcap);
    pcap->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, S_IRUSR | S_IWUSR);
    if (pcap->fd < 0) {
        ss_why(why, "capture %s: %s\n", path, ss_why_text(errno));
        return SS_E_io;
    }
    err = write_start(pcap);
    if (err == SS_OK)
        return SS_OK;
    ss_why(why, "capture %s: %s\n", path,
           err == SS_E_io ? ss_why_text(pcap->code) : ss_err_text(err));
    ss_net_close(&pcap->fd);
    return err;
}

static ss_err put_packet(struct ss_buf *block, struct ss_pcapng *pcap,
                         const struct ss_pcapng_packet *packet, ss_span bytes)
{
    const int from = packet->from;
    const size_t size = HEADS + bytes.size;
    uint8_t heads[HEADS];

    make_heads(pcap, from, bytes, heads);
    SS_TRY(put_le(block, ENHANCED_PACKET, 4));
    SS_TRY(put_le(block, 0, 4));
    SS_TRY(put_le(block, 0, 4)); /* the interface */
    SS_TRY(put_le(block, packet->at >> 32, 4));
    SS_TRY(put_le(block, packet->at & 0xffffffff, 4));
    SS_TRY(put_le(block, size, 4));
    SS_TRY(put_le(block, size, 4));
    SS_TRY(ss_buf_put(block, ss_span_make(heads, sizeof heads)));
    SS_TRY(ss_buf_put(block, bytes));
    SS_TRY(pad(block, size));
    SS_TRY(put_option(block, OPTION_COMMENT, packet->comment));
    SS_TRY(close_block(block));
    SS_TRY(write_block(pcap, block));
    pcap->next[from] += (uint32_t)bytes.size;
    pcap->ident[from]++;
    return SS_OK;
}

ss_err ss_pcapng_put(struct ss_pcapng *pcap, const struct ss_pcapng_packet *packet)
{
    ss_span rest = packet->bytes;
    struct ss_buf block;
    ss_err err = SS_OK;

    ss_buf_init(&block, pcap->env, BLOCK_MOST);
    while (err == SS_OK && rest.size > 0) {
        ss_buf_clear(&block);
        err = pcap->code != 0 ? SS_E_io
                              : put_packet(&block, pcap, packet, ss_span_part(rest, 0, BYTES_MOST));
        rest = ss_span_part(rest, BYTES_MOST, rest.size);
    }
    ss_buf_fini(&block);
    return err;
}

void ss_pcapng_connection(struct ss_pcapng *pcap)
{
    pcap->port = pcap->port == UINT16_MAX ? FIRST_PORT : pcap->port + 1;
    pcap->next[0] = pcap->next[1] = 1;
}

void ss_pcapng_close(struct ss_pcapng *pcap)
{
    ss_net_close(&pcap->fd);
}
