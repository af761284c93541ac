# SPDX-License-Identifier: BSD-3-Clause
"""Operators that frameworks write in parts are converted, quantized and run on the HTP as one."""

import json
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from program import ProgramTest, end_to_end

DIMS = (1, 8, 16)


def node(op_type, inputs, output, **attributes):
    return helper.make_node(op_type, inputs, [output], name=output, **attributes)


GELU = [node("Div", ["a", "root2"], "d"), node("Erf", ["d"], "e"), node("Add", ["e", "one"], "s"), node("Mul", ["a", "s"], "m"),
        node("Mul", ["m", "half"], "y")]
LAYER_NORM = [node("ReduceMean", ["a"], "mean", axes=[-1]), node("Sub", ["a", "mean"], "d"), node("Pow", ["d", "two"], "q"),
              node("ReduceMean", ["q"], "variance", axes=[-1]), node("Add", ["variance", "epsilon"], "v"), node("Sqrt", ["v"], "r"),
              node("Div", ["d", "r"], "n"), node("Mul", ["n", "scale"], "g"), node("Add", ["g", "bias"], "y")]
RMS_NORM = [node("Pow", ["a", "two"], "q"), node("ReduceMean", ["q"], "mean", axes=[-1]), node("Add", ["mean", "epsilon"], "v"),
            node("Sqrt", ["v"], "r"), node("Div", ["a", "r"], "n"), node("Mul", ["n", "scale"], "y")]
HARD_SWISH = [node("HardSigmoid", ["a"], "h", alpha=1 / 6, beta=0.5), node("Mul", ["a", "h"], "y")]
PATTERNS = {"Gelu": GELU, "LayerNormalization": LAYER_NORM, "SimplifiedLayerNormalization": RMS_NORM, "HardSwish": HARD_SWISH}


class PatternRun(ProgramTest):
    def setUp(self):
        super().setUp()
        self.values = np.random.default_rng(4).normal(size=DIMS).astype(np.float32) * 2
        self.raw = self.write_raw("x.raw", self.values)
        self.lines = self.write_input_list(self.raw)

    def run_pattern(self, nodes, *flags):
        """A product with weights before the pattern, so that it is no input of the graph that is fused with."""
        rng = np.random.default_rng(6)
        constants = {"w": rng.normal(size=(16, 16)) / 4, "root2": np.sqrt(2), "one": 1, "two": 2, "half": 0.5, "epsilon": 1e-5,
                     "scale": rng.normal(size=16), "bias": rng.normal(size=16)}
        nodes = [node("MatMul", ["x", "w"], "a"), *nodes]
        used = {name for one in nodes for name in one.input}
        graph = helper.make_graph(
            nodes, "pattern", [helper.make_tensor_value_info("x", TensorProto.FLOAT, DIMS)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in constants.items() if name in used])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), self.folder / "m.onnx")
        self.run_program(*end_to_end("m.onnx", "y", [("x", DIMS, self.raw)], self.lines, *flags))
        return json.loads((self.latest("verification") / "summary.json").read_text(encoding="utf-8"))

    def check_fused(self, summary, op_type, nodes):
        self.assertEqual([row["name"] for row in summary["rows"]], ["x", "a", "y"])
        self.assertEqual(summary["rows"][-1]["layer_type"], op_type)
        reasons = {tensor["name"]: tensor["reason"] for tensor in summary["unmatched_golden"]}
        for inner in nodes[:-1]:
            self.assertEqual(reasons[inner.output[0]], f"fused into {op_type} 'y'")


class OnTheHostTest(PatternRun):
    def test_in_float_each_is_the_same(self):
        for op_type, nodes in PATTERNS.items():
            with self.subTest(op_type=op_type):
                summary = self.run_pattern(nodes, "--runtime", "cpu", "--precision", "fp32")
                self.check_fused(summary, op_type, nodes)
                self.assertGreater(float(self.summary()["y"]["SQNR"]), 100)

    def test_an_output_inside_keeps_the_parts(self):
        self.run_pattern(GELU, "--runtime", "cpu", "--precision", "fp32", "--output_tensor", "e")
        self.assertIn("e", self.summary())
        self.assertIn("m", self.summary())


class OnTheHtpTest(PatternRun):
    def test_each_is_computed_by_the_htp(self):
        for op_type, nodes in PATTERNS.items():
            with self.subTest(op_type=op_type):
                summary = self.run_pattern(nodes, "--runtime", "dsp", "--act_bitwidth", "16", "--use_per_channel_quantization")
                self.check_fused(summary, op_type, nodes)
                self.assertEqual(summary["rows"][-1]["processor"], "HTP")
                self.assertGreater(float(self.summary()["y"]["SQNR"]), 30)


if __name__ == "__main__":
    unittest.main()
