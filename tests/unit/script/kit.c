/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - what the tests of script/ share.
 *
 * Owns: see kit.h.
 * Not here: samples (samples.c).
 * Called by: tests of script/. */
#include "kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

static ss_err load(struct scn_loader *self, ss_span name, struct ss_buf *out_text)
{
    struct kit *kit = SS_CONTAINER_OF(self, struct kit, loader);

    for (const struct kit_fragment *f = kit->fragments; f != NULL && f->name != NULL; f++) {
        if (ss_span_is(name, f->name))
            return ss_buf_puts(out_text, f->text);
    }
    return SS_E_not_found;
}

void kit_init(struct kit *kit)
{
    memset(kit, 0, sizeof *kit);
    ss_seeded_init(&kit->seeded, 1);
    ss_counted_init(&kit->counted, &kit->seeded.env);
    ss_buf_init(&kit->buf, &kit->counted.env, 64 << 20);
    kit->loader.load = load;
    kit->fragments = kit_fragments;
}

void kit_fini(struct kit *kit)
{
    scn_free(&kit->file);
    ss_buf_fini(&kit->buf);
    cr_expect(kit->counted.blocks == 0, "%zu blocks are left", kit->counted.blocks);
}

ss_err kit_parse_span(struct kit *kit, ss_span text)
{
    scn_free(&kit->file);
    memset(&kit->diagnostic, 0, sizeof kit->diagnostic);
    return scn_parse(&kit->counted.env, ss_span_of("test.scn"), text, &kit->loader, &kit->file,
                     &kit->diagnostic);
}

ss_err kit_parse(struct kit *kit, const char *text)
{
    return kit_parse_span(kit, ss_span_of(text));
}

static const char *around(const char *head, const char *seat, const char *statements)
{
    static char text[65536];

    (void)snprintf(text, sizeof text,
                   "scenario \"a test\"\nproves   RFC4253-7.3-newkeys-early\n%s\n%s {\n    %s\n}\n",
                   head, seat, statements);
    return text;
}

const char *kit_client(const char *statements)
{
    return around("against  server", "client", statements);
}

const char *kit_server(const char *statements)
{
    return around("against  client\naction   exec \"true\"", "server", statements);
}

const char *kit_relay(const char *statements)
{
    return around("against  both\naction   exec \"true\"", "relay", statements);
}

const struct scn_stmt *kit_stmt(const struct kit *kit, size_t n)
{
    const struct scn_file *file = kit->file;
    const struct scn_body *body = &file->relay.body;

    if (file->client.present)
        body = &file->client.body;
    else if (file->server.present)
        body = &file->server.body;
    cr_assert(n < body->count, "there are %zu statements", body->count);
    return body->items[n];
}

const char *kit_format(struct kit *kit, const char *text)
{
    ss_buf_clear(&kit->buf);
    cr_assert(scn_format(&kit->counted.env, ss_span_of(text), &kit->buf, &kit->diagnostic) == SS_OK,
              "%s: %s", text, kit->diagnostic.text);
    cr_assert(ss_buf_put(&kit->buf, ss_span_make("", 1)) == SS_OK);
    return (const char *)ss_buf_at(&kit->buf);
}
