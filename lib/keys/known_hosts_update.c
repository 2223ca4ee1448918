/* SPDX-License-Identifier: Apache-2.0 */
/* known_hosts_update.c - known_hosts brought up to what a server has proven to have.
 *
 * Owns: which lines stay, come and go.
 * Not here: the proof (hostkeys-prove-00@openssh.com), the change itself (known_hosts_edit.c).
 * Called by: clients.
 * Follows: OpenSSH PROTOCOL section 2.5. */
#include "keys/known_hosts_impl.h"

struct job {
    struct ss_hosts_edit edit;
    ss_span host;
    const struct ss_key *const *keys;
    size_t count;
    struct ss_buf names;
    struct ss_hostkeys_update *out;
};

/* The place of a key among those given, or their number. */
static size_t find_key(const struct job *job, ss_span blob)
{
    size_t i = 0;

    while (i < job->count && !ss_span_eq(ss_key_blob(job->keys[i]), blob))
        i++;
    return i;
}

/* A revocation comes first: such a key is neither kept nor added, though its lines stay. */
static ss_err decide(struct job *job)
{
    struct ss_hostkeys_update *out = job->out;
    size_t i;

    for (i = 0; i < job->count; i++) {
        struct ss_hostkey_answer answer;

        SS_TRY(ss_hostkeys_check(job->edit.hosts, job->host, job->keys[i], &answer));
        out->fates[i] = answer.verdict == SS_HOSTKEY_REVOKED ? SS_HOSTKEYS_REVOKED
                        : answer.verdict == SS_HOSTKEY_MATCH ? SS_HOSTKEYS_KEEP
                                                             : SS_HOSTKEYS_ADD;
        /* The same key twice is added once. */
        if (out->fates[i] == SS_HOSTKEYS_ADD && find_key(job, ss_key_blob(job->keys[i])) < i)
            out->fates[i] = SS_HOSTKEYS_KEEP;
        out->added += out->fates[i] == SS_HOSTKEYS_ADD;
        out->kept += out->fates[i] == SS_HOSTKEYS_KEEP;
    }
    return SS_OK;
}

/* What of old line i is to be. */
static ss_err settle_line(struct job *job, size_t i)
{
    const struct ss_hosts_line *line = &job->edit.hosts->lines[i];
    bool match = false, held = false, other;

    ss_buf_clear(&job->names);
    if (line->usable && line->marker == SS_HOSTKEY_MARK_NONE)
        SS_TRY(ss_host_field_match(job->edit.hosts->env, line->hosts, job->host, &match));
    other = match && find_key(job, ss_buf_span(&line->blob)) == job->count;
    /* The server may have named a key of that type, and we would not have understood it. */
    if (other && ss_key_type_kind(line->type) != SS_KEY_NONE)
        SS_TRY(ss_host_field_without(job->edit.hosts->env, line->hosts, job->host, &job->names,
                                     &held));
    job->out->left += other && !held;
    job->out->removed += held;
    if (held && ss_buf_size(&job->names) > 0)
        return ss_hosts_edit_rename(&job->edit, i, ss_buf_span(&job->names));
    if (held)
        ss_hosts_edit_drop(&job->edit, i);
    else if (i + 1 == job->edit.hosts->count && line->text[line->size - 1] != '\n')
        return ss_hosts_edit_rename(&job->edit, i, ss_span_make(NULL, 0));
    else
        ss_hosts_edit_keep(&job->edit, i);
    return SS_OK;
}

static ss_err make_lines(struct job *job, bool hashed)
{
    size_t i;

    for (i = 0; i < job->edit.hosts->count; i++)
        SS_TRY(settle_line(job, i));
    for (i = 0; i < job->count; i++)
        if (job->out->fates[i] == SS_HOSTKEYS_ADD)
            SS_TRY(ss_hosts_edit_add(&job->edit, job->host, job->keys[i], hashed));
    return SS_OK;
}

ss_err ss_hostkeys_update(struct ss_hostkeys *hosts, ss_span host, const struct ss_key *const *keys,
                          size_t count, bool hashed, enum ss_hostkeys_mode mode,
                          struct ss_hostkeys_update *out)
{
    struct ss_hostkeys_update update = {.added = 0};
    struct job job = {.host = host, .keys = keys, .count = count, .out = &update};
    bool apply;
    ss_err err;

    if (count == 0 || count > SS_HOSTKEYS_UPDATE_MAX || !ss_host_name_plain(host))
        return SS_E_bad_argument;
    SS_TRY(ss_hosts_edit_begin(&job.edit, hosts, count));
    ss_buf_init(&job.names, hosts->env, SIZE_MAX / 4);
    err = decide(&job);
    apply = mode == SS_HOSTKEYS_APPLY && update.added + update.kept > 0;
    if (err == SS_OK && update.added + update.kept > 0)
        err = make_lines(&job, hashed);
    ss_buf_fini(&job.names);
    /* A plan is a change that is given up. */
    if (err == SS_OK && !apply) {
        (void)ss_hosts_edit_end(&job.edit, SS_E_usage);
        *out = update;
        return SS_OK;
    }
    err = ss_hosts_edit_end(&job.edit, err);
    if (err == SS_OK)
        *out = update;
    return err;
}
