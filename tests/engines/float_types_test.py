#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Sources in float16 and float64: golden runs them as they are, the target has float32 and is quantized as any other."""

import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import program

DIMS = (1, 3, 8, 8)


class FloatTypesTest(program.ProgramTest):
    def write_network(self, name, kind, ends):
        """Two products whose tensors are of `kind`; inputs and outputs of `ends`, with Casts where that is another."""
        random = np.random.default_rng(1)
        dtype = helper.tensor_dtype_to_np_dtype(kind)
        held = [numpy_helper.from_array(random.standard_normal(dims).astype(np.float16).astype(dtype), tensor)
                for tensor, dims in (("w", (8, 8)), ("w2", (8, 4)))]
        nodes = [helper.make_node("MatMul", ["h", "w"], ["a"], "first"),
                 helper.make_node("Relu", ["a"], ["r"], "relu"), helper.make_node("MatMul", ["r", "w2"], ["c"], "second")]
        if kind != ends:
            nodes = [helper.make_node("Cast", ["x"], ["h"], "in", to=kind), *nodes,
                     helper.make_node("Cast", ["c"], ["y"], "out", to=ends)]
        else:
            nodes[0].input[0], nodes[-1].output[0] = "x", "y"
        graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", ends, DIMS)],
                                  [helper.make_tensor_value_info("y", ends, None)], held)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), self.folder / name)

    def quantized(self, name, *flags):
        """Runs the model in 8 bits end to end; the first statement and the target's output."""
        out, _ = self.run_program(*program.end_to_end(name, "y", [("x", DIMS, "x.raw")], "input_list.txt",
                                                      "--runtime", "cpu", *flags))
        self.golden = np.fromfile(self.latest("framework_runner") / "y.raw", np.float32)
        folder = self.latest("inference_engine") / "output" / "Result_0"
        manifest = self.manifest(folder)
        self.assertIn(manifest["statements"][0], out)
        tensor = next(tensor for tensor in manifest["tensors"] if tensor["name"] == "y")
        return manifest["statements"][0], np.fromfile(folder / tensor["file"], np.float32)

    def setUp(self):
        super().setUp()
        value = np.random.default_rng(2).standard_normal(DIMS).astype(np.float16).astype(np.float32)
        self.write_input_list(self.write_raw("x.raw", value))

    def test_every_float_type_is_quantized_as_float32_is(self):
        self.write_network("float.onnx", TensorProto.FLOAT, TensorProto.FLOAT)
        statement, expected = self.quantized("float.onnx")
        self.assertEqual(statement, "all 3 compute nodes are quantized; "
                                    "3 activations and 2 weights and biases have integer encodings")
        exact = self.golden
        for kind in (TensorProto.FLOAT16, TensorProto.DOUBLE):
            for ends in (kind, TensorProto.FLOAT):
                self.write_network("m.onnx", kind, ends)
                said, value = self.quantized("m.onnx")
                self.assertEqual(said, statement)
                np.testing.assert_array_equal(value, expected)
                np.testing.assert_allclose(self.golden, exact, atol=0.05)
                if kind == TensorProto.FLOAT16:
                    self.assertFalse((self.golden == exact).all(), "golden must run in the model's own type")

    def test_golden_is_float32_and_says_so_where_its_framework_lacks_the_type(self):
        weight = np.random.default_rng(1).integers(-8, 9, (8, 8)).astype(np.float32) / 8
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], ["a"], "first"), helper.make_node("Relu", ["a"], ["y"], "relu")], "g",
            [helper.make_tensor_value_info("x", TensorProto.BFLOAT16, DIMS)],
            [helper.make_tensor_value_info("y", TensorProto.BFLOAT16, None)],
            [helper.make_tensor("w", TensorProto.BFLOAT16, (8, 8), weight.ravel())])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), self.folder / "m.onnx")
        value = np.random.default_rng(2).integers(-16, 17, DIMS).astype(np.float32) / 16  # bfloat16 holds these.
        self.write_raw("x.raw", value)
        self.quantized("m.onnx")
        self.assertRegex(self.manifest(self.latest("framework_runner"))["statements"][0],
                         "golden is the model in float32, since its framework has no code for it in bfloat16")
        np.testing.assert_allclose(self.golden, np.maximum(value @ weight, 0).ravel(), atol=1e-5)

    def test_a_quantized_half_model_has_a_float_golden(self):
        random = np.random.default_rng(1)
        nodes = [helper.make_node("QuantizeLinear", ["x", "s", "z"], ["xq"]), helper.make_node("DequantizeLinear", ["xq", "s", "z"], ["xd"]),
                 helper.make_node("MatMul", ["xd", "w"], ["a"], "first"), helper.make_node("Relu", ["a"], ["y"], "relu")]
        weight = random.standard_normal((8, 8)).astype(np.float16)
        graph = helper.make_graph(
            nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT16, DIMS)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT16, None)],
            [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(np.float16(.03), "s"),
             numpy_helper.from_array(np.uint8(128), "z")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9), self.folder / "m.onnx")
        self.run_program(*program.end_to_end("m.onnx", "y", [("x", DIMS, "x.raw")], "input_list.txt", "--runtime", "cpu",
                                             "--golden_without_quantization"))
        golden = np.fromfile(self.latest("framework_runner") / "y.raw", np.float32)
        value = np.fromfile(self.folder / "x.raw", np.float32).reshape(DIMS)
        np.testing.assert_allclose(golden, np.maximum(value @ weight.astype(np.float32), 0).ravel(), rtol=1e-4, atol=1e-4)

    def test_a_float_target_of_a_half_model_is_float32(self):
        self.write_network("m.onnx", TensorProto.FLOAT16, TensorProto.FLOAT16)
        self.run_program(*program.end_to_end("m.onnx", "y", [("x", DIMS, "x.raw")], "input_list.txt",
                                             "--runtime", "cpu", "--precision", "fp32"))
        tensors = self.manifest(self.latest("inference_engine") / "output" / "Result_0")["tensors"]
        self.assertEqual({tensor["type"] for tensor in tensors}, {"float32"})
        self.assertIn("float16", {tensor["type"] for tensor in self.manifest(self.latest("framework_runner"))["tensors"]})

    def test_a_run_that_quantizes_nothing_is_an_error_that_says_why(self):
        body = helper.make_graph(
            [helper.make_node("Identity", ["c"], ["d"]), helper.make_node("Add", ["s", "s"], ["t"], "sum")], "body",
            [helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info("c", TensorProto.BOOL, []),
             helper.make_tensor_value_info("s", TensorProto.FLOAT, DIMS)],
            [helper.make_tensor_value_info("d", TensorProto.BOOL, []), helper.make_tensor_value_info("t", TensorProto.FLOAT, DIMS)])
        graph = helper.make_graph([helper.make_node("Loop", ["n", "", "x"], ["y"], "loop", body=body)], "g",
                                  [helper.make_tensor_value_info("x", 1, DIMS), helper.make_tensor_value_info("n", 7, [])],
                                  [helper.make_tensor_value_info("y", 1, DIMS)])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), self.folder / "m.onnx")
        self.write_raw("n.raw", np.array(3, np.int64))
        self.write_input_list("x:=x.raw n:=n.raw")
        words = program.end_to_end("m.onnx", "y", [("x", DIMS, "x.raw"), ("n", (1,), "n.raw", "int64")], "input_list.txt",
                                   "--runtime", "cpu")
        _, log = self.run_program(*words, expect=3)
        self.assertIn("nothing was quantized: 1 of 1 compute nodes stayed float: Loop ('loop' with 2 nodes inside)", log)
        self.run_program(*words, "--precision", "fp32")


if __name__ == "__main__":
    unittest.main()
