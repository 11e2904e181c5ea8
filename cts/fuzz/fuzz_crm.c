/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text, in any mode, on a configuration that has one of each kind: it is
 * refused and changes nothing, or what came of it prints, and loads again to
 * the same. */
#include <stdint.h>
#include <string.h>

#include "base/panic.h"
#include "crm/crm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void result_check(struct mu_doc *cib, struct mu_arena *arena);
static const char *canonical(const struct mu_doc *cib, struct mu_arena *arena);

static const char base[] =
    "<cib validate-with=\"pacemaker-3.9\"><configuration>"
    "<crm_config><cluster_property_set id=\"o\"><nvpair id=\"o-x\" name=\"x\""
    " value=\"1\"/></cluster_property_set></crm_config>"
    "<nodes><node id=\"1\" uname=\"n1\"/><node id=\"2\" uname=\"n2\"/></nodes>"
    "<resources><template id=\"t\" class=\"ocf\" provider=\"heartbeat\""
    " type=\"T\"/><primitive id=\"p\" template=\"t\"><operations>"
    "<op id=\"p-monitor-1\" name=\"monitor\" interval=\"1\"/></operations>"
    "</primitive><primitive id=\"q\" class=\"ocf\" provider=\"h\" type=\"T\">"
    "<instance_attributes id=\"s\"><nvpair id=\"s-a\" name=\"a\" value=\"b\"/>"
    "</instance_attributes></primitive><group id=\"g\"><primitive id=\"r\""
    " class=\"lsb\" type=\"T\"/></group><clone id=\"c\"><primitive id=\"u\""
    " class=\"lsb\" type=\"T\"/></clone></resources>"
    "<constraints><rsc_location id=\"l\" rsc=\"p\"><rule id=\"l-rule\""
    " score=\"1\"><expression id=\"e\" attribute=\"a\" operation=\"defined\"/>"
    "</rule></rsc_location><rsc_colocation id=\"k\" rsc=\"p\" with-rsc=\"q\""
    " score=\"1\"/><rsc_order id=\"d\"><resource_set id=\"d-0\"><resource_ref"
    " id=\"p\"/><resource_ref id=\"g\"/></resource_set></rsc_order>"
    "</constraints><tags><tag id=\"w\"><obj_ref id=\"p\"/></tag></tags>"
    "</configuration></cib>";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_crm_options options = {.mode = MU_CRM_TYPED};
    struct mu_span text = {data, size};
    struct mu_span xml = {(const unsigned char *)base, sizeof(base) - 1};
    struct mu_doc *cib = NULL;
    struct mu_report report;
    struct mu_arena arena;
    const char *before;
    int r;

    if (size > 0) {
        options.mode = (enum mu_crm_mode)(data[0] % 4);
        text = (struct mu_span){data + 1, size - 1};
    }
    r = mu_doc_parse(xml, &cib, NULL);
    mu_assert(r == 0);
    mu_arena_init(&arena, SIZE_MAX);
    mu_report_init(&report, &arena);
    before = canonical(cib, &arena);
    r = mu_crm_apply(cib, text, &options, &report);
    mu_assert((r < 0) == (report.errors_count > 0));
    if (r < 0) {
        mu_assert(strcmp(before, canonical(cib, &arena)) == 0);
    } else {
        result_check(cib, &arena);
    }
    mu_doc_free(cib);
    mu_arena_done(&arena);
    return 0;
}

/* What was accepted must survive being printed in full and pushed again. */
static void
result_check(struct mu_doc *cib, struct mu_arena *arena)
{
    struct mu_crm_print_options print = {.detail = MU_CRM_FULL};
    struct mu_crm_options push = {.mode = MU_CRM_PUSH};
    struct mu_crm_selection all = {0};
    struct mu_text_buffer text;
    struct mu_report report;
    const char *before = canonical(cib, arena);
    int r;

    mu_report_init(&report, arena);
    mu_text_buffer_init(&text, arena);
    mu_text_buffer_append(&text, "", 0);
    r = mu_crm_print(cib, &all, &print, &report, &text);
    mu_assert(r == 0);
    r = mu_crm_apply(
        cib, (struct mu_span){(const unsigned char *)text.data, text.length},
        &push, &report);
    if (r < 0 || strcmp(before, canonical(cib, arena)) != 0) {
        mu_panic(report.count > 0 ? report.items[report.count - 1].text
                                  : text.data,
                 0, "text does not load to what it was printed from");
    }
}

static const char *
canonical(const struct mu_doc *cib, struct mu_arena *arena)
{
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, arena);
    mu_doc_write_canonical(mu_doc_root(cib), &text);
    return text.data;
}
