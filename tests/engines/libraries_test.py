# SPDX-License-Identifier: BSD-3-Clause
"""Runtimes are opened from the program's own tree, the active Python environment and the system; what lies in or above the
current folder is somebody else's and is not run."""

import os
import pathlib
import shutil
import subprocess
import unittest

from program import PROGRAM, ProgramTest

# Tells on being opened; is no runtime.
TRAP = """
#include <cstdio>
#include <cstdlib>
__attribute__((constructor)) void Opened() {
  if (std::FILE* file = std::fopen(std::getenv("TRAP_MARK"), "w")) std::fclose(file);
}
"""
LIBRARIES = (".venv/lib/python3.11/site-packages/onnxruntime/capi/libonnxruntime.so.1.99",
             ".venv/lib/python3.11/site-packages/tensorflow/libtensorflow_cc.so.2",
             ".venv/lib/python3.11/site-packages/onnxruntime_qnn/libonnxruntime_providers_qnn.so",
             "third_party/tflite/lib/libjnitensorflowlite.so")


class LibrariesTest(ProgramTest):
    def setUp(self):
        super().setUp()
        source, library = self.folder / "trap.cc", self.folder / "trap.so"
        source.write_text(TRAP)
        subprocess.run(["c++", "-shared", "-fPIC", "-o", library, source], check=True)
        for name in LIBRARIES:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, self.folder / name)
        self.mark = self.folder / "opened"
        self.inner = self.folder / "a" / "b"
        self.inner.mkdir(parents=True)

    def versions(self, program=PROGRAM, folder=None, **environment):
        kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
        done = subprocess.run([program, "--version", "--verbose"], cwd=folder or self.inner, text=True, check=True,
                              capture_output=True, env={**kept, "TRAP_MARK": str(self.mark), **environment})
        return done.stdout

    def test_nothing_above_the_current_folder_is_opened(self):
        for folder in (self.inner, self.folder):
            stdout = self.versions(folder=folder)
            self.assertFalse(self.mark.exists(), stdout)
            self.assertNotIn(str(self.folder), stdout)

    def test_nothing_far_above_the_program_is_opened(self):
        for place in ("a/b/program", "a/b/bin/program"):
            copy = self.folder / place
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(PROGRAM, copy)
            stdout = self.versions(copy)
            self.assertFalse(self.mark.exists(), stdout)
            self.assertNotIn(str(self.folder), stdout)
            self.assertIn("could not be opened. Install it with", stdout)

    def test_the_trap_works(self):
        self.versions(VIRTUAL_ENV=str(self.folder / ".venv"), ACC_TFLITE_LIBRARY=str(self.folder / LIBRARIES[3]))
        self.assertTrue(self.mark.exists())

    def test_the_own_tree_serves(self):
        (self.folder / "bin").mkdir()
        copy = shutil.copy(PROGRAM, self.folder / "bin" / "program")
        self.versions(copy)
        self.assertTrue(self.mark.exists())

    def test_the_libraries_are_named(self):
        lines = self.versions().splitlines()
        self.assertRegex(lines[0], r"^snpe-accuracy-debugger [0-9.]+$")
        for name in ("ONNX Runtime 1", "TensorFlow Lite 2", "TensorFlow 2", "Qualcomm's plugin"):
            named = [line for line in lines if line.startswith(name)]
            self.assertEqual(len(named), 1, lines)
            self.assertTrue(pathlib.Path(named[0].split(": ", 1)[1]).is_file(), named)


if __name__ == "__main__":
    unittest.main()
