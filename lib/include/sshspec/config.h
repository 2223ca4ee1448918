/* SPDX-License-Identifier: Apache-2.0 */
/* config.h - what one connection may be told: every option once, from options.def.
 *
 * Owns: struct ss_config. It is filled by the caller and borrowed by the engine for life.
 * Not here: ssh_config files.
 * Called by: engine and layers read it; tools set it by name with ss_config_set. */
#ifndef SSHSPEC_CONFIG_H
#define SSHSPEC_CONFIG_H

#include "sshspec/crypto.h"
#include "sshspec/msg.h"
#include "sshspec/policy.h"

struct ss_key;    /* key.h */
struct ss_moduli; /* moduli.h */

enum ss_pace {
    SS_AUTO, /* the engine runs the protocol */
    SS_STEP  /* each inbound message waits for its owner's verdict; nothing is sent unasked until
                ss_engine_autopilot says so */
};

struct ss_config {
    enum ss_role role; /* SS_CLIENT or SS_SERVER */
    enum ss_pace pace;
    const struct ss_registry *registry;
    const struct ss_key *const *host_keys; /* server: in order of preference, null-terminated */
    const struct ss_moduli *moduli;        /* server: for group exchanges; null: the groups of RFC
                                              3526; empty: no group exchange is offered */
    struct ss_trace *trace;                /* may be null */
#define OPT_TEXT(name, value, text) const char *name; /* null: value */
#define OPT_NUMBER(name, value, low, high, text) uint64_t name;
#define OPT_FLAG(name, value, text) bool name;
#include "config/options.def"
};

/* Every option at its default; the rest of the struct zero, registry the standard one. */
void ss_config_init(struct ss_config *config, enum ss_role role);
/* Sets an option by its name ("rekey_bytes", "rekey-bytes") from text: "a,b"; numbers "64M" (K, M,
 * G: powers of 1024); times "250", "250ms", "30s", "5m" (milliseconds when bare); flags yes, no,
 * true, false.
 * Text values are borrowed. SS_E_not_found, SS_E_bad_argument (out of range, no such policy). */
SS_MUST_USE ss_err ss_config_set(struct ss_config *config, ss_span name, const char *value);

/* Appends what wanted (one of the lists of this config, or null) comes to under its policy. */
SS_MUST_USE ss_err ss_config_names(const struct ss_config *config, enum ss_names kind,
                                   const char *wanted, struct ss_buf *out);

enum ss_option_kind {
    SS_OPTION_TEXT,
    SS_OPTION_POLICY,
    SS_OPTION_NUMBER,
    SS_OPTION_TIME,
    SS_OPTION_FLAG
};
struct ss_option { /* for help texts and documents */
    const char *name;
    enum ss_option_kind kind;
    const char *value; /* default, as text */
    const char *text;
    size_t offset;
    uint64_t low, high;
};
extern const struct ss_option ss_options[]; /* ends with a null name */

#endif
