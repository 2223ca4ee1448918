/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - see kit.h. */
#include "kit.h"

#include <criterion/criterion.h>

static void show(const struct duo_side *side)
{
    const struct ss_fault *fault = side->engine != NULL ? ss_engine_fault(side->engine) : NULL;

    cr_log_error("%s:\n%.*s", side->name, (int)ss_buf_size(&side->log),
                 (const char *)ss_buf_at(&side->log));
    if (fault != NULL)
        cr_log_error("fault %s message=%s field=%s rule=%s detail=%s", ss_err_name(fault->err),
                     fault->message != NULL ? fault->message : "-",
                     fault->field != NULL ? fault->field : "-",
                     fault->rule != NULL ? fault->rule : "-", fault->detail);
}

void expect_complete(const struct duo *duo, const char *what)
{
    const char *why;

    if (duo_is_complete(duo, &why))
        return;
    show(&duo->client);
    show(&duo->server);
    cr_assert(false, "%s: %s", what, why);
}

void complete(struct duo *duo, const char *what)
{
    duo_start(duo);
    duo_run(duo);
    expect_complete(duo, what);
}

void complete_open(struct duo *duo, const char *what)
{
    duo_start(duo);
    duo_run(duo);
    if (duo->client.open && ss_engine_fault(duo->client.engine) == NULL &&
        ss_engine_fault(duo->server.engine) == NULL)
        return;
    show(&duo->client);
    show(&duo->server);
    cr_assert(false, "%s: no channel", what);
}

static void agree(struct ss_config *config, const char *cipher, const char *mac, const char *comp)
{
    if (cipher != NULL)
        config->encryption_algorithms_client_to_server =
            config->encryption_algorithms_server_to_client = cipher;
    if (mac != NULL)
        config->mac_algorithms_client_to_server = config->mac_algorithms_server_to_client = mac;
    if (comp != NULL)
        config->compression_algorithms_client_to_server =
            config->compression_algorithms_server_to_client = comp;
}

void agree_on(struct duo *duo, const char *cipher, const char *mac, const char *comp)
{
    agree(&duo->client.config, cipher, mac, comp);
    agree(&duo->server.config, cipher, mac, comp);
}
