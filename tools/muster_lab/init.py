# SPDX-License-Identifier: GPL-2.0-or-later
"""A node, from inside: the first process of its namespaces."""

import os
import re
import signal
import socket
import stat
import subprocess
import time
import uuid

from muster_lab.kernel import (
    MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_REC, MS_SLAVE, mount,
    read_text, set_priority, set_process_name, write_text)
from muster_lab.place import (
    CLIENT, Places, address_of, corosync_conf, node_environment, node_names)

# Written by nodes, so each has its own layer over the machine's.
LAYERS = ("etc", "usr", "var/lib", "var/cache", "var/spool", "opt", "srv")
# systemd's default pause before it starts a failed service again.
RESTART_S = 0.1
# A real one runs in real time: other work never keeps its token waiting.
CLOSE_TO_REAL_TIME = -20


class NodeInit:
    """Set up a node's world, start its daemons, reap what is left behind."""

    def __init__(self, options, node, boot_id, ready_fd):
        self.options = options
        self.ready_fd = ready_fd
        self.places = Places(options["lab"])
        self.node = node
        self.boot_id = boot_id
        self.disk = f"{self.places.disk}/{node}"
        self.musterd_pid = None
        self.corosync_pid = None
        self.wants_musterd = options["daemon"]
        self.is_halting = False
        self.restart_at = None     # when a daemon that died comes again
        self.environment = node_environment(options, boot_id)
        # What the keeper asks for, by a signal each.
        self.orders = {signal.SIGTERM: self.on_halt,
                       signal.SIGUSR1: self.on_daemon_stop,
                       signal.SIGUSR2: self.on_daemon_start}

    def run(self):
        set_process_name(f"lab:{self.node}")
        # Taken one after the other by reap(), so that nothing is half done.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, *self.orders})
        mount(None, "/", None, MS_REC | MS_SLAVE)
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        if self.node == CLIENT:
            self.set_up_network()
            self.say_ready()
            self.reap()
        self.set_up_files()
        self.set_up_identity()
        self.set_up_network()
        self.say_ready()
        self.corosync_pid = self.start(["corosync", "-f"], "corosync.err",
                                       CLOSE_TO_REAL_TIME)
        if self.wants_musterd:
            self.start_musterd()
        self.reap()

    def say_ready(self):
        """From now on, commands run in this node's world."""
        os.write(self.ready_fd, b"r")
        os.close(self.ready_fd)

    def set_up_files(self):
        shared = f"{self.disk}/.shared"
        os.makedirs(shared, exist_ok=True)
        os.chmod(f"{self.places.disk}/{self.node}", 0o755)
        mount(self.places.run, shared, None, MS_BIND)
        for name in LAYERS:
            self.mount_layer(name)
        self.mount_log()
        self.mount_tmp()
        mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
        mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
        mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        # Of the lab's own folder a node sees the power switch's socket.
        os.makedirs(self.places.power)
        mount(f"{shared}/power", self.places.power, None, MS_BIND)
        self.make_run_folders()
        self.hide_machine()

    def mount_layer(self, name):
        target = f"/{name}"
        if not os.path.isdir(target) or os.path.islink(target):
            return
        layer = f"{self.disk}/{name.replace('/', '-')}"
        for part in ("upper", "work"):
            os.makedirs(f"{layer}/{part}", exist_ok=True)
        status = os.stat(target)
        os.chmod(f"{layer}/upper", stat.S_IMODE(status.st_mode))
        lower = [f"{tree}/{name}" for tree in self.options["trees"]
                 if os.path.isdir(f"{tree}/{name}")]
        mount("overlay", target, "overlay", 0,
              f"lowerdir={':'.join(lower + [target])},"
              f"upperdir={layer}/upper,workdir={layer}/work")

    def mount_log(self):
        log = self.places.log_dir(self.node)
        os.makedirs(log, exist_ok=True)
        for entry in os.scandir("/var/log"):
            path = f"{log}/{entry.name}"
            if entry.is_dir(follow_symlinks=False) and \
                    not os.path.exists(path):
                status = entry.stat()
                os.mkdir(path)
                os.chown(path, status.st_uid, status.st_gid)
                os.chmod(path, stat.S_IMODE(status.st_mode))
        os.makedirs(f"{log}/corosync", exist_ok=True)
        mount(log, "/var/log", None, MS_BIND)

    def mount_tmp(self):
        """A private /tmp in which only the shared folders are seen."""
        staging = f"{self.disk}/.tmp"
        os.makedirs(staging, exist_ok=True)
        mount("tmpfs", staging, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
        for path in self.options["share"]:
            if path.startswith("/tmp/"):
                target = staging + path[len("/tmp"):]
                os.makedirs(target, exist_ok=True)
                mount(path, target, None, MS_BIND | MS_REC)
        mount(staging, "/tmp", None, MS_BIND | MS_REC)

    @staticmethod
    def make_run_folders():
        """What systemd-tmpfiles would make at boot."""
        os.makedirs("/run/lock", exist_ok=True)
        os.chmod("/run/lock", 0o1777)
        pattern = re.compile(
            r"^[dD]!?\s+(?:/var)?(/run/\S+)\s+(\d+)\s+root\s+root\b", re.M)
        for folder in ("/usr/lib/tmpfiles.d", "/etc/tmpfiles.d"):
            for entry in sorted(os.listdir(folder)):
                for path, mode in pattern.findall(
                        read_text(f"{folder}/{entry}")):
                    if "systemd" not in path and "%" not in path:
                        os.makedirs(path, exist_ok=True)
                        os.chmod(path, int(mode, 8))

    @staticmethod
    def hide_machine():
        """Keep what would reset the machine itself out of reach."""
        dangerous = ["/proc/sysrq-trigger"] + [
            f"/dev/{name}" for name in os.listdir("/dev")
            if name.startswith("watchdog")]
        for path in dangerous:
            if os.path.exists(path):
                mount("/dev/null", path, None, MS_BIND)

    def set_up_identity(self):
        socket.sethostname(self.node)
        write_text("/etc/hostname", self.node + "\n")
        hosts = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n"
        for name in node_names(self.options["count"]) + [CLIENT]:
            hosts += f"{address_of(self.options, name)} {name}\n"
        write_text("/etc/hosts", hosts)
        # No name server is within reach: let nobody wait for one.
        if os.path.lexists("/etc/resolv.conf"):
            os.unlink("/etc/resolv.conf")
        write_text("/etc/resolv.conf", "# none in a lab\n")
        write_text("/etc/corosync/corosync.conf",
                   corosync_conf(self.options))
        marker = f"{self.disk}/machine-id"
        if not os.path.exists(marker):
            write_text(marker, uuid.uuid4().hex + "\n")
        write_text("/etc/machine-id", read_text(marker))
        # Whoever asks the kernel for the boot identity gets the node's own.
        write_text("/run/muster-lab/boot_id", self.boot_id + "\n")
        mount("/run/muster-lab/boot_id", "/proc/sys/kernel/random/boot_id",
              None, MS_BIND)

    def set_up_network(self):
        address = address_of(self.options, self.node)
        batch = (f"link set lo up\n"
                 f"addr add {address}/24 brd + dev eth0\n"
                 f"link set eth0 up\n")
        subprocess.run(["ip", "-batch", "-"], input=batch, text=True,
                       check=True, stdout=subprocess.DEVNULL)

    def start(self, command, log_name, priority=0):
        path = f"/var/log/{log_name}"
        pid = os.fork()
        if pid:
            return pid
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            os.setsid()
            set_priority(priority)
            out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
            os.dup2(out, 1)
            os.dup2(out, 2)
            os.chdir("/")
            os.execvpe(command[0], command, self.environment)
        except OSError as error:
            os.write(2, f"muster-lab: {command[0]}: {error}\n".encode())
        finally:
            os._exit(127)

    def start_musterd(self):
        command = [self.options["musterd"] or "musterd"]
        self.musterd_pid = self.start(command, "musterd.log")

    def on_daemon_stop(self):
        self.wants_musterd = False
        if self.musterd_pid:
            os.kill(self.musterd_pid, signal.SIGTERM)

    def on_daemon_start(self):
        self.wants_musterd = True
        if not self.musterd_pid:
            self.start_musterd()

    def on_halt(self):
        """An orderly shutdown: musterd first, then Corosync."""
        self.is_halting = True
        self.wants_musterd = False
        self.halt_next()

    def halt_next(self):
        if self.musterd_pid:
            os.kill(self.musterd_pid, signal.SIGTERM)
        elif self.corosync_pid:
            os.kill(self.corosync_pid, signal.SIGTERM)
        else:
            os._exit(0)

    def on_exit(self, pid):
        if pid == self.musterd_pid:
            self.musterd_pid = None
            if self.wants_musterd:
                self.restart_at = time.monotonic() + RESTART_S
        if pid == self.corosync_pid:
            self.corosync_pid = None
        if self.is_halting:
            self.halt_next()

    def reap(self):
        """Whoever has ended, and whatever is asked for, for ever."""
        while True:
            if self.restart_at is None:
                number = signal.sigwait({signal.SIGCHLD, *self.orders})
            else:
                number = self.wait_or_restart()
            if number in self.orders:
                self.orders[number]()
            while self.reap_one():
                pass

    def wait_or_restart(self):
        """A signal, or the daemon that was to be started again by now."""
        pause_s = max(0, self.restart_at - time.monotonic())
        info = signal.sigtimedwait({signal.SIGCHLD, *self.orders}, pause_s)
        if info:
            return info.si_signo
        self.restart_at = None
        if self.wants_musterd and not self.musterd_pid:
            self.start_musterd()
        return None

    def reap_one(self):
        try:
            pid = os.waitpid(-1, os.WNOHANG)[0]
        except ChildProcessError:
            return False
        if pid:
            self.on_exit(pid)
        return pid
