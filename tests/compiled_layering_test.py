# SPDX-License-Identifier: BSD-3-Clause
"""The tables of layering_test.py held against what the compiler read and the linker linked, as the build recorded it, so
that no spelling of an include and no line of CMake gets around them."""

import os
import pathlib
import re
import subprocess
import unittest

from layering_test import ALLOWED, TESTING, WRAPPED

BINARY = pathlib.Path(os.environ["ACC_BINARY_DIR"])
SOURCE = pathlib.Path(os.environ["ACC_SOURCE_DIR"]) / "src"

OBJECT = re.compile(r"src/(\w+)/CMakeFiles/(acc_\1|acc_\1_\w+|\1_test)\.dir/(.+)\.o$")
TEST_PROGRAM = re.compile(r"^build src/(\w+)/\1_test: \S+ (.*)$", re.MULTILINE)
LIBRARY = re.compile(r"src/(\w+)/libacc_\1\.a")


def closure(allowed):
    """Of each folder the ones that it may include, directly or by a header of those."""
    reached = {}
    for folder, others in allowed.items():  # Sorted: the others come before.
        reached[folder] = {folder, *others.split()}.union(*(reached[other] for other in others.split()))
    return reached


def recorded_dependencies():
    """Of each object of src/ the files that the compiler read for it."""
    listed = subprocess.run(["ninja", "-t", "deps"], cwd=BINARY, check=True, capture_output=True, text=True).stdout
    dependencies = {}
    current = None
    for line in listed.splitlines():
        if line and not line.startswith(" "):
            current = dependencies.setdefault(line.split(":")[0], [])
        elif line.strip():
            current.append(os.path.normpath(BINARY / line.strip()))
    return dependencies


def include_faults(dependencies, reached, source=SOURCE):
    """One line of text for each file that an object may not have read."""
    faults = []
    for name, files in sorted(dependencies.items()):
        found = OBJECT.match(name)
        if found is None:  # Generated code and the sets of precompiled headers.
            continue
        stage, target, inside = found.groups()
        is_test = target.endswith("_test")
        unit = pathlib.PurePath(stage, inside)
        own = [pathlib.PurePath(os.path.relpath(file, source)) for file in files
               if pathlib.PurePath(file).is_relative_to(source)]
        faults += own_faults(unit, stage, is_test, own, reached)
        faults += wrapped_faults(unit, is_test, own, files, source)
    return faults


def own_faults(unit, stage, is_test, own, reached):
    faults = []
    for path in own:
        folder = path.parts[0] if len(path.parts) > 1 else "."
        if not is_test and folder not in reached[stage]:
            faults.append(f"{unit} reads {path}")
        if not is_test and path.stem.endswith(TESTING):
            faults.append(f"{unit} reads {path}, which is for tests")
    return faults


def wrapped_faults(unit, is_test, own, files, source):
    """A header of others is read in its homes, or by a header that is one."""
    faults = []
    for prefix, homes in WRAPPED.items():
        if is_test or any(path.is_relative_to(home) for home in homes for path in [unit, *own]):
            continue
        foreign = [file for file in files
                   if f"/{prefix}" in file and not pathlib.PurePath(file).is_relative_to(source)]
        if foreign:
            faults.append(f"{unit} reads {os.path.basename(foreign[0])} ({prefix})")
    return faults


def link_faults(ninja, reached):
    """Test programs of stages that link other stages than these may include."""
    return [f"{stage}_test links {other}" for stage, words in TEST_PROGRAM.findall(ninja)
            for other in sorted(set(LIBRARY.findall(words)) - reached[stage])]


class CompiledLayering(unittest.TestCase):
    def test_what_the_compiler_read(self):
        dependencies = recorded_dependencies()
        self.assertGreater(len([name for name in dependencies if OBJECT.match(name)]), 400, "the build is not whole")
        self.assertEqual(include_faults(dependencies, closure(ALLOWED)), [])

    def test_what_the_linker_linked(self):
        ninja = (BINARY / "build.ninja").read_text(encoding="utf-8")
        self.assertGreaterEqual(len(TEST_PROGRAM.findall(ninja)), len(ALLOWED) - 2)
        self.assertEqual(link_faults(ninja, closure(ALLOWED)), [])


class FaultsAreFound(unittest.TestCase):
    def faults_of(self, *files, target="acc_base", stage="base"):
        files = [str(SOURCE / file) if not file.startswith("/") else file for file in files]
        return include_faults({f"src/{stage}/CMakeFiles/{target}.dir/a.cc.o": files}, closure(ALLOWED))

    def test_includes(self):
        self.assertEqual(self.faults_of("base/a.cc", "base/status.h", "/usr/include/stdio.h"), [])
        self.assertEqual(self.faults_of("base/a.cc", "tensor/shape.hpp"), ["base/a.cc reads tensor/shape.hpp"])
        self.assertEqual(self.faults_of("/usr/include/zip.h"), ["base/a.cc reads zip.h (zip.h)"])
        self.assertEqual(self.faults_of("base/x_testing.h"), ["base/a.cc reads base/x_testing.h, which is for tests"])
        self.assertEqual(self.faults_of("base/x_testing.h", target="base_test"), [])
        self.assertEqual(self.faults_of("model/flatbuffer.h", "/usr/include/flatbuffers/flatbuffers.h", stage="model",
                                        target="acc_model_tflite"), [])

    def test_links(self):
        line = "build src/base/base_test: CXX_EXECUTABLE_LINKER a.o | src/base/libacc_base.a src/tensor/libacc_tensor.a\n"
        self.assertEqual(link_faults(line, closure(ALLOWED)), ["base_test links tensor"])
        self.assertEqual(link_faults(line.replace("tensor", "base"), closure(ALLOWED)), [])


if __name__ == "__main__":
    unittest.main()
