/* SPDX-License-Identifier: Apache-2.0 */
/* ext_info.c - EXT_INFO: what we tell about ourselves, and what the peer's makes known.
 *
 * Owns: server-sig-algs, publickey-hostbound@openssh.com and ping@openssh.com, as facts for the
 *   other layers.
 * Not here: what authentication does with them (auth).
 * Called by: transport.c.
 * Follows: RFC 8308 sections 2 and 3.1; OpenSSH PROTOCOL 1.7 (ext-info-in-auth@openssh.com), 1.8
 *   (ping@openssh.com) and 3.1 (publickey-hostbound@openssh.com). */
#include "state.h"

static const char sig_algs_name[] = "server-sig-algs";
static const char hostbound_name[] = "publickey-hostbound@openssh.com";
static const char ping_name[] = "ping@openssh.com";
static const char in_auth_name[] = "ext-info-in-auth@openssh.com";

/* The second moment: during authentication, once, where the client said that it may come.
 * rule: RFC8308-2.4-server-ext-info-position */
static bool again_due(const struct ss_transport *layer)
{
    const struct ss_link *link = layer->link;

    return layer->role == SS_SERVER && link->config->ext_info_in_auth &&
           link->peer_ext_info_in_auth && link->auth_begun && !link->authenticated &&
           !layer->ext_info_again;
}

bool ss_ext_info_due(const struct ss_transport *layer)
{
    return (layer->ext_info_due || again_due(layer)) && layer->open;
}

void ss_ext_info_sent(struct ss_transport *layer)
{
    layer->ext_info_due = false;
    layer->ext_info_again = layer->link->auth_begun;
}

/* rule: RFC8308-3.1-sig-algs-complete */
static ss_err sig_algs(const struct ss_transport *layer, ss_span *out_names)
{
    const struct ss_config *config = layer->link->config;
    struct ss_buf names;
    ss_err err;

    ss_buf_init(&names, layer->link->env, SIZE_MAX);
    err = ss_config_names(config, SS_NAMES_HOST_KEY, config->user_algorithms, &names);
    if (err == SS_OK)
        err = ss_arena_copy(layer->link->arena, ss_buf_span(&names), out_names);
    ss_buf_fini(&names);
    return err;
}

static void add(struct ss_list *list, const char *name, ss_span value)
{
    struct ss_grp_extension *item = (struct ss_grp_extension *)list->items + list->count++;

    item->name = ss_span_of(name);
    item->value = value;
}

/* A server tells what it accepts; a client, that EXT_INFO may come during authentication too. */
ss_err ss_ext_info_compose(struct ss_transport *layer, struct ss_msg_ext_info *body)
{
    struct ss_list list = {NULL, 0};
    ss_span names;

    list.items = ss_arena_alloc(layer->link->arena, 3 * sizeof(struct ss_grp_extension));
    if (list.items == NULL)
        return SS_E_no_memory;
    if (layer->role == SS_SERVER) {
        SS_TRY(sig_algs(layer, &names));
        add(&list, sig_algs_name, names);
        if (layer->link->config->hostbound)
            add(&list, hostbound_name, ss_span_of("0"));
        if (layer->link->config->ping)
            add(&list, ping_name, ss_span_of("0"));
    } else {
        add(&list, in_auth_name, ss_span_of("0"));
    }
    body->extensions = list;
    return SS_OK;
}

/* What only a server may say (rule: RFC8308-3.1-sig-algs-from-client) is read from servers only. */
static ss_err take_facts(struct ss_transport *layer, const struct ss_grp_extension *extension)
{
    struct ss_link *link = layer->link;

    if (layer->role != SS_CLIENT) {
        if (ss_span_is(extension->name, in_auth_name))
            link->peer_ext_info_in_auth = ss_span_is(extension->value, "0");
        return SS_OK;
    }
    if (ss_span_is(extension->name, ping_name))
        link->peer_ping = ss_span_is(extension->value, "0");
    if (ss_span_is(extension->name, hostbound_name))
        link->peer_hostbound = ss_span_is(extension->value, "0");
    if (!ss_span_is(extension->name, sig_algs_name))
        return SS_OK;
    SS_TRY(ss_transport_keep(&layer->sig_algs, extension->value));
    link->server_sig_algs = ss_buf_span(&layer->sig_algs);
    if (link->server_sig_algs.data == NULL) /* an empty list is not the same as no list */
        link->server_sig_algs = ss_span_of("");
    return SS_OK;
}

static void note_oddities(struct ss_transport *layer)
{
    if (!layer->ext_info_offered)
        ss_transport_note(layer, "EXT_INFO from a peer that was not asked; rule "
                                 "RFC8308-2.3-ext-info-requires-indicator");
    if (layer->link->authenticated)
        ss_transport_note(layer, "EXT_INFO after authentication; rule "
                                 "RFC8308-2.4-misplaced-ext-info");
}

/* rule: RFC8308-2.4-second-replaces-first; rule: RFC8308-2.5-unknown-names-ignored: every extension
 * becomes an event, known or not. */
ss_err ss_ext_info_received(struct ss_transport *layer, const struct ss_msg *msg)
{
    const struct ss_msg_ext_info *body = msg->body;
    const struct ss_grp_extension *items = body->extensions.items;
    size_t i;

    note_oddities(layer);
    if (layer->link->authenticated)
        return SS_OK;
    layer->link->peer_ping = layer->link->peer_hostbound = false;
    layer->link->peer_ext_info_in_auth = false;
    layer->link->server_sig_algs = ss_span_make(NULL, 0);
    for (i = 0; i < body->extensions.count; i++) {
        struct ss_event event = {
            .type = SS_EVENT_EXT_INFO, .text = items[i].name, .data = items[i].value};

        SS_TRY(take_facts(layer, &items[i]));
        SS_TRY(layer->link->event(layer->link, &event));
    }
    return SS_OK;
}
