# SPDX-License-Identifier: BSD-3-Clause
"""Checks that the documents point at what exists: links between files, and paths of the project in backticks."""

import pathlib
import re
import tempfile
import unittest

from listing import ROOT, files_of_project

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"`((?:src|tests|scripts|bench|docs|cmake)/[^`\s<>*]+)`")
MOST_LINES_OF_README = 150


def faults_of(path, root):
    text = path.read_text(encoding="utf-8")
    links = [name for name in LINK.findall(text) if "://" not in name and not (path.parent / name).exists()]
    paths = [name for name in PATH.findall(text) if not (root / name).exists()]
    return [f"{path.relative_to(root)}: {name} does not exist" for name in links + paths]


class Documents(unittest.TestCase):
    def test_what_they_point_at_exists(self):
        faults = [fault for path in files_of_project("*.md") for fault in faults_of(path, ROOT)]
        self.assertEqual(faults, [], "\n" + "\n".join(faults))

    def test_the_readme_is_short(self):
        self.assertLessEqual(len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()), MOST_LINES_OF_README)

    def test_faults_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            page = root / "a.md"
            page.write_text("[b](a.md) [c](gone.md#part) `src/gone.cc` `src/<any>.cc`\n", encoding="utf-8")
            self.assertEqual(faults_of(page, root), ["a.md: gone.md does not exist", "a.md: src/gone.cc does not exist"])


if __name__ == "__main__":
    unittest.main()
