/* SPDX-License-Identifier: Apache-2.0 */
/* seed_script.c - seeds of fuzz_script: a scenario for every message of the tables, with every
 * field that can be written down, sent by the side that sends it.
 *
 * Owns: the texts.
 * Not here: the shipped scenarios, which are seeds too.
 * Called by: seed_gen.c.
 * Follows: docs/scenario-language.md, "Grammar". */
#include "fuzz/seed.h"
#include "testserver/script/script.h"

static void put(struct seeds *seeds, const char *text)
{
    MUST(ss_buf_puts(&seeds->buf, text) == SS_OK);
}

static void put_upper(struct seeds *seeds, const char *name)
{
    for (; *name != 0; name++) {
        char c = *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;

        MUST(ss_buf_put(&seeds->buf, ss_span_make(&c, 1)) == SS_OK);
    }
}

/* Null: the text has no form for it, or it stands in the message only under a condition. */
static const char *value_of(const struct ss_fielddef *field)
{
    if (field->cond != SS_COND_ALWAYS)
        return NULL;
    switch (field->type) {
    case SS_TYPE_byte:
    case SS_TYPE_uint32:
    case SS_TYPE_uint64:
        return "1 + 2 * 3";
    case SS_TYPE_boolean:
        return "not false";
    case SS_TYPE_namelist:
        return "[\"one\", \"two\"]";
    case SS_TYPE_mpint:
        return "hex\"00 ff\"";
    case SS_TYPE_fixed:
        return "repeat(hex\"a5\", 16)";
    case SS_TYPE_string:
    case SS_TYPE_utf8:
    case SS_TYPE_ascii:
    case SS_TYPE_secret:
    case SS_TYPE_rest:
        return "\"text\\n\" + u32(7)";
    default:
        return NULL;
    }
}

static void put_fields(struct seeds *seeds, const struct ss_msgdef *def, bool key, size_t *count)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const struct ss_fielddef *field = &def->fields[i];
        const char *value = value_of(field);

        if (value == NULL || (key && i + 1 < def->field_count &&
                              def->fields[def->field_count - 1].type == SS_TYPE_tail &&
                              def->fields[def->field_count - 1].key_offset == field->offset))
            continue;
        put(seeds, (*count)++ == 0 ? " { " : ", ");
        put(seeds, field->name);
        put(seeds, " = ");
        put(seeds, value);
    }
}

static void put_message(struct seeds *seeds, const struct ss_msgdef *def,
                        const struct ss_msgdef *tail)
{
    size_t fields = 0;

    put_upper(seeds, def->name);
    if (tail != NULL) {
        put(seeds, " ");
        put(seeds, tail->name);
    }
    put_fields(seeds, def, tail != NULL, &fields);
    if (tail != NULL)
        put_fields(seeds, tail, false, &fields);
    put(seeds, fields > 0 ? " }" : "");
}

static void put_scenario(struct seeds *seeds, const struct ss_msgdef *def,
                         const struct ss_msgdef *tail)
{
    bool client = (def->sender & SS_CLIENT) != 0;
    struct scn_diagnostic diagnostic;
    struct scn_file *file = NULL;

    put(seeds, "scenario \"");
    put(seeds, def->name);
    put(seeds, "\"\nproves   RFC4253-4.2-terminated-crlf\nagainst  ");
    put(seeds, client ? "server\n\nclient {\n" : "client\naction   exec \"true\"\n\nserver {\n");
    put(seeds, "    login\n");
    put(seeds, def->proto == SS_PROTO_SFTP ? "    sftp\n" : "    session as c\n");
    put(seeds, "    fault send ");
    put_message(seeds, def, tail);
    put(seeds, "\n    expect closed { pass disconnect any   weak fin, rst }\n}\n");
    MUST(scn_parse(seeds->memory->env, ss_span_of("seed"), ss_buf_span(&seeds->buf), NULL, &file,
                   &diagnostic) == SS_OK);
    scn_free(&file);
    seed_put(seeds);
}

/* As deep as may be, and deeper. */
static void put_deep(struct seeds *seeds, size_t operators, ss_err err)
{
    struct scn_diagnostic diagnostic;
    struct scn_file *file = NULL;

    put(seeds, "scenario \"deep\"\nproves   RFC4253-4.2-terminated-crlf\nagainst  server\n\n");
    put(seeds, "client {\n    let n = 1");
    for (size_t i = 0; i < operators; i++)
        put(seeds, " + 1");
    put(seeds, "\n}\n");
    MUST(scn_parse(seeds->memory->env, ss_span_of("seed"), ss_buf_span(&seeds->buf), NULL, &file,
                   &diagnostic) == err);
    scn_free(&file);
    seed_put(seeds);
}

void seed_script(struct seeds *seeds)
{
    put_deep(seeds, 100, SS_OK);
    put_deep(seeds, 3000, SS_E_bad_value);
    for (size_t id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *def = ss_msgdef_of((enum ss_msgid)id);
        const struct ss_msgdef *parent = def->key != NULL ? ss_msgdef_of(def->parent) : def;

        if (parent->proto == SS_PROTO_SSH || parent->proto == SS_PROTO_SFTP)
            put_scenario(seeds, parent, def->key != NULL ? def : NULL);
    }
}
