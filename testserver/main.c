/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the program sshspec: finds the verb and calls it.
 *
 * Owns: the table of verbs, --version and --help.
 * Not here: what a verb does (cmd_*.c).
 * Called by: people and scripts. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interop/process.h"
#include "sshspec/crypto.h"
#include "sshspec/text.h"
#include "testserver/verbs.h"

struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
};

static const struct verb verbs[] = {
#define VERB(name, function, help) {#name, function, help},
#include "testserver/verbs.def"
#undef VERB
};

static int version(void)
{
    return printf("sshspec %s (%s)\n", SSHSPEC_VERSION, ss_crypto_version()) < 0 ||
                   fflush(stdout) != 0
               ? EXIT_ENVIRONMENT
               : EXIT_AS_EXPECTED;
}

static void usage(FILE *out)
{
    size_t i;

    (void)fputs("usage: sshspec VERB [OPTION...]\n"
                "       sshspec VERB --help\n"
                "       sshspec --version\n\n",
                out);
    for (i = 0; i < SS_COUNT(verbs); i++)
        if (verbs[i].help != NULL)
            (void)fprintf(out, "  %-12s %s\n", verbs[i].name, verbs[i].help);
}

static int unknown(const char *word)
{
    const char *names[SS_COUNT(verbs) + 1];
    const char *close;
    size_t i, n = 0;

    for (i = 0; i < SS_COUNT(verbs); i++)
        if (verbs[i].help != NULL)
            names[n++] = verbs[i].name;
    names[n] = NULL;
    close = ss_suggest(ss_span_of(word), names);
    (void)fprintf(stderr, "sshspec: no verb \"%s\"", word);
    if (close != NULL)
        (void)fprintf(stderr, "; did you mean \"%s\"?", close);
    (void)fputs("\nsshspec --help lists the verbs\n", stderr);
    return EXIT_USAGE;
}

/* One that a recipe starts as a peer, perhaps from a shell, is not to be left behind by it. */
static bool dies_with_recipe(void)
{
    return getenv("PEER_KEYS") == NULL || process_die_with(getppid());
}

int main(int argc, char **argv)
{
    size_t i;

    if (!dies_with_recipe())
        return EXIT_ENVIRONMENT;
    /* A reader that went away is an error of the write, not the end of the program. */
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        return version();
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        usage(stdout);
        return fflush(stdout) != 0 ? EXIT_ENVIRONMENT : EXIT_AS_EXPECTED;
    }
    for (i = 0; i < SS_COUNT(verbs); i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    return unknown(argv[1]);
}
