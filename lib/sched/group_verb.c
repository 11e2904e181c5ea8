/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/group_verb.h"

enum mu_verb
mu_group_member_verb(enum mu_verb verb)
{
    static const enum mu_verb doing[MU_VERB_POINT + 1] = {
        [MU_VERB_RUNNING] = MU_VERB_START,
        [MU_VERB_STOPPED] = MU_VERB_STOP,
        [MU_VERB_PROMOTED] = MU_VERB_PROMOTE,
        [MU_VERB_DEMOTED] = MU_VERB_DEMOTE,
    };

    return doing[verb] != MU_VERB_NONE ? doing[verb] : verb;
}

enum mu_verb
mu_group_done_verb(enum mu_verb verb)
{
    static const enum mu_verb done[MU_VERB_POINT + 1] = {
        [MU_VERB_START] = MU_VERB_RUNNING,
        [MU_VERB_STOP] = MU_VERB_STOPPED,
        [MU_VERB_PROMOTE] = MU_VERB_PROMOTED,
        [MU_VERB_DEMOTE] = MU_VERB_DEMOTED,
    };

    return done[verb] != MU_VERB_NONE ? done[verb] : verb;
}
