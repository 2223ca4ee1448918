/* SPDX-License-Identifier: Apache-2.0 */
/* load.c - the tests of one JSON file, by the JSON functions of SQLite.
 *
 * Owns: a database in memory for as long as a file is read.
 * Not here: what is done with a test (main.c).
 * Called by: main.c. */
#include "tests/vectors/vectors.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static char *read_all(const char *path, size_t *out_size)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size;

    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
        fseek(file, 0, SEEK_SET) == 0) {
        text = malloc((size_t)size + 1);
        *out_size = (size_t)size;
        if (text != NULL && fread(text, 1, (size_t)size, file) != (size_t)size) {
            free(text);
            text = NULL;
        }
    }
    fclose(file);
    return text;
}

static sqlite3_stmt *prepare(sqlite3 *db, const struct file *file)
{
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_stmt *rows = NULL;
    char *text;
    size_t i;

    sqlite3_str_appendall(sql, "SELECT t.value->>'$.tcId', t.value->>'$.result', "
                               "t.value->>'$.comment', ?1->>'$.numberOfTests'");
    for (i = 0; i < FIELDS_MAX && file->fields[i] != NULL; i++)
        sqlite3_str_appendf(sql, ", %c.value->>'$%q'", file->fields[i][0], file->fields[i] + 1);
    sqlite3_str_appendall(sql, " FROM json_each(?1, '$.testGroups') AS g, "
                               "json_each(g.value, '$.tests') AS t");
    text = sqlite3_str_finish(sql);
    if (text != NULL && sqlite3_prepare_v2(db, text, -1, &rows, NULL) != SQLITE_OK)
        rows = NULL;
    sqlite3_free(text);
    return rows;
}

static int digit(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* A block of just that size, so that a sanitizer sees a read beyond it. */
static bool unhex(sqlite3_stmt *rows, int column, ss_span *out)
{
    const unsigned char *hex = sqlite3_column_text(rows, column);
    size_t size = (size_t)sqlite3_column_bytes(rows, column), i;
    uint8_t *bytes;

    if (hex == NULL || size % 2 != 0)
        return false;
    bytes = malloc(size == 0 ? 1 : size / 2);
    *out = ss_span_make(bytes, size / 2);
    if (bytes == NULL)
        return false;
    for (i = 0; i < size / 2; i++) {
        int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static bool one_row(sqlite3_stmt *rows, const struct file *file,
                    void (*each)(void *ctx, const struct vector *vector), void *ctx)
{
    enum { FIRST = 4 };
    struct vector vector = {.id = sqlite3_column_int(rows, 0),
                            .result = (const char *)sqlite3_column_text(rows, 1),
                            .comment = (const char *)sqlite3_column_text(rows, 2)};
    bool good = vector.id > 0 && vector.result != NULL;
    int i;

    for (i = 0; i < FIELDS_MAX && file->fields[i] != NULL; i++) {
        vector.there[i] = sqlite3_column_type(rows, FIRST + i) == SQLITE_TEXT;
        if (vector.there[i] && !unhex(rows, FIRST + i, &vector.field[i]))
            good = false;
    }
    if (good)
        each(ctx, &vector);
    for (i = 0; i < FIELDS_MAX; i++)
        free((void *)(uintptr_t)vector.field[i].data);
    return good;
}

static const char *step_all(sqlite3_stmt *rows, const struct file *file,
                            void (*each)(void *ctx, const struct vector *vector), void *ctx)
{
    int count = 0, said = 0, status;

    while ((status = sqlite3_step(rows)) == SQLITE_ROW) {
        said = sqlite3_column_int(rows, 3);
        count++;
        if (!one_row(rows, file, each, ctx))
            return "a test that cannot be read";
    }
    if (status != SQLITE_DONE)
        return "no JSON of this form";
    return count > 0 && count == said ? NULL : "not as many tests as it says";
}

const char *load(const char *path, const struct file *file,
                 void (*each)(void *ctx, const struct vector *vector), void *ctx)
{
    const char *problem = "no JSON functions in SQLite";
    sqlite3_stmt *rows = NULL;
    sqlite3 *db = NULL;
    size_t size = 0;
    char *text = read_all(path, &size);

    if (text == NULL)
        return "not there";
    if (sqlite3_open(":memory:", &db) == SQLITE_OK && (rows = prepare(db, file)) != NULL &&
        sqlite3_bind_text(rows, 1, text, (int)size, SQLITE_STATIC) == SQLITE_OK)
        problem = step_all(rows, file, each, ctx);
    sqlite3_finalize(rows);
    sqlite3_close(db);
    free(text);
    return problem;
}
