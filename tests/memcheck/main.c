/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the tests of a unit program, each in a fork instead of a program start of its own.
 *
 * Owns: what Criterion's macros call; a verdict a test.
 * Not here: the tests, and how they are run every day (Criterion's own main).
 * Called by: ci/valgrind, which links it in front of libcriterion.
 * Follows: criterion/internal/test.h and assert.h of Criterion 2.4, where the macros stand.
 *
 * Criterion starts the whole program anew for each test; under Valgrind that takes most of a
 * second each, a fork takes a hundredth. Valgrind checks a fork as it checks any process: what it
 * finds is printed before the verdict, and the exit status is then the one it was told to use.
 *
 * Prints `ok ROOM SUITE/NAME` or `not ok ...`; exit status 0 or 1. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TEST_SECONDS = 600, FAILED = 1, SKIPPED = 77 };

/* Bounds of what Test and TestSuite put down, by the linker; null where there is none. */
#define BOUND extern __attribute__((weak))
BOUND struct criterion_test *__start_cr_tst[], *__stop_cr_tst[];
BOUND struct criterion_suite *__start_cr_sts[], *__stop_cr_sts[];

static const struct criterion_test *running;
static bool failing;

/* ---- what the macros call ---- */

static const struct criterion_test_extra_data *suite_data(const struct criterion_test *test)
{
    for (struct criterion_suite **suite = __start_cr_sts; suite < __stop_cr_sts; suite++) {
        if (*suite != NULL && strcmp((*suite)->name, test->category) == 0)
            return (*suite)->data;
    }
    return NULL;
}

void criterion_internal_test_setup(void)
{
    const struct criterion_test_extra_data *suite = suite_data(running);

    if (suite != NULL && suite->init != NULL)
        suite->init();
    if (running->data->init != NULL)
        running->data->init();
}

void criterion_internal_test_main(void (*fn)(void))
{
    fn();
}

void criterion_internal_test_teardown(void)
{
    const struct criterion_test_extra_data *suite = suite_data(running);

    if (running->data->fini != NULL)
        running->data->fini();
    if (suite != NULL && suite->fini != NULL)
        suite->fini();
}

static void leave(int status)
{
    (void)fflush(NULL);
    _exit(status);
}

void criterion_send_assert(struct criterion_assert_stats *stats)
{
    if (!stats->passed)
        (void)fprintf(stderr, "%s:%u: %s\n", stats->file, stats->line, stats->message);
}

void cri_asserts_passed_incr(void)
{
}

void criterion_continue_test(void)
{
    failing = true;
}

void criterion_abort_test(void)
{
    leave(FAILED);
    abort();
}

void criterion_skip_test(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    leave(SKIPPED);
    abort();
}

void cr_log(enum criterion_severity severity, const char *format, ...)
{
    va_list args;

    (void)severity;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
}

/* ---- one test after another ---- */

static double seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int run_forked(const struct criterion_test *test)
{
    int status = 0;
    pid_t child;

    (void)fflush(NULL);
    child = fork();
    if (child == 0) {
        running = test;
        (void)alarm(TEST_SECONDS);
        test->test();
        leave(failing ? FAILED : 0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("fork");
        exit(3);
    }
    return status;
}

/* Parameterised tests have another form; there are none, and one would not pass unseen. */
static bool passes(const char *room, const struct criterion_test *test)
{
    bool normal = test->data->kind_ == CR_TEST_NORMAL;
    double begin = seconds();
    int status = normal ? run_forked(test) : 0;
    bool clean = normal && WIFEXITED(status) && WEXITSTATUS(status) == 0;

    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
        printf("ok %s %s/%s # SKIP\n", room, test->category, test->name);
        return true;
    }
    printf("%sok %s %s/%s (%.1f s)\n", clean ? "" : "not ", room, test->category, test->name,
           seconds() - begin);
    if (!normal)
        printf("    a kind of test that is not run here\n");
    else if (WIFSIGNALED(status))
        printf("    ended by signal %d\n", WTERMSIG(status));
    else if (!clean)
        printf("    exit status %d\n", WEXITSTATUS(status));
    return clean;
}

/* Does the argument name the test, by its suite or by suite and name? */
static bool names(const char *argument, const struct criterion_test *test)
{
    size_t suite = strlen(test->category);

    if (strncmp(argument, test->category, suite) != 0)
        return false;
    return argument[suite] == 0 ||
           (argument[suite] == '/' && strcmp(argument + suite + 1, test->name) == 0);
}

/* Arguments: SUITE or SUITE/TEST, what to run; with a - in front, what not to. */
static bool chosen(const struct criterion_test *test, int argc, char **argv)
{
    bool listed = false, list = false;

    for (int i = 1; i < argc; i++) {
        bool out = argv[i][0] == '-';

        if (names(argv[i] + out, test) && out)
            return false;
        list = list || !out;
        listed = listed || (!out && names(argv[i], test));
    }
    return listed || !list;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *room = slash != NULL ? slash + 1 : argv[0];
    size_t tests = 0;
    bool good = true;

    for (struct criterion_test **test = __start_cr_tst; test < __stop_cr_tst; test++) {
        if (*test == NULL || !chosen(*test, argc, argv))
            continue;
        tests++;
        good = passes(room, *test) && good;
    }
    if (tests == 0)
        printf("not ok %s: no test is chosen\n", room);
    return good && tests > 0 ? 0 : 1;
}
