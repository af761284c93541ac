# SPDX-License-Identifier: BSD-3-Clause
"""Runs clang-tidy, with the checks of .clang-tidy, over the sources of src/ that are not tests.
Usage: tidy_test.py <clang-tidy> <build folder with compile_commands.json, built> <part> <parts>
       tidy_test.py <clang-tidy> <build folder> changed
The parts, from 1, divide the sources evenly. `changed` takes the sources that differ from the main branch, in the last
commit where this is the main branch, or in the work tree; of a header the source of its name.

A clean source is not looked at again until it, a header of the project that it includes, or .clang-tidy changes: its
digest is kept in the build folder. Each is parsed without precompiled headers, so it has to include what it uses."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from listing import ROOT, git

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
            if path.is_relative_to(ROOT) and not path.name.startswith("cmake_pch"):
                current.append(path)
    return found


def digest(source, headers):
    total = hashlib.sha256()
    for path in [ROOT / ".clang-tidy", pathlib.Path(__file__), source, *sorted(headers)]:
        total.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return total.hexdigest()


def without_precompiled(build, to):
    """Writes the compilation database without g++'s precompiled headers, which clang cannot read, into the folder `to`."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    for entry in entries:
        entry["command"] = re.sub(r" -Winvalid-pch| -include \S*cmake_pch\.hxx| -fpch-preprocess", "", entry["command"])
    to.mkdir(exist_ok=True)
    (to / "compile_commands.json").write_text(json.dumps(entries), encoding="utf-8")


def changed_sources():
    """The sources whose own text or header differs from what the main branch, or the commit before, has."""
    base = next((name for name in ("origin/main", "main") if git("rev-parse", "--verify", "-q", name, check=False)), "HEAD")
    if git("rev-parse", base) == git("rev-parse", "HEAD"):
        base = "HEAD^" if git("rev-parse", "--verify", "-q", "HEAD^", check=False) else "HEAD"
    else:
        base = git("merge-base", base, "HEAD")
    names = git("diff", "--name-only", base, "--", "src").splitlines()
    names += git("ls-files", "--others", "--exclude-standard", "--", "src").splitlines()
    return {(ROOT / name).with_suffix(".cc") for name in names}


def tidy(clang_tidy, build, source):
    command = [clang_tidy, "-p", str(build / "tidy"), "--quiet", *ARGUMENTS, str(source)]
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


def chosen(build, arguments):
    """Source -> object file, of those that the command line asks for."""
    every = dict(sorted(sources(build).items()))
    if not every:
        raise SystemExit(f"{build}/compile_commands.json names no source of src/: a check of nothing is not a check")
    if arguments == ["changed"]:
        changed = changed_sources()
        return {source: output for source, output in every.items() if source in changed}
    part, parts = (int(argument) for argument in arguments)
    return dict(list(every.items())[part - 1::parts])


def main():
    clang_tidy, build = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    prove_that_faults_are_found(clang_tidy)
    objects = chosen(build, sys.argv[3:])
    built_from = dependencies(build)
    clean = build / "tidy"
    without_precompiled(build, clean)
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
