# SPDX-License-Identifier: BSD-3-Clause
"""A run in the making is marked, is not taken for a whole one, and gives its name free when it is killed."""

import fcntl
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper

from program import ProgramTest

MARK = ".unfinished_run"


class RunFolderTest(ProgramTest):
    def setUp(self):
        super().setUp()
        graph = helper.make_graph(
            [helper.make_node("Relu", ["x"], ["y"], name="relu")], "model",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8),
                  self.folder / "m.onnx")
        self.raw = self.write_raw("x.raw", np.arange(4, dtype=np.float32))
        self.lines = self.write_input_list(f"x:={self.raw}")
        self.run = self.folder / "working_directory" / "framework_runner" / "a"

    def golden(self, expect=0):
        return self.run_program("--framework_runner", "-f", "onnx", "-m", "m.onnx", "-i", "x", "1,4", self.raw,
                                "-o", "y", "--output_dirname", "a", expect=expect)

    def kill(self):
        """What a process that was killed leaves: tensors and the mark, which nobody holds."""
        self.run.mkdir(parents=True, exist_ok=True)
        (self.run / MARK).write_text("1\n", encoding="utf-8")
        (self.run / "old.raw").write_bytes(b"1234")

    def test_a_killed_run_gives_its_name_free(self):
        self.kill()
        _, errors = self.golden()
        self.assertIn("of a run that was killed; it is kept as", errors)
        self.assertFalse((self.run / "old.raw").exists())
        self.assertFalse((self.run / MARK).exists())
        self.assertTrue((self.run.parent / "a_unfinished_1" / "old.raw").exists())
        _, errors = self.golden()
        self.assertNotIn("killed", errors)

    def test_of_two_at_once_one_wins(self):
        self.golden()
        with open(self.run / MARK, "w", encoding="utf-8") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX)
            _, errors = self.golden(expect=3)
            self.assertIn("another run is writing into", errors)
            self.assertTrue((self.run / "y.raw").exists())

    def test_an_unfinished_run_is_not_compared(self):
        self.golden()
        compare = ("--verification", "--default_verifier", "SQNR", "--framework_results", self.run,
                   "--inference_results", self.run)
        self.run_program(*compare)
        (self.run / MARK).write_text("1\n", encoding="utf-8")
        _, errors = self.run_program(*compare, expect=3)
        self.assertIn("is of a run that did not end", errors)
        words = ("-f", "onnx", "-m", "m.onnx", "-i", "x", "1,4", self.raw, "-o", "y", "-r", "cpu",
                 "-a", "x86_64-linux-clang", "-l", self.lines, "--default_verifier", "SQNR")
        _, errors = self.run_program(*words, "--golden_output_reference_directory", self.run, expect=3)
        self.assertIn("is of a run that did not end", errors)

    def test_a_failed_run_keeps_its_mark(self):
        (self.folder / "model.dlc").write_text("no DLC", encoding="utf-8")
        self.run_program("--compare_encodings", "--input", "model.dlc", "--input2", "model.dlc",
                         "--output_dirname", "b", expect=3)
        self.assertTrue((self.folder / "working_directory" / "compare_encodings" / "b" / MARK).exists())


if __name__ == "__main__":
    unittest.main()
