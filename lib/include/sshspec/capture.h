/* SPDX-License-Identifier: Apache-2.0 */
/* capture.h - a connection as files that Wireshark reads: a key log, and a capture of its packets.
 *
 * Concept: three parts. The key log gets a line or two for each key exchange. The capture is a
 *   pcapng file in which every packet of the stream is an IPv4 packet with a comment; what the
 *   network did is not told: addresses and TCP headers are made up, and there is no handshake. The
 *   third is a trace sink that fills both from the records of an engine.
 *
 * Owns: the files, until they are closed; both are readable by the owner only, a capture because
 *   the passwords of a connection without a cipher are in it.
 * Not here: what is traced (trace.h).
 * Called by: programs. A failure to write is kept and told at the end; the connection goes on.
 * Follows: draft-ietf-opsawg-pcapng sections 3 and 4, RFC 791, RFC 9293; the preference
 *   ssh.keylog_file of Wireshark.
 *
 * | call                  | does                                                          |
 * |-----------------------|---------------------------------------------------------------|
 * | ss_keylog_open, _put  | lines at the end of a file, which many processes may share    |
 * | ss_pcapng_open, _put  | a capture, packet by packet                                   |
 * | ss_capture_open       | both, or one; its trace goes into ss_config.trace, or records |
 * |                       | that came another way are handed to ss_capture_record         |
 * | ss_capture_begin      | another connection follows                                    |
 * | ss_capture_step       | which line of a script the next packets belong to             |
 *
 * Open with a plan that names the files, give ss_capture_trace to the config of the engine, close
 * when the engine is gone: closing tells whether all of it could be written. */
#ifndef SSHSPEC_CAPTURE_H
#define SSHSPEC_CAPTURE_H

#include "sshspec/trace.h"

/* ---- key log ---- */
struct ss_keylog {
    int fd;   /* -1: closed */
    int code; /* errno of the first failure; 0: none */
};
/* Appends to a file, or makes it. A regular file is made private first. */
SS_MUST_USE ss_err ss_keylog_open(struct ss_keylog *keylog, const char *path, struct ss_buf *why);
/* "COOKIE PRIVATE-KEY" where there is one, as Wireshark 4.0 wants it, then "COOKIE SHARED_SECRET
 * K", as later ones do: they take the last line of a cookie. All of it is one write. */
SS_MUST_USE ss_err ss_keylog_put(struct ss_keylog *keylog, const struct ss_env *env,
                                 const struct ss_trace_secret *secret);
/* The lines themselves. */
SS_MUST_USE ss_err ss_keylog_format(struct ss_buf *out, const struct ss_trace_secret *secret);
void ss_keylog_close(struct ss_keylog *keylog);

/* ---- capture ---- */
struct ss_pcapng {
    int fd;   /* -1: closed */
    int code; /* errno of the first failure; 0: none */
    const struct ss_env *env;
    uint64_t size;    /* bytes of the blocks that are whole */
    uint16_t port;    /* of the client */
    uint32_t next[2]; /* TCP sequence number: of the client, of the server */
    uint16_t ident[2];
};
struct ss_pcapng_packet {
    uint64_t at; /* microseconds since 1970 */
    enum { SS_PCAPNG_CLIENT, SS_PCAPNG_SERVER } from;
    ss_span bytes;
    const char *comment;
};
/* Replaces what was there. */
SS_MUST_USE ss_err ss_pcapng_open(struct ss_pcapng *pcap, const struct ss_env *env,
                                  const char *path, struct ss_buf *why);
/* What does not fit into one IPv4 packet becomes several, each with the comment. After a failure
 * the file ends with the last whole block, and nothing more is written. */
SS_MUST_USE ss_err ss_pcapng_put(struct ss_pcapng *pcap, const struct ss_pcapng_packet *packet);
/* Another connection: another port, sequence numbers from the beginning. */
void ss_pcapng_connection(struct ss_pcapng *pcap);
void ss_pcapng_close(struct ss_pcapng *pcap);

/* ---- both, from records ---- */
struct ss_capture_plan {
    const char *keylog, *pcap; /* null: not that one */
    uint64_t start;            /* microseconds since 1970 for the first record */
};
struct ss_capture; /* opaque */
/* why gets a line on failure. */
SS_MUST_USE ss_err ss_capture_open(const struct ss_env *env, const struct ss_capture_plan *plan,
                                   struct ss_capture **out_capture, struct ss_buf *why);
/* For an engine that nobody else traces. */
struct ss_trace *ss_capture_trace(struct ss_capture *capture);
/* Does it want SS_TRACE_SECRET, too? */
bool ss_capture_wants_secrets(const struct ss_capture *capture);
void ss_capture_begin(struct ss_capture *capture);
/* 0: no line. */
void ss_capture_step(struct ss_capture *capture, unsigned line);
void ss_capture_record(struct ss_capture *capture, const struct ss_trace_record *record);
/* Writes what is left, closes, and tells the first failure. Null is fine. */
SS_MUST_USE ss_err ss_capture_close(struct ss_capture **capture, struct ss_buf *why);

#endif
