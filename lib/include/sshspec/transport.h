/* SPDX-License-Identifier: Apache-2.0 */
/* transport.h - packets in and out, and the layer that exchanges keys.
 *
 * Owns: cipher suites in use, sequence numbers, the state of a key exchange.
 * Not here: the stream buffers and the pump (engine.h), user authentication, channels.
 * Called by: engine. Nothing above it needs this header.
 * Follows: RFC 4253 sections 4 to 9; strict kex (draft-ietf-sshm-strict-kex); RFC 8308;
 *   OpenSSH PROTOCOL 1.6 (etm MACs), PROTOCOL.chacha20poly1305, RFC 5647 as OpenSSH deploys it.
 *
 * | call                   | does                                                            |
 * |------------------------|-----------------------------------------------------------------|
 * | ss_version_take        | the next line before or with the identification, from a stream  |
 * | ss_suite_init, _fini   | a cipher and MAC with keys, one way                             |
 * | ss_packet_take         | one packet out of a stream: checked, decrypted in place         |
 * | ss_packet_begin, _end  | one packet into an output buffer: built, sealed in place        |
 * | ss_packet_*_install    | new keys, one way                                               |
 * | ss_packet_*_compress   | the compression that came with the keys starts, one way         |
 * | ss_transport_new       | the layer: KEXINIT, negotiation, exchange, NEWKEYS, rekey,      |
 * |                        | EXT_INFO, services, DISCONNECT, IGNORE, DEBUG, ping             | */
#ifndef SSHSPEC_TRANSPORT_H
#define SSHSPEC_TRANSPORT_H

#include "sshspec/layer.h"

/* ---- identification (RFC 4253 section 4.2) ---- */
enum ss_version_line { SS_VERSION_PRELINE, SS_VERSION_IDENT };
/* Looks for one line at the head of stream. A line that starts with "SSH-" is the
 * identification; for a server (role SS_SERVER) any other line is SS_E_bad_version. out_line is
 * without CR LF and borrows from stream; out_used says how many bytes to consume.
 * scanned: bytes of stream known to hold no line end; 0 for a new line, kept up to date here, so
 * that a line fed byte by byte is searched once.
 * SS_E_more_input while no line end came; SS_E_line_too_long after 255 bytes of identification
 * line, or 8192 of another line; SS_E_bad_version: not SSH-2.0- or SSH-1.99-, NUL inside. */
SS_MUST_USE ss_err ss_version_take(ss_span stream, enum ss_role role, size_t *scanned,
                                   enum ss_version_line *out_kind, ss_span *out_line,
                                   size_t *out_used);

/* ---- a suite: what seals packets one way ---- */
struct ss_suite {
    const struct ss_cipher_alg *cipher; /* null: none */
    const struct ss_mac_alg *mac;       /* null under AEAD and none */
    void *cipher_state, *mac_state;     /* owned */
    const struct ss_comp_alg *comp;     /* null: none. Set it before the suite is installed */
    void *comp_state;                   /* owned; null: payloads pass as they are, for now */
};
/* cipher must not be null. mac is unused under AEAD, and needed otherwise: SS_E_bad_argument. */
SS_MUST_USE ss_err ss_suite_init(struct ss_suite *suite, const struct ss_env *env,
                                 const struct ss_cipher_alg *cipher, const struct ss_mac_alg *mac,
                                 const uint8_t *key, const uint8_t *iv, const uint8_t *mac_key,
                                 enum ss_way way);
void ss_suite_fini(struct ss_suite *suite, const struct ss_env *env); /* empty is fine */

/* ---- inbound packets ---- */
struct ss_packet_in {
    const struct ss_env *env;
    struct ss_suite suite;
    uint32_t sequence;       /* of the next packet */
    uint32_t limit;          /* largest packet_length accepted */
    uint32_t epoch;          /* suites installed so far */
    uint64_t bytes, packets; /* since the suite was installed */
    bool wrapped;            /* sequence went from 2^32-1 to 0 since the last reset */
    /* a packet that is partly there */
    uint32_t length; /* its packet_length when known, else 0 */
    size_t opened;   /* bytes of it already decrypted (not AEAD, not EtM) */
    size_t discard;  /* it is refused, which is told when so many bytes are there; else 0 */
    size_t checked;  /* bytes of what is discarded that a MAC was computed over */
    /* compression */
    bool lags;              /* the peer may not know yet that it has started */
    struct ss_buf inflated; /* the payload of the last packet, when it came compressed */
};
struct ss_packet { /* one packet that was taken in; spans borrow from the stream, or from in */
    ss_span payload;
    uint32_t sequence, epoch;
    uint32_t length; /* packet_length */
    uint8_t padding; /* padding_length */
    bool compressed;
    uint32_t packed; /* bytes of the payload as it came */
};
void ss_packet_in_init(struct ss_packet_in *in, const struct ss_env *env);
void ss_packet_in_fini(struct ss_packet_in *in);
/* Takes a packet from the head of stream, decrypting in place. The payload stays good until
 * out_used bytes are consumed from stream by the caller, which comes before the next take.
 * SS_E_more_input: nothing yet; out_used is then the stream size at which it makes sense to ask
 * again. Errors: SS_E_bad_length, SS_E_packet_too_long, SS_E_bad_padding, SS_E_mac_mismatch,
 * SS_E_decompress (also when a payload would become larger than the limit); the stream is of no use
 * after one. A payload may be empty. Under a CBC cipher with a MAC of the clear packet a bad length
 * is SS_E_mac_mismatch, and that comes when as many bytes are there as the largest packet has. */
SS_MUST_USE ss_err ss_packet_take(struct ss_packet_in *in, struct ss_buf *stream,
                                  struct ss_packet *out_packet, size_t *out_used);
/* take: ownership of the suite's states moves here; the old suite is wiped; counters restart. */
void ss_packet_in_install(struct ss_packet_in *in, struct ss_suite *take);
/* The compression of the suite starts with the next packet, unless it has started or there is none.
 * With lags set, packets that cannot be the beginning of a stream are taken as they are until one
 * can. */
SS_MUST_USE ss_err ss_packet_in_compress(struct ss_packet_in *in);

/* ---- outbound packets ---- */
struct ss_packet_out {
    const struct ss_env *env;
    struct ss_suite suite;
    uint32_t sequence; /* of the next packet */
    uint32_t epoch;
    uint64_t bytes, packets; /* since the suite was installed */
    bool wrapped;
    /* compression */
    struct ss_buf deflated;
    size_t payload, packed; /* bytes of the last payload before and after; 0: not compressed */
    ss_err failed;          /* a packet that was compressed could not go out: none can any more */
};
void ss_packet_out_init(struct ss_packet_out *out, const struct ss_env *env);
void ss_packet_out_fini(struct ss_packet_out *out);
/* Reserves the five bytes of headroom in buf; the caller then appends the payload to buf. out_mark
 * is the offset of the packet from the buffer's head (ss_buf_at). Between begin and end only the
 * payload may be appended. */
SS_MUST_USE ss_err ss_packet_begin(struct ss_packet_out *out, struct ss_buf *buf, size_t *out_mark);
/* Compresses, pads, seals in place, appends the MAC, moves the sequence number on. Frame lies are
 * applied here, to what is there after compression; field and flow lies are skipped over. On error
 * the packet is cut from buf again; when it was compressed already, every later one fails the same
 * way, for the peer's stream would lack it. The n of SS_LIE_CIPHER_FLIP counts from the byte behind
 * the length field; -4 to -1 are the length field. SS_E_bad_argument: an n out of range, a MAC_FLIP
 * where there is no MAC. */
SS_MUST_USE ss_err ss_packet_end(struct ss_packet_out *out, struct ss_buf *buf, size_t mark,
                                 const struct ss_lie *lies, size_t lie_count);
void ss_packet_out_install(struct ss_packet_out *out, struct ss_suite *take);
SS_MUST_USE ss_err ss_packet_out_compress(struct ss_packet_out *out);

/* ---- the layer ---- */
struct ss_transport; /* opaque */
/* packets in and out are the engine's; the layer installs suites and resets sequence numbers. */
SS_MUST_USE ss_err ss_transport_new(struct ss_link *link, struct ss_packet_in *in,
                                    struct ss_packet_out *out, struct ss_transport **out_layer);
void ss_transport_free(struct ss_transport **layer);
extern const struct ss_layer_ops ss_transport_ops;

/* Both identification lines are known (spans without CR LF; copied): KEXINIT is due. */
SS_MUST_USE ss_err ss_transport_start(struct ss_transport *layer, ss_span ours, ss_span theirs);
/* Where the connection stands, for ss_msg_legal: phase, strict_initial, rekeying,
 * we_sent_kexinit and the kex context are filled in; auth context and the phases after SERVICE
 * are the engine's (authenticated, service accepted). */
void ss_transport_where(const struct ss_transport *layer, struct ss_where *where);
/* The peer, or we, are authenticated: compression that waited for that starts, both ways. */
SS_MUST_USE ss_err ss_transport_authenticated(struct ss_transport *layer);
/* May other layers send now? False from our KEXINIT to our NEWKEYS, and before the first; and,
 * until the peer's NEWKEYS has come, when the new keys have reached a limit of the config already.
 */
bool ss_transport_open(const struct ss_transport *layer);
/* True while a message of the peer's was announced by a wrong guess and must be dropped unread;
 * the flag is cleared by this call. Asked by the engine before legality. */
bool ss_transport_skip_guess(struct ss_transport *layer);
const struct ss_negotiated *ss_transport_negotiated(const struct ss_transport *layer);
ss_span ss_transport_peer_kexinit(const struct ss_transport *layer);
ss_span ss_transport_host_key(const struct ss_transport *layer);
/* The exact bytes that were hashed in the last exchange, for traces. Empty before. */
ss_span ss_transport_hash_input(const struct ss_transport *layer);
/* The name of the service the peer accepted or that we accepted; empty before. */
ss_span ss_transport_service(const struct ss_transport *layer);

#endif
