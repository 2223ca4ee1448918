/* SPDX-License-Identifier: Apache-2.0 */
/* known_hosts_edit.c - changes to known_hosts that happen whole or not at all.
 *
 * Owns: the list of lines that will be, made beside the one that is; adding, removing, hashing.
 * Not here: the search (known_hosts.c), updates from a server (known_hosts_update.c).
 * Called by: client policies; tools; known_hosts_update.c.
 * Follows: sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT"; ssh-keygen(1) -H and -R. */
#include "keys/known_hosts_impl.h"

/* ---- the list that will be ---- */

static void free_arrays(struct ss_hosts_edit *edit, size_t old_count)
{
    const struct ss_env *env = edit->hosts->env;

    ss_free(env, edit->fresh, edit->room * sizeof *edit->fresh);
    ss_free(env, edit->gone, (old_count + 1) * sizeof *edit->gone);
}

ss_err ss_hosts_edit_begin(struct ss_hosts_edit *edit, struct ss_hostkeys *hosts, size_t grow)
{
    const struct ss_env *env = hosts->env;

    memset(edit, 0, sizeof *edit);
    edit->hosts = hosts;
    if (grow > SIZE_MAX / 2 / sizeof *edit->lines - hosts->count - 1)
        return SS_E_no_memory;
    edit->room = hosts->count + grow + 1;
    edit->lines = ss_alloc(env, edit->room * sizeof *edit->lines);
    edit->fresh = ss_alloc(env, edit->room * sizeof *edit->fresh);
    edit->gone = ss_alloc(env, (hosts->count + 1) * sizeof *edit->gone);
    if (edit->lines != NULL && edit->fresh != NULL && edit->gone != NULL)
        return SS_OK;
    ss_free(env, edit->lines, edit->room * sizeof *edit->lines);
    free_arrays(edit, hosts->count);
    return SS_E_no_memory;
}

void ss_hosts_edit_keep(struct ss_hosts_edit *edit, size_t i)
{
    edit->lines[edit->count++] = edit->hosts->lines[i];
}

void ss_hosts_edit_drop(struct ss_hosts_edit *edit, size_t i)
{
    edit->gone[i] = true;
}

ss_err ss_hosts_edit_put(struct ss_hosts_edit *edit, ss_span text, size_t from)
{
    struct ss_hosts_line *line = &edit->lines[edit->count];

    SS_TRY(ss_hosts_line_init(line, edit->hosts->env, text));
    if (from != SIZE_MAX) {
        line->file = edit->hosts->lines[from].file;
        line->file_line = edit->hosts->lines[from].file_line;
    }
    edit->fresh[edit->count++] = true;
    return SS_OK;
}

/* hosts empty: the line as it is, with an end. */
ss_err ss_hosts_edit_rename(struct ss_hosts_edit *edit, size_t i, ss_span hosts)
{
    const struct ss_hosts_line *line = &edit->hosts->lines[i];
    const uint8_t *text = (const uint8_t *)line->text;
    size_t front = hosts.size > 0 ? (size_t)(line->hosts.data - text) : line->size;
    size_t back = hosts.size > 0 ? front + line->hosts.size : line->size;
    struct ss_buf fresh;
    ss_err err;

    ss_buf_init(&fresh, edit->hosts->env, line->size + hosts.size + 1);
    err = ss_buf_put(&fresh, ss_span_make(text, front));
    if (err == SS_OK)
        err = ss_buf_put(&fresh, hosts);
    if (err == SS_OK)
        err = ss_buf_put(&fresh, ss_span_make(text + back, line->size - back));
    if (err == SS_OK && hosts.size == 0)
        err = ss_buf_puts(&fresh, "\n");
    if (err == SS_OK)
        err = ss_hosts_edit_put(edit, ss_buf_span(&fresh), i);
    ss_buf_fini(&fresh);
    if (err == SS_OK)
        ss_hosts_edit_drop(edit, i);
    return err;
}

static ss_err compose(const struct ss_env *env, ss_span host, const struct ss_key *key, bool hashed,
                      struct ss_buf *out)
{
    SS_TRY(hashed ? ss_host_field_hash(env, host, out) : ss_host_field_lower(host, out));
    SS_TRY(ss_buf_puts(out, " "));
    SS_TRY(ss_buf_puts(out, ss_key_type(key)));
    SS_TRY(ss_buf_puts(out, " "));
    SS_TRY(ss_base64_encode(out, ss_key_blob(key)));
    return ss_buf_puts(out, "\n");
}

ss_err ss_hosts_edit_add(struct ss_hosts_edit *edit, ss_span host, const struct ss_key *key,
                         bool hashed)
{
    struct ss_buf text;
    ss_err err;

    ss_buf_init(&text, edit->hosts->env, (size_t)2 * SS_KEY_BLOB_MAX);
    err = compose(edit->hosts->env, host, key, hashed, &text);
    if (err == SS_OK)
        err = ss_hosts_edit_put(edit, ss_buf_span(&text), SIZE_MAX);
    ss_buf_fini(&text);
    return err;
}

static void abandon(struct ss_hosts_edit *edit)
{
    const struct ss_env *env = edit->hosts->env;
    size_t i;

    for (i = 0; i < edit->count; i++)
        if (edit->fresh[i])
            ss_hosts_line_fini(&edit->lines[i], env);
    ss_free(env, edit->lines, edit->room * sizeof *edit->lines);
    free_arrays(edit, edit->hosts->count);
}

ss_err ss_hosts_edit_end(struct ss_hosts_edit *edit, ss_err err)
{
    struct ss_hostkeys *hosts = edit->hosts;
    size_t i;

    if (err != SS_OK) {
        abandon(edit);
        return err;
    }
    for (i = 0; i < hosts->count; i++)
        if (edit->gone[i])
            ss_hosts_line_fini(&hosts->lines[i], hosts->env);
    free_arrays(edit, hosts->count);
    ss_free(hosts->env, hosts->lines, hosts->room * sizeof *hosts->lines);
    hosts->lines = edit->lines;
    hosts->count = edit->count;
    hosts->room = edit->room;
    return SS_OK;
}

/* ---- adding ---- */

/* All lines stay; a last one without its end gets one. */
static ss_err keep_all(struct ss_hosts_edit *edit)
{
    const struct ss_hostkeys *hosts = edit->hosts;
    size_t i;

    for (i = 0; i < hosts->count; i++) {
        const struct ss_hosts_line *line = &hosts->lines[i];

        if (i + 1 == hosts->count && line->text[line->size - 1] != '\n')
            SS_TRY(ss_hosts_edit_rename(edit, i, ss_span_make(NULL, 0)));
        else
            ss_hosts_edit_keep(edit, i);
    }
    return SS_OK;
}

ss_err ss_hostkeys_add(struct ss_hostkeys *hosts, ss_span host, const struct ss_key *key,
                       bool hashed)
{
    struct ss_hosts_edit edit;
    ss_err err;

    /* A name that reads as several, as a pattern or as a mark would be another entry. */
    if (!ss_host_name_plain(host))
        return SS_E_bad_argument;
    SS_TRY(ss_hosts_edit_begin(&edit, hosts, 1));
    err = keep_all(&edit);
    if (err == SS_OK)
        err = ss_hosts_edit_add(&edit, host, key, hashed);
    return ss_hosts_edit_end(&edit, err);
}

/* ---- removing ---- */

/* Marked lines stay: to forget a host is not to forgive a revoked key. */
static ss_err remove_from(struct ss_hosts_edit *edit, size_t i, ss_span host, struct ss_buf *names,
                          size_t *removed)
{
    const struct ss_hosts_line *line = &edit->hosts->lines[i];
    bool held = false;

    ss_buf_clear(names);
    if (line->usable && line->marker == SS_HOSTKEY_MARK_NONE)
        SS_TRY(ss_host_field_without(edit->hosts->env, line->hosts, host, names, &held));
    *removed += held ? 1 : 0;
    if (held && ss_buf_size(names) > 0)
        return ss_hosts_edit_rename(edit, i, ss_buf_span(names));
    if (held)
        ss_hosts_edit_drop(edit, i);
    else
        ss_hosts_edit_keep(edit, i);
    return SS_OK;
}

ss_err ss_hostkeys_remove(struct ss_hostkeys *hosts, ss_span host, size_t *out_removed)
{
    struct ss_hosts_edit edit;
    size_t removed = 0, i;
    struct ss_buf names;
    ss_err err = SS_OK;

    SS_TRY(ss_hosts_edit_begin(&edit, hosts, 0));
    ss_buf_init(&names, hosts->env, SIZE_MAX / 4);
    for (i = 0; i < hosts->count && err == SS_OK; i++)
        err = remove_from(&edit, i, host, &names, &removed);
    ss_buf_fini(&names);
    err = ss_hosts_edit_end(&edit, err);
    if (err == SS_OK && out_removed != NULL)
        *out_removed = removed;
    return err;
}

/* ---- hashing ---- */

static bool is_plain_list(const struct ss_hosts_line *line)
{
    ss_span rest = line->hosts, name;

    if (!line->usable || line->marker != SS_HOSTKEY_MARK_NONE)
        return false;
    while (ss_namelist_next(&rest, &name))
        if (!ss_host_name_plain(name))
            return false;
    return true;
}

static size_t count_names(const struct ss_hostkeys *hosts)
{
    size_t names = 0, i;
    ss_span rest, name;

    for (i = 0; i < hosts->count; i++)
        for (rest = hosts->lines[i].hosts; ss_namelist_next(&rest, &name);)
            names++;
    return names;
}

/* A hashed name stands alone, so a list becomes as many lines. */
static ss_err hash_line(struct ss_hosts_edit *edit, size_t i)
{
    const struct ss_hosts_line *line = &edit->hosts->lines[i];
    ss_span rest = line->hosts, name;
    struct ss_buf text;
    ss_err err = SS_OK;

    ss_buf_init(&text, edit->hosts->env, line->size + 256);
    while (err == SS_OK && ss_namelist_next(&rest, &name)) {
        ss_buf_clear(&text);
        err = ss_host_field_hash(edit->hosts->env, name, &text);
        if (err == SS_OK)
            err = ss_buf_puts(&text, " ");
        if (err == SS_OK)
            err = ss_buf_put(&text, line->rest);
        if (err == SS_OK && line->rest.data[line->rest.size - 1] != '\n')
            err = ss_buf_puts(&text, "\n");
        if (err == SS_OK)
            err = ss_hosts_edit_put(edit, ss_buf_span(&text), i);
    }
    ss_buf_fini(&text);
    if (err == SS_OK)
        ss_hosts_edit_drop(edit, i);
    return err;
}

ss_err ss_hostkeys_hash(struct ss_hostkeys *hosts, size_t *out_hashed, size_t *out_skipped)
{
    size_t hashed = 0, skipped = 0, i;
    struct ss_hosts_edit edit;
    ss_err err = SS_OK;

    SS_TRY(ss_hosts_edit_begin(&edit, hosts, count_names(hosts)));
    for (i = 0; i < hosts->count && err == SS_OK; i++) {
        const struct ss_hosts_line *line = &hosts->lines[i];
        bool plain = is_plain_list(line);

        hashed += plain;
        skipped += !plain && line->usable && line->hosts.data[0] != '|';
        if (plain)
            err = hash_line(&edit, i);
        else
            ss_hosts_edit_keep(&edit, i);
    }
    err = ss_hosts_edit_end(&edit, err);
    if (err == SS_OK && out_hashed != NULL)
        *out_hashed = hashed;
    if (err == SS_OK && out_skipped != NULL)
        *out_skipped = skipped;
    return err;
}
