/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - see kit.h. */
#include "kit.h"

#include <criterion/criterion.h>

struct shown shown;

void quiet_event(struct duo *duo, struct duo_side *side, const struct ss_event *event)
{
    struct ss_command command = {.kind = SS_CMD_HOST_KEY, .flag = true};

    (void)duo;
    if (event->type == SS_EVENT_HOST_KEY)
        (void)duo_do(side, &command, NULL);
}

void show_event(struct duo *duo, struct duo_side *side, const struct ss_event *event)
{
    ss_span payload;

    quiet_event(duo, side, event);
    if (event->type != SS_EVENT_MESSAGE)
        return;
    payload = event->message->payload;
    shown.count++;
    shown.size = payload.size < sizeof shown.payload ? payload.size : sizeof shown.payload;
    shown.number = payload.size > 0 ? payload.data[0] : 0;
    if (shown.size > 0)
        memcpy(shown.payload, payload.data, shown.size);
    shown.name[0] = 0;
    if (event->message->def != NULL) {
        size_t n = strlen(event->message->def->name);

        cr_assert(n < sizeof shown.name);
        memcpy(shown.name, event->message->def->name, n + 1);
    }
}

void hand_start(struct duo *duo)
{
    duo->client.config.pace = SS_STEP;
    duo->client.on_event = show_event;
    memset(&shown, 0, sizeof shown);
    duo_start(duo);
}

void hand_greet(struct duo *duo)
{
    struct ss_command command = {.kind = SS_CMD_VERSION};

    hand_start(duo);
    duo->client.by_hand = true;
    (void)duo_do(&duo->client, &command, NULL);
    duo_run(duo);
}

void hand_keys(struct duo *duo)
{
    hand_start(duo);
    cr_assert(ss_engine_autopilot(duo->client.engine, SS_LAYER_TRANSPORT) == SS_OK);
    duo_run(duo);
    cr_assert(ss_engine_session_id(duo->client.engine).size > 0, "no keys");
    cr_assert(ss_engine_autopilot(duo->client.engine, 0) == SS_OK);
}

void hand_send(struct duo *duo, ss_span payload)
{
    cr_assert(ss_engine_send_payload(duo->client.engine, payload, NULL, 0) == SS_OK);
    duo_run(duo);
}

const struct ss_fault *hand_fault(const struct duo *duo)
{
    const struct ss_fault *fault = ss_engine_fault(duo->server.engine);

    cr_assert(fault != NULL, "the server found nothing wrong");
    return fault;
}

bool log_has(const struct duo_side *side, const char *text)
{
    ss_span log = ss_buf_span(&side->log);
    size_t n = strlen(text);

    for (size_t i = 0; i + n <= log.size; i++) {
        if ((i == 0 || log.data[i - 1] == '\n') && memcmp(log.data + i, text, n) == 0)
            return true;
    }
    return false;
}
