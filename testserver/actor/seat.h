/* SPDX-License-Identifier: Apache-2.0 */
/* seat.h - one end of a conversation, played by a scenario: an engine by hand, and where the
 * script stands.
 *
 * Concept: seat_advance carries out steps until one has to wait, then takes one event of the
 *   engine after the other and looks again. A statement is a function that is called until it says
 *   SEAT_DONE; it asks for what is missing ("ensure"), and never blocks. A message that arrives is
 *   offered to the handlers first, then to the statement that waits, then to the layers.
 *
 * | file        | owns                                                              |
 * |-------------|-------------------------------------------------------------------|
 * | seat.c      | birth, death, the calls of an act_end                             |
 * | play.c      | steps, handlers                                                   |
 * | pump.c      | events and messages of the engine, and whose they are             |
 * | phase.c     | version, kexinit, kex, rekey, service                             |
 * | login.c     | login, both roles                                                 |
 * | channel.c   | session, requests, drain, what came on a channel                  |
 * | stream.c    | sftp: frames on a channel                                         |
 * | serve.c     | serve, and the owner of a server seat                             |
 * | send.c      | send, reply, raw bytes, closes, sequence numbers                  |
 * | expect.c    | expect, never                                                     |
 * | closing.c   | how a connection ended, and whether it may                        |
 * | probe.c     | fence, and the question whether the connection is open            |
 * | need.c      | needs                                                             |
 * | fault.c     | faults: carried out, delivered                                    |
 * | known.c     | facts                                                             |
 *
 * Owns: everything of one end. Not here: sockets, clocks (socket.c, self.c).
 * Follows: docs/scenario-language.md. */
#ifndef SSHSPEC_ACTOR_SEAT_H
#define SSHSPEC_ACTOR_SEAT_H

#include "testserver/actor/end.h"
#include "testserver/actor/flow.h"
#include "testserver/actor/house.h"
#include "testserver/actor/scene.h"

enum {
    SEAT_CALLS = 8,         /* handlers within one another */
    SEAT_STEPS = 100000,    /* of one conversation */
    SEAT_ACTION_MS = 10000, /* for what runs on autopilot */
    SEAT_CHANNEL_MOST = ACT_VALUE_MOST,
    SEAT_OUTPUT_HIGH = 4 * 1024 * 1024
};

enum seat_progress { SEAT_DONE, SEAT_WAIT };

enum seat_probe_kind {
    SEAT_PROBE_NONE,
    SEAT_PROBE_PING,
    SEAT_PROBE_GLOBAL,
    SEAT_PROBE_UNIMPLEMENTED,
    SEAT_PROBE_REALPATH
};
struct seat_probe {
    enum seat_probe_kind kind;
    bool sent, answered;
    uint32_t number; /* sequence number, place among global requests, or SFTP id */
    uint8_t data[8]; /* of a ping */
};

struct seat_channel {
    uint32_t ours;
    bool confirmed, refused, closed, draining;
    struct ss_channel_info last; /* as it was when last seen */
    struct ss_buf data, errors;
    uint64_t exit; /* UINT64_MAX: none yet */
    uint64_t owed; /* bytes taken in without giving window */
    bool request_refused;
};

struct seat_call { /* the script itself, or a handler that runs */
    uint32_t pc;
    bool fresh;    /* the step has not been tried yet */
    bool matched;  /* expect: it came */
    uint32_t item; /* of the statement: a channel record */
    ss_time deadline, grace;
    struct seat_probe probe;
    const struct scn_stmt *handler; /* null: the script itself */
    bool pending;                   /* the message handled waits for its verdict */
    struct scn_value handled;       /* SFTP, for pass; fields live in arena */
    struct ss_arena arena;
    bool mismatch; /* expect: a message came that fits but for a condition: said in why */
    char why[400];
};

struct seat_handler {
    const struct scn_stmt *stmt;
    uint32_t pc;
    bool busy;
};

struct seat_queued { /* an SFTP request that a script has to answer */
    struct scn_value message;
    struct ss_arena arena;
};

struct seat_stream { /* SFTP by hand, client seat */
    bool asked_channel, asked_subsystem, sent_init, open;
    uint32_t index; /* of the channel */
    struct ss_sftp_frames frames;
    struct ss_buf out;     /* frames that wait for window */
    struct ss_arena arena; /* of the message at hand */
    uint32_t next_id, last_id;
    uint32_t version;
    bool granted;
    char extensions[512];
};

enum seat_owner { /* server seat: what goes to the honest owner */
                  SEAT_OWNER_NOTHING,
                  SEAT_OWNER_LOGIN,   /* authentication */
                  SEAT_OWNER_SESSION, /* and opening of sessions */
                  SEAT_OWNER_ALL
};

struct seat {
    struct act_end end;
    struct scn_host host;
    struct act_scene *scene;
    const struct ss_env *env; /* of the engine */
    struct ss_config config;
    struct ss_trace trace;
    struct ss_engine *engine;
    const struct ss_key *host_keys[ACT_HOST_KEYS_MOST + 1];
    ss_time now;
    const char *side; /* "cli" or "srv" */

    struct act_flow flow;
    struct ss_arena keep; /* option texts */
    struct seat_call calls[SEAT_CALLS];
    size_t depth; /* of calls in use, at least 1 */
    struct seat_handler *handlers;
    size_t handler_count, handler_cap;
    uint32_t steps;
    bool over; /* the script has ended */

    /* the connection */
    bool version_sent, version_came;
    bool in_kex; /* from the first KEXINIT of either side to both NEWKEYS */
    uint32_t epoch, rekey_from;
    bool service_asked, service_ready;
    bool auth_asked, auth_done;
    unsigned auth_tries;
    struct ss_buf auth_methods, auth_method, signature_algorithm, kexinit;
    uint32_t globals_asked, globals_answered;
    uint32_t inbound; /* sequence number of the message at hand */
    bool sent;        /* a packet of ours went out, with this sequence number */
    uint32_t sent_sequence;
    bool odd;          /* something went out that no honest endpoint would say */
    bool named;        /* an expect named it: the script answers it, not the autopilot */
    bool auth_waiting; /* a server's question waits for an answer */
    bool auth_said;    /* the script has answered it already */
    bool exit_sent;    /* an exit-status of ours went out */

    /* the end of it */
    enum act_leave leave;
    bool left;          /* our side was closed by the script */
    uint64_t last_byte; /* of the stream, when it was; nothing is said after it */
    bool gone, gone_io;
    enum act_gone gone_how;
    bool disconnected;
    uint32_t reason;
    bool half_probed, half_open;
    ss_time half_until;
    bool judged; /* an expect closed has looked at it */
    bool trouble;
    struct scn_pos trouble_at;
    char trouble_text[400];

    /* channels */
    struct seat_channel *channels;
    size_t channel_count, channel_cap;
    struct seat_stream stream;

    /* server seat */
    struct act_house house;
    struct ss_serving_hook hook;
    enum seat_owner owner;
    bool owns_sftp;  /* a server's SFTP requests go to the script unless serve runs */
    bool sftp_begun; /* the peer's INIT was answered */
    uint32_t sftp_channel;
    bool until_exec; /* serve until exec: the script plays the command */
    bool exec_came, session_came;
    uint32_t session_channel, exec_channel;
    struct seat_queued *queue;
    size_t queue_first, queue_count, queue_cap;
    ss_err hook_err;

    uint64_t bytes_out;
    bool heard; /* something came since bytes_heard_at */
};

/* ---- seat.c ---- */
struct act_seat_plan {
    enum ss_role role;
    const struct scn_body *body;
    const struct ss_env *env; /* of the engine: random or from the dice */
};
SS_MUST_USE ss_err act_seat_new(struct act_scene *scene, const struct act_seat_plan *plan,
                                ss_time now, struct seat **out_seat);
void act_seat_free(struct seat **seat);
/* After the last advance: facts, unproven faults, what is left to judge. */
void act_seat_finish(struct seat *seat);
struct act_end *act_seat_end(struct seat *seat);

/* ---- shared ---- */
static inline struct seat_call *seat_call(struct seat *seat)
{
    return &seat->calls[seat->depth - 1];
}
static inline bool seat_server(const struct seat *seat)
{
    return seat->config.role == SS_SERVER;
}
static inline bool seat_decided(const struct seat *seat)
{
    return seat->scene->outcome.decided;
}
/* The connection will say no more. */
bool seat_lost(const struct seat *seat);
/* A command; what fails is a matter of ours, but for a connection that has ended. */
void seat_do(struct seat *seat, struct scn_pos at, const struct ss_command *command,
             uint32_t *out_channel);
void seat_autopilot(struct seat *seat, unsigned add, unsigned remove);
void seat_wait_until(struct seat *seat, ss_time ms);
/* An action could not finish; a judgement may still make sense of it. */
void seat_trouble(struct seat *seat, struct scn_pos at, const char *format, ...) SS_PRINTF(3, 4);
/* Waits until the action's deadline, then that is the trouble. what: "the key exchange". */
enum seat_progress seat_await(struct seat *seat, const struct scn_stmt *stmt, const char *what);

/* ---- play.c ---- */
void seat_play(struct seat *seat);
enum seat_progress seat_run(struct seat *seat, const struct scn_stmt *stmt);
/* A handler for this message that is not busy, or null. */
struct seat_handler *seat_handler_for(struct seat *seat, const struct ss_msg *msg);
/* Begins a handler; pending: the engine waits for the verdict of msg. */
void seat_enter(struct seat *seat, struct seat_handler *handler, const struct scn_value *message,
                bool pending);
bool seat_has_handler(const struct seat *seat, const struct ss_msg *msg);

/* ---- pump.c ---- */
/* One event or message; false when there is none. */
bool seat_pump(struct seat *seat);
bool seat_is(const struct scn_message *wanted, const struct ss_msg *msg);
/* Gives the message that waits to the layers, or not. */
void seat_settle(struct seat *seat, enum ss_verdict verdict);
/* A message of SFTP, in the script's hands. */
void seat_sftp_message(struct seat *seat, const struct scn_value *message);
/* Is it one that does not matter unless it is named? */
bool seat_ignorable(const struct seat *seat, const struct ss_msg *msg);
/* "USERAUTH_FAILURE methods=publickey", at most 300 bytes. */
void seat_describe(struct seat *seat, const struct ss_msg *msg, struct ss_buf *out);

/* ---- phase.c ---- */
enum seat_progress seat_version(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_kexinit(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_kex(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_rekey(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_service(struct seat *seat, const struct scn_stmt *stmt);
/* Options of the connection, before they are needed. */
void seat_options(struct seat *seat, const struct scn_stmt *stmt);
/* Both identification lines; keys; the user authentication service: on autopilot if need be. */
enum seat_progress seat_ensure_version(struct seat *seat, struct scn_pos at);
enum seat_progress seat_ensure_kex(struct seat *seat, struct scn_pos at);
enum seat_progress seat_ensure_service(struct seat *seat, struct scn_pos at);

/* ---- login.c ---- */
enum seat_progress seat_login(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_ensure_login(struct seat *seat, const struct scn_stmt *stmt);

/* ---- channel.c ---- */
enum seat_progress seat_session(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_request(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_drain(struct seat *seat, const struct scn_stmt *stmt);
void seat_channel_event(struct seat *seat, const struct ss_event *event);
/* Adds a record; UINT32_MAX when memory is out. */
uint32_t seat_channel_add(struct seat *seat, uint32_t ours);
/* The newest record of our number, or null. */
struct seat_channel *seat_channel_of(struct seat *seat, uint32_t ours);
ss_err seat_channel_member(struct scn_host *host, struct ss_arena *arena, uint32_t index,
                           ss_span member, struct scn_value *out);
void seat_channel_credit(struct seat *seat, struct seat_channel *channel);
void seat_channels_fini(struct seat *seat);
SS_MUST_USE ss_err seat_channel_request(struct seat *seat, uint32_t index,
                                        const struct ss_msgdef *tail, ss_span one, ss_span two);

/* ---- stream.c ---- */
enum seat_progress seat_sftp(struct seat *seat, const struct scn_stmt *stmt);
/* The next SFTP message that waits for the script; false when there is none. */
bool seat_stream_pump(struct seat *seat);
void seat_stream_data(struct seat *seat, ss_span data);
SS_MUST_USE ss_err seat_stream_send(struct seat *seat, const struct ss_msg *msg,
                                    const struct ss_lie *lies, size_t count);
SS_MUST_USE ss_err seat_stream_compose(struct seat *seat, struct ss_msg *msg);
void seat_stream_flush(struct seat *seat);
void seat_stream_fini(struct seat *seat);

/* ---- serve.c ---- */
/* What a seat does when its script has ended. */
enum seat_progress seat_epilogue(struct seat *seat);
enum seat_progress seat_serve(struct seat *seat, const struct scn_stmt *stmt);
void seat_serving_event(struct seat *seat, const struct ss_event *event);
void seat_serving_pump(struct seat *seat);
SS_MUST_USE ss_err seat_serving_start(struct seat *seat);
void seat_serving_fini(struct seat *seat);

/* ---- send.c ---- */
enum seat_progress seat_send(struct seat *seat, const struct scn_stmt *stmt);
/* One message with the fields and lies of stmt. */
void seat_send_message(struct seat *seat, const struct scn_stmt *stmt, const struct ss_msgdef *def,
                       const struct ss_msgdef *tail);
enum seat_progress seat_send_raw(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_send_payload(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_disconnect(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_close(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_release(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_set_sequence(struct seat *seat, const struct scn_stmt *stmt);

/* ---- expect.c ---- */
enum seat_progress seat_expect(struct seat *seat, const struct scn_stmt *stmt);
/* A message while an expect waits. */
void seat_expect_message(struct seat *seat, const struct scn_stmt *stmt,
                         const struct scn_value *message);
void seat_check_never(struct seat *seat, const struct ss_msg *msg);

/* ---- closing.c ---- */
/* expect with a closed alternative, once a message did not settle it. */
enum seat_progress seat_expect_closed(struct seat *seat, const struct scn_stmt *stmt,
                                      const struct scn_alternative *closed);
/* "disconnect(protocol_error)", "fin", "rst". */
void seat_closure_text(const struct seat *seat, char *out, size_t size);

/* ---- probe.c ---- */
enum seat_progress seat_fence(struct seat *seat, const struct scn_stmt *stmt);
enum seat_progress seat_prove(struct seat *seat, const struct scn_stmt *stmt);
enum seat_probe_kind seat_probe_choose(const struct seat *seat);
void seat_probe_send(struct seat *seat, struct scn_pos at, struct seat_probe *probe);
/* Is it the answer? Then it is noted. */
bool seat_probe_answered(struct seat *seat, struct seat_probe *probe,
                         const struct scn_value *message);
const char *seat_probe_name(enum seat_probe_kind kind);

/* ---- need.c ---- */
enum seat_progress seat_needs(struct seat *seat, const struct scn_stmt *stmt);

/* ---- fault.c ---- */
void seat_fault_begin(struct seat *seat, const struct scn_stmt *stmt);
void seat_fault_end(struct seat *seat, const struct scn_stmt *stmt);
/* Something is about to go out: is it the fault's first? */
void seat_fault_what(struct seat *seat, const char *what);
void seat_faults_delivered(struct seat *seat, bool certain);

/* ---- known.c ---- */
ss_err seat_known(struct scn_host *host, struct ss_arena *arena, ss_span path,
                  struct scn_value *out);
ss_err seat_at_name(struct scn_host *host, ss_span name, struct scn_value *out);
void seat_facts(struct seat *seat);
/* A list of the peer's KEXINIT; SS_E_not_found before it came. */
SS_MUST_USE ss_err seat_peer_list(struct seat *seat, struct ss_arena *arena, ss_span name,
                                  struct scn_value *out);
/* What goes by: remembered for the facts. */
void seat_notice_in(struct seat *seat, const struct ss_msg *msg);
void seat_notice_out(struct seat *seat, const struct ss_trace_record *record);

#endif
