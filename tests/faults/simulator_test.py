#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The simulator's process: it ends with the run that is interrupted, and one that cannot be started is told.

Argument: the injector's library (see fault_injector.cc)."""

import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

from small_runs import DIMS, MARK, PROGRAM, SmallRunsTest

INJECTOR = sys.argv.pop(1) if len(sys.argv) > 1 else ""


def children(process):
    path = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(child) for child in path.read_text(encoding="utf-8").split()]


class SimulatorTest(SmallRunsTest):
    def words_of(self, lines):
        path = self.folder / "many.txt"
        path.write_text(f"x:={self.raw}\n" * lines, encoding="utf-8")
        return [PROGRAM, "--inference_engine", "-f", "onnx", "-m", str(self.folder / "m.onnx"), "-i", "x", ",".join(map(str, DIMS)),
                str(self.raw), "-o", "y", "-l", str(path), "-r", "dsp", "-a", "x86_64-linux-clang", "--precision", "int8",
                "--output_dirname", "a"]

    def check_failed(self, code, errors, expected_code, text):
        self.assertEqual(code, expected_code, errors)
        lines = [line for line in errors.splitlines() if "error:" in line]
        self.assertEqual(len(lines), 1, errors)
        self.assertIn(text, lines[0])
        self.assertFalse((self.folder / "working_directory/inference_engine/latest").exists())
        self.assertTrue((self.folder / "working_directory/inference_engine/a" / MARK).exists())

    def test_it_ends_with_the_run(self):
        process = subprocess.Popen(self.words_of(2000), cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        deadline = time.monotonic() + 120
        found = []
        while not found and process.poll() is None and time.monotonic() < deadline:
            found = children(process)
            time.sleep(0.02)
        self.assertTrue(found, "no process was started")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        self.check_failed(process.returncode, errors, 130, "error: interrupted")
        self.assertFalse(any(pathlib.Path(f"/proc/{child}").exists() for child in found))

    def test_one_that_cannot_be_started(self):
        done = subprocess.run(self.words_of(1), cwd=self.folder, capture_output=True, text=True, check=False,
                              env={**os.environ, "LD_PRELOAD": INJECTOR, "ACC_FAULT_KIND": "fork", "ACC_FAULT_AT": "1"})
        self.check_failed(done.returncode, done.stderr, 3, "cannot start a process: Resource temporarily unavailable")


if __name__ == "__main__":
    unittest.main()
