/* SPDX-License-Identifier: Apache-2.0 */
/* known_hosts_impl.h - the lines of known_hosts, as the files that search and change them know
 * them.
 *
 * Owns: the layout of struct ss_hostkeys. */
#ifndef KEYS_KNOWN_HOSTS_IMPL_H
#define KEYS_KNOWN_HOSTS_IMPL_H

#include "keys/host_match.h"
#include "sshspec/known_hosts.h"

struct ss_hosts_line {
    char *text;   /* as it stood, line end included */
    size_t size;  /* bytes of text */
    bool usable;  /* has a host field, a type and a key */
    bool ignored; /* empty or a comment */
    enum ss_hostkey_marker marker;
    ss_span hosts, type; /* into text */
    ss_span rest;        /* from the type on, line end included; into text */
    struct ss_buf blob;
    size_t file, file_line;
};

struct ss_hostkeys {
    const struct ss_env *env;
    struct ss_hosts_line *lines;
    size_t count, room;
    size_t files; /* how many were read */
};

/* A line from its text, which is copied. */
SS_MUST_USE ss_err ss_hosts_line_init(struct ss_hosts_line *line, const struct ss_env *env,
                                      ss_span text);
void ss_hosts_line_fini(struct ss_hosts_line *line, const struct ss_env *env);

/* ---- changes, whole or not at all ---- */
struct ss_hosts_edit {
    struct ss_hostkeys *hosts;
    struct ss_hosts_line *lines; /* what will be; those of hosts that stay are moved in */
    bool *fresh;                 /* made by this change */
    bool *gone;                  /* of each old line: not among lines */
    size_t count, room;
};
/* grow: how many lines may be added beyond one for each that is there. */
SS_MUST_USE ss_err ss_hosts_edit_begin(struct ss_hosts_edit *edit, struct ss_hostkeys *hosts,
                                       size_t grow);
/* Old line i stays, gets another host field (empty: none, but a line end), or goes. */
void ss_hosts_edit_keep(struct ss_hosts_edit *edit, size_t i);
SS_MUST_USE ss_err ss_hosts_edit_rename(struct ss_hosts_edit *edit, size_t i, ss_span hosts);
void ss_hosts_edit_drop(struct ss_hosts_edit *edit, size_t i);
/* A new line at the present end. from: an old line whose place in a file it takes over; SIZE_MAX:
 * none. */
SS_MUST_USE ss_err ss_hosts_edit_put(struct ss_hosts_edit *edit, ss_span text, size_t from);
/* "host type base64", plain or hashed, at the present end. */
SS_MUST_USE ss_err ss_hosts_edit_add(struct ss_hosts_edit *edit, ss_span host,
                                     const struct ss_key *key, bool hashed);
/* err SS_OK: the change happens. Frees the edit either way, and gives err back. */
ss_err ss_hosts_edit_end(struct ss_hosts_edit *edit, ss_err err);

#endif
