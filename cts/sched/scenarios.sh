#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs every scheduler scenario (cts/sched/TOPIC/NAME.scn).
#
# usage: scenarios.sh, in the build folder.

set -eu
source=${srcdir:-.}
exec cts/sched/run_sched "$source"/cts/sched/*/*.scn
