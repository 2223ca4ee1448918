/* SPDX-License-Identifier: Apache-2.0 */
/* known_hosts.h - known_hosts line by line: authorities, revocations, where a line came from, and
 * changes that leave every other line as it was.
 *
 * Owns: nothing; struct ss_hostkeys and its first calls are in key.h.
 * Not here: files on disk (net), asking a person, certificates themselves.
 * Follows: sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT"; ssh-keygen(1) -F, -H and -R; OpenSSH PROTOCOL
 *   section 2.5 (hostkeys-00@openssh.com) for updates.
 *
 * | call                          | does                                                   |
 * |-------------------------------|--------------------------------------------------------|
 * | ss_hostkeys_next              | the lines of a host, or all of them                    |
 * | ss_hostkeys_check_authority   | may this key certify this host?                        |
 * | ss_hostkeys_revoked           | is this key or authority revoked for this host?        |
 * | ss_hostkeys_hash              | each plain name becomes a hashed line of its own       |
 * | ss_hostkeys_update            | the keys that the server has proven are the host's     |
 *
 * A line whose marker is unknown or doubled, whose type word is not the blob's, or whose hashed
 * name is not alone is kept as it stands and speaks of nobody. Host names are compared without case
 * in ASCII only. Changes happen whole or not at all. */
#ifndef SSHSPEC_KNOWN_HOSTS_H
#define SSHSPEC_KNOWN_HOSTS_H

#include "sshspec/key.h"

enum ss_hostkey_marker { SS_HOSTKEY_MARK_NONE, SS_HOSTKEY_MARK_REVOKED, SS_HOSTKEY_MARK_AUTHORITY };

struct ss_hostkey_entry {
    enum ss_hostkey_marker marker;
    ss_span hosts;    /* the field as it stands */
    ss_span type;     /* "ssh-ed25519" */
    ss_span blob;     /* public key; of a type that we may not speak */
    size_t line;      /* as ss_hostkeys_check counts: over all files that were read */
    size_t file;      /* which call of ss_hostkeys_read brought it, from 1; 0: added later */
    size_t file_line; /* line of that file, from 1 */
};
/* The next usable line behind *at, which starts at 0 and becomes the line's number. host: one that
 * the line must speak of; null data: any. Spans live until the next change. *out_found false: no
 * more. */
SS_MUST_USE ss_err ss_hostkeys_next(const struct ss_hostkeys *hosts, ss_span host, size_t *at,
                                    struct ss_hostkey_entry *out, bool *out_found);

/* MATCH: a @cert-authority line has this key for this host, and no @revoked line. CHANGED: there
 * are authorities, but not this one. */
SS_MUST_USE ss_err ss_hostkeys_check_authority(const struct ss_hostkeys *hosts, ss_span host,
                                               ss_span blob, struct ss_hostkey_answer *out);
/* REVOKED or UNKNOWN. */
SS_MUST_USE ss_err ss_hostkeys_revoked(const struct ss_hostkeys *hosts, ss_span host, ss_span blob,
                                       struct ss_hostkey_answer *out);

/* Lines with a marker, a pattern or a negation stay as they are and are counted. */
SS_MUST_USE ss_err ss_hostkeys_hash(struct ss_hostkeys *hosts, size_t *out_hashed,
                                    size_t *out_skipped);

enum ss_hostkeys_mode { SS_HOSTKEYS_PLAN, SS_HOSTKEYS_APPLY };
enum ss_hostkeys_fate { SS_HOSTKEYS_KEEP, SS_HOSTKEYS_ADD, SS_HOSTKEYS_REVOKED };
#define SS_HOSTKEYS_UPDATE_MAX 64
struct ss_hostkeys_update {
    enum ss_hostkeys_fate fates[SS_HOSTKEYS_UPDATE_MAX]; /* one for each key given */
    size_t added, kept;
    size_t removed; /* lines that go, or lose the host's name */
    size_t left; /* lines with another key of the host that stay: patterns, types we do not speak */
};
/* keys: all that the server has, each proven. Lines of the host with other keys go; lines with a
 * marker never do, and revoked keys are not added. When none of the keys may stay or come, nothing
 * goes. PLAN changes nothing. SS_E_bad_argument: no keys, more than SS_HOSTKEYS_UPDATE_MAX, or a
 * name that is none. */
SS_MUST_USE ss_err ss_hostkeys_update(struct ss_hostkeys *hosts, ss_span host,
                                      const struct ss_key *const *keys, size_t count, bool hashed,
                                      enum ss_hostkeys_mode mode, struct ss_hostkeys_update *out);

#endif
