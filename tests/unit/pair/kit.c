/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - see kit.h. */
#include "kit.h"

#include <criterion/criterion.h>

static void show(const struct pair_side *side)
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

void expect_complete(const struct pair *pair, const char *what)
{
    const char *why;

    if (pair_is_complete(pair, &why))
        return;
    show(&pair->client);
    show(&pair->server);
    cr_assert(false, "%s: %s", what, why);
}

void complete(struct pair *pair, const char *what)
{
    pair_start(pair);
    pair_run(pair);
    expect_complete(pair, what);
}
