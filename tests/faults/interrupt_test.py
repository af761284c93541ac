#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What ends a run from outside: signals, limits of the system, standard descriptors that are closed."""

import os
import pathlib
import re
import resource
import signal
import subprocess
import time
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper

from endless_models import DIMS, endless_onnx, endless_tensorflow, endless_tflite
from program import PROGRAM, ProgramTest

MARK = ".unfinished_run"
FILE_LIST = ".run_files.json"  # Written where a run ends by itself, however it ends.


def processor_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class FaultTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.raw = self.write_raw("x.raw", np.arange(4, dtype=np.float32))
        self.runs = self.folder / "working_directory"

    def golden_words(self, framework, model, output, *more):
        return ["--framework_runner", "-f", framework, "-m", model, "-i", "x", ",".join(map(str, DIMS)), self.raw, "-o", output,
                "--output_dirname", "a", *more]

    def start(self, *words, **options):
        process = subprocess.Popen([PROGRAM, *map(str, words)], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, **options)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def check_one_message(self, errors, text):
        lines = [line for line in errors.splitlines() if "error:" in line]
        self.assertEqual(len(lines), 1, errors)
        self.assertIn(text, lines[0])
        self.assertNotIn("fault of the program", errors)


class SignalTest(FaultTest):
    def end(self, process, number):
        """Sends the signal once, when the run is where it goes on forever."""
        deadline = time.monotonic() + 120
        while processor_seconds(process) < 1.5 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertIsNone(process.poll(), process.stderr.read() if process.poll() is not None else "")
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        self.assertEqual(output, "")
        self.check_one_message(errors, "error: interrupted")

    def check_left_behind(self, feature):
        run = self.runs / feature / "a"
        self.assertTrue((run / MARK).exists())
        self.assertTrue((run / FILE_LIST).exists(), "it was ended from outside")
        self.assertFalse((self.runs / feature / "latest").exists())
        self.assertEqual([path for path in self.folder.rglob("*.partial")], [])

    def check_golden(self, framework, model, output, *signals):
        for number in signals:
            with self.subTest(signal=number.name):
                self.end(self.start(*self.golden_words(framework, model, output)), number)
                self.check_left_behind("framework_runner")

    def test_onnx_runtime(self):
        self.check_golden("onnx", "m.onnx", endless_onnx(self.folder / "m.onnx"), signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def test_tensorflow_lite(self):
        self.check_golden("tflite", "m.tflite", endless_tflite(self.folder / "m.tflite"), signal.SIGINT)

    def test_tensorflow(self):
        self.check_golden("tensorflow", "m.pb", endless_tensorflow(self.folder / "m.pb"), signal.SIGTERM)

    def test_the_host_engine(self):
        output = endless_onnx(self.folder / "m.onnx")
        lines = self.write_input_list(f"x:={self.raw}")
        self.end(self.start("--inference_engine", "-f", "onnx", "-m", "m.onnx", "-i", "x", "4", self.raw, "-o", output, "-l", lines,
                            "-r", "cpu", "-a", "x86_64-linux-clang", "--precision", "fp32", "--output_dirname", "a"),
                 signal.SIGTERM)
        self.check_left_behind("inference_engine")

    def test_nohup(self):
        endless_onnx(self.folder / "m.onnx")
        process = self.start(*self.golden_words("onnx", "m.onnx", "y"),
                             preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)
        self.end(process, signal.SIGTERM)


class LimitTest(FaultTest):
    def setUp(self):
        super().setUp()
        value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, DIMS)
        graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"], name="n")], "small", [value("x")], [value("y")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), self.folder / "m.onnx")
        self.words = self.golden_words("onnx", "m.onnx", "y")
        self.run_folder = self.runs / "framework_runner" / "a"

    def test_a_file_beyond_the_limit(self):
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))
        process = self.start(*self.words, preexec_fn=limit)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, errors)
        self.check_one_message(errors, "File too large")
        self.assertFalse((self.runs / "framework_runner" / "latest").exists())

    def test_nobody_reads_what_is_printed(self):
        self.run_program(*self.words)
        for words in (self.words, ["--help"]):
            read, write = os.pipe()
            os.close(read)
            done = subprocess.run([PROGRAM, *map(str, words)], cwd=self.folder, stdout=write, stderr=subprocess.PIPE, text=True,
                                  check=False)
            os.close(write)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.check_one_message(done.stderr, "cannot write the summary to standard output")

    def test_closed_standard_descriptors(self):
        self.run_program(*self.words)
        expected = {path.name: path.read_bytes() for path in self.run_folder.rglob("*.raw")}
        for closed in ("<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed=closed):
                subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", PROGRAM, *map(str, self.words), "--verbose"],
                               cwd=self.folder, check=True, capture_output=True)
                found = {path.name: path.read_bytes() for path in self.run_folder.rglob("*.raw")}
                self.assertEqual(found, expected)
                for line in (self.run_folder / "log.txt").read_text(encoding="utf-8").splitlines():
                    self.assertRegex(line, r"^\d{4}-\d\d-\d\d ")
                for path in self.run_folder.rglob("*.json"):
                    self.assertNotRegex(path.read_text(encoding="utf-8"), re.compile(r"^golden run", re.M))


if __name__ == "__main__":
    unittest.main()
