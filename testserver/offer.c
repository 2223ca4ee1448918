/* SPDX-License-Identifier: Apache-2.0 */
/* offer.c - a peer's KEXINIT, read and told.
 *
 * Owns: the conversation up to KEXINIT, the table and the JSON lines.
 * Not here: starting peers (offers_show.c), what the standards say (sshspec/advice.h).
 * Called by: offers_show.c.
 * Follows: RFC 4253 section 7.1; INTERFACE "JSON lines". */
#include "testserver/offer.h"

#include "sshspec/advice.h"
#include "sshspec/text.h"

enum { LIST_MAX = 65536 };

void offer_init(struct offer *offer, const struct ss_env *env, enum ss_role role)
{
    size_t i;

    offer->role = role;
    ss_buf_init(&offer->ident, env, 8192);
    for (i = 0; i < OFFER_LISTS; i++)
        ss_buf_init(&offer->lists[i], env, LIST_MAX);
}

void offer_fini(struct offer *offer)
{
    size_t i;

    ss_buf_fini(&offer->ident);
    for (i = 0; i < OFFER_LISTS; i++)
        ss_buf_fini(&offer->lists[i]);
}

/* ---- the conversation ---- */

static ss_err keep(struct offer *offer, const struct ss_msg_kexinit *body)
{
    const ss_span lists[OFFER_LISTS] = {
        body->kex_algorithms,
        body->server_host_key_algorithms,
        body->encryption_algorithms_client_to_server,
        body->encryption_algorithms_server_to_client,
        body->mac_algorithms_client_to_server,
        body->mac_algorithms_server_to_client,
        body->compression_algorithms_client_to_server,
        body->compression_algorithms_server_to_client,
    };
    size_t i;

    for (i = 0; i < OFFER_LISTS; i++)
        SS_TRY(ss_buf_put(&offer->lists[i], lists[i]));
    return SS_OK;
}

/* Everything that can be told now. Messages before KEXINIT are let pass unseen. */
static ss_err listen_on(struct offer *offer, struct ss_engine *engine, bool *out_done)
{
    struct ss_event event;

    while (!*out_done && ss_engine_poll(engine, &event)) {
        if (event.type == SS_EVENT_FAULT)
            return event.fault->err;
        if (event.type == SS_EVENT_DISCONNECTED)
            return SS_E_closed;
        if (event.type != SS_EVENT_MESSAGE)
            continue;
        if (event.message->def != NULL && event.message->def->id == SS_MSG_kexinit) {
            SS_TRY(ss_buf_put(&offer->ident, ss_engine_peer_ident(engine)));
            SS_TRY(keep(offer, event.message->body));
            *out_done = true;
        } else
            SS_TRY(ss_engine_settle(engine, SS_DROP));
    }
    return SS_OK;
}

static ss_err converse(struct offer *offer, struct ss_driver *driver, ss_time deadline)
{
    const struct ss_command say = {.kind = SS_CMD_VERSION};
    bool done = false;

    SS_TRY(ss_engine_do(driver->engine, &say, NULL));
    for (;;) {
        SS_TRY(listen_on(offer, driver->engine, &done));
        if (done)
            return SS_OK;
        if (driver->eof || ss_driver_over(driver))
            return SS_E_closed;
        SS_TRY(ss_driver_step(driver, NULL, 0, deadline));
    }
}

ss_err offer_take(struct offer *offer, int take_fd, ss_time deadline)
{
    struct ss_engine *engine = NULL;
    struct ss_config config;
    struct ss_driver driver;
    ss_err err;

    ss_config_init(&config, offer->role == SS_SERVER ? SS_CLIENT : SS_SERVER);
    config.pace = SS_STEP;
    err = ss_engine_new(&config, ss_system_env(), ss_clock(), &engine);
    if (err != SS_OK) {
        ss_net_close(&take_fd);
        return err;
    }
    ss_driver_init(&driver, engine, take_fd);
    err = converse(offer, &driver, deadline);
    ss_driver_fini(&driver);
    ss_engine_free(&engine);
    return err;
}

/* ---- what it comes to ---- */

struct list { /* of KEXINIT; second is -1 where there is but one way */
    enum ss_names kind;
    int first, second;
    const char *word, *first_way, *second_way;
};
static const struct list lists[] = {
    {SS_NAMES_KEX, 0, -1, "kex", "", ""},
    {SS_NAMES_HOST_KEY, 1, -1, "hostkey", "", ""},
    {SS_NAMES_CIPHER, 2, 3, "cipher", "client to server", "server to client"},
    {SS_NAMES_MAC, 4, 5, "mac", "client to server", "server to client"},
    {SS_NAMES_COMPRESSION, 6, 7, "compression", "client to server", "server to client"},
};

/* What stands in the list of methods and is none. */
static bool is_marker(enum ss_names kind, ss_span name)
{
    static const char *const patterns[] = {"ext-info-?", "kex-strict-*", "kexguess2@*"};
    size_t i;

    for (i = 0; kind == SS_NAMES_KEX && i < SS_COUNT(patterns); i++) {
        if (ss_glob(ss_span_of(patterns[i]), name, false))
            return true;
    }
    return false;
}

struct line { /* one name */
    const struct offer *offer;
    const struct list *list;
    const char *who, *version, *way;
    bool json;
};

/* A peer may say anything: what it says is escaped. */
static ss_err put_json(struct ss_buf *out, const struct line *line, ss_span name)
{
    struct ss_advice advice = ss_advice_of(line->list->kind, name);
    bool marker = is_marker(line->list->kind, name);

    SS_TRY(ss_buf_puts(out, "{\"peer\":"));
    SS_TRY(ss_json_string(out, ss_span_of(line->who)));
    SS_TRY(ss_buf_puts(out, ",\"peer_version\":"));
    SS_TRY(ss_json_string(out, ss_span_of(line->version)));
    SS_TRY(ss_buf_printf(
        out, ",\"role\":\"%s\",\"ident\":", line->offer->role == SS_SERVER ? "server" : "client"));
    SS_TRY(ss_json_string(out, ss_buf_span(&line->offer->ident)));
    SS_TRY(ss_buf_printf(out, ",\"kind\":\"%s\",\"way\":\"%s\",\"name\":",
                         marker ? "marker" : line->list->word, line->way));
    SS_TRY(ss_json_string(out, name));
    if (advice.level == SS_ADVICE_NONE)
        return ss_buf_puts(out, ",\"advice\":null,\"advice_source\":\"\",\"note\":\"\"}\n");
    return ss_buf_printf(out, ",\"advice\":\"%s\",\"advice_source\":\"%s\",\"note\":\"%s\"}\n",
                         ss_advice_word(advice.level), advice.source, advice.note);
}

static ss_err put_row(struct ss_buf *out, const struct line *line, ss_span name)
{
    struct ss_advice advice = ss_advice_of(line->list->kind, name);
    size_t start;
    int width;

    if (is_marker(line->list->kind, name))
        return SS_OK;
    SS_TRY(ss_buf_printf(out, "  %-11s  ", line->list->word));
    start = ss_buf_size(out);
    SS_TRY(ss_escape(out, name));
    width = (int)(ss_buf_size(out) - start);
    SS_TRY(ss_buf_printf(out, "%*s  %s", width < 48 ? 48 - width : 0, "",
                         ss_advice_word(advice.level)));
    if (advice.source[0] != '\0')
        SS_TRY(ss_buf_printf(out, " (%s)", advice.source));
    if (advice.note[0] != '\0')
        SS_TRY(ss_buf_printf(out, "; %s", advice.note));
    if (line->way[0] != '\0')
        SS_TRY(ss_buf_printf(out, ", %s", line->way));
    return ss_buf_puts(out, "\n");
}

static ss_err put_names(struct ss_buf *out, const struct line *line, ss_span names)
{
    ss_span name;

    while (ss_namelist_next(&names, &name)) {
        if (line->json)
            SS_TRY(put_json(out, line, name));
        else
            SS_TRY(put_row(out, line, name));
    }
    return SS_OK;
}

static ss_err put_markers(struct ss_buf *out, const struct offer *offer)
{
    ss_span names = ss_buf_span(&offer->lists[0]), name;

    while (ss_namelist_next(&names, &name)) {
        if (!is_marker(SS_NAMES_KEX, name))
            continue;
        SS_TRY(ss_buf_puts(out, "  marker       "));
        SS_TRY(ss_escape(out, name));
        SS_TRY(ss_buf_puts(out, "\n"));
    }
    return SS_OK;
}

ss_err offer_write(const struct offer *offer, const char *who, const char *version, bool json,
                   struct ss_buf *out)
{
    const struct list *list;

    if (!json) {
        SS_TRY(ss_buf_printf(out, "%s%s%s as %s, ", who, version[0] != '\0' ? " " : "", version,
                             offer->role == SS_SERVER ? "server" : "client"));
        SS_TRY(ss_escape(out, ss_buf_span(&offer->ident)));
        SS_TRY(ss_buf_puts(out, "\n"));
    }
    for (list = lists; list < lists + SS_COUNT(lists); list++) {
        struct line line = {offer, list, who, version, "", json};
        ss_span first = ss_buf_span(&offer->lists[list->first]);
        ss_span second = list->second < 0 ? first : ss_buf_span(&offer->lists[list->second]);
        bool alike = ss_span_eq(first, second);

        line.way = alike ? "" : list->first_way;
        SS_TRY(put_names(out, &line, first));
        line.way = list->second_way;
        if (!alike)
            SS_TRY(put_names(out, &line, second));
    }
    return json ? SS_OK : put_markers(out, offer);
}
