/* SPDX-License-Identifier: Apache-2.0 */
/* files.c - what verbs read from files: keys, passwords, groups, option settings.
 *
 * Owns: the words for what is wrong with them.
 * Not here: the formats (keys, config).
 * Called by: cmd_*.c. */
#include "testserver/files.h"

#include <stdio.h>

#include "sshspec/key_file.h"
#include "sshspec/text.h"

enum { FILE_MAX = 1 << 20, PASSWORD_MAX = 1024, LINE_NAMES = 64 };

void key_list_fini(struct key_list *list)
{
    while (list->count > 0)
        ss_key_free(&list->keys[--list->count]);
}

const struct ss_key *const *key_list_keys(const struct key_list *list)
{
    return (const struct ss_key *const *)list->keys;
}

static bool read_file(const char *path, struct ss_buf *out)
{
    struct ss_buf why;
    ss_err err;

    ss_buf_init(&why, ss_system_env(), 1024);
    err = ss_file_read(path, FILE_MAX, out, &why);
    if (err != SS_OK)
        (void)fprintf(stderr, "sshspec: %.*s%s", (int)ss_buf_size(&why),
                      (const char *)ss_buf_at(&why), ss_buf_size(&why) > 0 ? "" : "no memory\n");
    ss_buf_fini(&why);
    return err == SS_OK;
}

static void complain_key(const char *path, ss_err err, const struct ss_key_error *error)
{
    (void)fprintf(stderr, "sshspec: %s: %s", path, ss_err_text(err));
    if (err == SS_E_key_encrypted)
        (void)fputs("; make a copy without one: sshspec key convert --no-passphrase "
                    "--passphrase-file FILE --format openssh --out COPY KEY",
                    stderr);
    else if (error->line != 0)
        (void)fprintf(stderr, ": %s, line %zu", error->field, error->line);
    else if (error->field != NULL)
        (void)fprintf(stderr, ": %s, byte %zu", error->field, error->offset);
    (void)fputc('\n', stderr);
}

bool read_private_key(const char *path, struct key_list *list)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_buf text;
    ss_err err;

    if (list->count == KEY_LIST_MAX) {
        (void)fprintf(stderr, "sshspec: %s: more than %d keys\n", path, KEY_LIST_MAX);
        return false;
    }
    ss_buf_init(&text, ss_system_env(), (size_t)2 * FILE_MAX);
    text.secret = true;
    if (!read_file(path, &text)) {
        ss_buf_fini(&text);
        return false;
    }
    err = ss_key_read_any(ss_system_env(), ss_buf_span(&text), ss_span_make(NULL, 0),
                          &list->keys[list->count], &error);
    ss_buf_fini(&text);
    if (err == SS_OK && !ss_key_is_private(list->keys[list->count])) {
        ss_key_free(&list->keys[list->count]);
        error.field = "only the public half is here";
        err = SS_E_bad_key_file;
    }
    if (err == SS_OK)
        list->count++;
    else
        complain_key(path, err, &error);
    return err == SS_OK;
}

/* The next line without its end. */
static bool next_line(ss_span *rest, ss_span *out_line)
{
    const uint8_t *end;
    size_t n;

    if (rest->size == 0)
        return false;
    end = memchr(rest->data, '\n', rest->size);
    n = end != NULL ? (size_t)(end - rest->data) : rest->size;
    *out_line = ss_span_part(*rest, 0, n);
    *rest = ss_span_part(*rest, n + 1, rest->size);
    return true;
}

static bool is_ignored(ss_span line)
{
    size_t i = 0;

    while (i < line.size && (line.data[i] == ' ' || line.data[i] == '\t' || line.data[i] == '\r'))
        i++;
    return i == line.size || line.data[i] == '#';
}

bool read_authorized_keys(const char *path, struct key_list *list)
{
    struct ss_buf text;
    ss_span rest, line;
    size_t number = 0;
    ss_err err = SS_OK;

    ss_buf_init(&text, ss_system_env(), (size_t)2 * FILE_MAX);
    if (!read_file(path, &text)) {
        ss_buf_fini(&text);
        return false;
    }
    for (rest = ss_buf_span(&text); err == SS_OK && next_line(&rest, &line);) {
        number++;
        if (is_ignored(line))
            continue;
        err = list->count == KEY_LIST_MAX
                  ? SS_E_too_many
                  : ss_key_read_line(ss_system_env(), line, &list->keys[list->count]);
        list->count += err == SS_OK ? 1 : 0;
    }
    ss_buf_fini(&text);
    if (err != SS_OK)
        (void)fprintf(stderr,
                      "sshspec: %s, line %zu: %s; a line is TYPE BASE64 COMMENT, without options\n",
                      path, number, ss_err_text(err));
    return err == SS_OK;
}

bool read_password(const char *path, struct ss_secret *password)
{
    struct ss_buf text;
    ss_span rest, line = {NULL, 0};
    bool good;

    ss_buf_init(&text, ss_system_env(), (size_t)2 * FILE_MAX);
    text.secret = true;
    good = read_file(path, &text);
    if (good) {
        rest = ss_buf_span(&text);
        (void)next_line(&rest, &line);
        while (line.size > 0 && line.data[line.size - 1] == '\r')
            line.size--;
        good = line.size > 0 && line.size <= PASSWORD_MAX && ss_secret_set(password, line);
        if (!good)
            (void)fprintf(stderr, "sshspec: %s: the first line is to be the password\n", path);
    }
    ss_buf_fini(&text);
    return good;
}

bool read_moduli(const char *path, struct ss_moduli **out)
{
    struct ss_moduli_report report = {0, 0, 0};
    struct ss_buf text;
    bool good;
    ss_err err;

    ss_buf_init(&text, ss_system_env(), (size_t)2 * FILE_MAX);
    good = read_file(path, &text);
    if (good) {
        err = ss_moduli_new(ss_system_env(), out);
        if (err == SS_OK)
            err = ss_moduli_read(*out, ss_buf_span(&text), &report);
        good = err == SS_OK && (report.taken > 0 || report.refused == 0);
        if (err != SS_OK)
            (void)fprintf(stderr, "sshspec: %s: %s\n", path, ss_err_text(err));
        else if (report.refused > 0)
            (void)fprintf(stderr, "sshspec: %s: %zu groups taken, %zu lines not, from line %zu\n",
                          path, report.taken, report.refused, report.line);
    }
    ss_buf_fini(&text);
    return good;
}

static void unknown_option(ss_span name)
{
    const char *names[LINE_NAMES + 1];
    const char *close;
    size_t n = 0;

    for (; n < LINE_NAMES && ss_options[n].name != NULL; n++)
        names[n] = ss_options[n].name;
    names[n] = NULL;
    close = ss_suggest(name, names);
    (void)fprintf(stderr, "sshspec: --set %.*s: no such option%s%s%s\n", (int)name.size,
                  (const char *)name.data, close != NULL ? "; did you mean " : "",
                  close != NULL ? close : "", close != NULL ? "?" : "");
}

static void unknown_policy(const char *word)
{
    const char *names[LINE_NAMES + 1];
    const char *close;
    size_t n = 0;

    for (; n < LINE_NAMES && ss_policies[n].name != NULL; n++)
        names[n] = ss_policies[n].name;
    names[n] = NULL;
    close = ss_suggest(ss_span_of(word), names);
    (void)fprintf(stderr,
                  "sshspec: --set policy=%s: no such policy%s%s%s\n"
                  "sshspec algorithms --policies lists them\n",
                  word, close != NULL ? "; did you mean " : "", close != NULL ? close : "",
                  close != NULL ? "?" : "");
}

static void bad_setting(ss_span name, const char *text, const char *mark)
{
    if (mark != NULL && ss_span_is(name, "policy"))
        unknown_policy(mark + 1);
    else
        (void)fprintf(stderr, "sshspec: --set %s: %s\n", text,
                      mark == NULL ? "write OPTION=VALUE" : "no such value, or out of range");
}

bool apply_settings(const struct option_list *settings, struct ss_config *config)
{
    size_t i;

    for (i = 0; i < settings->count; i++) {
        const char *text = settings->items[i];
        const char *mark = strchr(text, '=');
        ss_span name = ss_span_make(text, mark != NULL ? (size_t)(mark - text) : strlen(text));
        ss_err err = mark != NULL ? ss_config_set(config, name, mark + 1) : SS_E_bad_argument;

        if (err == SS_E_not_found)
            unknown_option(name);
        else if (err != SS_OK)
            bad_setting(name, text, mark);
        if (err != SS_OK)
            return false;
    }
    return true;
}
