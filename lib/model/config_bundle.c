/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "model/config_read.h"

static const struct mu_doc_element *
runtime_find(const struct mu_doc_element *element);
static void runtime_read(struct mu_config_reader *reader,
                         const struct mu_doc_element *element,
                         struct mu_config_bundle *bundle);
static void network_read(struct mu_config_reader *reader,
                         const struct mu_doc_element *element,
                         struct mu_config_bundle *bundle);
static void storages_read(struct mu_config_reader *reader,
                          const struct mu_doc_element *element,
                          struct mu_config_bundle *bundle);

const struct mu_config_bundle *
mu_config_bundle_read(struct mu_config_reader *reader,
                      const struct mu_doc_element *element)
{
    struct mu_config_bundle *bundle =
        mu_arena_new(reader->arena, struct mu_config_bundle, 1);
    const struct mu_doc_element *runtime = runtime_find(element);
    const struct mu_doc_element *network =
        mu_doc_first_named(element, "network");
    const struct mu_doc_element *storage =
        mu_doc_first_named(element, "storage");

    bundle->replicas = 1;
    bundle->replicas_per_host = 1;
    bundle->add_host = true;
    if (runtime) {
        runtime_read(reader, runtime, bundle);
    } else {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "element \"docker\" or \"podman\" is missing");
    }
    if (network) {
        network_read(reader, network, bundle);
    }
    if (storage) {
        storages_read(reader, storage, bundle);
    }
    return bundle;
}

static const struct mu_doc_element *
runtime_find(const struct mu_doc_element *element)
{
    static const char *const names[] = {"docker", "podman", "rkt"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct mu_doc_element *runtime =
            mu_doc_first_named(element, names[i]);

        if (runtime) {
            return runtime;
        }
    }
    return NULL;
}

static void
runtime_read(struct mu_config_reader *reader,
             const struct mu_doc_element *element,
             struct mu_config_bundle *bundle)
{
    /* "masters" is the old word. */
    int32_t promoted = mu_config_reader_number(reader, element, "masters", 0);

    promoted =
        mu_config_reader_number(reader, element, "promoted-max", promoted);
    bundle->promoted_max = promoted > 0 ? promoted : 0;
    bundle->replicas = mu_config_reader_number(reader, element, "replicas",
                                               promoted > 0 ? promoted : 1);
    bundle->replicas_per_host =
        mu_config_reader_number(reader, element, "replicas-per-host", 1);
    bundle->runtime = mu_arena_strdup(reader->arena, mu_doc_name(element));
    bundle->image = mu_config_reader_text(reader, element, "image");
    bundle->run_command = mu_config_reader_text(reader, element, "run-command");
    bundle->network = mu_config_reader_text(reader, element, "network");
    bundle->options = mu_config_reader_text(reader, element, "options");
    if (bundle->replicas < 1 || bundle->replicas > MU_RESOURCES_COUNT_MAX) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "replicas \"%d\" is not a number of replicas",
                                (int)bundle->replicas);
        bundle->replicas = 1;
    }
    if (bundle->replicas_per_host < 1) {
        mu_config_reader_reject(
            reader, element, -EBADMSG,
            "replicas-per-host \"%d\" is not a number of replicas",
            (int)bundle->replicas_per_host);
        bundle->replicas_per_host = 1;
    }
}

static void
network_read(struct mu_config_reader *reader,
             const struct mu_doc_element *element,
             struct mu_config_bundle *bundle)
{
    MU_VEC(struct mu_config_port) ports = {0};

    bundle->ip_range_start =
        mu_config_reader_text(reader, element, "ip-range-start");
    bundle->host_netmask =
        mu_config_reader_text(reader, element, "host-netmask");
    bundle->host_interface =
        mu_config_reader_text(reader, element, "host-interface");
    bundle->control_port =
        mu_config_reader_text(reader, element, "control-port");
    bundle->add_host = mu_config_reader_bool(reader, element, "add-host", true);
    for (const struct mu_doc_element *mapping =
             mu_doc_first_named(element, "port-mapping");
         mapping && mu_config_reader_may_go_on(reader);
         mapping = mu_doc_next_named(mapping, "port-mapping")) {
        struct mu_config_port *port = mu_vec_add(reader->arena, &ports);

        port->id = mu_config_reader_text(reader, mapping, "id");
        port->port = mu_config_reader_text(reader, mapping, "port");
        port->internal_port =
            mu_config_reader_text(reader, mapping, "internal-port");
        port->range = mu_config_reader_text(reader, mapping, "range");
        if (!port->port == !port->range) {
            mu_config_reader_reject(reader, mapping, -EBADMSG,
                                    "it needs either port or range");
        }
    }
    bundle->ports = ports.items;
    bundle->ports_count = (uint32_t)ports.count;
}

static void
storages_read(struct mu_config_reader *reader,
              const struct mu_doc_element *element,
              struct mu_config_bundle *bundle)
{
    MU_VEC(struct mu_config_storage) storages = {0};

    for (const struct mu_doc_element *mapping =
             mu_doc_first_named(element, "storage-mapping");
         mapping && mu_config_reader_may_go_on(reader);
         mapping = mu_doc_next_named(mapping, "storage-mapping")) {
        struct mu_config_storage *storage =
            mu_vec_add(reader->arena, &storages);

        storage->id = mu_config_reader_text(reader, mapping, "id");
        storage->source = mu_config_reader_text(reader, mapping, "source-dir");
        if (!storage->source) {
            storage->source =
                mu_config_reader_text(reader, mapping, "source-dir-root");
            storage->is_source_root = true;
        }
        storage->target = mu_config_reader_text(reader, mapping, "target-dir");
        storage->options = mu_config_reader_text(reader, mapping, "options");
        if (!storage->source) {
            mu_config_reader_reject(reader, mapping, -EBADMSG,
                                    "attribute \"source-dir\" is missing");
        }
    }
    bundle->storages = storages.items;
    bundle->storages_count = (uint32_t)storages.count;
}
