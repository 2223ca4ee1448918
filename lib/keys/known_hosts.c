/* SPDX-License-Identifier: Apache-2.0 */
/* known_hosts.c - the keys of hosts we have met, line by line and byte for byte.
 *
 * Owns: struct ss_hostkeys; the lines of a file in order, whatever they hold; the search.
 * Not here: the form of one host field (host_match.c), files on disk (net), asking a person.
 * Called by: client policies; tools.
 * Follows: sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT".
 *
 * A key is compared as its blob, so a key type that we do not speak still counts as a key of
 * that host: its line must not read as "never met". */
#include "keys/host_match.h"

enum marker { MARKER_NONE, MARKER_REVOKED, MARKER_AUTHORITY, MARKER_UNKNOWN };

struct line {
    char *text;   /* as it stood, line end included */
    size_t size;  /* bytes of text */
    bool usable;  /* has a host field, a type and a key */
    bool ignored; /* empty or a comment */
    enum marker marker;
    ss_span hosts, type; /* into text */
    struct ss_buf blob;
};

struct ss_hostkeys {
    const struct ss_env *env;
    struct line *lines;
    size_t count, room;
};

/* ---- one line ---- */

static void line_fini(const struct ss_env *env, struct line *line)
{
    ss_buf_fini(&line->blob);
    ss_free(env, line->text, line->size);
    memset(line, 0, sizeof *line);
}

static enum marker marker_of(ss_span word)
{
    if (word.size == 0 || word.data[0] != '@')
        return MARKER_NONE;
    if (ss_span_is(word, "@revoked"))
        return MARKER_REVOKED;
    if (ss_span_is(word, "@cert-authority"))
        return MARKER_AUTHORITY;
    return MARKER_UNKNOWN;
}

/* The type word must be the one inside the blob. */
static ss_err decode_blob(struct line *line, ss_span base64)
{
    struct ss_reader reader;
    ss_err err = ss_base64_decode(&line->blob, base64);

    if (err == SS_E_bad_base64 || err == SS_E_ceiling)
        return SS_OK;
    SS_TRY(err);
    ss_reader_init(&reader, ss_buf_span(&line->blob));
    line->usable = ss_span_eq(ss_reader_string(&reader), line->type) && reader.err == SS_OK &&
                   ss_reader_left(&reader) > 0;
    return SS_OK;
}

static ss_err parse(struct line *line)
{
    ss_span rest = ss_span_make(line->text, line->size);
    ss_span word = ss_key_word(&rest);
    struct ss_key_words words;

    line->ignored = word.size == 0 || word.data[0] == '#';
    if (line->ignored)
        return SS_OK;
    line->marker = marker_of(word);
    line->hosts = line->marker == MARKER_NONE ? word : ss_key_word(&rest);
    if (line->marker == MARKER_UNKNOWN || !ss_host_field_valid(line->hosts) ||
        !ss_key_words(rest, &words))
        return SS_OK;
    line->type = words.type;
    return decode_blob(line, words.base64);
}

static ss_err more_room(struct ss_hostkeys *hosts)
{
    size_t room = hosts->room == 0 ? 16 : hosts->room * 2;
    struct line *lines;

    if (hosts->count < hosts->room)
        return SS_OK;
    if (room > SIZE_MAX / 2 / sizeof *lines)
        return SS_E_no_memory;
    lines = ss_resize(hosts->env, hosts->lines, hosts->room * sizeof *lines, room * sizeof *lines);
    if (lines == NULL)
        return SS_E_no_memory;
    hosts->lines = lines;
    hosts->room = room;
    return SS_OK;
}

static ss_err append(struct ss_hostkeys *hosts, ss_span text)
{
    struct line *line;
    ss_err err;

    SS_TRY(more_room(hosts));
    line = &hosts->lines[hosts->count];
    memset(line, 0, sizeof *line);
    ss_buf_init(&line->blob, hosts->env, SS_KEY_BLOB_MAX);
    line->text = ss_alloc(hosts->env, text.size);
    if (line->text == NULL)
        return SS_E_no_memory;
    line->size = text.size;
    memcpy(line->text, text.data, text.size);
    err = parse(line);
    if (err != SS_OK) {
        line_fini(hosts->env, line);
        return err;
    }
    hosts->count++;
    return SS_OK;
}

static void cut(struct ss_hostkeys *hosts, size_t count)
{
    while (hosts->count > count)
        line_fini(hosts->env, &hosts->lines[--hosts->count]);
}

/* ---- the file ---- */

ss_err ss_hostkeys_new(const struct ss_env *env, struct ss_hostkeys **out)
{
    struct ss_hostkeys *hosts = ss_alloc(env, sizeof *hosts);

    if (hosts == NULL)
        return SS_E_no_memory;
    hosts->env = env;
    *out = hosts;
    return SS_OK;
}

void ss_hostkeys_free(struct ss_hostkeys **hosts)
{
    struct ss_hostkeys *old = *hosts;

    *hosts = NULL;
    if (old == NULL)
        return;
    cut(old, 0);
    ss_free(old->env, old->lines, old->room * sizeof *old->lines);
    ss_free(old->env, old, sizeof *old);
}

/* A last line without its end would run into what is appended. */
static ss_err end_last_line(struct ss_hostkeys *hosts)
{
    struct line *last;
    struct ss_buf text;
    ss_err err;

    if (hosts->count == 0 ||
        hosts->lines[hosts->count - 1].text[hosts->lines[hosts->count - 1].size - 1] == '\n')
        return SS_OK;
    last = &hosts->lines[hosts->count - 1];
    ss_buf_init(&text, hosts->env, last->size + 1);
    err = ss_buf_put(&text, ss_span_make(last->text, last->size));
    if (err == SS_OK)
        err = ss_buf_puts(&text, "\n");
    if (err == SS_OK)
        err = append(hosts, ss_buf_span(&text));
    ss_buf_fini(&text);
    SS_TRY(err);
    last = &hosts->lines[hosts->count - 2]; /* append may have moved it */
    line_fini(hosts->env, last);
    *last = hosts->lines[hosts->count - 1];
    hosts->count--;
    return SS_OK;
}

ss_err ss_hostkeys_read(struct ss_hostkeys *hosts, ss_span file, size_t *out_bad_line)
{
    size_t before, bad = 0;

    SS_TRY(end_last_line(hosts));
    before = hosts->count;
    while (file.size > 0) {
        const uint8_t *end = memchr(file.data, '\n', file.size);
        size_t n = end != NULL ? (size_t)(end - file.data) + 1 : file.size;
        ss_err err = append(hosts, ss_span_part(file, 0, n));
        const struct line *line;

        if (err != SS_OK) {
            cut(hosts, before);
            return err;
        }
        line = &hosts->lines[hosts->count - 1];
        if (bad == 0 && !line->ignored && !line->usable)
            bad = hosts->count;
        file = ss_span_part(file, n, file.size);
    }
    if (out_bad_line != NULL)
        *out_bad_line = bad;
    return SS_OK;
}

ss_err ss_hostkeys_write(const struct ss_hostkeys *hosts, struct ss_buf *out)
{
    size_t before = ss_buf_size(out);
    size_t i;

    for (i = 0; i < hosts->count; i++) {
        ss_err err = ss_buf_put(out, ss_span_make(hosts->lines[i].text, hosts->lines[i].size));

        if (err != SS_OK) {
            ss_buf_truncate(out, before);
            return err;
        }
    }
    return SS_OK;
}

/* ---- the search ---- */

/* A revocation anywhere in the file outweighs a match anywhere else in it. */
static void weigh(const struct line *line, size_t number, bool same, struct ss_hostkey_answer *out)
{
    if (line->marker == MARKER_REVOKED) {
        if (same && out->verdict != SS_HOSTKEY_REVOKED) {
            out->verdict = SS_HOSTKEY_REVOKED;
            out->line = number;
        }
        return;
    }
    if (out->verdict == SS_HOSTKEY_REVOKED || out->verdict == SS_HOSTKEY_MATCH)
        return;
    if (same) {
        out->verdict = SS_HOSTKEY_MATCH;
        out->line = number;
    } else if (out->verdict == SS_HOSTKEY_UNKNOWN) {
        out->verdict = SS_HOSTKEY_CHANGED;
        out->line = number;
    }
}

ss_err ss_hostkeys_check(const struct ss_hostkeys *hosts, ss_span host, const struct ss_key *key,
                         struct ss_hostkey_answer *out)
{
    struct ss_hostkey_answer answer = {SS_HOSTKEY_UNKNOWN, 0};
    size_t i;

    for (i = 0; i < hosts->count; i++) {
        const struct line *line = &hosts->lines[i];
        bool match = false;

        if (!line->usable || line->marker == MARKER_AUTHORITY)
            continue;
        SS_TRY(ss_host_field_match(hosts->env, line->hosts, host, &match));
        if (match)
            weigh(line, i + 1, ss_span_eq(ss_buf_span(&line->blob), ss_key_blob(key)), &answer);
    }
    *out = answer;
    return SS_OK;
}

ss_err ss_hostkeys_types(const struct ss_hostkeys *hosts, ss_span host, struct ss_buf *out_types)
{
    size_t before = ss_buf_size(out_types);
    ss_err err = SS_OK;
    size_t i;

    for (i = 0; i < hosts->count && err == SS_OK; i++) {
        const struct line *line = &hosts->lines[i];
        ss_span so_far = ss_span_part(ss_buf_span(out_types), before, SIZE_MAX);
        bool match = false;

        if (!line->usable || line->marker != MARKER_NONE || ss_namelist_has(so_far, line->type))
            continue;
        err = ss_host_field_match(hosts->env, line->hosts, host, &match);
        if (err != SS_OK || !match)
            continue;
        if (so_far.size > 0)
            err = ss_buf_puts(out_types, ",");
        if (err == SS_OK)
            err = ss_buf_put(out_types, line->type);
    }
    if (err != SS_OK)
        ss_buf_truncate(out_types, before);
    return err;
}

/* ---- changes ---- */

static ss_err compose(const struct ss_hostkeys *hosts, ss_span host, const struct ss_key *key,
                      bool hashed, struct ss_buf *out)
{
    SS_TRY(hashed ? ss_host_field_hash(hosts->env, host, out) : ss_host_field_lower(host, out));
    SS_TRY(ss_buf_puts(out, " "));
    SS_TRY(ss_buf_puts(out, ss_key_type(key)));
    SS_TRY(ss_buf_puts(out, " "));
    SS_TRY(ss_base64_encode(out, ss_key_blob(key)));
    return ss_buf_puts(out, "\n");
}

ss_err ss_hostkeys_add(struct ss_hostkeys *hosts, ss_span host, const struct ss_key *key,
                       bool hashed)
{
    struct ss_buf text;
    ss_err err;

    /* A name that reads as several, as a pattern or as a mark would be another entry. */
    if (!ss_host_name_plain(host))
        return SS_E_bad_argument;
    SS_TRY(end_last_line(hosts));
    ss_buf_init(&text, hosts->env, (size_t)2 * SS_KEY_BLOB_MAX);
    err = compose(hosts, host, key, hashed, &text);
    if (err == SS_OK)
        err = append(hosts, ss_buf_span(&text));
    ss_buf_fini(&text);
    return err;
}

static void drop_line(struct ss_hostkeys *hosts, size_t at)
{
    line_fini(hosts->env, &hosts->lines[at]);
    memmove(&hosts->lines[at], &hosts->lines[at + 1],
            (hosts->count - at - 1) * sizeof *hosts->lines);
    hosts->count--;
}

/* The line again with other hosts in its host field. */
static ss_err replace_hosts(struct ss_hostkeys *hosts, size_t at, ss_span names)
{
    struct line *line = &hosts->lines[at];
    const uint8_t *text = (const uint8_t *)line->text;
    size_t front = (size_t)(line->hosts.data - text);
    size_t back = front + line->hosts.size;
    struct ss_buf fresh;
    ss_err err;

    ss_buf_init(&fresh, hosts->env, line->size);
    err = ss_buf_put(&fresh, ss_span_make(text, front));
    if (err == SS_OK)
        err = ss_buf_put(&fresh, names);
    if (err == SS_OK)
        err = ss_buf_put(&fresh, ss_span_make(text + back, line->size - back));
    if (err == SS_OK)
        err = append(hosts, ss_buf_span(&fresh));
    ss_buf_fini(&fresh);
    SS_TRY(err);
    line_fini(hosts->env, &hosts->lines[at]);
    hosts->lines[at] = hosts->lines[--hosts->count];
    return SS_OK;
}

/* Marked lines stay: to forget a host is not to forgive a revoked key. */
ss_err ss_hostkeys_remove(struct ss_hostkeys *hosts, ss_span host, size_t *out_removed)
{
    size_t removed = 0, i = 0;
    struct ss_buf names;
    ss_err err = SS_OK;

    ss_buf_init(&names, hosts->env, SIZE_MAX / 4);
    while (i < hosts->count && err == SS_OK) {
        const struct line *line = &hosts->lines[i];
        bool held = false;

        ss_buf_clear(&names);
        if (line->usable && line->marker == MARKER_NONE)
            err = ss_host_field_without(hosts->env, line->hosts, host, &names, &held);
        if (err == SS_OK && held && ss_buf_size(&names) > 0)
            err = replace_hosts(hosts, i, ss_buf_span(&names));
        if (err != SS_OK)
            break;
        removed += held ? 1 : 0;
        if (held && ss_buf_size(&names) == 0)
            drop_line(hosts, i);
        else
            i++;
    }
    ss_buf_fini(&names);
    if (err == SS_OK && out_removed != NULL)
        *out_removed = removed;
    return err;
}
