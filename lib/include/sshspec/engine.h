/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - one SSH connection as arithmetic. Bytes, time and commands in; bytes, events and a
 * deadline out.
 *
 * Owns: its buffers, its layers, the pinned fault. Owns no socket, clock, file or thread.
 * Not here: what a connection is used for (client.h, server.h), SFTP (sftp.h).
 * Called by: net, client, server, and the actors of the test program.
 * Follows: RFC 4251 to 4254 through its layers.
 *
 * feed only buffers; poll is the pump: it takes one packet to its end (decrypt, decode, legality,
 * layer, replies queued) before the next is decrypted. Questions are events with a command as the
 * answer. Feeding one byte at a time or all at once gives the same events.
 *
 * A connection that fails says so in SS_EVENT_FAULT and ss_engine_fault, never in a return value:
 * those tell whether the call itself was possible. A connection also ends by a DISCONNECT of either
 * side's. After that nothing more is taken in and commands are SS_E_closed; what is put out is
 * still to be written, and what is sent by hand still goes out.
 *
 * Under SS_STEP an inbound message comes first as SS_EVENT_MESSAGE (number: its sequence number,
 * text: the name its number has here, empty when it has none; message->def null when it cannot be
 * decoded; message->payload always), and poll gives nothing more of the stream until
 * ss_engine_settle. Illegal messages are shown too, and judged when they are passed. Nothing is
 * sent on the engine's own account for a layer until ss_engine_autopilot switches that layer on.
 *
 * Example: HOST PORT. Shows the fingerprint of the host's key, and leaves. on_event answers what
 * the engine asks; turn moves bytes and time, and is false when the connection is over. (net.h has
 * a turn that is ready to use, ss_driver_step.)
 *
 *     #include <poll.h>
 *     #include <stdio.h>
 *     #include <stdlib.h>
 *     #include <unistd.h>
 *
 *     #include "sshspec/key.h"
 *     #include "sshspec/net.h"
 *
 *     static void on_event(struct ss_engine *engine, const struct ss_event *event)
 *     {
 *         struct ss_command goodbye = {.kind = SS_CMD_DISCONNECT, .number = 11};
 *         struct ss_buf text;
 *
 *         if (event->type != SS_EVENT_HOST_KEY)
 *             return;
 *         ss_buf_init(&text, ss_system_env(), 256);
 *         if (ss_key_fingerprint(ss_key_blob(event->key), &text) == SS_OK)
 *             printf("%s %.*s\n", ss_key_type(event->key), (int)ss_buf_size(&text),
 *                    ss_buf_at(&text));
 *         ss_buf_fini(&text);
 *         if (ss_engine_do(engine, &goodbye, NULL) != SS_OK)
 *             fputs("no goodbye\n", stderr);
 *     }
 *
 *     static bool turn(struct ss_engine *engine, int fd)
 *     {
 *         ss_span out = ss_engine_output(engine);
 *         struct pollfd wait = {.fd = fd, .events = (short)(out.size > 0 ? POLLOUT : POLLIN)};
 *         uint8_t bytes[4096];
 *         ssize_t n;
 *
 *         if ((out.size == 0 && ss_engine_finished(engine)) ||
 *             poll(&wait, 1, ss_clock_left(ss_clock(), ss_engine_deadline(engine))) < 0)
 *             return false;
 *         if (wait.revents == 0)
 *             return ss_engine_tick(engine, ss_clock()) == SS_OK;
 *         if (out.size > 0) {
 *             n = write(fd, out.data, out.size);
 *             ss_engine_sent(engine, n > 0 ? (size_t)n : 0);
 *             return n > 0;
 *         }
 *         n = read(fd, bytes, sizeof bytes);
 *         if (n > 0)
 *             return ss_engine_feed(engine, ss_span_make(bytes, (size_t)n), ss_clock()) == SS_OK;
 *         return false;
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         struct ss_engine *engine = NULL;
 *         struct ss_config config;
 *         struct ss_event event;
 *         int fd = -1;
 *
 *         ss_config_init(&config, SS_CLIENT);
 *         if (argc == 3 && ss_engine_new(&config, ss_system_env(), ss_clock(), &engine) == SS_OK &&
 *             ss_net_connect(argv[1], (uint16_t)atoi(argv[2]), SS_NEVER, &fd, NULL) == SS_OK) {
 *             do {
 *                 while (ss_engine_poll(engine, &event))
 *                     on_event(engine, &event);
 *             } while (turn(engine, fd));
 *         }
 *         ss_net_close(&fd);
 *         ss_engine_free(&engine);
 *         return 0;
 *     } */
#ifndef SSHSPEC_ENGINE_H
#define SSHSPEC_ENGINE_H

#include "sshspec/layer.h"

struct ss_engine;

SS_MUST_USE ss_err ss_engine_new(const struct ss_config *config, const struct ss_env *env,
                                 ss_time now, struct ss_engine **out_engine);
void ss_engine_free(struct ss_engine **engine);

/* Copies bytes in, all or none. SS_E_ceiling when the owner does not poll; SS_E_no_memory is also
 * the connection's fault. */
SS_MUST_USE ss_err ss_engine_feed(struct ss_engine *engine, ss_span in, ss_time now);
/* The same without the copy: room for n bytes to read into, then how many came. Between the two
 * no other call is made. */
SS_MUST_USE ss_err ss_engine_room(struct ss_engine *engine, size_t n, uint8_t **out_bytes,
                                  size_t *out_size);
void ss_engine_fed(struct ss_engine *engine, size_t n, ss_time now);
/* The peer closed its direction; what is buffered is still polled. */
void ss_engine_feed_eof(struct ss_engine *engine, ss_time now);

ss_span ss_engine_output(const struct ss_engine *engine); /* borrowed until the next call */
void ss_engine_sent(struct ss_engine *engine, size_t n);
/* True when the stream is to be closed once output is empty. */
bool ss_engine_finished(const struct ss_engine *engine);

ss_time ss_engine_deadline(const struct ss_engine *engine); /* SS_NEVER if none */
SS_MUST_USE ss_err ss_engine_tick(struct ss_engine *engine, ss_time now);

/* False when nothing more can be told before more input or a command. */
bool ss_engine_poll(struct ss_engine *engine, struct ss_event *out_event);
/* out_channel may be null; set by SS_CMD_CHANNEL_OPEN. */
SS_MUST_USE ss_err ss_engine_do(struct ss_engine *engine, const struct ss_command *command,
                                uint32_t *out_channel);

/* ---- by hand (SS_STEP) ---- */
enum ss_verdict {
    SS_PASS, /* the layer takes it in; what is due is sent if its layer is on autopilot */
    SS_DROP, /* as if it had never come */
    SS_TAKE  /* ours: the layer never sees it (same as drop, but told apart in the trace) */
};
/* SS_E_usage: nothing waits, or SS_PASS before both identification lines are known. */
SS_MUST_USE ss_err ss_engine_settle(struct ss_engine *engine, enum ss_verdict verdict);
/* layers: bits of ss_layer_id. What is due by then is sent at once. */
SS_MUST_USE ss_err ss_engine_autopilot(struct ss_engine *engine, unsigned layers);
unsigned ss_engine_autopilot_get(const struct ss_engine *engine);
/* Fills what an honest endpoint would say in a message made by ss_msg_new. Fields it knows nothing
 * of stay as they are. What is filled in is good until the next poll or command. */
SS_MUST_USE ss_err ss_engine_compose(struct ss_engine *engine, struct ss_msg *msg);
/* Sends a message with lies. Layers learn of it as of any message that was sent, by what its
 * payload became; nobody learns of one that cannot be read. */
SS_MUST_USE ss_err ss_engine_send(struct ss_engine *engine, const struct ss_msg *msg,
                                  const struct ss_lie *lies, size_t lie_count);
/* A packet with any payload, also empty. */
SS_MUST_USE ss_err ss_engine_send_payload(struct ss_engine *engine, ss_span payload,
                                          const struct ss_lie *lies, size_t lie_count);
/* Bytes straight into the stream. */
SS_MUST_USE ss_err ss_engine_send_raw(struct ss_engine *engine, ss_span bytes);
/* Lets go what SS_LIE_HOLD kept. */
SS_MUST_USE ss_err ss_engine_release(struct ss_engine *engine);
/* Sets the sequence number of the next packet, one way. */
void ss_engine_set_sequence(struct ss_engine *engine, enum ss_direction direction, uint32_t next);

/* ---- what is known ---- */
const struct ss_config *ss_engine_config(const struct ss_engine *engine); /* as it was given */
const struct ss_fault *ss_engine_fault(const struct ss_engine *engine);   /* null: none */
const struct ss_negotiated *ss_engine_negotiated(const struct ss_engine *engine);
ss_span ss_engine_session_id(const struct ss_engine *engine);
ss_span ss_engine_peer_ident(const struct ss_engine *engine);   /* without CR LF */
ss_span ss_engine_peer_kexinit(const struct ss_engine *engine); /* payload of its last one */
ss_span ss_engine_host_key(const struct ss_engine *engine);     /* blob of the exchange */
ss_span ss_engine_server_sig_algs(const struct ss_engine *engine);
bool ss_engine_peer_ping(const struct ss_engine *engine);
bool ss_engine_authenticated(const struct ss_engine *engine);
unsigned ss_engine_phase(const struct ss_engine *engine); /* the receiver's ss_phase */
uint32_t ss_engine_sequence(const struct ss_engine *engine, enum ss_direction direction);
/* Bytes and packets of the present epoch, one way. */
uint64_t ss_engine_epoch_bytes(const struct ss_engine *engine, enum ss_direction direction);

/* ---- channels ---- */
bool ss_engine_channel(const struct ss_engine *engine, uint32_t channel,
                       struct ss_channel_info *out_info);
/* Bytes of data that SS_CMD_CHANNEL_DATA would take now: window, packet size and the output
 * buffer's high-water mark considered; 0 while keys are being exchanged. */
size_t ss_engine_writable(const struct ss_engine *engine, uint32_t channel);

#endif
