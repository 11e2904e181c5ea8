/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Service: the daemon of this node as a service of the operating system. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/client.h"
#include "tools/commands.h"

enum { STARTUP_MS = 60000, PAUSE_US = 200000 };

static int run(struct mu_tool *tool, const char *verb, int argc, char **argv);

int
mu_muster_service_start(struct mu_tool *tool, int argc, char **argv)
{
    return run(tool, "start", argc, argv);
}

int
mu_muster_service_stop(struct mu_tool *tool, int argc, char **argv)
{
    return run(tool, "stop", argc, argv);
}

int
mu_muster_service_restart(struct mu_tool *tool, int argc, char **argv)
{
    return run(tool, "restart", argc, argv);
}

int
mu_muster_service_enable(struct mu_tool *tool, int argc, char **argv)
{
    return run(tool, "enable", argc, argv);
}

int
mu_muster_service_disable(struct mu_tool *tool, int argc, char **argv)
{
    return run(tool, "disable", argc, argv);
}

int
mu_muster_service_wait(struct mu_tool *tool, int argc, char **argv)
{
    int64_t wait_ms = tool->timeout_ms >= 0 ? tool->timeout_ms : STARTUP_MS;
    int64_t end_ms;
    struct mu_muster_ipc *ipc;

    if (argc > 1 || (argc == 1 && mu_text_parse_duration(argv[0], &wait_ms))) {
        return mu_tool_usage(tool, "%s: is no span of time such as 30 or 2min",
                             argv[argc - 1]);
    }
    end_ms = mu_tool_now_ms() + wait_ms;
    while (mu_tool_now_ms() < end_ms) {
        struct mu_client_answer answer = {.takes_refusal = true};
        bool is_up = false;

        if (mu_muster_ipc_open(NULL, PAUSE_US / 1000, &ipc, NULL) == 0) {
            is_up = mu_client_ask_on(tool, ipc,
                                     json_pack("{s:s}", "request", "status"),
                                     PAUSE_US / 100, &answer) == MU_TOOL_OK;
            json_decref(answer.result);
            mu_muster_ipc_close(ipc);
        }
        if (is_up) {
            return MU_TOOL_OK;
        }
        (void)usleep(PAUSE_US);
    }
    return mu_tool_fail(tool,
                        "the cluster does not answer after %lld s; look at: "
                        "systemctl status musterd corosync",
                        (long long)(wait_ms / 1000));
}

static int
run(struct mu_tool *tool, const char *verb, int argc, char **argv)
{
    int status = 0;
    pid_t child;

    if (argc > 0) {
        return mu_tool_fail(tool,
                            "%s: other nodes are not reached from here; say "
                            "it there, or: ssh %s %s cluster %s",
                            argv[0], argv[0], tool->program, verb);
    }
    if (tool->is_dry_run) {
        (void)printf("systemctl %s musterd\n", verb);
        return MU_TOOL_OK;
    }
    (void)fflush(stdout);
    child = fork();
    if (child == 0) {
        (void)execlp("systemctl", "systemctl", verb, "musterd", (char *)NULL);
        _exit(127);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return mu_tool_fail(tool,
                            "systemctl %s musterd failed; look at: systemctl "
                            "status musterd",
                            verb);
    }
    return MU_TOOL_OK;
}
