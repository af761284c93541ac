# SPDX-License-Identifier: BSD-3-Clause
"""'#' and '%' lines of the input list select what the target writes; -nof and -nif have the graph's own types."""

import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from program import ProgramTest, end_to_end


class SelectionTest(ProgramTest):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(0)
        weights = [numpy_helper.from_array(random.normal(size=(4, 4)).astype(np.float32), name) for name in "uvw"]
        nodes = [helper.make_node("MatMul", ["x", "u"], ["a/b"], name="first"),
                 helper.make_node("MatMul", ["a/b", "v"], ["c"], name="second"),
                 helper.make_node("MatMul", ["c", "w"], ["y"], name="third")]
        graph = helper.make_graph(nodes, "model", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 4])],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 4])], weights)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8),
                  self.folder / "m.onnx")
        self.raw = self.write_raw("x.raw", random.normal(size=(2, 4)).astype(np.float32))

    def engine(self, *lines, more=(), expect=0):
        words = ("--inference_engine", "-f", "onnx", "-m", "m.onnx", "-i", "x", "2,4", self.raw, "-o", "y", "-r", "cpu",
                 "-a", "x86_64-linux-clang", "-l", self.write_input_list(*lines), *more)
        return self.run_program(*words, expect=expect)

    def written(self):
        results = self.latest("inference_engine") / "output" / "Result_0"
        return {record["name"] for record in self.manifest(results)["tensors"]}

    def test_layers_and_tensors_are_selected(self):
        line = f"x:={self.raw}"
        self.engine(line)
        every = self.written()
        self.assertLessEqual({"x", "a_b", "c", "y"}, every)
        for head, wanted in (("#second", {"c"}), ("%a/b y", {"a_b", "y"}), ("#third c", {"c", "y"})):
            output, _ = self.engine(head, line)
            self.assertEqual(self.written(), wanted)
            self.assertIn("only what the '#' and '%' lines of the input list select is captured", output)
        kept = (self.latest("inference_engine") / "input_list.txt").read_text(encoding="utf-8")
        self.assertTrue(kept.startswith("#third c\n"), kept)
        self.engine("%a/b", line, more=("--debug_mode_off",))
        self.assertEqual(self.written(), {"a_b"})

    def test_an_unknown_name_is_refused(self):
        _, errors = self.engine("%secnd", f"x:={self.raw}", expect=3)
        self.assertIn("selects 'secnd' in its '%' line, which is no layer or tensor", errors)
        self.assertIn("Did you mean 'second'?", errors)

    def test_what_is_left_out_has_its_reason(self):
        lines = self.write_input_list("%c", f"x:={self.raw}")
        output, _ = self.run_program(*end_to_end("m.onnx", "y", [("x", (2, 4), self.raw)], lines, "-r", "cpu"))
        self.assertEqual(set(self.summary()), {"c"})
        self.assertIn("captured: 1 tensor", output)
        skipped = self.manifest(self.latest("inference_engine") / "output" / "Result_0")["skipped"]
        reasons = {entry["name"]: entry["reason"] for entry in skipped}
        self.assertIn("do not select it", reasons["y"])

    def test_native_outputs_are_the_integers(self):
        line = f"x:={self.raw}"
        self.engine(line)
        real = np.fromfile(self.latest("inference_engine") / "output/Result_0/c.raw", np.float32)
        self.engine(line, more=("-nof",))
        results = self.latest("inference_engine") / "output/Result_0"
        codes = np.fromfile(results / "c.raw", np.uint8)
        np.testing.assert_array_equal(np.fromfile(results / "float32/c.raw", np.float32), real)
        record = next(r for r in self.manifest(results)["tensors"] if r["name"] == "c")
        encoding = record["encoding"]["channels"][0] if "channels" in record["encoding"] else record["encoding"]
        np.testing.assert_allclose((codes.astype(float) + encoding["offset"]) * encoding["scale"], real, rtol=1e-5,
                                   atol=1e-6)
        self.run_program(*end_to_end("m.onnx", "y", [("x", (2, 4), self.raw)], self.folder / "input_list.txt",
                                     "-r", "cpu", "-nof"))
        self.assertGreater(float(self.summary()["c"]["SQNR"]), 20)


if __name__ == "__main__":
    unittest.main()
