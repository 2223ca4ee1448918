/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - results to report.
 *
 * Owns: the texts that were rendered; a folder.
 * Called by: the tests beside it. */
#include "tests/unit/reports/kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "interop/system.h"
#include "tests/support/support.h"

static char folder[64];
static struct ss_buf texts[16];
static size_t text_count;

const struct ss_env *kit_env(void)
{
    return &test_counted()->env;
}

static void put(struct ss_buf *out, const char *text)
{
    cr_assert(ss_buf_puts(out, text) == SS_OK);
}

void kit_result(struct result *out, const char *scenario, const char *parameter, const char *peer,
                enum peer_role role, enum verdict verdict)
{
    result_init(out, kit_env());
    put(&out->scenario, scenario);
    put(&out->parameter, parameter);
    put(&out->peer, peer);
    put(&out->peer_version, "1.2");
    put(&out->requirements, "RFC4253-7-one,RFC4253-8-two");
    put(&out->title, "what it says");
    out->role = role;
    out->verdict = verdict;
    out->expected = verdict == VERDICT_PASS || verdict == VERDICT_UNSUPPORTED;
    out->ms = 1234;
    if (!out->expected) {
        put(&out->why, "a DISCONNECT was allowed, DATA came");
        put(&out->twin, "PASS");
        put(&out->closure, "fin");
        put(&out->fence, "ping");
        put(&out->ladder, "+0.001 cli > 0 kexinit\n+0.002 cli < 0 newkeys\n");
        put(&out->rerun, "sshspec run kex/a --peer one");
    }
    cr_assert(result_fact(out, "kex.algorithm", ss_span_of("x25519")) == SS_OK);
}

static void add(struct report *report, const char *scenario, const char *parameter,
                const char *peer, enum peer_role role, enum verdict verdict)
{
    struct result result;

    kit_result(&result, scenario, parameter, peer, role, verdict);
    cr_assert(report_add(report, &result) == SS_OK);
    result_fini(&result);
}

static void name(struct report *report)
{
    strcpy(report->run.id, "20250102T030405-abcdef");
    strcpy(report->run.started, "2025-01-02T03:04:05Z");
    strcpy(report->run.version, "0.1.0");
    report->run.seed = 7;
    report->run.ms = 2500;
    report->run.exit_status = 1;
}

void kit_report(struct report *out)
{
    report_init(out, kit_env());
    name(out);
    add(out, "kex/b", "", "two", PEER_SERVER, VERDICT_PASS);
    add(out, "kex/a", "10", "one", PEER_SERVER, VERDICT_FAIL);
    add(out, "kex/a", "9", "one", PEER_SERVER, VERDICT_PASS);
    add(out, "kex/a", "11", "one", PEER_SERVER, VERDICT_PASS);
    add(out, "auth/c", "", "two", PEER_CLIENT, VERDICT_UNSUPPORTED);
    add(out, "kex/b", "", "one", PEER_SERVER, VERDICT_WEAK);
    add(out, "auth/c", "", "one", PEER_CLIENT, VERDICT_CRASH);
    report_sort(out);
}

static const char hostile[] =
    "]]>--><script>alert(1)</script>\"'&amp;|`*_[x](javascript:1)\n# head\n\033[31m\x01\x7f"
    "\xe2\x80\xae\xef\xbf\xbf\xff\xc3\x28\xf0\x9f\x98\x80 end";

void kit_hostile(struct report *out)
{
    struct result result;
    struct ss_buf *all[] = {&result.scenario,     &result.parameter, &result.peer,
                            &result.peer_version, &result.why,       &result.closure,
                            &result.twin,         &result.fence,     &result.ladder,
                            &result.rerun,        &result.title,     &result.requirements};
    size_t i;

    report_init(out, kit_env());
    name(out);
    result_init(&result, kit_env());
    for (i = 0; i < SS_COUNT(all); i++)
        put(all[i], hostile);
    put(&result.facts, "a=");
    put(&result.facts, "]]></script>\x02\n");
    result.verdict = VERDICT_FAIL;
    cr_assert(report_add(out, &result) == SS_OK);
    result_fini(&result);
}

static const char *requirement(void *ctx, ss_span id)
{
    (void)ctx;
    return ss_span_is(id, "RFC4253-7-one") ? "Both sides <must> agree & go on." : NULL;
}

const char *kit_render(const struct report *report, report_sink sink)
{
    const struct report_style style = {.requirement = requirement};
    struct ss_buf *text = &texts[text_count++];

    cr_assert(text_count <= SS_COUNT(texts));
    ss_buf_init(text, kit_env(), 16U * 1024 * 1024);
    cr_assert(sink(report, &style, text) == SS_OK);
    cr_assert(ss_buf_put(text, ss_span_make("", 1)) == SS_OK);
    return (const char *)ss_buf_at(text);
}

const char *kit_path(const char *file)
{
    static char path[256];

    if (folder[0] == '\0') {
        strcpy(folder, "/tmp/sshspec-reports-XXXXXX");
        cr_assert(mkdtemp(folder) != NULL);
    }
    cr_assert(snprintf(path, sizeof path, "%s/%s", folder, file) < (int)sizeof path);
    return path;
}

void kit_fini(void)
{
    while (text_count > 0)
        ss_buf_fini(&texts[--text_count]);
    if (folder[0] != '\0')
        system_remove_tree(folder);
    test_counted_check();
}
