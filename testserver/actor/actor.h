/* SPDX-License-Identifier: Apache-2.0 */
/* actor.h - one case of a scenario, run to its result: the conversation itself, its twin, and the
 * honest login after a close.
 *
 * Owns: engines, sockets, clocks of the conversations; the judgement.
 * Not here: processes of peers (struct act_world asks the runner), what is selected, storing.
 * Called by: runner/worker.c.
 * Follows: docs/scenario-language.md; SCENARIOS "Rules".
 *
 * With ACT_SELF both seats are ours: they meet in memory under a virtual clock with a seeded
 * generator, and the result, trace included, is byte for byte the same each time. */
#ifndef SSHSPEC_ACTOR_H
#define SSHSPEC_ACTOR_H

#include "testserver/runner/result.h"
#include "sshspec/capture.h"
#include "sshspec/key.h"
#include "testserver/script/script.h"

enum act_reach {
    ACT_SELF,    /* our own endpoint is the peer, in memory */
    ACT_CONNECT, /* a server under test listens on host:port */
    ACT_LISTEN,  /* a client under test is started towards a port of ours */
    ACT_RELAY    /* a client under test is started towards our relay, which connects to host:port */
};

/* Everything a client under test needs to be told. Spans live until it has ended. */
struct act_order {
    const struct scn_action *action;
    uint16_t port;                     /* on 127.0.0.1 */
    ss_span known_hosts;               /* content of its known_hosts file for that port */
    ss_span kex, hostkey, cipher, mac; /* restrict what it offers; empty: its default */
};

enum { ACT_HOST_KINDS = 10, ACT_HOST_KEYS_MOST = 2 * ACT_HOST_KINDS };

/* The accounts and keys of a run; all are generated when the run starts. */
struct act_keys {
    ss_span user, password;
    const struct ss_key *user_ed25519, *user_ecdsa, *user_rsa; /* the account knows these */
    const struct ss_key *stranger;
    /* For our server seat: ed25519, ecdsa, rsa, then the other kinds; null where there is none. */
    const struct ss_key *host_a[ACT_HOST_KINDS];
    const struct ss_key *host_certs[ACT_HOST_KINDS]; /* of host_a, signed by host_ca */
    const struct ss_key *host_ca;
    const struct ss_key *host_b[3]; /* ed25519, ecdsa, rsa */
};

/* The peer, as the runner gives it to a conversation. All calls return quickly. */
struct act_world {
    enum act_reach reach;
    const char *host; /* of a server under test */
    uint16_t port;
    const struct act_keys *keys;
    bool (*feature)(struct act_world *self, ss_span name);
    /* Starts the client under test. SS_E_unsupported: it cannot do this action (out_why says). */
    ss_err (*start)(struct act_world *self, const struct act_order *order, struct ss_buf *out_why);
    /* A descriptor that becomes readable when the started client has ended; -1: none runs. */
    int (*ended_fd)(struct act_world *self);
    /* After that: exit status, or -signal. */
    ss_err (*reap)(struct act_world *self, int *out_status);
    /* Ends it if it still runs. */
    void (*stop)(struct act_world *self);
    /* A file in the peer's folder (home of a server's account, working folder of a client);
     * SS_E_not_found. Names with "/" or ".." are refused. */
    ss_err (*file)(struct act_world *self, ss_span name, struct ss_buf *out);
    ss_err (*output)(struct act_world *self, bool standard_error, struct ss_buf *out);
    /* Does the server under test still run; a crash or sanitizer report appends to out_why. */
    bool (*sound)(struct act_world *self, struct ss_buf *out_why);
};

struct act_job {
    const struct scn_file *file;
    ss_span id;                     /* of the scenario */
    uint32_t case_index;            /* which value of `each`; 0 without one */
    const char *requirement_levels; /* strongest level cited: "MUST", "SHOULD", "MAY" */
    uint64_t seed;
    bool trace; /* keep the ladder also on PASS */
    void (*record)(void *ctx, const struct ss_trace_record *record); /* every record; may be null */
    void *ctx;
    struct ss_capture *capture; /* of what our seats say and hear; may be null */
    struct act_world *world;
    bool as_peer; /* ACT_SELF: the seats of this job are our own peer, broken by script */
    const char *self_breaks; /* ACT_SELF: a row of breaks.h by name; null: honest */
};

/* Number of cases: 1 without `each`. The parameter text of one. */
SS_MUST_USE ss_err act_case_count(const struct ss_env *env, const struct scn_file *file,
                                  uint32_t *out_count);
SS_MUST_USE ss_err act_case_name(const struct ss_env *env, const struct scn_file *file,
                                 uint32_t case_index, struct ss_buf *out);
/* result->role says who is under test; it matters here when a file has seats for both. Fills
 * verdict, why, closure, twin, fence, facts, ladder, parameter, requirements of result (which
 * the caller has initialised). Never more than the scenario's budget for each conversation. A
 * failure to run at all is a result too: VERDICT_ERROR with its reason; the return value is for
 * SS_E_no_memory only. */
SS_MUST_USE ss_err act_run(const struct ss_env *env, const struct act_job *job,
                           struct result *result);

#endif
