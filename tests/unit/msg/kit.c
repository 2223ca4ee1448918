/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - see kit.h. */
#include "kit.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <sys/mman.h>

enum { GUARD_SIZE = 1 << 20 };

void kit_init(struct kit *kit)
{
    ss_seeded_init(&kit->seeded, 1);
    ss_counted_init(&kit->counted, &kit->seeded.env);
    ss_arena_init(&kit->arena, &kit->counted.env, (size_t)64 << 20);
    ss_buf_init(&kit->buf, &kit->counted.env, (size_t)4 << 20);
    ss_buf_init(&kit->other, &kit->counted.env, (size_t)4 << 20);
}

void kit_fini(struct kit *kit)
{
    ss_arena_fini(&kit->arena);
    ss_buf_fini(&kit->buf);
    ss_buf_fini(&kit->other);
    cr_assert_eq(kit->counted.blocks, 0, "%zu blocks are left", kit->counted.blocks);
}

static uint8_t digit(char c)
{
    cr_assert(isxdigit((unsigned char)c), "not a hex digit: %c", c);
    return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

ss_span kit_bytes(struct kit *kit, const char *spelled)
{
    uint8_t *p = (uint8_t *)ss_arena_alloc(&kit->arena, strlen(spelled));
    size_t n = 0;

    cr_assert_not_null(p);
    while (*spelled != '\0') {
        if (*spelled == ' ') {
            spelled++;
        } else if (*spelled == '\'') {
            for (spelled++; *spelled != '\''; spelled++)
                p[n++] = (uint8_t)*spelled;
            spelled++;
        } else {
            p[n++] = (uint8_t)(digit(spelled[0]) << 4 | digit(spelled[1]));
            spelled += 2;
        }
    }
    return ss_span_make(p, n);
}

ss_span kit_guard(ss_span bytes)
{
    static uint8_t *end;

    if (end == NULL) {
        uint8_t *p = (uint8_t *)mmap(NULL, GUARD_SIZE + 4096, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        cr_assert_neq((void *)p, MAP_FAILED);
        cr_assert_eq(mprotect(p + GUARD_SIZE, 4096, PROT_NONE), 0);
        end = p + GUARD_SIZE;
    }
    cr_assert_leq(bytes.size, GUARD_SIZE);
    if (bytes.size > 0)
        memcpy(end - bytes.size, bytes.data, bytes.size);
    return ss_span_make(end - bytes.size, bytes.size);
}

const struct ss_msgdef *kit_def(const char *name)
{
    static const enum ss_proto protos[] = {SS_PROTO_SSH, SS_PROTO_SFTP, SS_PROTO_AGENT};
    const char *blank = strchr(name, ' ');
    const struct ss_msgdef *def = NULL;

    for (size_t i = 0; i < SS_COUNT(protos) && def == NULL; i++) {
        if (blank == NULL)
            def = ss_msgdef_find(protos[i], ss_span_of(name));
        else if (strncmp(name, i == 0 ? "ssh " : i == 1 ? "sftp " : "agent ", 4) == 0)
            def = ss_msgdef_find(protos[i], ss_span_of(blank + 1));
    }
    cr_assert_not_null(def, "no row %s", name);
    return def;
}

struct ss_msg kit_decode(struct kit *kit, const char *name, const char *spelled)
{
    struct ss_decode_error error = {NULL, NULL, 0};
    struct ss_msg msg = {NULL, NULL, {NULL, 0}};
    ss_err err = ss_msg_decode(&kit->arena, kit_def(name), kit_bytes(kit, spelled), &msg, &error);

    cr_assert_eq(err, SS_OK, "%s: %s at field %s, offset %zu", name, ss_err_name(err),
                 error.field != NULL ? error.field : "-", error.offset);
    return msg;
}

const char *kit_hex(struct kit *kit, ss_span bytes)
{
    char *text = (char *)ss_arena_alloc(&kit->arena, bytes.size * 2 + 1);

    cr_assert_not_null(text);
    for (size_t i = 0; i < bytes.size; i++) {
        text[2 * i] = "0123456789abcdef"[bytes.data[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[bytes.data[i] & 15];
    }
    return text;
}
