# SPDX-License-Identifier: BSD-3-Clause
"""Runs the command lines of tests/cases/*.case against the built program (ACC_PROGRAM).

A case is a text file. Its lines, in any order but the first:
    # why the case exists (required, first)
    write PATH TEXT     a file to make before the command, relative to the case's own empty folder
    raw PATH [TYPE] NUMBER...
                        a raw file of these numbers, float32 unless TYPE, as the struct module's letters, says otherwise: raw
                        golden/a.raw 1 nan -inf; raw golden/a.raw b 1 -2
    run WORDS           the words behind the program's name, with a shell's quotes; once
    exit CODE           the expected exit code; once
    stdout REGEX        must be found in the standard output; any number, so too the next ones
    stderr REGEX        must be found in the standard error
    no-stderr REGEX     must not be found there
    file GLOB           must match a file that the command left
    rows NAME...        the first column of the summary.csv that the command left, in order
    cell NAME COLUMN VALUE
                        what the row of that name has in the column: numbers to within a millionth, other text as it is
    csv GLOB            the CSV that rows and cells are of, in place of the summary; once
"""

import csv
import math
import os
import pathlib
import re
import shlex
import struct
import subprocess
import sys
import tempfile

# Refused whatever the exit code: what the program says of an end that nobody foresaw.
FAULT = "fault of the program"
KEYS = ("write", "raw", "run", "exit", "stdout", "stderr", "no-stderr", "file", "rows", "cell", "csv")
SUMMARY = "working_directory/*/latest/summary.csv"


def read_case(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not lines or not lines[0].startswith("#"):
        raise ValueError("the first line must be a comment that says why the case exists")
    case = {key: [] for key in KEYS}
    for line in lines:
        key, _, value = line.partition(" ")
        if key != "#":
            case[key].append(value)  # An unknown key is a KeyError.
    if len(case["run"]) != 1 or len(case["exit"]) != 1:
        raise ValueError("a case has one 'run' and one 'exit'")
    return case


def make_files(case, folder):
    made = {}
    for line in case["write"]:
        name, _, text = line.partition(" ")
        made[name] = text.encode()
    for line in case["raw"]:
        name, *numbers = line.split()
        kind = numbers.pop(0) if re.fullmatch("[bBhHiIqQefd]", numbers[0]) else "f"
        number = float if kind in "efd" else int
        made[name] = struct.pack(f"<{len(numbers)}{kind}", *map(number, numbers))
    for name, content in made.items():
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def agree(found, expected):
    if found == expected:
        return True
    try:
        found, expected = float(found), float(expected)
    except ValueError:
        return False
    return math.isclose(found, expected, rel_tol=1e-6, abs_tol=1e-9) or (math.isnan(found) and math.isnan(expected))


def table_faults(case, folder):
    if not case["rows"] and not case["cell"]:
        return []
    paths = list(pathlib.Path(folder).glob((case["csv"] or [SUMMARY])[0]))
    if len(paths) != 1:
        return [f"{len(paths)} files match {(case['csv'] or [SUMMARY])[0]}"]
    with paths[0].open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    rows = {next(iter(row.values())): row for row in table}
    faults = [f"the rows are {' '.join(rows)}" for names in case["rows"] if names.split() != list(rows)]
    for name, column, expected in map(shlex.split, case["cell"]):
        found = rows.get(name, {}).get(column)
        if found is None or not agree(found, expected):
            faults.append(f"{column} of {name} is {found}, not {expected}")
    return faults


def faults_of(case, program):
    with tempfile.TemporaryDirectory() as folder:
        make_files(case, folder)
        done = subprocess.run([program] + shlex.split(case["run"][0]), cwd=folder, capture_output=True,
                              text=True, errors="replace", timeout=120, check=False)
        faults = [] if done.returncode == int(case["exit"][0]) else [f"exit code {done.returncode}"]
        if FAULT in done.stderr:
            faults.append("the program says that it is at fault")
        faults += [f"stdout lacks {regex}" for regex in case["stdout"] if not re.search(regex, done.stdout, re.M)]
        faults += [f"stderr lacks {regex}" for regex in case["stderr"] if not re.search(regex, done.stderr, re.M)]
        faults += [f"stderr has {regex}" for regex in case["no-stderr"] if re.search(regex, done.stderr, re.M)]
        faults += [f"no file {glob}" for glob in case["file"] if not list(pathlib.Path(folder).glob(glob))]
        faults += table_faults(case, folder)
        return faults + [f"stdout: {done.stdout}", f"stderr: {done.stderr}"] if faults else []


def self_check(program):
    """Wrong expectations must be found, or passing cases would prove nothing."""
    wrong = {key: ["^never printed$"] for key in KEYS}
    wrong |= {"write": [], "raw": [], "run": ["--no_such_flag"], "exit": ["0"], "no-stderr": ["error"], "csv": []}
    assert len(faults_of(wrong, program)) == 8, "a wrong expectation passes"
    table = dict.fromkeys(KEYS, ()) | {"csv": ["a.csv"], "rows": ["y x"], "cell": ["x v 2.001", "y v 3", "z v 1", "x w 1"]}
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "a.csv").write_text("name,v\nx,2\ny,3.0000001\n", encoding="utf-8")
        assert len(table_faults(table, folder)) == 4, "a wrong table passes"


def main():
    program = os.environ["ACC_PROGRAM"]
    self_check(program)
    cases = sorted((pathlib.Path(__file__).resolve().parent / "cases").glob("*.case"))
    failed = 0 if cases else 1
    for path in cases:
        try:
            faults = faults_of(read_case(path), program)
        except (ValueError, KeyError) as error:
            faults = [f"not a case: {error}"]
        failed += bool(faults)
        print(f"{'FAILED' if faults else 'passed'} {path.name}", *faults, sep="\n    ")
    print(f"{len(cases)} cases, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
