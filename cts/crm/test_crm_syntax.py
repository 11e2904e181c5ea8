#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The crm language against the original: texts, commands and statements that
the real crm shell was run on, with what it made of them.

The collection is no part of the sources: CRM_SYNTAX names its folder, or it is
../shared/crm-syntax beside them. Without it the test is skipped (77).
"""
import sys

sys.dont_write_bytecode = True

from test_crm import SYNTAX, main, syntax_cases

if not SYNTAX.is_dir():
    print(f"skipped: {SYNTAX} is not here")
    sys.exit(77)
sys.exit(main(syntax_cases()))
