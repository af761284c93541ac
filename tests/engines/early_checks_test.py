# SPDX-License-Identifier: BSD-3-Clause
"""What can be judged without running is judged before the golden run, and every file of the line is named."""

import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper

from program import ProgramTest, end_to_end


class EarlyChecksTest(ProgramTest):
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
        (self.folder / "broken.json").write_text("{", encoding="utf-8")
        (self.folder / "no_tensors.json").write_text('{"SQNR": {}}', encoding="utf-8")

    def refused(self, expect, message, *more, model="m.onnx", runtime="cpu", raw=None):
        words = end_to_end(model, "y", [("x", (1, 4), raw or self.raw)], self.lines, "-r", runtime, *more)
        _, errors = self.run_program(*words, expect=expect)
        self.assertIn(message, errors)
        for feature in ("framework_runner", "inference_engine", "verification"):
            self.assertFalse((self.folder / "working_directory" / feature).exists(), f"{more}: {feature} ran")

    def test_nothing_runs_before_an_error_of_the_options(self):
        self.refused(3, "none.onnx", model="none.onnx")
        self.refused(3, "none.raw", raw="none.raw")
        self.refused(3, "--runtime gpu needs a device", runtime="gpu")
        self.refused(3, "none.json", "-qo", "none.json")
        self.refused(3, "broken.json", "--verifier_config", "broken.json")
        self.refused(2, "no_tensors.json", "--verifier_config", "no_tensors.json")
        self.refused(3, "none.json", "--verifier_config", "none.json")
        self.refused(3, "none.json", "--tensor_mapping", "none.json")
        self.refused(3, "none.json", "--target_encodings", "none.json")
        self.refused(3, "none.so", "--onnx_custom_op_lib", "none.so")
        self.refused(3, "'none' does not exist", "--golden_output_reference_directory", "none")
        self.refused(2, "exclude each other", "--use_enhanced_quantizer", "--act_quantizer_calibration", "mse")

    def test_raw_files_of_another_size_are_told_first(self):
        short = self.write_raw("short.raw", np.zeros(3, np.float32))
        self.refused(3, "has 12 bytes", raw=short)
        self.lines = self.write_input_list(f"x:={self.raw}", f"x:={short}")
        self.refused(3, "has 12 bytes")
        self.lines = self.write_input_list(f"x:={self.raw}", "x:=gone.raw")
        self.refused(3, "gone.raw")

    def test_the_architecture_is_judged_first(self):
        words = end_to_end("m.onnx", "y", [("x", (1, 4), self.raw)], self.lines, "-r", "cpu")
        words[words.index("x86_64-linux-clang")] = "aarch64-android"
        _, errors = self.run_program(*words, expect=3)
        self.assertIn("--architecture aarch64-android needs", errors)
        self.assertFalse((self.folder / "working_directory").exists())

    def test_the_checker_judges_first_too(self):
        (self.folder / "q.json").write_text('{"QUANTIZATION_VARIATIONS": ["tf"], "QUANTIZATION_ALGORITHMS": ["None"]}',
                                            encoding="utf-8")
        for flag, file in (("-qo", "none.json"), ("--golden_output_reference_directory", "gone"), ("-l", "none.txt")):
            words = ["--quant_checker", "-f", "onnx", "-m", "m.onnx", "-i", "x", "1,4", self.raw, "-o", "y",
                     "--config_file", "q.json", *(() if flag == "-l" else ("-l", self.lines)), flag, file]
            _, errors = self.run_program(*words, expect=3)
            self.assertIn(file, errors)
            self.assertFalse((self.folder / "working_directory").exists())

    def test_what_is_right_runs(self):
        self.run_program(*end_to_end("m.onnx", "y", [("x", (1, 4), self.raw)], self.lines, "-r", "cpu"))


if __name__ == "__main__":
    unittest.main()
