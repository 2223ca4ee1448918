/* SPDX-License-Identifier: Apache-2.0 */
/* dict_gen.c - prints a libFuzzer dictionary made from the tables.
 *
 * Owns: the choice of what is a word. On the wire: keys as strings, message numbers, named numbers
 *   and edges as uint32. In a scenario ("dict_gen script"): messages, tails, fields, named numbers,
 *   functions, options.
 * Not here: the words of the scenario language itself (fuzz/script.dict).
 * Called by: ci/fuzz-smoke; its output is the file given to -dict=. */
#include "sshspec/config.h"

#include <stdio.h>

static void print_bytes(const uint8_t *p, size_t n)
{
    putchar('"');
    for (size_t i = 0; i < n; i++) {
        if (p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\')
            putchar(p[i]);
        else
            printf("\\x%02x", (unsigned)p[i]);
    }
    puts("\"");
}

/* A string as it is on the wire: its length, then it. */
static void print_string(const char *text)
{
    uint8_t bytes[128];
    size_t size = strlen(text);

    if (size > sizeof bytes - 4)
        return;
    ss_store_u32(bytes, (uint32_t)size);
    memcpy(bytes + 4, text, size);
    print_bytes(bytes, size + 4);
}

static void print_u32(uint32_t number)
{
    uint8_t bytes[4];

    ss_store_u32(bytes, number);
    print_bytes(bytes, sizeof bytes);
}

static void print_names(const struct ss_msgdef *def)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const struct ss_nametable *names = def->fields[i].names;

        if (names == NULL)
            continue;
        printf("# %s.%s: %s\n", def->name, def->fields[i].name, names->name);
        for (size_t k = 0; k < names->count; k++)
            print_u32(names->rows[k].number);
    }
}

/* ---- words of scenarios ---- */

static void print_word(const char *word, const char *behind)
{
    printf("\"%s%s\"\n", word, behind);
}

static void print_upper(const char *word)
{
    putchar('"');
    for (; *word != 0; word++)
        putchar(*word >= 'a' && *word <= 'z' ? *word - 'a' + 'A' : *word);
    puts(" \"");
}

static void script_fields(const struct ss_msgdef *def)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const struct ss_nametable *names = def->fields[i].names;

        print_word(def->fields[i].name, " = ");
        for (size_t k = 0; names != NULL && k < names->count; k++)
            print_word(names->rows[k].name, "");
    }
}

static void script(void)
{
    static const char *const functions[] = {
#define SCN_FUNCTION(name, least, most, type) #name,
#include "testserver/script/functions.def"
    };

    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *def = ss_msgdef_of(id);

        if (def->key != NULL)
            print_word(def->name, " ");
        else
            print_upper(def->name);
        script_fields(def);
    }
    for (size_t i = 0; i < SS_COUNT(functions); i++)
        print_word(functions[i], "(");
    for (size_t i = 0; ss_options[i].name != NULL; i++)
        print_word(ss_options[i].name, " = ");
}

/* ---- words of the wire ---- */

static void wire(void)
{
    static const uint32_t edges[] = {0,          1,     0x7fffffff, 0x80000000, 0xfffffffe,
                                     0xffffffff, 32768, 35000,      65536};

    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *def = ss_msgdef_of(id);

        if (def->key != NULL) {
            print_string(def->key);
        } else {
            printf("# %s\n", def->name);
            print_bytes(&def->number, 1);
        }
        print_names(def);
    }
    puts("# numbers where mistakes are made");
    for (size_t i = 0; i < SS_COUNT(edges); i++)
        print_u32(edges[i]);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "script") == 0) {
        script();
    } else if (argc == 1) {
        wire();
    } else {
        (void)fputs("usage: dict_gen [script]\n", stderr);
        return 2;
    }
    return ferror(stdout) != 0 || fflush(stdout) != 0;
}
