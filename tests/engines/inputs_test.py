# SPDX-License-Identifier: BSD-3-Clause
"""Models with several inputs, states, scalars, dynamic dims, subgraphs and every input type."""

import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from program import ProgramTest, end_to_end


def save(path, nodes, inputs, outputs, initializers=(), opset=17):
    graph = helper.make_graph(nodes, "model", inputs, outputs, list(initializers))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def value(name, dims, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, dims)


class InputsTest(ProgramTest):
    def test_every_type_of_input(self):
        kinds = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "float16": TensorProto.FLOAT16,
                 "int8": TensorProto.INT8, "uint8": TensorProto.UINT8, "int16": TensorProto.INT16,
                 "uint16": TensorProto.UINT16, "int32": TensorProto.INT32, "uint32": TensorProto.UINT32,
                 "int64": TensorProto.INT64, "uint64": TensorProto.UINT64, "bool": TensorProto.BOOL}
        nodes, inputs, words = [], [], []
        for name, kind in kinds.items():
            nodes.append(helper.make_node("Cast", [name], [f"{name}_f"], name=f"cast_{name}", to=TensorProto.FLOAT))
            inputs.append(value(name, [2, 2], kind))
            raw = self.write_raw(f"{name}.raw", np.array([[0, 1], [1, 0]], np.dtype(name)))
            words += ["-i", name, "2,2", raw, name]
        nodes.append(helper.make_node("Sum", [f"{name}_f" for name in kinds], ["y"], name="sum"))
        save(self.folder / "m.onnx", nodes, inputs, [value("y", [2, 2])])
        self.run_program("--framework_runner", "-f", "onnx", "-m", "m.onnx", "-o", "y", *words)
        raw = np.fromfile(self.latest("framework_runner") / "y.raw", np.float32)
        np.testing.assert_array_equal(raw, [0, 12, 12, 0])

    def test_scalars_states_and_dynamic_dims_end_to_end(self):
        weight = numpy_helper.from_array(np.random.default_rng(0).normal(size=(4, 4)).astype(np.float32), "w")
        nodes = [helper.make_node("MatMul", ["x", "w"], ["m"], name="matmul"),
                 helper.make_node("Add", ["m", "state"], ["s"], name="add"),
                 helper.make_node("Mul", ["s", "gain"], ["g"], name="mul"),
                 helper.make_node("Tanh", ["g"], ["next"], name="tanh"),
                 helper.make_node("ReduceMean", ["next"], ["mean"], name="mean", keepdims=0)]
        save(self.folder / "m.onnx", nodes, [value("x", ["t", 4]), value("state", ["t", 4]), value("gain", [])],
             [value("next", ["t", 4]), value("mean", [])], [weight])
        random = np.random.default_rng(1)
        x = self.write_raw("x.raw", random.normal(size=(3, 4)).astype(np.float32))
        state = self.write_raw("state.raw", random.normal(size=(3, 4)).astype(np.float32))
        gain = self.write_raw("gain.raw", np.float32(0.5))
        lines = self.write_input_list(f"x:={x} state:={state} gain:={gain}")
        inputs = [("x", (3, 4), x), ("state", (3, 4), state), ("gain", (1,), gain)]
        for more in (("--precision", "fp32"), ("--precision", "fp16"), ("-abw", "16"), ()):
            self.run_program(*end_to_end("m.onnx", "next", inputs, lines, "-o", "mean", "--runtime", "cpu", *more))
            rows = self.summary()
            self.assertLessEqual({"next", "mean"}, set(rows))
            floor = 20 if not more else 60 if "fp32" in more else 40
            self.assertGreater(float(rows["next"]["SQNR"]), floor, more)

    def test_a_model_with_ids_and_a_mask_like_a_transformer(self):
        random = np.random.default_rng(2)
        tensors = {"table": random.normal(size=(50, 8)), "wq": random.normal(size=(8, 8)) / 3,
                   "wk": random.normal(size=(8, 8)) / 3, "gamma": np.ones(8), "beta": np.zeros(8),
                   "one": np.float32(1), "big": np.float32(-1e4)}
        initializers = [numpy_helper.from_array(np.asarray(v, np.float32), k) for k, v in tensors.items()]
        initializers.append(numpy_helper.from_array(np.array([1], np.int64), "axis"))
        nodes = [helper.make_node("Gather", ["table", "ids"], ["e"], name="embed"),
                 helper.make_node("LayerNormalization", ["e", "gamma", "beta"], ["n"], name="norm"),
                 helper.make_node("MatMul", ["n", "wq"], ["q"], name="q"),
                 helper.make_node("MatMul", ["n", "wk"], ["k"], name="k"),
                 helper.make_node("Transpose", ["k"], ["kt"], name="kt", perm=[0, 2, 1]),
                 helper.make_node("MatMul", ["q", "kt"], ["score"], name="score"),
                 helper.make_node("Cast", ["mask"], ["maskf"], name="cast", to=TensorProto.FLOAT),
                 helper.make_node("Sub", ["one", "maskf"], ["inverse"], name="inverse"),
                 helper.make_node("Mul", ["inverse", "big"], ["bias"], name="bias"),
                 helper.make_node("Unsqueeze", ["bias", "axis"], ["bias3"], name="bias3"),
                 helper.make_node("Add", ["score", "bias3"], ["masked"], name="masked"),
                 helper.make_node("Softmax", ["masked"], ["p"], name="softmax"),
                 helper.make_node("MatMul", ["p", "n"], ["y"], name="mix")]
        save(self.folder / "m.onnx", nodes,
             [value("ids", ["b", "t"], TensorProto.INT64), value("mask", ["b", "t"], TensorProto.INT64)],
             [value("y", ["b", "t", 8])], initializers)
        ids = self.write_raw("ids.raw", random.integers(0, 50, (1, 6)))
        mask = self.write_raw("mask.raw", np.array([[1, 1, 1, 1, 1, 0]], np.int64))
        lines = self.write_input_list(f"ids:={ids} mask:={mask}")
        inputs = [("ids", (1, 6), ids, "int64"), ("mask", (1, 6), mask, "int64")]
        for more, floor in ((("--precision", "fp32"), 100), (("-abw", "16", "-bbw", "32"), 25)):
            self.run_program(*end_to_end("m.onnx", "y", inputs, lines, "--runtime", "cpu", *more))
            self.assertGreater(float(self.summary()["y"]["SQNR"]), floor, more)

    def test_a_model_with_a_condition(self):
        then_branch = helper.make_graph([helper.make_node("Relu", ["x"], ["t"], name="relu")], "then", [], [value("t", [4])])
        else_branch = helper.make_graph([helper.make_node("Neg", ["x"], ["e"], name="neg")], "else", [], [value("e", [4])])
        nodes = [helper.make_node("ReduceSum", ["x"], ["sum"], name="sum", keepdims=0),
                 helper.make_node("Greater", ["sum", "zero"], ["positive"], name="greater"),
                 helper.make_node("If", ["positive"], ["c"], name="if", then_branch=then_branch, else_branch=else_branch),
                 helper.make_node("Abs", ["c"], ["y"], name="abs")]
        save(self.folder / "m.onnx", nodes, [value("x", [4])], [value("y", [4])],
             [numpy_helper.from_array(np.float32(0), "zero")])
        x = self.write_raw("x.raw", np.array([1, -3, 0.5, 1], np.float32))
        lines = self.write_input_list(x)
        for more in (("--precision", "fp32"), ()):
            self.run_program(*end_to_end("m.onnx", "y", [("x", (4,), x)], lines, "--runtime", "cpu", *more))
            self.assertGreater(float(self.summary()["y"]["SQNR"]), 30)


if __name__ == "__main__":
    unittest.main()
