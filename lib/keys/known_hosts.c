/* SPDX-License-Identifier: Apache-2.0 */
/* known_hosts.c - the keys of hosts we have met, line by line and byte for byte.
 *
 * Owns: struct ss_hostkeys; the lines of a file in order, whatever they hold; the search.
 * Not here: the form of one host field (host_match.c), changes (known_hosts_edit.c,
 *   known_hosts_update.c), files on disk (net), asking a person.
 * Called by: client policies; tools.
 * Follows: sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT".
 *
 * A key is compared as its blob, so a key type that we do not speak still counts as a key of
 * that host: its line must not read as "never met". */
#include "keys/known_hosts_impl.h"

/* ---- one line ---- */

void ss_hosts_line_fini(struct ss_hosts_line *line, const struct ss_env *env)
{
    ss_buf_fini(&line->blob);
    ss_free(env, line->text, line->size);
    memset(line, 0, sizeof *line);
}

/* False for a marker that we do not know. */
static bool read_marker(ss_span word, enum ss_hostkey_marker *out)
{
    *out = SS_HOSTKEY_MARK_NONE;
    if (word.size == 0 || word.data[0] != '@')
        return true;
    if (ss_span_is(word, "@revoked"))
        *out = SS_HOSTKEY_MARK_REVOKED;
    else if (ss_span_is(word, "@cert-authority"))
        *out = SS_HOSTKEY_MARK_AUTHORITY;
    return *out != SS_HOSTKEY_MARK_NONE;
}

/* The type word must be the one inside the blob. */
static ss_err decode_blob(struct ss_hosts_line *line, ss_span base64)
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

static ss_err parse(struct ss_hosts_line *line)
{
    ss_span rest = ss_span_make(line->text, line->size);
    ss_span word = ss_key_word(&rest);
    struct ss_key_words words;

    line->ignored = word.size == 0 || word.data[0] == '#';
    if (line->ignored || !read_marker(word, &line->marker))
        return SS_OK;
    line->hosts = line->marker == SS_HOSTKEY_MARK_NONE ? word : ss_key_word(&rest);
    /* A second marker in the place of the hosts is no host. */
    if (!ss_host_field_valid(line->hosts) || line->hosts.data[0] == '@' ||
        !ss_key_words(rest, &words))
        return SS_OK;
    line->type = words.type;
    line->rest = ss_span_make(words.type.data,
                              (size_t)((const uint8_t *)line->text + line->size - words.type.data));
    return decode_blob(line, words.base64);
}

ss_err ss_hosts_line_init(struct ss_hosts_line *line, const struct ss_env *env, ss_span text)
{
    ss_err err;

    memset(line, 0, sizeof *line);
    ss_buf_init(&line->blob, env, SS_KEY_BLOB_MAX);
    line->text = ss_alloc(env, text.size);
    if (line->text == NULL)
        return SS_E_no_memory;
    line->size = text.size;
    memcpy(line->text, text.data, text.size);
    err = parse(line);
    if (err != SS_OK)
        ss_hosts_line_fini(line, env);
    return err;
}

/* ---- the file ---- */

static ss_err more_room(struct ss_hostkeys *hosts)
{
    size_t room = hosts->room == 0 ? 16 : hosts->room * 2;
    struct ss_hosts_line *lines;

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
    SS_TRY(more_room(hosts));
    SS_TRY(ss_hosts_line_init(&hosts->lines[hosts->count], hosts->env, text));
    hosts->count++;
    return SS_OK;
}

static void cut(struct ss_hostkeys *hosts, size_t count)
{
    while (hosts->count > count)
        ss_hosts_line_fini(&hosts->lines[--hosts->count], hosts->env);
}

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
    struct ss_hosts_edit edit;
    ss_err err;
    size_t i;

    if (hosts->count == 0 ||
        hosts->lines[hosts->count - 1].text[hosts->lines[hosts->count - 1].size - 1] == '\n')
        return SS_OK;
    SS_TRY(ss_hosts_edit_begin(&edit, hosts, 0));
    for (i = 0; i + 1 < hosts->count; i++)
        ss_hosts_edit_keep(&edit, i);
    err = ss_hosts_edit_rename(&edit, i, ss_span_make(NULL, 0));
    return ss_hosts_edit_end(&edit, err);
}

static ss_err read_lines(struct ss_hostkeys *hosts, ss_span file, size_t *out_bad)
{
    size_t number = 0;

    *out_bad = 0;
    while (file.size > 0) {
        const uint8_t *end = memchr(file.data, '\n', file.size);
        size_t n = end != NULL ? (size_t)(end - file.data) + 1 : file.size;
        struct ss_hosts_line *line;

        SS_TRY(append(hosts, ss_span_part(file, 0, n)));
        line = &hosts->lines[hosts->count - 1];
        line->file = hosts->files + 1;
        line->file_line = ++number;
        if (*out_bad == 0 && !line->ignored && !line->usable)
            *out_bad = hosts->count;
        file = ss_span_part(file, n, file.size);
    }
    return SS_OK;
}

ss_err ss_hostkeys_read(struct ss_hostkeys *hosts, ss_span file, size_t *out_bad_line)
{
    size_t before, bad;
    ss_err err;

    SS_TRY(end_last_line(hosts));
    before = hosts->count;
    err = read_lines(hosts, file, &bad);
    if (err != SS_OK) {
        cut(hosts, before);
        return err;
    }
    hosts->files++;
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

ss_err ss_hostkeys_next(const struct ss_hostkeys *hosts, ss_span host, size_t *at,
                        struct ss_hostkey_entry *out, bool *out_found)
{
    size_t i;

    for (i = *at; i < hosts->count; i++) {
        const struct ss_hosts_line *line = &hosts->lines[i];
        bool match = host.data == NULL;

        if (!line->usable)
            continue;
        if (!match)
            SS_TRY(ss_host_field_match(hosts->env, line->hosts, host, &match));
        if (!match)
            continue;
        *out = (struct ss_hostkey_entry){
            line->marker, line->hosts, line->type,     ss_buf_span(&line->blob),
            i + 1,        line->file,  line->file_line};
        *at = i + 1;
        *out_found = true;
        return SS_OK;
    }
    *at = hosts->count;
    *out_found = false;
    return SS_OK;
}

/* A revocation anywhere in the file outweighs a match anywhere else in it. */
static void weigh(const struct ss_hostkey_entry *entry, bool same, struct ss_hostkey_answer *out)
{
    if (entry->marker == SS_HOSTKEY_MARK_REVOKED) {
        if (same && out->verdict != SS_HOSTKEY_REVOKED) {
            out->verdict = SS_HOSTKEY_REVOKED;
            out->line = entry->line;
        }
        return;
    }
    if (out->verdict == SS_HOSTKEY_REVOKED || out->verdict == SS_HOSTKEY_MATCH)
        return;
    if (same) {
        out->verdict = SS_HOSTKEY_MATCH;
        out->line = entry->line;
    } else if (out->verdict == SS_HOSTKEY_UNKNOWN) {
        out->verdict = SS_HOSTKEY_CHANGED;
        out->line = entry->line;
    }
}

/* Lines with this marker, and revocations. */
static ss_err search(const struct ss_hostkeys *hosts, ss_span host, ss_span blob,
                     enum ss_hostkey_marker marker, struct ss_hostkey_answer *out)
{
    struct ss_hostkey_answer answer = {SS_HOSTKEY_UNKNOWN, 0};
    struct ss_hostkey_entry entry;
    size_t at = 0;
    bool found;

    if (host.data == NULL)
        host = ss_span_of("");
    for (;;) {
        SS_TRY(ss_hostkeys_next(hosts, host, &at, &entry, &found));
        if (!found)
            break;
        if (entry.marker == marker || entry.marker == SS_HOSTKEY_MARK_REVOKED)
            weigh(&entry, ss_span_eq(entry.blob, blob), &answer);
    }
    *out = answer;
    return SS_OK;
}

ss_err ss_hostkeys_check(const struct ss_hostkeys *hosts, ss_span host, const struct ss_key *key,
                         struct ss_hostkey_answer *out)
{
    return search(hosts, host, ss_key_blob(key), SS_HOSTKEY_MARK_NONE, out);
}

ss_err ss_hostkeys_check_authority(const struct ss_hostkeys *hosts, ss_span host, ss_span blob,
                                   struct ss_hostkey_answer *out)
{
    return search(hosts, host, blob, SS_HOSTKEY_MARK_AUTHORITY, out);
}

ss_err ss_hostkeys_revoked(const struct ss_hostkeys *hosts, ss_span host, ss_span blob,
                           struct ss_hostkey_answer *out)
{
    return search(hosts, host, blob, SS_HOSTKEY_MARK_REVOKED, out);
}

ss_err ss_hostkeys_types(const struct ss_hostkeys *hosts, ss_span host, struct ss_buf *out_types)
{
    size_t before = ss_buf_size(out_types), at = 0;
    struct ss_hostkey_entry entry;
    ss_err err = SS_OK;

    if (host.data == NULL)
        host = ss_span_of("");
    while (err == SS_OK) {
        ss_span so_far = ss_span_part(ss_buf_span(out_types), before, SIZE_MAX);
        bool found = false;

        err = ss_hostkeys_next(hosts, host, &at, &entry, &found);
        if (err != SS_OK || !found)
            break;
        if (entry.marker != SS_HOSTKEY_MARK_NONE || ss_namelist_has(so_far, entry.type))
            continue;
        if (so_far.size > 0)
            err = ss_buf_puts(out_types, ",");
        if (err == SS_OK)
            err = ss_buf_put(out_types, entry.type);
    }
    if (err != SS_OK)
        ss_buf_truncate(out_types, before);
    return err;
}
