# SPDX-License-Identifier: BSD-3-Clause
"""What a feature found stands once in the terminal, with --verbose as without, and once in the run's log.txt."""

import collections
import json
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import program

RANDOM = np.random.default_rng(3)
DIMS = (1, 3, 8, 8)
CHECKER = {"WEIGHT_COMPARISON_ALGORITHMS": [{"algo_name": "minmax", "threshold": "10"}],
           "ACT_COMPARISON_ALGORITHMS": [{"algo_name": "minmax", "threshold": "10"}],
           "INPUT_DATA_ANALYSIS_ALGORITHMS": [{"algo_name": "stats", "threshold": "2"}],
           "QUANTIZATION_ALGORITHMS": ["None"], "QUANTIZATION_VARIATIONS": ["tf"]}


class SaidOnceTest(program.ProgramTest):
    def setUp(self):
        super().setUp()
        weight = RANDOM.standard_normal((4, 3, 3, 3)).astype(np.float32)
        graph = helper.make_graph(
            [helper.make_node("Conv", ["x", "w"], ["c"], name="conv", pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["c"], ["y"], name="relu")], "small",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, DIMS)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [numpy_helper.from_array(weight, "w")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
                  self.folder / "m.onnx")
        self.raw = self.write_raw("x.raw", RANDOM.standard_normal(DIMS).astype(np.float32))
        self.lines = self.write_input_list(self.raw)

    def newest(self, feature):
        return max(path for path in (self.folder / "working_directory" / feature).iterdir() if not path.is_symlink())

    def check(self, feature, *words):
        """Gives the lines of stdout."""
        lines = []
        for more in ((), ("-v",)):
            with self.subTest(feature=feature, more=more):
                stdout, stderr = self.run_program(*words, *more)
                lines = [line for line in stdout.splitlines() if line.strip()]
                self.assertTrue(lines)
                seen = collections.Counter(stderr.splitlines())
                self.assertEqual([line for line in lines if seen[line] or seen["warning: " + line]], [], stderr)
                said = collections.Counter(lines)
                self.assertEqual([line for line, count in said.items() if count > 1 and "remedy: " not in line], [])
                self.assertNotIn("command: ", stderr)
                text = (self.newest(feature) / "log.txt").read_text(encoding="utf-8")
                kept = collections.Counter(line[32:] for line in text.splitlines())
                self.assertEqual([line for line in lines if kept[line] != said[line]], [], text)
                self.assertEqual(text.count("command: "), 1, text)
        return lines

    def model(self):
        return ("--framework", "onnx", "--model_path", "m.onnx", "--input_tensor", "x", "1,3,8,8", self.raw,
                "--output_tensor", "y")

    def test_each_feature(self):
        engine = ("--input_list", self.lines, "--runtime", "cpu", "--architecture", "x86_64-linux-clang")
        self.check("framework_runner", "--framework_runner", *self.model())
        self.check("inference_engine", "--inference_engine", *self.model(), *engine)
        golden, target = self.latest("framework_runner"), self.latest("inference_engine")
        sides = ("--golden_output_reference_directory", golden, "--inference_results", target / "output" / "Result_0")
        verified = self.check("verification", "--verification", "--default_verifier", "SQNR", *sides, "--graph_struct",
                              target / "snpe_model_graph_struct.json")
        self.assertTrue(any("tensors compared" in line for line in verified))
        self.check("tensor_inspection", "--tensor_inspection", "--verifier", "SQNR", "--golden_data", golden, "--target_data",
                   target / "output" / "Result_0")

    def test_end_to_end(self):
        words = program.end_to_end("m.onnx", "y", [("x", DIMS, self.raw)], self.lines, "--runtime", "cpu")
        lines = self.check("wrapper", *words)
        self.assertTrue(any(line.startswith("end to end in") for line in lines))

    def test_quant_checker(self):
        (self.folder / "config.json").write_text(json.dumps(CHECKER), encoding="utf-8")
        self.check("quant_checker", "--quant_checker", "-f", "onnx", "-m", "m.onnx", "-i", "x", "1,3,8,8", self.raw,
                   "-o", "y", "--config_file", "config.json", "-l", self.lines)


if __name__ == "__main__":
    unittest.main()
