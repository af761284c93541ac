#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Branches of TensorFlow Lite models: both are seen, and the model computes what TensorFlow Lite makes of its own file."""

import unittest

import numpy as np

from tflite_models import Builder, TfLiteTest, interpret

DIMS = (1, 6, 6, 2)
WINDOW = {"padding": 0, "strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}


def branch(builder, result):
    """A body of one image and its weights; `result` writes what it makes."""
    body, number = builder.subgraph()
    prefix = body.graph.name
    result(body, body.input(f"{prefix}/image", DIMS), body.input(f"{prefix}/weights", (4, 3, 3, 2)))
    return number


def convolved(activation):
    def result(body, image, weights):
        conv = body.op("CONV_2D", [image, weights, body.constant(np.zeros(4, np.float32))], name=f"conv_{activation}",
                       dims=(1, 6, 6, 4), options="Conv2DOptions", **WINDOW)
        body.output(body.op(activation, [conv], name=activation.lower(), dims=(1, 6, 6, 4)))
    return result


def network(condition=None, one=convolved("LOGISTIC"), other=convolved("NEG")):
    """An IF over images that a mean, or a constant `condition`, decides."""
    builder = Builder()
    x = builder.input("x", DIMS)
    weights = builder.constant(np.random.default_rng(0).uniform(-1, 1, (4, 3, 3, 2)).astype(np.float32))
    if condition is None:
        mean = builder.op("MEAN", [x, builder.constant(np.arange(4), np.int32)], name="mean", options="ReducerOptions",
                          dims=())
        decides = builder.op("GREATER", [mean, builder.constant(np.float32(0.1))], dtype=np.bool_, name="decides",
                             options="GreaterOptions", dims=())
    else:
        decides = builder.constant(condition, np.bool_)
    image = builder.op("RELU", [x], name="image", dims=DIMS)
    chosen = builder.op("IF", [decides, image, weights], name="chosen", dims=(1, 6, 6, 4), options="IfOptions",
                        thenSubgraphIndex=branch(builder, one), elseSubgraphIndex=branch(builder, other))
    builder.output(builder.op("TANH", [chosen], name="y", dims=(1, 6, 6, 4)))
    return builder


class BranchesTest(TfLiteTest):
    def setUp(self):
        super().setUp()
        self.value = np.random.default_rng(3).uniform(-1, 1, DIMS).astype(np.float32)

    def check_golden(self, path, value):
        """The outputs are those of the file as it is."""
        expected = interpret(path, {"x": value}, "builtin")["y"]
        np.testing.assert_array_equal(np.fromfile(self.latest("framework_runner") / "y.raw", np.float32),
                                      expected.ravel())

    def names(self):
        return {record["name"] for record in self.manifest(self.latest("framework_runner"))["tensors"]}

    def test_both_branches_are_seen_and_one_is_chosen(self):
        path = network().write(self.folder / "m.tflite", run_for_dims=False)
        for value in (self.value, self.value + 1):
            rows = self.end_to_end(path, ["y"], {"x": value}, "--runtime", "cpu", "--precision", "fp32")
            self.check_golden(path, value)
            self.assertLessEqual({"logistic/then", "conv_LOGISTIC/then", "neg/else", "conv_NEG/else", "chosen"},
                                 self.names())
            self.assertFalse([name for name, row in rows.items() if float(row["SQNR"]) < 100])
            self.assertLessEqual({"y", "chosen", "logistic_then", "neg_else"}, set(rows))

    def test_quantized_on_both_engines(self):
        path = network().write(self.folder / "m.tflite", run_for_dims=False)
        for runtime in ("cpu", "dsp"):
            rows = self.end_to_end(path, ["y"], {"x": self.value}, "--runtime", runtime, "--precision", "int8")
            self.assertFalse([name for name, row in rows.items() if float(row["SQNR"]) < 25], runtime)

    def test_a_constant_decides(self):
        for condition, made in ((True, "logistic"), (False, "neg")):
            path = network(condition).write(self.folder / "m.tflite", run_for_dims=False)
            rows = self.end_to_end(path, ["y"], {"x": self.value}, "--runtime", "cpu", "--precision", "fp32")
            self.check_golden(path, self.value)
            self.assertFalse(self.names() & {"logistic/then", "neg/else", "logistic", "neg"})
            self.assertIn(f"conv_{made.upper()}/{'then' if condition else 'else'}", self.names())
            self.assertFalse([name for name, row in rows.items() if float(row["SQNR"]) < 100])

    def test_a_branch_within_a_branch(self):
        def nested(body, image, weights):
            decides = body.op("GREATER", [body.op("MEAN", [image, body.constant(np.arange(4), np.int32)], dims=(),
                                                  name="inner_mean", options="ReducerOptions"),
                                          body.constant(np.float32(0.3))], dtype=np.bool_, name="inner_decides",
                              options="GreaterOptions", dims=())
            body.output(body.op("IF", [decides, image, weights], name="inner", dims=(1, 6, 6, 4), options="IfOptions",
                                thenSubgraphIndex=branch(body, convolved("TANH")),
                                elseSubgraphIndex=branch(body, convolved("RELU"))))

        path = network(other=nested).write(self.folder / "m.tflite", run_for_dims=False)
        for value in (self.value, self.value + 0.5, self.value - 0.5):
            rows = self.end_to_end(path, ["y"], {"x": value}, "--runtime", "cpu", "--precision", "fp32")
            self.check_golden(path, value)
            self.assertFalse([name for name, row in rows.items() if float(row["SQNR"]) < 100])

    def test_a_branch_that_may_fail_stays(self):
        """Its index is outside of the table while it is not taken."""
        def looked_up(body, image, weights):
            index = body.op("CAST", [body.op("REDUCE_MAX", [image, body.constant(np.arange(4), np.int32)],
                                             name="top", options="ReducerOptions", dims=())],
                            dtype=np.int32, name="index", options="CastOptions", inDataType=0, outDataType=2, dims=())
            row = body.op("GATHER", [body.constant(np.ones((1, 4), np.float32)), index], name="row",
                          options="GatherOptions", dims=(4,))
            body.output(body.op("ADD", [body.constant(np.zeros((1, 6, 6, 4), np.float32)), row], name="sum",
                                options="AddOptions", dims=(1, 6, 6, 4)))

        path = network(other=looked_up).write(self.folder / "m.tflite", run_for_dims=False)
        self.golden(path, {"x": self.value + 4})
        self.check_golden(path, self.value + 4)
        self.assertIn("chosen", self.names())
        self.assertFalse({name for name in self.names() if name.endswith(("/then", "/else"))})
        _, errors = self.run_end_to_end(path, ["y"], {"x": self.value + 4}, "--runtime", "cpu", expect=3)
        self.assertIn("operators that cannot be converted: IF (1)", errors)


if __name__ == "__main__":
    unittest.main()
