#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""TensorFlow Lite models that keep a state in resource variables: every input starts from the initial one."""

import unittest

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from tflite_models import KERNELS, TYPES, Builder, TfLiteTest

WINDOW = (1, 4, 1, 2)
TYPES[np.dtype("V1")] = schema.TensorType.RESOURCE
RESOURCE = np.dtype("V1")
random = np.random.default_rng(0)
WEIGHTS = random.uniform(-1, 1, (3, 3, 1, 2)).astype(np.float32)
MIX = random.uniform(-0.5, 0.5, (3, 3)).astype(np.float32)
HIDDEN = np.array([[0.25, -0.5, 0.75]], np.float32)


def handle(graph, name, label=None):
    return graph.op("VAR_HANDLE", [], dtype=RESOURCE, name=label or name, dims=(), options="VarHandleOptions",
                    container="", sharedName=name)


def read(graph, variable, name, dims):
    return graph.op("READ_VARIABLE", [variable], name=name, dims=dims, options="ReadVariableOptions")


def assign(graph, variable, value):
    """An operator without outputs."""
    graph.op("ASSIGN_VARIABLE", [variable, value], outputs=0, options="AssignVariableOptions")


def initialized(builder, values, computed=False):
    """CALL_ONCE of a graph that assigns constants."""
    body, number = builder.subgraph()
    for name, value in values.items():
        given = body.constant(value)
        if computed:
            given = body.op("NEG", [given], name=f"{name}/computed", dims=value.shape)
        assign(body, handle(body, name, f"{name}/initial"), given)
    builder.op("CALL_ONCE", [], outputs=0, options="CallOnceOptions", initSubgraphIndex=number)


def streaming(computed=False, start=HIDDEN):
    """A ring of two frames before a convolution, and a recurrent layer behind it."""
    builder = Builder()
    frames = builder.input("frames", WINDOW)
    initialized(builder, {"ring": np.zeros((1, 2, 1, 2), np.float32), "hidden": start}, computed)
    ring, hidden = handle(builder, "ring"), handle(builder, "hidden")
    before = read(builder, ring, "before", (1, 2, 1, 2))
    every = builder.op("CONCATENATION", [before, frames], name="every", dims=(1, 6, 1, 2),
                       options="ConcatenationOptions", axis=1)
    last = builder.op("STRIDED_SLICE", [every, *(builder.constant(each, np.int32) for each in (
        [0, 4, 0, 0], [1, 6, 1, 2], [1, 1, 1, 1]))], name="last", dims=(1, 2, 1, 2), options="StridedSliceOptions")
    assign(builder, ring, last)
    conv = builder.op("CONV_2D", [every, builder.constant(WEIGHTS), builder.constant(np.zeros(3, np.float32))],
                      name="conv", dims=(1, 4, 1, 3), options="Conv2DOptions", padding=1, strideW=1, strideH=1,
                      dilationWFactor=1, dilationHFactor=1)
    mean = builder.op("MEAN", [conv, builder.constant([1, 2], np.int32)], name="mean", dims=(1, 3),
                      options="ReducerOptions")
    old = builder.op("FULLY_CONNECTED", [read(builder, hidden, "old", (1, 3)), builder.constant(MIX), -1], name="mixed",
                     dims=(1, 3), options="FullyConnectedOptions")
    new = builder.op("TANH", [builder.op("ADD", [mean, old], name="sum", dims=(1, 3), options="AddOptions")],
                     name="new", dims=(1, 3))
    assign(builder, hidden, new)
    again = read(builder, hidden, "again", (1, 3))
    builder.output(builder.op("NEG", [again], name="y", dims=(1, 3)))
    return builder


def first_run(path, frames):
    """In Python, of the tensors that have values; the variables themselves have none to be read."""
    interpreter = Interpreter(str(path), experimental_preserve_all_tensors=True,
                              experimental_op_resolver_type=KERNELS["builtin"])
    interpreter.allocate_tensors()
    index_of = {detail["name"]: detail["index"] for detail in interpreter.get_tensor_details()}
    interpreter.set_tensor(index_of["frames"], frames)
    interpreter.invoke()
    return {name: interpreter.get_tensor(index_of[name]) for name in ("y", "new", "last", "old", "before")}


class StateTest(TfLiteTest):
    def setUp(self):
        super().setUp()
        self.value = np.random.default_rng(7).uniform(-1, 1, WINDOW).astype(np.float32)

    def golden_values(self, *names):
        return [np.fromfile(self.latest("framework_runner") / f"{name}.raw", np.float32) for name in names]

    def check(self, path, feeds, *more, least=100):
        """Golden, bit for bit TensorFlow Lite's own first run, and the target near it."""
        out, _ = self.run_end_to_end(path, ["y"], feeds, "--runtime", *more)
        low = {name: row["SQNR"] for name, row in self.summary().items() if float(row["SQNR"]) < least}
        self.assertEqual(low, {})
        return out

    def test_the_first_run_from_the_initial_state(self):
        path = streaming().write(self.folder / "m.tflite", run_for_dims=False)
        expected = first_run(path, self.value)
        out = self.check(path, {"frames": self.value}, "cpu", "--precision", "fp32")
        for name, value in zip(("y", "new", "last", "old", "before"), self.golden_values("y", "new", "last", "old",
                                                                                        "before")):
            np.testing.assert_array_equal(value, expected[name].ravel())
        np.testing.assert_array_equal(self.golden_values("old")[0], HIDDEN.ravel())
        self.assertIn("the model keeps a state, and every input starts from the initial one, in both runs: 'before', "
                      "'old' (constant on the target", out)
        self.assertIn("the next one is ", out)
        self.assertLessEqual({"y", "new", "last", "conv", "every"}, set(self.summary()))

    def test_every_line_starts_anew(self):
        path = streaming().write(self.folder / "m.tflite", run_for_dims=False)
        raw = self.write_raw("a.raw", self.value)
        words = ["--inference_engine", "-f", "tflite", "-m", path, "-i", "frames", "1,4,1,2", raw, "-o", "y", "-r", "cpu",
                 "-a", "x86_64-linux-clang", "--precision", "fp32", "-l", self.write_input_list(raw, raw, raw)]
        self.run_program(*words)
        outputs = self.latest("inference_engine") / "output"
        first, *others = (np.fromfile(outputs / f"Result_{line}" / "y.raw", np.float32) for line in range(3))
        for other in others:
            np.testing.assert_array_equal(first, other)

    def test_quantized_on_both_engines(self):
        path = streaming().write(self.folder / "m.tflite", run_for_dims=False)
        for runtime in ("cpu", "dsp"):
            self.check(path, {"frames": self.value}, runtime, "--precision", "int8", least=25)

    def test_a_given_state(self):
        """As a second run sees it: the state that the first one left."""
        path = streaming().write(self.folder / "m.tflite", run_for_dims=False)
        first = first_run(path, self.value)
        feeds = {"frames": -self.value, "before": first["last"], "old": first["new"]}
        for more, least in ((("cpu", "--precision", "fp32"), 100), (("dsp", "--precision", "int8"), 20)):
            out = self.check(path, feeds, *more, least=least)
            self.assertIn("2 nodes before 'before' and 'old' are cut off", out)
        every = np.concatenate([first["last"], -self.value], 1)[0, :, 0]
        conv = np.stack([np.einsum("kc,okc->o", every[i:i + 3], WEIGHTS[:, :, 0]) for i in range(4)]).mean(0)
        expected = -np.tanh(conv + first["new"][0] @ MIX.T)
        np.testing.assert_allclose(self.golden_values("y")[0], expected, atol=1e-6)

    def test_a_state_that_cannot_be_followed(self):
        path = streaming(computed=True).write(self.folder / "m.tflite", run_for_dims=False)
        self.golden(path, {"frames": self.value})
        _, errors = self.run_end_to_end(path, ["y"], {"frames": self.value}, "--runtime", "cpu", expect=3)
        self.assertIn("the state that the model keeps cannot be followed: CALL_ONCE computes an initial value", errors)


if __name__ == "__main__":
    unittest.main()
