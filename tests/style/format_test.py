# SPDX-License-Identifier: BSD-3-Clause
"""Checks that clang-format would change nothing. Usage: format_test.py <clang-format>"""

import subprocess
import sys

from listing import ROOT, files_of_project


def formatted(clang_format, arguments, text=None):
    command = [clang_format, "--dry-run", "--Werror", "--style=file", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, text=True, capture_output=True, check=False)


def main():
    clang_format = sys.argv[1]
    broken = formatted(clang_format, ["--assume-filename=src/a.cc"], "int  a ;\n")
    if broken.returncode == 0:
        raise SystemExit(f"{clang_format} accepts a badly formatted line, so this check proves nothing")
    result = formatted(clang_format, [str(path) for path in files_of_project("*.cc", "*.h")])
    if result.returncode != 0:
        sys.stderr.write(result.stderr[-8000:])
        raise SystemExit("run: clang-format -i $(git ls-files '*.cc' '*.h')")


if __name__ == "__main__":
    main()
