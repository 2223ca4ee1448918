/* SPDX-License-Identifier: Apache-2.0 */
/* peer.h - implementations under test: which there are, and starting them as server or client.
 *
 * Concept: a peer is a folder interop/peers/NAME with a recipe and small programs of its own:
 *
 *   prepare KEYS   once a run, may add to the folder of keys and proves that the peer's own
 *                  defences are off; exit status 77: this machine cannot do it
 *   server DIR     listens on 127.0.0.1, says `PORT N` on standard output when it does, and stays;
 *                  DIR holds home/, authorized_keys, password and password.hash
 *   client PORT exec COMMAND | get REMOTE LOCAL | put LOCAL REMOTE | ls REMOTE
 *                  one action towards 127.0.0.1:PORT, in an empty folder and with a HOME of its
 * own; exit status: the command's, 101 host key refused, 102 login refused, 103 connection lost,
 * 104 no common algorithm, 105 SFTP error
 *
 * They see PATH, HOME, LANG=C.UTF-8, TMPDIR, SSHSPEC (the program), SSHSPEC_INTEROP and PEER_*:
 * KEYS, USER, and for a client AUTH (key, password), PASSWORD_FILE, KNOWN_HOSTS, and KEX, HOSTKEY,
 * CIPHER, MAC when its offer is to be narrowed. Nothing else is in their environment.
 *
 *   call                   does
 *   peer_set_load          reads every recipe; a bad one is an error with its place
 *   peer_detect            what is installed: version, or what is missing
 *   peer_prepare           once a run
 *   peer_server_start      a server that has said its port
 *   peer_server_sound      it runs, and has not crashed
 *   peer_client_start      a client that runs
 *
 * Errors: out_why gets a sentence for a person. SS_E_unsupported: not on this machine. */
#ifndef SSHSPEC_INTEROP_PEER_H
#define SSHSPEC_INTEROP_PEER_H

#include "interop/keys.h"
#include "interop/process.h"
#include "interop/recipe.h"

struct peer {
    struct recipe recipe;
    char folder[SYSTEM_PATH_MAX];
    bool detected, server, client; /* roles whose programs are all there */
    char version[64];              /* empty: unknown */
    char missing[256];             /* programs that were not found */
};

struct peer_set {
    const struct ss_env *env;
    char interop[SYSTEM_PATH_MAX]; /* the folder `interop` */
    char self[SYSTEM_PATH_MAX];    /* the program sshspec */
    struct peer *items;            /* sorted by name */
    size_t count;
};

/* interop null: where system_find_data finds it. */
SS_MUST_USE ss_err peer_set_load(const struct ss_env *env, const char *interop,
                                 struct peer_set *out, struct ss_buf *out_why);
void peer_set_fini(struct peer_set *set);
struct peer *peer_set_find(const struct peer_set *set, ss_span name);
/* Runs the detect command, at most once a peer. */
void peer_detect(const struct peer_set *set, struct peer *peer);
bool peer_feature(const struct peer *peer, bool as_server, ss_span word);
SS_MUST_USE ss_err peer_prepare(const struct peer_set *set, const struct peer *peer,
                                const char *keys, struct ss_buf *out_why);

struct peer_server {
    const struct peer *peer;
    struct process process;
    char folder[SYSTEM_PATH_MAX]; /* private; home/ in it is the account's */
    uint16_t port;
    int voice; /* its standard output, which is read up to PORT only; -1: none */
};
#define PEER_SERVER_NONE ((struct peer_server){NULL, PROCESS_NONE, "", 0, -1})

/* folder must exist and be empty. */
SS_MUST_USE ss_err peer_server_start(const struct peer_set *set, const struct peer *peer,
                                     const struct key_ring *keys, const char *folder,
                                     struct peer_server *out, struct ss_buf *out_why);
/* False appends what became of it. */
bool peer_server_sound(struct peer_server *server, struct ss_buf *out_why);
void peer_server_stop(struct peer_server *server);

struct peer_client {
    struct process process;
    char folder[SYSTEM_PATH_MAX]; /* work/ is its present folder, home/ its HOME */
};
#define PEER_CLIENT_NONE ((struct peer_client){PROCESS_NONE, ""})

enum peer_verb { PEER_EXEC, PEER_GET, PEER_PUT, PEER_LS };
struct peer_order {
    enum peer_verb verb;
    const char *text;  /* command, or remote path */
    const char *local; /* get and put: a name in work/ */
    ss_span input;     /* standard input; for put: the file's content */
    bool by_password;
    uint16_t port;
    ss_span known_hosts;
    const char *kex, *hostkey, *cipher, *mac; /* null: its default */
};
SS_MUST_USE ss_err peer_client_start(const struct peer_set *set, const struct peer *peer,
                                     const struct key_ring *keys, const char *folder,
                                     const struct peer_order *order, struct peer_client *out,
                                     struct ss_buf *out_why);
/* A client by a command line of the user's own: words with {host} {port} {user} {key} {password}
 * {known_hosts} {command}. Only exec can be asked. */
SS_MUST_USE ss_err peer_client_command(const struct peer_set *set, const char *const *words,
                                       const struct key_ring *keys, const char *folder,
                                       const struct peer_order *order, struct peer_client *out,
                                       struct ss_buf *out_why);
void peer_client_stop(struct peer_client *client);
/* Capped at 1 MiB, with a mark. */
SS_MUST_USE ss_err peer_client_output(const struct peer_client *client, bool standard_error,
                                      struct ss_buf *out);
/* A file in work/ of a client or home/ of a server. Names with "/" or ".." are refused. */
SS_MUST_USE ss_err peer_file(const char *folder, ss_span name, struct ss_buf *out);
/* A sanitizer's report in text, or a crash word of the recipe (which may be null). */
bool peer_text_tells_crash(const struct recipe *recipe, ss_span text, ss_span *out_line);

#endif
