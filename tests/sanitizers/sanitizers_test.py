# SPDX-License-Identifier: BSD-3-Clause
"""Builds a preset and runs the tests of it that match.
Usage: sanitizers_test.py asan|tsan <regular expression>"""

import os
import re
import subprocess
import sys

ROOT = os.environ["ACC_SOURCE_DIR"]
# What each of the sanitizers does with a fault of this program: ends it, so that the test that ran it fails.
# Sanitizers have an operator new of their own, which ends the program where memory is refused, and ThreadSanitizer handles
# signals on the thread's own stack: tests of refused memory, and of a stack that is used up, are left out.
OPTIONS = {"UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1", "TSAN_OPTIONS": "halt_on_error=1",
           "LSAN_OPTIONS": f"suppressions={os.path.join(ROOT, 'tests', 'sanitizers', 'leaks.supp')}:print_suppressions=0",
           "GTEST_FILTER": "-LastResortTest.Memory*:LastResortTest.AStackThatIsUsedUp*"}
# A program with the fault that the preset is for, by preset: the check has to see it.
FAULTY = {
    "asan": ("address", "int main(int n, char**) { int* a = new int[4]; delete[] a; return a[n]; }"),
    "tsan": ("thread", "#include <thread>\nint n; int main() { std::thread t([] { ++n; }); ++n; t.join(); }"),
}


def run(*command, **options):
    done = subprocess.run(command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, **OPTIONS}, **options)
    return done.returncode, done.stdout


def must(*command):
    code, output = run(*command)
    if code != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{output[-12000:]}")
    return output


def prove_that_faults_are_found(preset, folder):
    sanitizer, source = FAULTY[preset]
    program = os.path.join(folder, "faulty")
    code, output = run("c++", f"-fsanitize={sanitizer}", "-x", "c++", "-o", program, "-", input=source)
    if code != 0:
        raise SystemExit(f"the faulty program could not be built:\n{output}")
    if run(program)[0] == 0:
        raise SystemExit(f"the {sanitizer} sanitizer accepts a fault, so this check proves nothing")


def main():
    preset, tests = sys.argv[1:3]
    must("cmake", "--preset", preset, "-DACC_BUILD_TESTS=ON")
    prove_that_faults_are_found(preset, os.path.join(ROOT, "build", preset))
    listed = must("ctest", "--preset", preset, "-N", "-R", tests)
    programs = [f"{name}_test" for name in re.findall(r"unit\.(\w+)", listed)]
    if re.search(r": cases$", listed, re.MULTILINE):
        programs.append("snpe-accuracy-debugger")
    must("cmake", "--build", "--preset", preset, "--target", *programs)
    print(must("ctest", "--preset", preset, "--no-tests=error", "-R", tests)[-2000:])


if __name__ == "__main__":
    main()
