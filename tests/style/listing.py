# SPDX-License-Identifier: BSD-3-Clause
"""The files that the style tests look at: what git knows or would add, so no build trees and no parts of set-up."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(os.environ.get("ACC_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))


def git(*arguments, check=True):
    """What git prints. With check=False nothing, where it fails."""
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=check, capture_output=True, text=True).stdout.strip()


def files_of_project(*patterns):
    names = git("ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns).splitlines()
    files = [ROOT / name for name in sorted(set(names)) if (ROOT / name).is_file()]
    if not files:
        raise SystemExit(f"no file matches {patterns}: a check of nothing is not a check")
    return files
