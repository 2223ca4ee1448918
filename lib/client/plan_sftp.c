/* SPDX-License-Identifier: Apache-2.0 */
/* plan_sftp.c - the SFTP half of a plan: get a file, put one, or list a directory.
 *
 * Owns: the SFTP client of the plan's channel, where the bytes of a file go.
 * Not here: the protocol and the pipelining (lib/sftp).
 * Called by: plan.c. */
#include "plan_impl.h"

/* ---- where bytes go, and come from ---- */

/* Pieces come in any order: the output is filled up with zeros that later pieces replace. */
static ss_err keep(struct ss_sftp_sink *sink, uint64_t offset, ss_span bytes)
{
    struct ss_plan *plan = SS_CONTAINER_OF(sink, struct ss_plan, sink);
    uint64_t end = offset + bytes.size;
    size_t have = ss_buf_size(&plan->output);

    if (end > have) {
        uint8_t *more;

        if (end - have > SIZE_MAX / 2)
            return SS_E_ceiling;
        SS_TRY(ss_buf_extend(&plan->output, (size_t)(end - have), &more));
        memset(more, 0, (size_t)(end - have));
    }
    if (bytes.size > 0)
        memcpy(ss_buf_at(&plan->output) + offset, bytes.data, bytes.size);
    return SS_OK;
}

static ss_err give(struct ss_sftp_source *source, uint64_t offset, uint8_t *out, size_t n,
                   size_t *out_got)
{
    struct ss_plan *plan = SS_CONTAINER_OF(source, struct ss_plan, source);
    size_t at = offset < plan->config.input.size ? (size_t)offset : plan->config.input.size;
    ss_span part = ss_span_part(plan->config.input, at, n);

    if (part.size > 0)
        memcpy(out, part.data, part.size);
    *out_got = part.size;
    return SS_OK;
}

/* ---- what answers mean ---- */

static ss_err begin(struct ss_plan *plan)
{
    uint32_t ticket;

    plan->sink.write = keep;
    plan->source.read = give;
    switch (plan->config.task) {
    case SS_PLAN_SFTP_GET:
        SS_TRY(
            ss_sftp_get_start(&plan->transfer, &plan->sftp, plan->config.text, &plan->sink, NULL));
        plan->moving = true;
        return SS_OK;
    case SS_PLAN_SFTP_PUT:
        SS_TRY(ss_sftp_put_start(&plan->transfer, &plan->sftp, plan->config.text, &plan->source,
                                 NULL));
        plan->moving = true;
        return SS_OK;
    default:
        return ss_sftp_client_opendir(&plan->sftp, plan->config.text, &ticket);
    }
}

static ss_err on_names(struct ss_plan *plan, const struct ss_sftp_event *event)
{
    uint32_t ticket;

    for (size_t i = 0; i < event->name_count; i++) {
        if (!event->names[i].safe && !ss_span_is(event->names[i].filename, ".") &&
            !ss_span_is(event->names[i].filename, ".."))
            return plan_leave(plan, SS_PLAN_SFTP); /* a name that could lead elsewhere */
        SS_TRY(ss_escape(&plan->output, event->names[i].filename));
        SS_TRY(ss_buf_puts(&plan->output, "\n"));
    }
    return ss_sftp_client_readdir(&plan->sftp, ss_span_make(plan->listed, plan->listed_size),
                                  &ticket);
}

static ss_err on_listing(struct ss_plan *plan, const struct ss_sftp_event *event)
{
    uint32_t ticket;

    switch (event->kind) {
    case SS_SFTP_HANDLE:
        if (event->bytes.size > sizeof(plan->listed))
            return plan_leave(plan, SS_PLAN_SFTP);
        memcpy(plan->listed, event->bytes.data, event->bytes.size);
        plan->listed_size = event->bytes.size;
        return ss_sftp_client_readdir(&plan->sftp, event->bytes, &ticket);
    case SS_SFTP_NAMES:
        return on_names(plan, event);
    case SS_SFTP_STATUS:
        if (event->request == SS_FXP_readdir && event->code == SS_FX_EOF)
            return ss_sftp_client_close(&plan->sftp, ss_span_make(plan->listed, plan->listed_size),
                                        &ticket);
        return plan_leave(plan, event->request == SS_FXP_close && event->code == SS_FX_OK
                                    ? SS_PLAN_OK
                                    : SS_PLAN_SFTP);
    default:
        return plan_leave(plan, SS_PLAN_SFTP);
    }
}

static ss_err on_event(struct ss_plan *plan, const struct ss_sftp_event *event)
{
    if (event->kind == SS_SFTP_READY)
        return begin(plan);
    if (plan->moving) {
        (void)ss_sftp_transfer_take(&plan->transfer, event);
        return SS_OK;
    }
    return on_listing(plan, event);
}

static ss_err finish_transfer(struct ss_plan *plan)
{
    if (!plan->moving || plan->transfer.state != SS_SFTP_DONE)
        return SS_OK;
    return plan_leave(plan, plan->transfer.err == SS_OK ? SS_PLAN_OK : SS_PLAN_SFTP);
}

/* ---- calls ---- */

ss_err plan_sftp_start(struct ss_plan *plan)
{
    SS_TRY(ss_sftp_client_init(&plan->sftp, plan->env, NULL));
    plan->sftp_on = true;
    SS_TRY(ss_sftp_client_start(&plan->sftp));
    return plan_sftp_pump(plan);
}

ss_err plan_sftp_data(struct ss_plan *plan, ss_span data)
{
    struct ss_sftp_event event;
    ss_err err = ss_sftp_client_feed(&plan->sftp, data);

    while (err == SS_OK && plan->status == SS_PLAN_RUNNING) {
        err = ss_sftp_client_poll(&plan->sftp, &event);
        if (err == SS_OK)
            err = on_event(plan, &event);
    }
    if (err != SS_OK && err != SS_E_more_input) {
        if (ss_err_class_of(err) == SS_CLASS_RESOURCE && err != SS_E_closed)
            return err;
        return plan_leave(plan, SS_PLAN_SFTP);
    }
    return plan_sftp_pump(plan);
}

ss_err plan_sftp_pump(struct ss_plan *plan)
{
    struct ss_command command = {0};

    if (plan->status != SS_PLAN_RUNNING)
        return SS_OK;
    if (plan->moving)
        ss_sftp_transfer_pump(&plan->transfer);
    command.kind = SS_CMD_CHANNEL_DATA;
    command.channel = plan->channel;
    for (;;) {
        size_t room = ss_engine_writable(plan->engine, plan->channel);

        command.data = ss_span_part(ss_sftp_client_output(&plan->sftp), 0, room);
        if (command.data.size == 0)
            break;
        SS_TRY(ss_engine_do(plan->engine, &command, NULL));
        ss_sftp_client_sent(&plan->sftp, command.data.size);
        if (plan->moving)
            ss_sftp_transfer_pump(&plan->transfer);
    }
    return finish_transfer(plan);
}

void plan_sftp_fini(struct ss_plan *plan)
{
    if (!plan->sftp_on)
        return;
    if (plan->moving)
        ss_sftp_transfer_fini(&plan->transfer);
    ss_sftp_client_fini(&plan->sftp);
}
