# SPDX-License-Identifier: BSD-3-Clause
"""Runs clang-tidy, with the checks of .clang-tidy, over the sources of src/ that are not tests.
Usage: tidy_test.py <clang-tidy> <build folder with compile_commands.json, built> <part> <parts>
The parts, from 1, divide the sources evenly.

A clean source is not looked at again until it, a header of the project that it includes, or .clang-tidy changes: its
digest is kept in the build folder."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from listing import ROOT

# The flags of the compilation database are those of g++.
ARGUMENTS = ["--extra-arg=-Wno-unknown-warning-option"]


def sources(build):
    """Source -> object file, of all entries of the compilation database that count."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    found = {}
    for entry in entries:
        path = pathlib.Path(entry["file"])
        if path.is_relative_to(ROOT / "src") and not path.stem.endswith("_test"):
            found[path] = entry.get("output") or entry["command"].split(" -o ")[1].split()[0]
    return found


def dependencies(build):
    """Object file -> the files of this project that it was built from, as ninja recorded them."""
    command = ["ninja", "-C", str(build), "-t", "deps"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found, current = {}, None
    for line in listing.splitlines():
        if line and not line.startswith(" "):
            current = found.setdefault(line.split(":")[0], [])
        elif line.strip() and current is not None:
            path = (build / line.strip()).resolve()
            if path.is_relative_to(ROOT):
                current.append(path)
    return found


def digest(source, headers):
    total = hashlib.sha256()
    for path in [ROOT / ".clang-tidy", pathlib.Path(__file__), source, *sorted(headers)]:
        total.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return total.hexdigest()


def tidy(clang_tidy, build, source):
    command = [clang_tidy, "-p", str(build), "--quiet", *ARGUMENTS, str(source)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def prove_that_faults_are_found(clang_tidy):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "a.cc"
        source.write_text("int* BadPointer() { return 0; }\n", encoding="utf-8")
        command = [clang_tidy, f"--config-file={ROOT / '.clang-tidy'}", "--quiet", str(source), "--", "-std=c++20"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode == 0 or "modernize-use-nullptr" not in result.stdout:
            said = result.stdout + result.stderr
            raise SystemExit(f"{clang_tidy} accepts a fault, so this check proves nothing:\n{said}")


def main():
    clang_tidy, build = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    prove_that_faults_are_found(clang_tidy)
    part, parts = int(sys.argv[3]), int(sys.argv[4])
    objects = dict(sorted(sources(build).items())[part - 1::parts])
    built_from = dependencies(build)
    if not objects:
        raise SystemExit(f"{build}/compile_commands.json names no source of src/ for part {part} of {parts}: a check of nothing is not a check")
    clean = build / "tidy"
    clean.mkdir(exist_ok=True)
    stamps = {source: clean / digest(source, built_from.get(output, [])) for source, output in objects.items()}
    pending = [source for source, stamp in stamps.items() if not stamp.exists()]
    faulty = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda source: (source, tidy(clang_tidy, build, source)), pending)
        for source, result in results:
            if result.returncode == 0:
                stamps[source].touch()
            else:
                faulty += 1
                print(f"== {source.relative_to(ROOT)}\n{result.stdout}", flush=True)
                if not result.stdout:
                    print(result.stderr, flush=True)
    print(f"clang-tidy: {len(objects)} sources, {len(pending)} looked at, {faulty} with faults")
    raise SystemExit(1 if faulty else 0)


if __name__ == "__main__":
    main()
