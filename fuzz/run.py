#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Builds the fuzz targets, and runs them one after the other on what they have found so far, which stays in
build/fuzz/<target>/corpus. Findings are files beside it.

Usage: fuzz/run.py build
       fuzz/run.py <target>…|all [--seconds N | --runs N] [--merge]

--seconds   how long each target runs; 60 unless said otherwise
--runs      how many executions each target makes instead
--merge     makes the corpus small again: of inputs that reach the same code the smallest stay"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(os.environ.get("ACC_SOURCE_DIR", pathlib.Path(__file__).resolve().parent.parent))
BUILD = ROOT / "build" / "fuzz"
PYTHON = ROOT / ".venv" / "bin" / "python"
LEAST_EXECUTIONS = 1000

# Writes the inputs that each target starts from into a folder, the last argument.
SEEDS = {
    "dlc": [BUILD / "fuzz" / "dlc_seeds"],
    "tflite": [PYTHON, ROOT / "fuzz" / "tflite_seeds.py"],
    "tensorflow": [PYTHON, ROOT / "fuzz" / "tensorflow_seeds.py"],
    "json": [PYTHON, ROOT / "fuzz" / "json_seeds.py"],
    "pipeline": [PYTHON, ROOT / "fuzz" / "pipeline_seeds.py"],
}
SANITIZERS = {"UBSAN_OPTIONS": "print_stacktrace=1"}


def run(*command):
    result = subprocess.run([str(word) for word in command], cwd=ROOT, check=False, text=True, errors="replace",
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **SANITIZERS})
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(str(word) for word in command)} failed:\n{result.stdout[-8000:]}")
    return result.stdout


def build():
    run("cmake", "--preset", "fuzz")
    run("cmake", "--build", "--preset", "fuzz")


def merge(name):
    """Leaves of the corpus what its code needs."""
    work = BUILD / name
    small = work / "merged"
    shutil.rmtree(small, ignore_errors=True)
    small.mkdir()
    run(BUILD / "fuzz" / f"{name}_fuzz", "-merge=1", "-max_len=65536", "-rss_limit_mb=2048", f"-artifact_prefix={work}/",
        small, work / "corpus")
    shutil.rmtree(work / "corpus")
    small.rename(work / "corpus")


def count(name, executions):
    """The executions of all runs of the target so far, without those of the inputs that a run began with."""
    path = BUILD / "executions.json"
    counts = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    counts[name] = counts.get(name, 0) + executions
    path.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
    return counts[name]


def fuzz(name, limit, least):
    work = BUILD / name
    for folder in ("seeds", "corpus"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    run(*SEEDS[name], work / "seeds")
    output = run(BUILD / "fuzz" / f"{name}_fuzz", limit, "-max_len=65536", "-timeout=60", "-rss_limit_mb=2048",
                 "-entropic=0", "-print_final_stats=1", f"-artifact_prefix={work}/", work / "corpus", work / "seeds")
    executions = int(re.search(r"stat::number_of_executed_units:\s*(\d+)", output).group(1))
    known = re.search(r"^#(\d+)\s+INITED", output, re.MULTILINE)  # What it began with, run again.
    executions -= int(known.group(1)) if known else executions
    if executions < least:
        raise SystemExit(f"{name}: only {executions} executions besides those of the corpus: this is no fuzzing; --merge makes "
                         f"the corpus small\n{output[-4000:]}")
    places = int(re.search(r"\((\d+) inline 8-bit counters\)", output).group(1))
    reached, features = re.findall(r"cov: (\d+) ft: (\d+)", output)[-1]
    print(f"{name}: {executions} new executions ({count(name, executions)} with those before), nothing found; {reached} of "
          f"{places} places in the code reached, {features} features", flush=True)


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("targets", nargs="+", choices=["build", "all", *SEEDS])
    words.add_argument("--seconds", type=int, default=60)
    words.add_argument("--runs", type=int)
    words.add_argument("--merge", action="store_true")
    given = words.parse_args()
    if given.targets == ["build"]:
        return build()
    limit = f"-max_total_time={given.seconds}" if given.runs is None else f"-runs={given.runs}"
    least = LEAST_EXECUTIONS if given.runs is None else given.runs
    for name in SEEDS if "all" in given.targets else given.targets:
        fuzz(name, limit, least)
        if given.merge:
            merge(name)
    return None


if __name__ == "__main__":
    sys.exit(main())
