/* SPDX-License-Identifier: Apache-2.0 */
/* service.c - SERVICE_REQUEST and SERVICE_ACCEPT.
 *
 * Owns: the service that is asked for, and the one that runs.
 * Not here: the services (auth, connection); the engine starts them.
 * Called by: transport.c.
 * Follows: RFC 4253 section 10. */
#include "state.h"

static const char userauth[] = "ssh-userauth";
static const char connection[] = "ssh-connection";

bool ss_service_request_due(const struct ss_transport *layer)
{
    return layer->role == SS_CLIENT && layer->service_due && layer->open;
}

bool ss_service_accept_due(const struct ss_transport *layer)
{
    return layer->role == SS_SERVER && layer->service_due && layer->open;
}

/* What is due; else what every connection begins with. */
ss_err ss_service_compose(struct ss_transport *layer, ss_span *out_name)
{
    if (ss_buf_size(&layer->service_name) > 0)
        return ss_arena_copy(layer->link->arena, ss_buf_span(&layer->service_name), out_name);
    *out_name = ss_span_of(userauth);
    return SS_OK;
}

/* rule: RFC4253-10-service-unknown-disconnect. Due, not at once: a script may have its own answer.
 */
static void refuse(struct ss_transport *layer, ss_span name)
{
    if (ss_span_is(name, connection))
        ss_transport_doom(layer, SS_E_service_unknown, "service",
                          "RFC4253-10-service-connection-preauth",
                          "ssh-connection was asked for before authentication");
    else
        ss_transport_doom(layer, SS_E_service_unknown, "service",
                          "RFC4253-10-service-unknown-disconnect", NULL);
}

ss_err ss_service_request_received(struct ss_transport *layer, const struct ss_msg *msg)
{
    const struct ss_msg_service_request *body = msg->body;
    bool known = ss_span_is(body->service, userauth) ||
                 (ss_span_is(body->service, connection) && layer->link->authenticated);

    SS_TRY(ss_transport_keep(&layer->service_name, body->service));
    if (known)
        layer->service_due = true;
    else
        refuse(layer, body->service);
    return SS_OK;
}

static ss_err accepted(struct ss_transport *layer, ss_span name)
{
    SS_TRY(ss_transport_keep(&layer->service, name));
    return ss_transport_event(layer, SS_EVENT_SERVICE, ss_buf_span(&layer->service));
}

ss_err ss_service_accept_received(struct ss_transport *layer, const struct ss_msg *msg)
{
    const struct ss_msg_service_accept *body = msg->body;

    if (!layer->service_outstanding)
        return ss_transport_fail(layer, SS_E_unasked_reply, NULL, NULL, "no service was asked for");
    if (!ss_span_eq(body->service, ss_buf_span(&layer->service_name)))
        return ss_transport_fail(layer, SS_E_bad_value, "service",
                                 "RFC4253-10-client-checks-service-name", NULL);
    layer->service_outstanding = false;
    return accepted(layer, body->service);
}

/* The name that counts is the one that was sent. */
ss_err ss_service_sent(struct ss_transport *layer, ss_span payload)
{
    struct ss_reader reader;
    ss_span name;

    ss_reader_init(&reader, payload);
    (void)ss_reader_byte(&reader);
    name = ss_reader_string(&reader);
    if (reader.err == SS_OK)
        SS_TRY(ss_transport_keep(&layer->service_name, name));
    layer->service_due = false;
    if (layer->role == SS_SERVER)
        return accepted(layer, ss_buf_span(&layer->service_name));
    layer->service_outstanding = true;
    return SS_OK;
}

ss_err ss_service_command(struct ss_transport *layer, const struct ss_command *command)
{
    if (layer->role != SS_CLIENT || layer->service_due || layer->service_outstanding)
        return SS_E_usage;
    if (command->text.size == 0)
        return SS_E_bad_argument;
    SS_TRY(ss_transport_keep(&layer->service_name, command->text));
    layer->service_due = true;
    return SS_OK;
}
