# SPDX-License-Identifier: BSD-3-Clause
"""Operators whose constants need a form of their own to come out right on the HTP simulator."""

import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from program import ProgramTest, end_to_end


class Model:
    """An ONNX model that grows node by node; everything in it is float32."""

    def __init__(self, opset=18):
        self.opset = opset
        self.nodes, self.constants, self.inputs, self.outputs = [], [], {}, []

    def input(self, name, values):
        self.inputs[name] = values.astype(np.float32)
        return name

    def constant(self, values):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(self, op_type, inputs, *outputs, **attributes):
        self.nodes.append(helper.make_node(op_type, inputs, outputs, name=f"n_{outputs[0]}", **attributes))

    def save(self, path):
        value = lambda name, dims: helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
        graph = helper.make_graph(self.nodes, "net", [value(name, array.shape) for name, array in self.inputs.items()],
                                  [helper.make_empty_tensor_value_info(name) for name in self.outputs], self.constants)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)],
                                    ir_version=10 if self.opset > 20 else 8), path)


class HtpOperatorsTest(ProgramTest):
    def run_on_htp(self, model, *more):
        """The scores of each tensor, by name, and the text that the run printed."""
        model.save(self.folder / "model.onnx")
        inputs = [(name, array.shape, self.write_raw(f"{name}.raw", array)) for name, array in model.inputs.items()]
        lines = self.write_input_list(" ".join(f"{name}:={raw}" for name, _, raw in inputs))
        others = [word for name in model.outputs[1:] for word in ("--output_tensor", name)]
        stdout, _ = self.run_program(*end_to_end("model.onnx", model.outputs[0], inputs, lines, *others, "--runtime", "dsp",
                                                 *more))
        return {name: float(row["SQNR"]) for name, row in self.summary().items()}, stdout

    def batch_norms(self, count):
        """Batch norms side by side, with random numbers: the largest bias of half of them is positive."""
        model = Model()
        for number in range(count):
            random = np.random.default_rng(340 + number)
            floats = lambda *dims: random.standard_normal(dims).astype(np.float32)
            numbers = [floats(4), floats(4), floats(4), np.abs(floats(4)) + np.float32(0.1)]
            x = model.input(f"x{number}", floats(1, 4, 8, 8))
            model.node("BatchNormalization", [x, *map(model.constant, numbers)], f"y{number}")
            model.outputs.append(f"y{number}")
        return model

    def test_the_bias_of_a_batch_norm_keeps_its_sign(self):
        for more in ((), ("-bbw", "32", "--use_symmetric_quantize_weights"), ("-abw", "16", "-bbw", "32"),
                     ("--use_per_channel_quantization",)):
            scores, _ = self.run_on_htp(self.batch_norms(24), *more)
            for number in range(24):
                self.assertGreater(scores[f"y{number}"], 30, (number, more))

    def test_a_group_norm_is_taken_apart(self):
        floats = lambda *dims: np.random.default_rng(1).standard_normal(dims).astype(np.float32)
        model = Model(opset=21)
        model.input("x", floats(1, 4, 6, 8))
        model.node("GroupNormalization", ["x", model.constant(floats(4)), model.constant(floats(4))], "y", num_groups=2)
        model.outputs.append("y")
        for more, floor in (((), 30), (("-abw", "16", "-bbw", "32"), 60), (("--precision", "fp16"), 50)):
            scores, stdout = self.run_on_htp(model, *more)
            self.assertEqual(set(scores), {"x", "y"})
            self.assertGreater(scores["y"], floor, more)
            self.assertIn("The HTP computed all 5 nodes", stdout)

    def test_recurrent_operators_with_all_outputs(self):
        floats = lambda *dims, seed=0: (np.random.default_rng(seed).standard_normal(dims) / 2).astype(np.float32)
        model = Model()
        model.input("x", np.random.default_rng(1).uniform(-1, 1, (5, 2, 3)))
        for name, gates, more in (("gru", 3, {}), ("reset", 3, {"linear_before_reset": 1}), ("lstm", 4, {})):
            numbers = [floats(1, 4 * gates, 3), floats(1, 4 * gates, 4, seed=1), floats(1, 8 * gates, seed=2)]
            outputs = [f"{name}_{end}" for end in ("yhc" if gates == 4 else "yh")]
            model.node("LSTM" if gates == 4 else "GRU", ["x", *map(model.constant, numbers)], *outputs, hidden_size=4,
                       **more)
            model.outputs += outputs
        for more, floor in (((), 25), (("-bbw", "32"), 25), (("-abw", "16"), 30), (("-abw", "16", "-bbw", "32"), 30),
                            (("-abw", "16", "-bbw", "32", "--use_symmetric_quantize_weights"), 30)):
            scores, _ = self.run_on_htp(model, *more)
            for name in model.outputs:
                self.assertGreater(scores[name], floor, (name, more))

    def test_indices_of_an_image_that_keep_their_dims(self):
        model = Model(opset=13)
        model.input("x", np.random.default_rng(1).permutation(192).reshape(1, 4, 6, 8) / 100)
        model.node("Conv", ["x", model.constant(np.eye(4, dtype=np.float32)[:, :, None, None])], "c")
        for kind in ("ArgMax", "ArgMin"):
            model.node(kind, ["c"], kind, axis=1)
            model.outputs.append(kind)
        for more in ((), ("-abw", "16", "-bbw", "32"), ("--precision", "fp16")):
            scores, _ = self.run_on_htp(model, *more)
            self.assertEqual(set(scores), {"x", "c", "ArgMax", "ArgMin"})
            for kind in model.outputs:
                self.assertEqual(self.summary()[kind]["verdict"], "match", (kind, more))


if __name__ == "__main__":
    unittest.main()
