/* SPDX-License-Identifier: Apache-2.0 */
/* breaks.c - the table of misbehaviours of our own endpoint.
 *
 * Owns: the rows of breaks.def as scenarios; finding one.
 * Not here: playing them (self.c).
 * Called by: self.c, cmd_run.c, cmd_list.c.
 * Follows: breaks.h. */
#include "testserver/actor/breaks.h"

#include <string.h>

#include "sshspec/text.h"

#define HEAD "scenario \"a peer that misbehaves\"\nproves "
#define SEAT_SS_SERVER "\nagainst client\naction exec \"true\"\nserver {\n"
#define SEAT_SS_CLIENT "\nagainst server\nclient {\n"
#define BREAK(name, role, rules, text, script)                                                     \
    {name, role, rules, text, HEAD rules SEAT_##role script "}\n", false},
#define STAYS(name, role, rules, text, script)                                                     \
    {name, role, rules, text, HEAD rules SEAT_##role script "}\n", true},

const struct act_break act_breaks[] = {
#include "testserver/actor/breaks.def"
    {NULL, SS_EITHER, NULL, NULL, NULL, false},
};

const struct act_break *act_break_find(const char *name)
{
    for (const struct act_break *row = act_breaks; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

const char *act_break_suggest(const char *name)
{
    const char *names[SS_COUNT(act_breaks)];

    for (size_t i = 0; i < SS_COUNT(act_breaks); i++)
        names[i] = act_breaks[i].name;
    return ss_suggest(ss_span_of(name), names);
}
