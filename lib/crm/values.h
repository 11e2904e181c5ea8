/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_VALUES_H
#define MU_CRM_VALUES_H

/* Values: is this option known, and may it be that?
 *
 * The options themselves are in options.h. */

#include <stdbool.h>

#include "base/attr.h"
#include "crm/element.h"
#include "crm/kinds.h"
#include "crm/options.h"
#include "crm/report.h"

/* Tells whether an option of this name exists. */
bool mu_values_is_known(enum mu_values_scope scope, const char *name);

/* Returns the known option most like 'name', or null. */
const char *mu_values_nearest(enum mu_values_scope scope, const char *name);

/* Checks one value of an option; those that are not known are good. 'word' is
 * for the error and may be null. 0, or -EBADMSG with an error reported. */
MU_NODISCARD int mu_values_check_one(struct mu_report *report,
                                     enum mu_values_scope scope,
                                     const char *name, const char *value,
                                     const struct mu_word *word);

/* Checks the values of all known options in 'object'. 0, or -EBADMSG with
 * errors reported that point at the words. */
MU_NODISCARD int mu_values_check(struct mu_report *report, enum mu_kind kind,
                                 struct mu_element *object);

#endif /* MU_CRM_VALUES_H */
