# SPDX-License-Identifier: BSD-3-Clause
"""Builds the fuzz targets with their preset, or runs one of them on fresh seeds. What it finds stays in
build/fuzz/<format>/.

Usage: fuzz_test.py build
       fuzz_test.py dlc|tflite|tensorflow [seconds, 60 by default]"""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(os.environ.get("ACC_SOURCE_DIR", pathlib.Path(__file__).resolve().parent.parent))
BUILD = ROOT / "build" / "fuzz"
LEAST_EXECUTIONS = 1000

# Writes the inputs that each target starts from into a folder, the last argument.
SEEDS = {
    "dlc": [BUILD / "fuzz" / "dlc_seeds"],
    "tflite": [sys.executable, ROOT / "fuzz" / "tflite_seeds.py"],
    "tensorflow": [sys.executable, ROOT / "fuzz" / "tensorflow_seeds.py"],
}


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, **options)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(str(word) for word in command)} failed:\n{result.stdout[-8000:]}")
    return result.stdout


def build():
    run("cmake", "--preset", "fuzz")
    run("cmake", "--build", "--preset", "fuzz")


def fuzz(name, seconds):
    work = BUILD / name
    for folder in ("seeds", "corpus"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    run(*SEEDS[name], work / "seeds")
    output = run(BUILD / "fuzz" / f"{name}_fuzz", f"-max_total_time={seconds}", "-max_len=65536", "-timeout=25",
                 "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={work}/", work / "corpus",
                 work / "seeds", env={**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"})
    executions = int(re.search(r"stat::number_of_executed_units:\s*(\d+)", output).group(1))
    if executions < LEAST_EXECUTIONS:
        raise SystemExit(f"only {executions} executions in {seconds} s: this is no fuzzing\n{output[-4000:]}")
    print(f"{executions} executions, nothing found")


def main():
    name = sys.argv[1]
    if name == "build":
        return build()
    fuzz(name, int(sys.argv[2]) if len(sys.argv) > 2 else 60)


if __name__ == "__main__":
    main()
