# SPDX-License-Identifier: BSD-3-Clause
"""The files that the style tests look at: what git knows or would add, so no build trees and no parts of set-up."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(os.environ.get("ACC_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))


def files_of_project(*patterns):
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "--cached", "--others",
               "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    files = [ROOT / name for name in sorted(set(names)) if (ROOT / name).is_file()]
    if not files:
        raise SystemExit(f"no file matches {patterns}: a check of nothing is not a check")
    return files
