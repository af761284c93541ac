# SPDX-License-Identifier: BSD-3-Clause
"""Which processor computed each tensor of an HTP run: in the log, the tables and the pages."""

import json
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import program

DIMS = (1, 3, 6, 6)


class ProcessorsTest(program.ProgramTest):
    def run_model(self, kind, runtime):
        """Conv, then a node of `kind`, then Relu."""
        random = np.random.default_rng(5)
        weight = random.standard_normal((4, 3, 1, 1)).astype(np.float32)
        graph = helper.make_graph(
            [helper.make_node("Conv", ["x", "w"], ["c"], name="conv"), helper.make_node(kind, ["c"], ["h"], name="middle"),
             helper.make_node("Relu", ["h"], ["y"], name="relu")], "small",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, DIMS)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [numpy_helper.from_array(weight, "w")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8),
                  self.folder / "m.onnx")
        raw = self.write_raw("x.raw", random.standard_normal(DIMS).astype(np.float32))
        lines = self.write_input_list(raw)
        return self.run_program(*program.end_to_end("m.onnx", "y", [("x", DIMS, raw)], lines, "--runtime", runtime))[0]

    def page(self, name):
        return (self.latest("verification") / name).read_text(encoding="utf-8")

    def test_one_node_left_to_the_cpu(self):
        self.run_model("Hardmax", "dsp")
        made = {name: row["processor"] for name, row in self.summary().items()}
        self.assertEqual(made, {"x": "", "c": "HTP", "h": "CPU", "y": made["y"]})
        rows = json.loads(self.page("summary.json"))["rows"]
        self.assertEqual({row["name"]: row["processor"] for row in rows}, {name: made[name] or None for name in made})
        self.assertIn("computed by the CPU", self.page("SQNR/h.html"))
        self.assertIn("computed by the HTP", self.page("SQNR/c.html"))
        log = (self.latest("inference_engine") / "log.txt").read_text(encoding="utf-8")
        self.assertRegex(log, r"computed by the HTP: .*\bc\b")
        self.assertRegex(log, r"computed by the CPU: .*\bh\b")

    def test_a_node_of_uncounted_work_makes_the_share_unknown(self):
        body = helper.make_graph(
            [helper.make_node("Mul", ["s", "s"], ["square"]), helper.make_node("Identity", ["go"], ["on"])], "body",
            [helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info("go", TensorProto.BOOL, []),
             helper.make_tensor_value_info("s", TensorProto.FLOAT, DIMS)],
            [helper.make_tensor_value_info("on", TensorProto.BOOL, []), helper.make_tensor_value_info("square", TensorProto.FLOAT, DIMS)])
        weight = np.random.default_rng(5).standard_normal((3, 3, 1, 1)).astype(np.float32)
        graph = helper.make_graph(
            [helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("ReduceSum", ["x"], ["sum"], keepdims=0),
             helper.make_node("Cast", ["sum"], ["trips"], to=TensorProto.INT64),
             helper.make_node("Loop", ["trips", "", "c"], ["y"], body=body)], "looped",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, DIMS)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, DIMS)], [numpy_helper.from_array(weight, "w")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8),
                  self.folder / "m.onnx")
        raw = self.write_raw("x.raw", np.full(DIMS, 1 / 54, np.float32) * np.arange(108, dtype=np.float32).reshape(DIMS) / 53.5)
        lines = self.write_input_list(raw)
        stdout = self.run_program(*program.end_to_end("m.onnx", "y", [("x", DIMS, raw)], lines, "--runtime", "dsp"))[0]
        self.assertRegex(stdout, r"The HTP computed \d of 4 nodes, an unknown share of the multiply-accumulates; ")

    def test_nothing_stands_out_where_one_processor_computed_all(self):
        for runtime in ("dsp", "cpu"):
            stdout = self.run_model("Sigmoid", runtime)
            self.assertNotIn("on the CPU)", stdout)
            self.assertEqual({row["processor"] for row in self.summary().values()}, {"", "HTP" if runtime == "dsp" else "CPU"})
            self.assertNotIn("tag cpu", self.page("summary.html"))


if __name__ == "__main__":
    unittest.main()
