# SPDX-License-Identifier: BSD-3-Clause
"""Runs the command lines of tests/cases/*.case against the built program (ACC_PROGRAM).

A case is a text file. Its lines, in any order but the first:
    # why the case exists (required, first)
    write PATH TEXT     a file to make before the command, relative to the case's own empty folder
    run WORDS           the words behind the program's name, with a shell's quotes; once
    exit CODE           the expected exit code; once
    stdout REGEX        must be found in the standard output; any number, so too the next ones
    stderr REGEX        must be found in the standard error
    no-stderr REGEX     must not be found there
    file GLOB           must match a file that the command left
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

# Refused whatever the exit code: what the program says of an end that nobody foresaw.
FAULT = "fault of the program"
KEYS = ("write", "run", "exit", "stdout", "stderr", "no-stderr", "file")


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


def faults_of(case, program):
    with tempfile.TemporaryDirectory() as folder:
        for line in case["write"]:
            name, _, text = line.partition(" ")
            (pathlib.Path(folder) / name).write_text(text, encoding="utf-8")
        done = subprocess.run([program] + shlex.split(case["run"][0]), cwd=folder, capture_output=True,
                              text=True, errors="replace", timeout=120, check=False)
        faults = [] if done.returncode == int(case["exit"][0]) else [f"exit code {done.returncode}"]
        if FAULT in done.stderr:
            faults.append("the program says that it is at fault")
        faults += [f"stdout lacks {regex}" for regex in case["stdout"] if not re.search(regex, done.stdout, re.M)]
        faults += [f"stderr lacks {regex}" for regex in case["stderr"] if not re.search(regex, done.stderr, re.M)]
        faults += [f"stderr has {regex}" for regex in case["no-stderr"] if re.search(regex, done.stderr, re.M)]
        faults += [f"no file {glob}" for glob in case["file"] if not list(pathlib.Path(folder).glob(glob))]
        return faults + [f"stderr: {done.stderr}"] if faults else []


def self_check(program):
    """Wrong expectations must be found, or passing cases would prove nothing."""
    wrong = {key: ["^never printed$"] for key in KEYS}
    wrong |= {"write": [], "run": ["--no_such_flag"], "exit": ["0"], "no-stderr": ["error"]}
    assert len(faults_of(wrong, program)) == 6, "a wrong expectation passes"


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
