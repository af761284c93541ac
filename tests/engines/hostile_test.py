# SPDX-License-Identifier: BSD-3-Clause
"""Bad input: one message with the next step, exit code 2 or 3, nothing written outside the run."""

import os
import pathlib
import signal
import subprocess
import time
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper

from program import FAULT, MODELS, OCR, PROGRAM, ProgramTest, end_to_end, refuse_fault

HOSTILE = ["../../escape", "/etc/acc_escape", "a\0b", "a\nb", "x" * 5000, "Same", "same", "SAME", "..", ".", "a//b", "a/../b",
           "inception/1x1/bn", "inception/1x1/bn/sc", "tensors.json", "log", "<script>alert(1)</script>", "=1+1", "d" * 300 + "/e"]


def chain(names):
    nodes, previous = [], "x"
    for i, name in enumerate(names):
        nodes.append(helper.make_node("Neg", [previous], [name], name=f"n{i}"))
        previous = name
    nodes.append(helper.make_node("Neg", [previous], ["y"], name="last"))
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [4])
    graph = helper.make_graph(nodes, "hostile", [value("x")], [value("y")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


class HostileTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.raw = self.write_raw("x.raw", np.arange(4, dtype=np.float32))
        self.lines = self.write_input_list(self.raw)
        onnx.save(chain(["a"]), self.folder / "good.onnx")

    def golden(self, model, *more, expect):
        _, stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", model, "-i", "x", "4", self.raw,
                                     "-o", "y", *more, expect=expect)
        self.check_message(stderr)
        return stderr

    def check_message(self, stderr):
        errors = [line for line in stderr.splitlines() if "error:" in line]
        self.assertEqual(len(errors), 1, stderr)
        refuse_fault(stderr)
        for word in ("terminate called", "Segmentation", "Traceback", "#0 "):
            self.assertNotIn(word, stderr)

    def test_names_stay_inside_and_distinct(self):
        names = [name for name in HOSTILE if "\0" not in name]
        onnx.save(chain(names), self.folder / "hostile.onnx")
        before = set(os.listdir("/etc"))
        self.run_program(*end_to_end("hostile.onnx", "y", [("x", (4,), self.raw)], self.lines,
                                     "--runtime", "cpu", "--precision", "fp32"))
        self.assertEqual(set(os.listdir("/etc")), before)
        records = self.manifest(self.latest("framework_runner"))["tensors"]
        files = [record["file"].lower() for record in records]
        self.assertEqual(len(files), len(set(files)))
        self.assertEqual(len(files), len(names) + 2)
        run = self.latest("framework_runner").resolve()
        for record in records:
            path = (run / record["file"]).resolve()
            self.assertTrue(path.is_relative_to(run), record["name"])
            self.assertEqual(path.stat().st_size, 16)
        self.assertEqual(len(self.summary()), len(names) + 2)
        inside = {"working_directory", "x.raw", "input_list.txt", "good.onnx", "hostile.onnx"}
        self.assertEqual(set(os.listdir(self.folder)), inside)
        self.assertNotIn("<script>alert", (self.latest("verification") / "summary.html").read_text())

    def renamed(self, old, new):
        """A model one of whose names becomes bytes of the same length, which onnx's Python would refuse."""
        (self.folder / "renamed.onnx").write_bytes(chain(["a_b"]).SerializeToString().replace(old, new))
        return "renamed.onnx"

    def test_a_nul_in_a_name_is_refused_by_name(self):
        for old, new, named in ((b"a_b", b"a\0b", "a\\x00b"), (b"last", b"l\0st", "l\\x00st"), (b"Neg", b"N\0g", "N\\x00g")):
            stderr = self.golden(self.renamed(old, new), expect=3)
            self.assertIn(named, stderr)
            self.assertIn("NUL", stderr)
            self.check_message(self.run_program(
                *end_to_end("renamed.onnx", "y", [("x", (4,), self.raw)], self.lines, "--runtime", "cpu"), expect=3)[1])

    def test_any_other_byte_may_be_in_a_name(self):
        for middle in (b"\x1b", b"\xff", b"\n", b"\x7f", b"\x01"):
            self.run_program(*end_to_end(self.renamed(b"a_b", b"a" + middle + b"b"), "y", [("x", (4,), self.raw)], self.lines,
                                         "--runtime", "cpu", "--precision", "fp32"))
            self.assertEqual(len(self.summary()), 3)

    def test_a_fault_of_the_program_is_no_expected_end(self):
        with self.assertRaises(AssertionError):
            refuse_fault("error: unexpected: map::at. This is a fault of the program; please report it with the command.")
        source = pathlib.Path(os.environ["ACC_SOURCE_DIR"]) / "src/cli/program.cc"
        self.assertIn(FAULT, source.read_text(encoding="utf-8"))

    def test_missing_files(self):
        self.assertIn("none.onnx", self.golden("none.onnx", expect=3))
        missing = self.run_program("--framework_runner", "-f", "onnx", "-m", "good.onnx", "-i", "x", "4", "none.raw",
                                   "-o", "y", expect=3)[1]
        self.assertIn("none.raw", missing)

    def test_wrong_size_prints_expected_and_found(self):
        short = self.write_raw("short.raw", np.zeros(3, np.float32))
        stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", "good.onnx", "-i", "x", "4", short, "-o", "y",
                                  expect=3)[1]
        self.assertIn("12", stderr)
        self.assertIn("16", stderr)

    def test_dims_that_contradict_the_model(self):
        stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", "good.onnx", "-i", "x", "2,2", self.raw,
                                  "-o", "y", expect=2)[1]
        self.assertIn("2x2", stderr)

    def test_unknown_tensor_is_suggested(self):
        stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", "good.onnx", "-i", "xx", "4", self.raw,
                                  "-o", "y", expect=2)[1]
        self.assertIn("Did you mean 'x'", stderr)

    def test_unknown_verifier_is_suggested(self):
        words = end_to_end("good.onnx", "y", [("x", (4,), self.raw)], self.lines, "--runtime", "cpu",
                           "--default_verifier", "CosinSimilarity")
        stderr = self.run_program(*words, expect=2)[1]
        self.assertIn("CosineSimilarity", stderr)
        self.assertFalse((self.folder / "working_directory").exists())

    def test_truncated_and_foreign_models(self):
        file, _, _, _ = OCR["classifier"]
        whole = (MODELS / file).read_bytes()
        for size in (0, 1, 100, len(whole) // 2, len(whole) - 1):
            (self.folder / "cut.onnx").write_bytes(whole[:size])
            self.golden("cut.onnx", expect=3)
        for content in (b"PK\x03\x04zip", b"\x89PNG\r\n", b"TFL3" * 9, b"{}", b"\xff" * 4096):
            (self.folder / "foreign.onnx").write_bytes(content)
            self.golden("foreign.onnx", expect=3)

    def test_an_operator_that_nobody_knows(self):
        model = chain(["a"])
        model.graph.node[0].op_type = "Frobnicate"
        onnx.save(model, self.folder / "odd.onnx")
        self.assertIn("Frobnicate", self.golden("odd.onnx", expect=3))

    def test_an_empty_input_list(self):
        self.lines.write_text("\n\n")
        stderr = self.run_program(*end_to_end("good.onnx", "y", [("x", (4,), self.raw)], self.lines, "--runtime", "cpu"),
                                  expect=3)[1]
        self.assertIn("input list", stderr)

    def test_a_working_directory_that_cannot_be_written(self):
        for folder in ("/proc/acc", str(self.raw) + "/below"):
            self.golden("good.onnx", "-w", folder, expect=3)

    def test_a_full_disk(self):
        mount = self.folder / "small"
        mount.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", mount], check=False,
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no right to mount a small file system here")
        self.addCleanup(subprocess.run, ["umount", "-l", mount], check=False)
        big = self.write_raw("big.raw", np.zeros(40000, np.float32))
        value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [40000])
        graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"], name="n")], "big", [value("x")], [value("y")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8),
                  self.folder / "big.onnx")
        stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", "big.onnx", "-i", "x", "40000", big, "-o", "y",
                                  "-w", mount / "w", expect=3)[1]
        self.check_message(stderr)
        self.assertIn("No space left", stderr)
        self.assertFalse((mount / "w/framework_runner/latest").exists())

    def test_a_missing_runtime_names_the_command_that_installs_it(self):
        stderr = self.run_program("--framework_runner", "-f", "onnx", "-m", "good.onnx", "-i", "x", "4", self.raw, "-o", "y",
                                  expect=3, environment={"ACC_ONNXRUNTIME_LIBRARY": "/nowhere/libonnxruntime.so"})[1]
        self.check_message(stderr)
        self.assertIn("scripts/setup", stderr)
        words = end_to_end("good.onnx", "y", [("x", (4,), self.raw)], self.lines, "--runtime", "dsp")
        stderr = self.run_program(*words, expect=3, environment={"ACC_QNN_FOLDER": "/nowhere"})[1]
        self.check_message(stderr)
        self.assertIn("scripts/setup", stderr)

    def test_an_interrupted_run_never_becomes_latest(self):
        file, tensor, dims, output = OCR["detector"]
        dims = (1, 3, 640, 640)
        raw = self.write_raw("image.raw", np.zeros(dims, np.float32))
        lines = self.write_input_list(*[raw] * 50)
        process = subprocess.Popen(
            [PROGRAM, *map(str, end_to_end(MODELS / file, output, [(tensor, dims, raw)], lines, "--runtime", "cpu"))],
            cwd=self.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        deadline = time.monotonic() + 60
        while not (self.folder / "working_directory/inference_engine").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 130, stderr)
        self.assertFalse((self.folder / "working_directory/inference_engine/latest").exists())
        self.assertFalse((self.folder / "working_directory/verification").exists())


if __name__ == "__main__":
    unittest.main()
