/* SPDX-License-Identifier: Apache-2.0 */
/* keys_types.c - keys and certificates of every type at work, for keys_types.sh.
 *
 * Owns: a server that trusts an authority for users, a client that trusts one for hosts.
 * Not here: what the peers are told (keys_types.sh).
 *
 *   keys_types read FILE
 *   keys_types make TYPE OUT                      private key OUT, public line OUT.pub
 *   keys_types issue CA SUBJECT.pub user|host NAME OUT [ALGORITHM]
 *   keys_types serve SECONDS KEY CERT|- USER-CA|- AUTHORIZED|-
 *   keys_types login PORT NAME KEY CERT|- HOST-CA|- HOST-KEY-ALGORITHMS|- COMMAND
 *
 * Exit status: 0, 1 with a line on standard error, 2 for a wrong line. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sshspec/cert.h"
#include "sshspec/client.h"
#include "sshspec/server.h"

static const struct ss_env *env;

static void fail(const char *what, ss_err err)
{
    (void)fprintf(stderr, "keys_types: %s: %s\n", what, ss_err_text(err));
    exit(1);
}

/* ---- files ---- */

static ss_span slurp(const char *path)
{
    static char text[4][1 << 17];
    static size_t next;
    char *to = text[next++ % 4];
    FILE *file = fopen(path, "rb");
    size_t n;

    if (file == NULL) {
        perror(path);
        exit(1);
    }
    n = fread(to, 1, sizeof text[0], file);
    (void)fclose(file);
    return ss_span_make(to, n);
}

static void spill(const char *path, const struct ss_buf *bytes)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL || fwrite(ss_buf_at(bytes), 1, ss_buf_size(bytes), file) == 0 ||
        fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static bool is_none(const char *path)
{
    return strcmp(path, "-") == 0;
}

static struct ss_key *read_line(const char *path)
{
    struct ss_key *key = NULL;
    ss_err err = ss_key_read_line(env, slurp(path), &key);

    if (err != SS_OK)
        fail(path, err);
    return key;
}

static struct ss_key *read_private(const char *path, const char *certificate)
{
    struct ss_key_error error = {0, 0, "none"};
    struct ss_key *key = NULL, *half, *both = NULL;
    ss_err err = ss_key_read_private(env, slurp(path), &key, &error);

    if (err != SS_OK)
        fail(error.field, err);
    if (is_none(certificate))
        return key;
    half = read_line(certificate);
    err = ss_key_certify(key, ss_key_blob(half), &both, &error);
    if (err != SS_OK)
        fail(error.field, err);
    ss_key_free(&half);
    ss_key_free(&key);
    return both;
}

/* ---- read, make, issue ---- */

static struct ss_key *read_either(const char *path)
{
    ss_span text = slurp(path);

    return text.size > 5 && memcmp(text.data, "-----", 5) == 0 ? read_private(path, "-")
                                                               : read_line(path);
}

static int do_read(char **word)
{
    struct ss_key *key = read_either(word[0]);
    const struct ss_cert *cert = ss_key_cert(key);
    struct ss_buf print;
    ss_err err;

    ss_buf_init(&print, env, 256);
    err = ss_key_fingerprint(ss_key_blob(ss_key_plain(key)), &print);
    if (err != SS_OK)
        fail("fingerprint", err);
    (void)printf("%s %u %s %.*s", ss_key_type(key), ss_key_bits(key),
                 ss_key_is_private(key) ? "private" : "public", (int)ss_buf_size(&print),
                 (const char *)ss_buf_at(&print));
    if (cert != NULL)
        (void)printf(" %s %llu %.*s", cert->type == SS_CERT_USER ? "user" : "host",
                     (unsigned long long)cert->serial, (int)cert->key_id.size,
                     (const char *)cert->key_id.data);
    (void)printf("\n");
    ss_buf_fini(&print);
    ss_key_free(&key);
    return 0;
}

static enum ss_key_kind kind_of(const char *type)
{
    const struct ss_sign_alg *alg = ss_registry_sign(ss_registry_standard(), ss_span_of(type));

    if (alg == NULL)
        fail(type, SS_E_unsupported);
    return alg->kind;
}

static void write_line(const struct ss_key *key, const char *path)
{
    struct ss_buf out;
    ss_err err;

    ss_buf_init(&out, env, 1 << 17);
    err = ss_key_write_line(key, &out);
    if (err != SS_OK)
        fail(path, err);
    spill(path, &out);
    ss_buf_fini(&out);
}

static int do_make(char **word)
{
    enum ss_key_kind kind = kind_of(word[0]);
    struct ss_key *key = NULL;
    struct ss_buf out;
    char path[512];
    ss_err err =
        ss_key_generate(env, kind, kind == SS_KEY_DSA ? 1024 : 2048, ss_span_of("made"), &key);

    if (err != SS_OK)
        fail("generate", err);
    ss_buf_init(&out, env, 1 << 17);
    err = ss_key_write_private(key, &out);
    if (err != SS_OK)
        fail("write", err);
    (void)umask(077);
    spill(word[1], &out);
    (void)snprintf(path, sizeof path, "%s.pub", word[1]);
    write_line(key, path);
    ss_buf_fini(&out);
    ss_key_free(&key);
    return 0;
}

static int do_issue(char **word)
{
    static const struct ss_cert_option pty = {"permit-pty", {NULL, 0}, true};
    struct ss_key *ca = read_private(word[0], "-"), *subject = read_line(word[1]), *cert = NULL;
    ss_span name = ss_span_of(word[3]);
    bool user = strcmp(word[2], "user") == 0;
    const struct ss_sign_alg *alg =
        word[5] != NULL ? ss_registry_sign(ss_registry_standard(), ss_span_of(word[5])) : NULL;
    struct ss_cert_request request = {.type = user ? SS_CERT_USER : SS_CERT_HOST,
                                      .serial = 7,
                                      .key_id = ss_span_of("ours"),
                                      .principals = &name,
                                      .principal_count = 1,
                                      .valid_after = 0,
                                      .valid_before = SS_CERT_FOREVER,
                                      .extensions = &pty,
                                      .extension_count = user ? 1 : 0};
    ss_err err = ss_cert_issue(env, subject, ca, alg, &request, &cert);

    if (err != SS_OK)
        fail("issue", err);
    write_line(cert, word[4]);
    ss_key_free(&cert);
    ss_key_free(&subject);
    ss_key_free(&ca);
    return 0;
}

/* ---- trust ---- */

static bool is_ca(void *ctx, const struct ss_key *ca)
{
    return ctx != NULL && ss_key_equal(ctx, ca);
}

static bool counts(const struct ss_key *key, enum ss_cert_type type, ss_span name,
                   struct ss_key *ca)
{
    struct ss_cert_policy policy = {.type = type,
                                    .principal = name,
                                    .now = (uint64_t)time(NULL),
                                    .address = "127.0.0.1",
                                    .is_ca = is_ca,
                                    .ctx = ca};
    struct ss_cert_answer answer;

    if (ss_cert_check(key, &policy, &answer) == SS_OK)
        return true;
    (void)fprintf(stderr, "keys_types: %s: %s\n", answer.field, answer.why);
    return false;
}

/* ---- serve ---- */

struct serving_hook {
    struct ss_serving_hook hook;
    struct ss_key *ca;
};
static struct ss_server *running;

static void on_alarm(int number)
{
    (void)number;
    if (running != NULL)
        ss_server_stop(running);
}

static bool on_key(struct ss_serving_hook *self, const struct ss_account *account,
                   const struct ss_auth_try *attempt)
{
    struct serving_hook *mine = SS_CONTAINER_OF(self, struct serving_hook, hook);

    return ss_key_cert(attempt->key) != NULL &&
           counts(attempt->key, SS_CERT_USER, account->user, mine->ca);
}

/* Each line a key. */
static void read_authorized(const char *path, struct ss_key **keys, size_t most)
{
    ss_span rest = slurp(path);
    size_t n = 0;

    while (rest.size > 0 && n < most) {
        const uint8_t *end = memchr(rest.data, '\n', rest.size);
        size_t size = end != NULL ? (size_t)(end - rest.data) : rest.size;

        if (ss_key_read_line(env, ss_span_part(rest, 0, size), &keys[n]) == SS_OK)
            n++;
        rest = ss_span_part(rest, size + 1, rest.size);
    }
}

static int do_serve(char **word)
{
    static struct ss_key *authorized[32];
    struct serving_hook hook = {.hook = {.on_key = on_key},
                                .ca = is_none(word[3]) ? NULL : read_line(word[3])};
    struct ss_key *host[3] = {read_private(word[1], "-"), NULL, NULL};
    struct ss_account account = {.user = ss_span_of("tester"),
                                 .keys = (const struct ss_key *const *)authorized};
    struct ss_serving_config serving = {
        .accounts = &account, .account_count = 1, .hook = &hook.hook};
    struct ss_server_options options = {0};
    struct ss_config config;
    ss_err err;

    if (!is_none(word[2]))
        host[1] = read_private(word[1], word[2]);
    if (!is_none(word[4]))
        read_authorized(word[4], authorized, SS_COUNT(authorized) - 1);
    ss_config_init(&config, SS_SERVER);
    config.policy = "legacy"; /* old keys are among those that are tried */
    config.host_keys = (const struct ss_key *const *)host;
    err = ss_server_new(env, &config, &serving, &options, &running, NULL);
    if (err != SS_OK)
        fail("serve", err);
    (void)signal(SIGALRM, on_alarm);
    (void)signal(SIGTERM, on_alarm);
    (void)alarm((unsigned)strtoul(word[0], NULL, 10));
    (void)printf("port %u\n", (unsigned)ss_server_port(running));
    (void)fflush(stdout);
    err = ss_server_run(running);
    ss_server_free(&running);
    for (size_t i = 0; authorized[i] != NULL; i++)
        ss_key_free(&authorized[i]);
    for (size_t i = 0; i < 2; i++)
        ss_key_free(&host[i]);
    ss_key_free(&hook.ca);
    return err == SS_OK ? 0 : 1;
}

/* ---- login ---- */

struct judge {
    struct ss_client_policy policy;
    struct ss_key *ca;
    ss_span name;
};

static bool accept(struct ss_client_policy *self, const struct ss_client_host *host)
{
    struct judge *judge = SS_CONTAINER_OF(self, struct judge, policy);

    (void)fprintf(stderr, "host key %s, %.*s\n", ss_key_type(host->key), (int)host->algorithm.size,
                  (const char *)host->algorithm.data);
    if (ss_key_cert(host->key) == NULL)
        return judge->ca == NULL;
    return counts(host->key, SS_CERT_HOST, judge->name, judge->ca);
}

static int finish(struct ss_client *client, const char *command)
{
    struct ss_session_end end;
    struct ss_buf out, diag;
    ss_err err;

    ss_buf_init(&out, env, 1 << 16);
    ss_buf_init(&diag, env, 1 << 16);
    err = ss_client_connect(client);
    if (err == SS_OK)
        err = ss_client_exec(client, ss_span_of(command), ss_span_make(NULL, 0), &out, &diag, &end);
    (void)fwrite(ss_buf_at(&out), 1, ss_buf_size(&out), stdout);
    if (err != SS_OK)
        (void)fprintf(stderr, "%s\n", ss_client_error(client)->text);
    ss_buf_fini(&diag);
    ss_buf_fini(&out);
    return err == SS_OK ? 0 : 1;
}

static int do_login(char **word)
{
    struct judge judge = {.policy = {.accept = accept},
                          .ca = is_none(word[4]) ? NULL : read_line(word[4]),
                          .name = ss_span_of(word[1])};
    struct ss_key *keys[2] = {read_private(word[2], word[3]), NULL};
    struct ss_client_options options = {.host = "127.0.0.1",
                                        .port = (uint16_t)strtoul(word[0], NULL, 10),
                                        .user = ss_span_of("tester"),
                                        .keys = (const struct ss_key *const *)keys,
                                        .policy = &judge.policy};
    struct ss_client *client = NULL;
    struct ss_config config;
    int status;

    ss_config_init(&config, SS_CLIENT);
    config.policy = "legacy";
    if (!is_none(word[5]))
        config.server_host_key_algorithms = word[5];
    if (ss_client_new(env, &config, &options, &client) != SS_OK)
        fail("client", SS_E_no_memory);
    status = finish(client, word[6]);
    ss_client_free(&client);
    ss_key_free(&keys[0]);
    ss_key_free(&judge.ca);
    return status;
}

/* ---- the line ---- */

int main(int argc, char **argv)
{
    static const struct {
        const char *verb;
        int least;
        int (*run)(char **word);
    } verbs[] = {{"read", 1, do_read},
                 {"make", 2, do_make},
                 {"issue", 5, do_issue},
                 {"serve", 5, do_serve},
                 {"login", 7, do_login}};

    env = ss_system_env();
    for (size_t i = 0; argc > 1 && i < SS_COUNT(verbs); i++) {
        if (strcmp(argv[1], verbs[i].verb) == 0 && argc - 2 >= verbs[i].least)
            return verbs[i].run(argv + 2);
    }
    (void)fprintf(stderr, "keys_types: read|make|issue|serve|login: see its source\n");
    return 2;
}
