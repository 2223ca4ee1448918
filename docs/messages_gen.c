/* SPDX-License-Identifier: Apache-2.0 */
/* messages_gen.c - writes docs/messages.md from the message tables.
 *
 * Called by: `make docs`; ci/lint compares what is committed. */
#include <stdio.h>

#include "sshspec/msg.h"

static const char *const type_words[] = {
#define TYPE(word, ctype, text) #word,
#include "msg/types.def"
#undef TYPE
};

static void print_fields(const struct ss_msgdef *def)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const struct ss_fielddef *field = &def->fields[i];

        printf("%s%s `%s`", i > 0 ? ", " : "", type_words[field->type], field->name);
        if (field->group != NULL)
            printf(" of %s", field->group->name);
        if (field->cond != SS_COND_ALWAYS)
            printf(" (when told)");
    }
    if (def->field_count == 0)
        printf("-");
}

static void print_name(const struct ss_msgdef *def)
{
    if (def->proto == SS_PROTO_TAIL) {
        printf("%s `%s`", def->name, def->key);
        return;
    }
    for (const char *c = def->name; *c != 0; c++)
        putchar(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
}

static void print_section(const char *title, enum ss_proto proto)
{
    printf("\n## %s\n\n| number | message | sender | fields | text |\n|---|---|---|---|---|\n",
           title);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        static const char *const senders[] = {"", "client", "server", "either"};
        const struct ss_msgdef *def = ss_msgdef_of(id);
        const struct ss_msgdef *top = def->proto == SS_PROTO_TAIL ? ss_msgdef_of(def->parent) : def;

        if (top->proto != proto)
            continue;
        if (def == top)
            printf("| %u | ", def->number);
        else
            printf("| | ");
        print_name(def);
        printf(" | %s | ", def == top ? senders[def->sender] : "");
        print_fields(def);
        printf(" | %s |\n", def->spec);
    }
}

int main(void)
{
    puts("# Messages\n\nWritten from the rows of `lib/msg/*.def` by `make docs`. A row without a "
         "number is what follows\nwhen the field before it holds its key.");
    print_section("SSH", SS_PROTO_SSH);
    print_section("SFTP version 3", SS_PROTO_SFTP);
    print_section("Agent", SS_PROTO_AGENT);
    return ferror(stdout) != 0 || fflush(stdout) != 0;
}
