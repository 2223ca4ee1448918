/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c - the honest owner of a server seat: serve, and what a seat does when its script ends.
 *
 * Owns: what of the connection goes to the owner and what stays with the script.
 * Not here: the owner itself (lib/server/serving.c), its account and tree (house.c).
 * Called by: play.c, pump.c.
 * Follows: docs/scenario-language.md "serve". */
#include "testserver/actor/seat.h"

/* ---- SFTP requests that the script wants ---- */
static struct seat_queued *queue_slot(struct seat *seat)
{
    struct seat_queued *queue;
    size_t cap = seat->queue_cap, end = seat->queue_first + seat->queue_count;

    if (end == cap) {
        cap = cap > 0 ? cap * 2 : 16;
        queue = ss_resize(seat->scene->env, seat->queue, seat->queue_cap * sizeof *queue,
                          cap * sizeof *queue);
        if (queue == NULL)
            return NULL;
        seat->queue = queue;
        seat->queue_cap = cap;
    }
    return &seat->queue[end];
}

static ss_err enqueue(struct seat *seat, uint32_t channel, const struct ss_msg *request)
{
    struct seat_queued *slot = queue_slot(seat);
    struct scn_value value = {
        .type = SCN_MESSAGE, .message = *request, .sequence = seat->inbound, .channel = channel};
    ss_err err;

    if (slot == NULL)
        return SS_E_no_memory;
    ss_arena_init(&slot->arena, seat->scene->env, SEAT_CHANNEL_MOST);
    err = scn_value_copy(&slot->arena, &value, &slot->message);
    if (err != SS_OK) {
        ss_arena_fini(&slot->arena);
        return err;
    }
    seat->queue_count++;
    return SS_OK;
}

static void note_request(struct seat *seat, const struct ss_msg *request)
{
    struct ss_buf line;
    ss_err err;

    ss_buf_init(&line, seat->scene->env, 65536);
    err = ss_buf_puts(&line, "sftp ");
    if (err == SS_OK)
        err = ss_msg_print(&line, request, 0);
    if (err == SS_OK)
        act_ladder_note(&seat->scene->ladder, SS_TRACE_NOTE, seat->side, seat->now,
                        ss_buf_span(&line));
    ss_buf_fini(&line);
}

static bool on_sftp(struct ss_serving_hook *hook, uint32_t channel, const struct ss_msg *request)
{
    struct seat *seat = SS_CONTAINER_OF(hook, struct seat, hook);
    bool by_hand = seat->owns_sftp && seat->owner != SEAT_OWNER_ALL;

    note_request(seat, request);
    seat->sftp_channel = channel;
    seat_check_never(seat, request);
    if (request->def != NULL && request->def->id == SS_FXP_init) {
        seat->sftp_begun = true;
        seat->stream.version = ((const struct ss_fxp_init *)request->body)->version;
    }
    if (!by_hand && !seat_has_handler(seat, request))
        return false;
    seat->hook_err = enqueue(seat, channel, request);
    if (seat->hook_err != SS_OK)
        act_blame(seat->scene, (struct scn_pos){0, 0}, "SFTP", seat->hook_err);
    return true;
}

ss_err seat_serving_start(struct seat *seat)
{
    seat->hook.on_sftp = on_sftp;
    return act_house_init(&seat->house, seat->env, seat->engine, seat->scene->job->world->keys,
                          &seat->hook);
}

void seat_serving_fini(struct seat *seat)
{
    if (seat->house.serving != NULL)
        act_house_fini(&seat->house);
}

/* ---- what goes to the owner ---- */
static bool is_exec(const struct ss_event *event)
{
    const struct ss_msg_channel_request *body;

    if (event->type != SS_EVENT_CHANNEL_REQUEST)
        return false;
    body = event->message->body;
    return body->body.def != NULL && body->body.def->id == SS_TAIL_channel_request_exec;
}

static bool owners(const struct seat *seat, const struct ss_event *event)
{
    if (seat->named) /* the script answers */
        return false;
    switch (event->type) {
    case SS_EVENT_AUTH_REQUEST:
        return seat->owner >= SEAT_OWNER_LOGIN;
    case SS_EVENT_CHANNEL_OPEN:
        return seat->owner >= SEAT_OWNER_SESSION;
    case SS_EVENT_CHANNEL_CLOSED:
        return true;
    case SS_EVENT_CHANNEL_DATA:
    case SS_EVENT_CHANNEL_EOF:
        return seat->owner == SEAT_OWNER_ALL ||
               (seat->owns_sftp && event->channel == seat->sftp_channel);
    default:
        return seat->owner == SEAT_OWNER_ALL;
    }
}

/* serve until exec: the request is granted, and the script plays the command. */
static void grant_exec(struct seat *seat, const struct ss_event *event)
{
    struct ss_command grant = {.kind = SS_CMD_CHANNEL_REPLY,
                               .channel = event->channel,
                               .number = event->number,
                               .flag = true};

    seat->exec_came = true;
    seat->exec_channel = event->channel;
    if (event->flag)
        seat_do(seat, (struct scn_pos){0, 0}, &grant, NULL);
}

void seat_serving_event(struct seat *seat, const struct ss_event *event)
{
    ss_err err;

    if (!seat_server(seat))
        return;
    if (event->type == SS_EVENT_AUTH_REQUEST)
        seat->auth_waiting = !owners(seat, event) && !seat->auth_said;
    if (!owners(seat, event))
        return;
    if (seat->until_exec && is_exec(event)) {
        grant_exec(seat, event);
        return;
    }
    err = ss_serving_event(seat->house.serving, event);
    if (err != SS_OK && err != SS_E_closed)
        act_blame(seat->scene, (struct scn_pos){0, 0}, "serving", err);
}

void seat_serving_pump(struct seat *seat)
{
    ss_err err;

    if (!seat_server(seat) || ss_engine_finished(seat->engine))
        return;
    err = ss_serving_pump(seat->house.serving);
    if (err != SS_OK && err != SS_E_closed)
        act_blame(seat->scene, (struct scn_pos){0, 0}, "serving", err);
}

/* ---- statements ---- */
static void own_all(struct seat *seat)
{
    struct ss_command reject = {.kind = SS_CMD_AUTH_ANSWER, .number = SS_AUTH_REJECT};

    seat->owner = SEAT_OWNER_ALL;
    seat_autopilot(seat, SS_LAYER_TRANSPORT | SS_LAYER_AUTH | SS_LAYER_CONNECTION, 0);
    if (seat->auth_waiting) {
        seat->auth_waiting = false;
        seat_do(seat, (struct scn_pos){0, 0}, &reject, NULL);
    }
}

static bool reached(const struct seat *seat, enum scn_until until)
{
    switch (until) {
    case SCN_UNTIL_KEX:
        return seat->epoch > 0 && !seat->in_kex;
    case SCN_UNTIL_LOGIN:
        return ss_engine_authenticated(seat->engine);
    case SCN_UNTIL_SESSION:
        return seat->session_came;
    case SCN_UNTIL_EXEC:
        return seat->exec_came;
    case SCN_UNTIL_SFTP:
        return seat->sftp_begun;
    case SCN_UNTIL_CLOSED:
        break;
    }
    return seat->gone;
}

static const char *until_text(enum scn_until until)
{
    static const char *const texts[] = {"the end",   "keys",      "a login",
                                        "a session", "a command", "SFTP"};

    return texts[until];
}

/* A command that the script took over and left unfinished ends well. */
static void finish_exec(struct seat *seat)
{
    struct ss_command end = {.kind = SS_CMD_CHANNEL_CLOSE, .channel = seat->exec_channel};
    struct ss_command status = {.kind = SS_CMD_CHANNEL_REQUEST, .channel = seat->exec_channel};
    struct ss_channel_info info;
    struct ss_msg msg;

    if (!seat->exec_came || !ss_engine_channel(seat->engine, seat->exec_channel, &info) ||
        info.close_out)
        return;
    status.message = &msg;
    if (!seat->exit_sent &&
        ss_msg_new(&seat->flow.eval.scratch, ss_msgdef_of(SS_MSG_channel_request),
                   ss_msgdef_of(SS_TAIL_channel_request_exit_status), &msg) == SS_OK)
        seat_do(seat, (struct scn_pos){0, 0}, &status, NULL);
    seat_do(seat, (struct scn_pos){0, 0}, &end, NULL);
}

enum seat_progress seat_serve(struct seat *seat, const struct scn_stmt *stmt)
{
    char closure[64];

    if (seat_call(seat)->fresh) {
        if (stmt->until == SCN_UNTIL_CLOSED)
            finish_exec(seat);
        own_all(seat);
    }
    seat->until_exec = stmt->until == SCN_UNTIL_EXEC;
    if (reached(seat, stmt->until)) {
        seat->until_exec = false; /* what the script does not name stays with the owner */
        seat->owns_sftp = seat->sftp_begun;
        return SEAT_DONE;
    }
    if (!seat->gone)
        return SEAT_WAIT;
    seat_closure_text(seat, closure, sizeof closure);
    seat_trouble(seat, stmt->at, "serve: the peer left before %s came (%s)",
                 until_text(stmt->until), closure);
    return SEAT_DONE;
}

enum seat_progress seat_epilogue(struct seat *seat)
{
    if (!seat_server(seat) || seat->left || seat->leave != ACT_STAY)
        return SEAT_DONE;
    if (seat->trouble && !seat->judged)
        return SEAT_DONE;
    if (seat_call(seat)->fresh && !seat->gone) {
        finish_exec(seat);
        own_all(seat);
    }
    return seat->gone ? SEAT_DONE : SEAT_WAIT;
}
