# SPDX-License-Identifier: BSD-3-Clause
"""The golden run's input is found in the input list by its values, whatever the types of the files."""

import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from program import ProgramTest, end_to_end

KINDS = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "float16": TensorProto.FLOAT16,
         "int8": TensorProto.INT8, "uint8": TensorProto.UINT8, "int32": TensorProto.INT32,
         "int64": TensorProto.INT64, "bool": TensorProto.BOOL}


class GoldenLineTest(ProgramTest):
    def save(self, kind, dims):
        """y = Conv(Cast(x)), an image's layers; `kind` is the type of x."""
        weight = np.random.default_rng(0).normal(size=(4, dims[1], 1, 1)).astype(np.float32)
        graph = helper.make_graph(
            [helper.make_node("Cast", ["x"], ["f"], name="cast", to=TensorProto.FLOAT),
             helper.make_node("Conv", ["f", "w"], ["y"], name="conv")],
            "model", [helper.make_tensor_value_info("x", KINDS[kind], dims)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [numpy_helper.from_array(weight, "w")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8),
                  self.folder / "m.onnx")

    def compare(self, values, kind, given, listed, *more, expect=0):
        """An end-to-end run whose --input_tensor has the type `given`, and whose list has `listed`."""
        self.save(kind, values.shape)
        raw = self.write_raw("given.raw", values.astype(given))
        other = self.write_raw("listed.raw", np.array(listed))
        lines = self.write_input_list(f"x:={other}")
        inputs = [("x", values.shape, raw, given)]
        return self.run_program(*end_to_end("m.onnx", "y", inputs, lines, "--runtime", "cpu", *more), expect=expect)

    def test_every_type_against_a_float32_list_and_back(self):
        for kind in KINDS:
            values = np.random.default_rng(1).integers(0, 2, (1, 3, 2, 2))
            for given, listed in ((kind, "float32"), ("float32", kind), (kind, kind)):
                with self.subTest(kind=kind, given=given, listed=listed):
                    native = ("-nif",) if listed == kind else ()
                    self.compare(values, kind, given, values.astype(listed), "--precision", "fp32", *native)
                    self.assertEqual(float(self.summary()["y"]["CosineSimilarity"]), 1)

    def test_int64_ids_against_a_float32_list(self):
        values = np.arange(12).reshape(1, 3, 2, 2)
        self.compare(values, "int64", "int64", values.astype(np.float32))
        self.compare(values, "int64", "float32", values.astype(np.int64))

    def test_the_difference_is_named(self):
        values = np.arange(12).reshape(1, 3, 2, 2)
        other = values.copy()
        other[0, 0, 1, 1] = 9
        _, errors = self.compare(values, "int64", "int64", other.astype(np.float32), expect=3)
        self.assertIn("Nearest is inference 0: 'x': 1 of 12 elements differ, the first is element 3: 9, not 3", errors)
        self.assertFalse((self.folder / "working_directory" / "framework_runner").exists())
        channel_last = values.transpose(0, 2, 3, 1).astype(np.float32)
        _, errors = self.compare(values, "float32", "float32", channel_last, expect=3)
        self.assertIn("the same values in another axis order, 0,2,3,1 of --input_tensor's", errors)
        _, errors = self.compare(values, "float32", "float32", values.astype(np.float16), expect=3)
        self.assertIn("The size is right for int16, uint16, float16", errors)

    def test_integers_that_float32_does_not_hold_are_others(self):
        values = np.full((1, 3, 2, 2), 2**24 + 1)
        _, errors = self.compare(values, "int64", "int64", values.astype(np.float32), expect=3)
        self.assertIn("12 of 12 elements differ", errors)

    def test_the_line_is_found_among_others(self):
        values = np.random.default_rng(2).normal(size=(1, 3, 2, 2))
        self.save("float32", values.shape)
        given = self.write_raw("given.raw", values)
        first = self.write_raw("first.raw", values.astype(np.float32) + 1)
        second = self.write_raw("second.raw", values.astype(np.float32))
        lines = self.write_input_list(f"x:={first}", f"x:={second}")
        self.run_program(*end_to_end("m.onnx", "y", [("x", values.shape, given, "float64")], lines,
                                     "--runtime", "cpu", "--precision", "fp32"))
        self.assertEqual(float(self.summary()["y"]["CosineSimilarity"]), 1)


if __name__ == "__main__":
    unittest.main()
