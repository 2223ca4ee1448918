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
