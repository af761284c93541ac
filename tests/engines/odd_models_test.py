#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Models of which some outputs tell nothing: the first lines say so, and a threshold does not pass them."""

import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from program import ProgramTest, end_to_end

node = helper.make_node
DIMS = (1, 3, 8, 8)
INNER = (1, 4, 8, 8)


class OddModelsTest(ProgramTest):
    def run_model(self, nodes, *more, output_type=TensorProto.FLOAT, constants=None, inner=None, expect=0):
        """`c`, a convolution of `x`, and then `nodes`, which make `y`. Returns standard output."""
        random = np.random.default_rng(5)
        constants = {"w": random.standard_normal((4, 3, 1, 1)).astype(np.float32), **(constants or {})}
        graph = helper.make_graph(
            [node("Conv", ["x", "w"], ["c"]), *nodes], "odd",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, DIMS)],
            [helper.make_tensor_value_info("y", output_type, None)],
            [numpy_helper.from_array(value, name) for name, value in constants.items()])
        onnx.save(helper.make_model(graph, ir_version=8, opset_imports=[
            helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 2)]), self.folder / "m.onnx")
        inputs = [("x", DIMS, self.write_raw("x.raw", random.standard_normal(DIMS).astype(np.float32)))]
        if inner:
            inputs.append((inner, INNER, self.write_raw("n.raw", random.standard_normal(INNER).astype(np.float32))))
        lines = self.write_input_list(" ".join(f"{name}:={raw}" for name, _, raw in inputs))
        return self.run_program(*end_to_end("m.onnx", "y", inputs, lines, "--runtime", "cpu", *more), expect=expect)[0]

    def test_random_numbers_are_not_compared(self):
        nodes = [node("RandomNormalLike", ["c"], ["n"]), node("Add", ["c", "n"], ["y"])]
        stdout = self.run_model(nodes)
        self.assertIn("'n' holds random numbers, which differ from run to run: 2 tensors with such numbers "
                      "('y', an output, among them) cannot be compared. --input_tensor with the name 'n'", stdout)
        self.assertNotIn("Capturing changed", stdout)
        self.assertEqual(set(self.summary()), {"x", "c"})
        records = self.manifest(self.latest("inference_engine") / "output" / "Result_0")["tensors"]
        self.assertEqual({record["name"]: record.get("random") for record in records},
                         {"x": None, "c": None, "n": "n", "y": "n"})
        failed = self.run_model(nodes, "--default_verifier", "SQNR,threshold,10", expect=1)
        self.assertIn("Fails the threshold: 2 tensors of the target without a golden twin", failed)
        self.run_model(nodes, "--default_verifier", "SQNR,threshold,10", inner="n")
        self.assertEqual(set(self.summary()), {"x", "c", "n", "y"})

    def test_the_checker_does_not_rank_by_random_numbers(self):
        nodes = [node("RandomNormalLike", ["c"], ["n"]), node("Add", ["c", "n"], ["y"])]
        self.run_model(nodes)
        (self.folder / "config.json").write_text('{"QUANTIZATION_ALGORITHMS": ["None"]}', encoding="utf-8")
        _, errors = self.run_program(
            "--quant_checker", "-f", "onnx", "-m", "m.onnx", "-i", "x", "1,3,8,8", "x.raw", "-o", "y",
            "--config_file", "config.json", "-l", self.write_input_list("x.raw"), expect=3)
        self.assertIn("the output 'y' depends on random numbers ('n')", errors)

    def test_dropout_in_training_is_random(self):
        constants = {"ratio": np.float32(0.5), "training": np.bool_(True)}
        stdout = self.run_model([node("Dropout", ["c", "ratio", "training"], ["y"])], constants=constants)
        self.assertIn("'y' holds random numbers", stdout)
        self.assertNotIn("Capturing changed", stdout)
        constants["training"] = np.bool_(False)
        self.assertNotIn("random", self.run_model([node("Dropout", ["c", "ratio", "training"], ["y"])],
                                                  constants=constants))

    def test_an_output_of_one_value_proves_nothing(self):
        low = {"low": np.float32(-1000)}
        stdout = self.run_model([node("Add", ["c", "low"], ["s"]), node("Relu", ["s"], ["y"])], constants=low)
        self.assertIn("Golden's output 'y' (Relu) is 0 throughout, so that agreement there proves nothing", stdout)
        self.assertNotIn("proves nothing", self.run_model([node("Relu", ["c"], ["y"])]))

    def test_a_constant_that_integers_cannot_hold_is_told(self):
        self.run_model([node("Mul", ["c", "k"], ["y"])], constants={"k": np.float32([[1], [np.nan]] * 4)})
        log = (self.latest("inference_engine") / "log.txt").read_text(encoding="utf-8")
        self.assertIn("'k': 4 of 8 values of this constant are NaN or infinite", log)

    def test_an_output_of_strings_is_told(self):
        stdout = self.run_model(
            [node("ArgMax", ["c"], ["k"], axis=1),
             node("LabelEncoder", ["k"], ["y"], domain="ai.onnx.ml", keys_int64s=[0, 1, 2, 3], values_strings=list("abcd"))],
            output_type=TensorProto.STRING)
        self.assertIn("The output 'y' is neither captured nor compared: a tensor of strings.", stdout)

    def test_values_below_the_smallest_step_are_said_to_become_zero(self):
        stdout = self.run_model([node("Mul", ["c", "tiny"], ["y"])], constants={"tiny": np.float32(1e-30)})
        self.assertIn("256 of the 256 values that are not zero become zero; 0.0 dB SQNR", stdout)
        self.assertNotIn("huge values", stdout)

    def test_a_model_without_nodes_is_no_fault_of_filters(self):
        info = helper.make_tensor_value_info("x", TensorProto.FLOAT, DIMS)
        onnx.save(helper.make_model(helper.make_graph([], "empty", [info], [info]), ir_version=8), self.folder / "m.onnx")
        raw = self.write_raw("x.raw", np.zeros(DIMS, np.float32))
        _, errors = self.run_program(*end_to_end("m.onnx", "x", [("x", DIMS, raw)], self.write_input_list(raw),
                                                 "--runtime", "cpu"), expect=3)
        self.assertIn("the model has no nodes", errors)
        self.assertNotIn("filter", errors)


if __name__ == "__main__":
    unittest.main()
