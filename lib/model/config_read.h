/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_CONFIG_READ_H
#define MU_MODEL_CONFIG_READ_H

/* Config read: what the parts of reading a configuration share. For config*.c
 * and rule_read.c only.
 *
 * Failure is sticky: the first fault is kept, reading goes on with harmless
 * values, and mu_config_read() looks at the result at the end. In LENIENT mode
 * what is wrong is left out, and a sentence is kept about it. */

#include "base/vec.h"
#include "doc/doc.h"
#include "model/config.h"
#include "model/option.h"

enum {
    MU_CONFIG_HINT_NAMES_MAX = 20000, /* As many are compared. */
    MU_CONFIG_RULES_MAX = 1 << 18,    /* Conditions; references multiply. */
};

struct mu_config_named { /* A tag, or a template with its users. */
    const char *id;
    uint32_t *resources;
    uint32_t resources_count;
    bool is_tag;
};

struct mu_config_reader {
    struct mu_arena *arena;   /* Of the configuration. */
    struct mu_arena *scratch; /* Gone after reading. */
    enum mu_config_strictness strictness;
    struct mu_config *config;
    int result; /* 0, or the first fault. */
    struct mu_errbuf *err;
    const struct mu_doc_element *root; /* <configuration> */
    struct mu_index elements_index;    /* Id to 'elements'. */
    MU_VEC(const struct mu_doc_element *) elements;
    struct mu_index named_index; /* Id to 'named'. */
    MU_VEC(struct mu_config_named) named;
    struct mu_index nodes_index; /* Name to config->nodes. */
    MU_VEC(const char *) warnings;
    struct mu_index blocks_index; /* Id to 'blocks': sets used again by id-ref
                                     share what was read. */
    MU_VEC(struct mu_config_block) blocks;
    struct mu_index ops_index; /* Likewise for operations of templates. */
    MU_VEC(struct mu_config_op) ops;
    uint32_t rules_count;
    size_t used_max; /* What the arena may hold at the end. */
};

/* config_reader.c: faults. */

/* Notes that 'element' cannot be taken: refuses the whole in STRICT mode, drops
 * it in LENIENT. The sentence begins with the names of what 'element' is in. */
MU_PRINTF(4, 5)
void mu_config_reader_reject(struct mu_config_reader *reader,
                             const struct mu_doc_element *element, int result,
                             const char *format, ...);

/* Keeps a sentence about something that is taken and looks wrong. */
MU_PRINTF(3, 4)
void mu_config_reader_warn(struct mu_config_reader *reader,
                           const struct mu_doc_element *element,
                           const char *format, ...);

/* As mu_config_reader_reject(), and refuses in both modes. */
MU_PRINTF(4, 5)
void mu_config_reader_refuse(struct mu_config_reader *reader,
                             const struct mu_doc_element *element, int result,
                             const char *format, ...);

/* Tells whether reading may go on: nothing was refused, and the arena has room.
 * References multiply what a small document says, so every loop that follows
 * them asks. */
bool mu_config_reader_may_go_on(struct mu_config_reader *reader);

static inline bool
mu_config_reader_is_strict(const struct mu_config_reader *reader)
{
    return reader->strictness == MU_CONFIG_STRICT;
}

/* Returns "; did you mean "NAME"?" for the id of a resource, template or tag
 * near to 'id', or "". */
const char *mu_config_reader_hint(struct mu_config_reader *reader,
                                  const char *id);

/* The same: values of attributes; what is absent or invalid gives
 * 'default_value'. */

/* Returns a copy on the arena of the attribute's value, or null. */
const char *mu_config_reader_text(struct mu_config_reader *reader,
                                  const struct mu_doc_element *element,
                                  const char *name);
bool mu_config_reader_bool(struct mu_config_reader *reader,
                           const struct mu_doc_element *element,
                           const char *name, bool default_value);
int32_t mu_config_reader_score(struct mu_config_reader *reader,
                               const struct mu_doc_element *element,
                               const char *name, int32_t default_value);
int32_t mu_config_reader_number(struct mu_config_reader *reader,
                                const struct mu_doc_element *element,
                                const char *name, int32_t default_value);
enum mu_role mu_config_reader_role(struct mu_config_reader *reader,
                                   const struct mu_doc_element *element,
                                   const char *name);
/* Rejects 'value' of the attribute 'name' with the fault that the type finds.
 */
void mu_config_reader_judge(struct mu_config_reader *reader,
                            const struct mu_doc_element *element,
                            const char *name, enum mu_option_type type,
                            const char *words);

/* Parts, one per file. */

/* config_check.c: elements and attributes that are not known, that are missing,
 * ids used twice. Fills the index of elements. */
void mu_config_check_document(struct mu_config_reader *reader);

/* Returns the element that 'element' stands for when it has an id-ref, else
 * itself; null when there is none. */
const struct mu_doc_element *
mu_config_check_resolve(struct mu_config_reader *reader,
                        const struct mu_doc_element *element);

enum { MU_CONFIG_BLOCKS_OWNERS_MAX = 2 };

/* config_blocks.c: which blocks to read. */
struct mu_config_blocks_source {
    /* Owners of the elements; later ones win. Null ones are passed over. */
    const struct mu_doc_element *owners[MU_CONFIG_BLOCKS_OWNERS_MAX];
    const char *name;     /* Such as meta_attributes. */
    const char *first_id; /* The block that comes before all, or null. */
    const struct mu_pair *attributes; /* Become the first block, or null. */
    uint32_t attributes_count;
};

struct mu_config_blocks
mu_config_blocks_read(struct mu_config_reader *reader,
                      const struct mu_config_blocks_source *source);

/* Judges typed values of meta attributes, of options. */
void mu_config_blocks_check_meta(struct mu_config_reader *reader,
                                 const struct mu_doc_element *owner);
void mu_config_blocks_check_options(struct mu_config_reader *reader,
                                    const struct mu_doc_element *owner);

/* rule_read.c: returns the rule on the arena, never null. */
const struct mu_rule *mu_rule_read(struct mu_config_reader *reader,
                                   const struct mu_doc_element *element);
/* The rule that holds when any of the <rule> in 'owner' does, null without. */
const struct mu_rule *mu_rule_read_any(struct mu_config_reader *reader,
                                       const struct mu_doc_element *owner);

/* config_nodes.c, config_resources.c, config_constraints.c. */
void mu_config_nodes_read(struct mu_config_reader *reader);
void mu_config_levels_read(struct mu_config_reader *reader);
void mu_config_resources_read(struct mu_config_reader *reader);
/* config_ops.c: the operations of a primitive; 'template' may be null. */
void mu_config_ops_read(struct mu_config_reader *reader,
                        const struct mu_doc_element *element,
                        const struct mu_doc_element *template,
                        struct mu_config_resource *resource);
/* config_bundle.c. */
const struct mu_config_bundle *
mu_config_bundle_read(struct mu_config_reader *reader,
                      const struct mu_doc_element *element);
void mu_config_constraints_read(struct mu_config_reader *reader);

#endif /* MU_MODEL_CONFIG_READ_H */
