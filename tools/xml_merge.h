/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_XML_MERGE_H
#define MU_TOOLS_XML_MERGE_H

/* Xml merge: puts XML that a person gives into a configuration.
 *
 * The XML is a whole <cib>, a <configuration> or one of its sections. Errors
 * are about that text, with its lines. */

#include <stddef.h>

#include "base/attr.h"
#include "tools/cib_edit.h"

/* Merges 'text', called 'thing' in errors, into 'edit->doc'. With 'mode'
 * replace or push what it holds takes the place of what is there (nodes stay
 * when it has none); with update objects with the same id are replaced, sets
 * of options are merged, and the rest is added. Returns an exit code. */
MU_NODISCARD int mu_xml_merge(struct mu_cib_edit *edit, const char *thing,
                              const char *text, size_t size, const char *mode);

#endif /* MU_TOOLS_XML_MERGE_H */
