/* SPDX-License-Identifier: Apache-2.0 */
/* client.h - a small blocking client: connect, log in, run a command, move a file, leave.
 *
 * Owns: the socket, the engine, the order in which credentials are tried, the words for what
 *   went wrong.
 * Not here: several things at once on one connection (drive an engine yourself: engine.h, net.h).
 * Called by: programs.
 * Follows: RFC 4252 to 4254 through the engine; sftp.h for files.
 *
 * | call                  | does                                                          |
 * |-----------------------|---------------------------------------------------------------|
 * | ss_client_new         | takes the options; nothing is sent                            |
 * | ss_client_connect     | TCP, key exchange, host key, login                            |
 * | ss_client_session     | a command, shell or subsystem with its streams                |
 * | ss_client_exec        | a command from bytes to bytes                                 |
 * | ss_client_get, _put   | a file by SFTP, pipelined                                     |
 * | ss_client_error       | what failed, where, and what to do about it                   |
 * | ss_client_free        | says goodbye and closes                                       |
 *
 * Errors: every call returns the error and keeps the first one with its text. After an error of
 * the connection all further calls return it; SS_E_refused (a request the server declined) and
 * SS_E_sftp_status leave the connection usable.
 *
 * Example: PORT KNOWN-HOSTS COMMAND. Runs a command on a server that is known, with a password.
 *
 *     #include <stdio.h>
 *     #include <stdlib.h>
 *
 *     #include "sshspec/client.h"
 *
 *     static ss_err read_known(const char *path, struct ss_hostkeys *known)
 *     {
 *         struct ss_buf file;
 *         ss_err err;
 *
 *         ss_buf_init(&file, ss_system_env(), 1 << 20);
 *         err = ss_file_read(path, 1 << 20, &file, NULL);
 *         if (err == SS_OK)
 *             err = ss_hostkeys_read(known, ss_buf_span(&file), NULL);
 *         ss_buf_fini(&file);
 *         return err;
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         const struct ss_env *env = ss_system_env();
 *         struct ss_client_options options = {.host = "127.0.0.1", .user = ss_span_of("me")};
 *         struct ss_session_end end = {0};
 *         struct ss_client *client = NULL;
 *         struct ss_config config;
 *         struct ss_buf out, diag;
 *         ss_err err = argc == 4 ? ss_hostkeys_new(env, &options.known) : SS_E_usage;
 *
 *         ss_config_init(&config, SS_CLIENT);
 *         ss_buf_init(&out, env, 1 << 20);
 *         ss_buf_init(&diag, env, 1 << 20);
 *         options.password = ss_span_of("secret");
 *         if (err == SS_OK) {
 *             options.port = (uint16_t)atoi(argv[1]);
 *             err = read_known(argv[2], options.known);
 *         }
 *         if (err == SS_OK)
 *             err = ss_client_new(env, &config, &options, &client);
 *         if (err == SS_OK)
 *             err = ss_client_connect(client);
 *         if (err == SS_OK)
 *             err = ss_client_exec(client, ss_span_of(argv[3]), ss_span_of(""), &out, &diag, &end);
 *         if (err == SS_OK)
 *             printf("%.*s", (int)ss_buf_size(&out), ss_buf_at(&out));
 *         else
 *             fputs(client != NULL ? ss_client_error(client)->text : ss_err_text(err), stderr);
 *         ss_client_free(&client);
 *         ss_hostkeys_free(&options.known);
 *         ss_buf_fini(&out);
 *         ss_buf_fini(&diag);
 *         return err == SS_OK && end.has_status ? (int)end.status : 255;
 *     } */
#ifndef SSHSPEC_CLIENT_H
#define SSHSPEC_CLIENT_H

#include "sshspec/key.h"
#include "sshspec/net.h"

/* ---- the host's key ---- */
struct ss_client_host {
    ss_span name; /* as in known_hosts: "host" or "[host]:port" */
    const struct ss_key *key;
    ss_span algorithm;
    struct ss_hostkey_answer known; /* UNKNOWN or CHANGED: the other two are not asked about */
    const char *fingerprint;        /* "SHA256:..." */
};
struct ss_client_policy { /* embed it; recover your object with SS_CONTAINER_OF */
    /* May this key be the host's? null: no. */
    bool (*accept)(struct ss_client_policy *self, const struct ss_client_host *host);
    /* Text the server shows before login. May be null. */
    void (*banner)(struct ss_client_policy *self, ss_span text);
    /* The server holds these keys and proved it: all that it has now, of types we speak. Keys that
     * are known for the host and not among them are out of use. May be null: nothing is asked. */
    void (*host_keys)(struct ss_client_policy *self, ss_span name, const struct ss_key *const *keys,
                      size_t count);
};

/* ---- options: all borrowed for the client's life ---- */
struct ss_client_options {
    const char *host;
    uint16_t port; /* 0: 22 */
    ss_span user;
    const struct ss_key *const *keys; /* tried in order, null-terminated; may be null */
    ss_span password;                 /* tried after the keys; data null: none */
    bool none;                        /* method none is tried first */
    struct ss_hostkeys *known;        /* may be null: no host is known */
    struct ss_client_policy *policy;  /* may be null: only known hosts */
    uint64_t connect_time;            /* ms for TCP; 0: 15 s */
    uint64_t login_time;              /* ms from TCP to logged in; 0: 60 s */
    uint64_t session_time;            /* ms for one session or transfer; 0: no limit */
};

enum ss_client_phase {
    SS_CLIENT_CONNECT,  /* no TCP connection yet */
    SS_CLIENT_EXCHANGE, /* identification, key exchange */
    SS_CLIENT_HOST_KEY,
    SS_CLIENT_LOGIN,
    SS_CLIENT_READY /* sessions and transfers */
};
struct ss_client_error {
    ss_err err; /* SS_OK: none */
    enum ss_client_phase phase;
    uint32_t status; /* SFTP status, or the reason of a DISCONNECT or a refused channel */
    char text[1024]; /* for a person, one or a few lines, printable */
};

struct ss_client;
/* config: role SS_CLIENT, pace SS_AUTO; copied. */
SS_MUST_USE ss_err ss_client_new(const struct ss_env *env, const struct ss_config *config,
                                 const struct ss_client_options *options,
                                 struct ss_client **out_client);
/* Never null. */
const struct ss_client_error *ss_client_error(const struct ss_client *client);
SS_MUST_USE ss_err ss_client_connect(struct ss_client *client);
/* For what is known about the connection; null before connect. */
const struct ss_engine *ss_client_engine(const struct ss_client *client);
/* Sends DISCONNECT when connected, waits a moment for the other end, closes. */
void ss_client_free(struct ss_client **client);

/* ---- sessions ---- */
struct ss_session_io { /* embed it; recover your object with SS_CONTAINER_OF */
    /* Up to n bytes of standard input. *out_got 0: it has ended. SS_E_would_block: none now, wait
     * until fd is readable. */
    ss_err (*input)(struct ss_session_io *self, uint8_t *out, size_t n, size_t *out_got);
    /* type 0: standard output, 1: standard error; takes all. */
    ss_err (*output)(struct ss_session_io *self, uint32_t type, ss_span data);
    int fd; /* polled for input before each call of it; -1: input never waits */
};
/* Streams that are descriptors; -1 for no input, for output that is dropped. */
struct ss_session_fds {
    struct ss_session_io io;
    int in, out, err;
};
void ss_session_fds_init(struct ss_session_fds *fds, int in, int out, int err);

enum ss_session_kind { SS_SESSION_EXEC, SS_SESSION_SHELL, SS_SESSION_SUBSYSTEM };
struct ss_session_env {
    ss_span name, value;
};
struct ss_session_request {
    enum ss_session_kind kind;
    ss_span text;                     /* command or name of the subsystem */
    const struct ss_session_env *env; /* sent first; a server may ignore them */
    size_t env_count;
    const struct ss_tail_channel_request_pty_req *pty; /* null: none */
};
struct ss_session_end {
    bool has_status; /* the server sent an exit status */
    uint32_t status;
    char signal[32]; /* "TERM" when it sent exit-signal, else empty */
    bool core_dumped;
};
SS_MUST_USE ss_err ss_client_session(struct ss_client *client,
                                     const struct ss_session_request *request,
                                     struct ss_session_io *io, struct ss_session_end *out_end);
/* out and err: what does not fit under their ceilings is SS_E_ceiling. */
SS_MUST_USE ss_err ss_client_exec(struct ss_client *client, ss_span command, ss_span input,
                                  struct ss_buf *out, struct ss_buf *err,
                                  struct ss_session_end *out_end);

/* ---- files ---- */
/* From the server into fd, which can seek. On failure what came is there up to *out_bytes, which
 * is always written. */
SS_MUST_USE ss_err ss_client_get(struct ss_client *client, ss_span remote, int fd,
                                 uint64_t *out_bytes);
/* From fd, read from its start on if it can seek. permissions 0: the server's default. */
SS_MUST_USE ss_err ss_client_put(struct ss_client *client, int fd, ss_span remote,
                                 uint32_t permissions, uint64_t *out_bytes);

#endif
