# SPDX-License-Identifier: BSD-3-Clause
"""Models with planted faults, and runs that take them apart."""

import csv
import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from program import ProgramTest, end_to_end

DIMS = (1, 3, 16, 16)
LAYERS = 6
# With these the chain below is faithful: no cause is to be named.
FINE = ("--runtime", "cpu", "--act_bitwidth", "16", "--weights_bitwidth", "16", "--bias_bitwidth", "32")
DEEP = ("--deep_analyzer", "modelDissectionAnalyzer")


def weights(layer):
    rng = np.random.default_rng(layer)
    inputs = 3 if layer == 0 else 8
    return (rng.normal(size=(8, inputs, 3, 3)) / np.sqrt(inputs * 4.5)).astype(np.float32)


def encoding(low, high, bits):
    """AIMET's entry for a range."""
    scale = (high - low) / (2**bits - 1)
    return [{"bitwidth": bits, "dtype": "int", "is_symmetric": "False", "min": low, "max": high, "scale": scale,
             "offset": round(low / scale)}]


def save(path, nodes, initializers, dims=DIMS):
    graph = helper.make_graph(
        nodes, "model", [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in initializers.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def save_chain(path, change=None):
    """Conv and Relu, six times; `change` gets the initializers."""
    nodes, constants, last = [], {}, "x"
    for layer in range(LAYERS):
        constants[f"w{layer}"] = weights(layer)
        constants[f"b{layer}"] = np.random.default_rng(50 + layer).normal(size=8).astype(np.float32) / 4
        output = "y" if layer == LAYERS - 1 else f"r{layer}"
        nodes += [helper.make_node("Conv", [last, f"w{layer}", f"b{layer}"], [f"c{layer}"], name=f"conv{layer}", pads=[1] * 4),
                  helper.make_node("Relu", [f"c{layer}"], [output], name=f"relu{layer}")]
        last = output
    if change:
        change(constants)
    save(path, nodes, constants)


def save_attention(path, masked):
    """Softmax of scores, six of sixteen of which have `masked` added."""
    rng = np.random.default_rng(3)
    mask = np.zeros((16, 16), np.float32)
    mask[:, 10:] = masked
    nodes = [helper.make_node("MatMul", ["x", "w"], ["scores"], name="scores"),
             helper.make_node("Add", ["scores", "mask"], ["masked"], name="mask"),
             helper.make_node("Softmax", ["masked"], ["shares"], name="softmax", axis=-1),
             helper.make_node("MatMul", ["shares", "v"], ["y"], name="mix")]
    save(path, nodes, {"w": rng.normal(size=(16, 16)), "mask": mask, "v": rng.normal(size=(16, 16))})


class DissectionRun(ProgramTest):
    def setUp(self):
        super().setUp()
        self.values = np.random.default_rng(9).normal(size=DIMS).astype(np.float32)
        self.raw = self.write_raw("x.raw", self.values)
        self.lines = self.write_input_list(self.raw)

    def dissect(self, model, *flags, expect=0):
        return self.dissect_words(*end_to_end(model, "y", [("x", DIMS, self.raw)], self.lines, *flags), expect=expect)

    def dissect_words(self, *words, expect=0):
        stdout, _ = self.run_program(*words, *DEEP, expect=expect)
        run = self.latest("inference_engine")
        self.assertFalse((run / "dissection_values").exists())
        return stdout, json.loads((run / "dissection.json").read_text(encoding="utf-8"))

    def plant(self, activations=None, params=None, flags=FINE):
        save_chain(self.folder / "m.onnx")
        entries = {"activation_encodings": activations or {}, "param_encodings": params or {}}
        (self.folder / "o.json").write_text(json.dumps(entries), encoding="utf-8")
        return self.dissect("m.onnx", *flags, "--quantization_overrides", "o.json")

    def check_first(self, told, tensor, part, kind):
        self.assertTrue(told["causes"], told["cause_note"])
        first = told["causes"][0]
        self.assertEqual((first["tensor"], first["part"], first["kind"]), (tensor, part, kind), told["causes"])
        self.assertGreater(first["share"], 0.5)
        return first

    def rows(self):
        with open(self.latest("inference_engine") / "dissection.csv", newline="", encoding="utf-8") as file:
            return {row["Name"]: row for row in csv.DictReader(file)}
