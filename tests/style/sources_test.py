# SPDX-License-Identifier: BSD-3-Clause
"""Checks what no formatter knows: the licence line, include guards, length of files, braces around what needs none,
leftovers."""

import re
import unittest

from listing import ROOT, files_of_project

LICENCE = "SPDX-License-Identifier: BSD-3-Clause"
MOST_LINES = 600
LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# A condition on one line whose only statement would fit behind it, and no else. Macros that declare, or have an else, keep them.
BRACES = re.compile(r"^( *)((?:if|for|while) \(.*\)) \{\n\1  (?!(?:ACC_ASSIGN|EXPECT_|ASSERT_|if |for |while |switch |do ))"
                    r"(.*;)\n\1\}$", re.MULTILINE)
COLUMNS = 100
PATTERNS = ("*.cc", "*.h", "*.py", "*.js", "*.css", "scripts/*", ".ci/*")


def needless_braces(name, text):
    for match in BRACES.finditer(text):
        indent, head, body = match.groups()
        short = f"{indent}{head} {body}"
        if len(short) <= COLUMNS and "//" not in short and head.count("(") == head.count(")"):
            yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: fits on one line without braces: {short.strip()}"


def faults_of(name, text):
    lines = text.splitlines()
    faults = []
    head = lines[:2] if text.startswith("#!") else lines[:1]
    if not any(LICENCE in line for line in head):
        faults.append(f"{name}: the first line must hold '{LICENCE}'")
    if name.endswith(".h") and "#pragma once" not in lines:
        faults.append(f"{name}: needs #pragma once")
    if len(lines) > MOST_LINES:
        faults.append(f"{name}: {len(lines)} lines; look for the second idea in it")
    faults += [f"{name}:{number}: leftover: {line.strip()}" for number, line in enumerate(lines, 1)
               if LEFTOVER.search(line) and "LEFTOVER" not in line]
    if name.endswith((".cc", ".h")):
        faults += needless_braces(name, text)
    if text and not text.endswith("\n"):
        faults.append(f"{name}: needs a newline at its end")
    return faults


class Sources(unittest.TestCase):
    def test_rules(self):
        files = [path for path in files_of_project(*PATTERNS) if path.suffix != ".txt"]
        faults = [fault for path in files
                  for fault in faults_of(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))]
        self.assertEqual(faults, [], "\n" + "\n".join(faults))

    def test_braces(self):
        head = f"// {LICENCE}\n"
        for kept in ("if (a) b();", "if (a) {\n  b();\n} else {\n  c();\n}", "if (a) {\n  b();\n  c();\n}",
                     "if (a) {\n  ACC_ASSIGN_OR_RETURN(b, c());\n}", f"if ({'a' * COLUMNS}) {{\n  b();\n}}",
                     "if (a) {\n  b();  // For a reason.\n}"):
            self.assertEqual(faults_of("a.cc", f"{head}{kept}\n"), [], kept)
        for text in ("if (a) {\n  b();\n}", "  for (x : a()) {\n    b(x);\n  }"):
            self.assertEqual(len(faults_of("a.cc", f"{head}{text}\n")), 1, text)

    def test_faults_are_found(self):
        good = f"// {LICENCE}\n#pragma once\n"
        self.assertEqual(faults_of("a.h", good), [])
        self.assertEqual(faults_of("a", f"#!/bin/sh\n# {LICENCE}\n"), [])
        too_long, leftover, open_end = good + "\n" * MOST_LINES, good + "// TO" "DO later\n", good + "int a;"
        for bad in ("#pragma once\n", f"// {LICENCE}\n", too_long, leftover, open_end):
            self.assertEqual(len(faults_of("a.h", bad)), 1, bad)


if __name__ == "__main__":
    unittest.main()
