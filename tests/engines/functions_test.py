#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""ONNX models with functions of their own, against ONNX Runtime on the file and onnx.inliner's form of it."""

import unittest

import numpy as np
import onnx
import onnx.inliner
import onnxruntime
from onnx import AttributeProto, helper, numpy_helper

import program

DIMS = (1, 3, 6, 6)
node = helper.make_node
OPSETS = [helper.make_opsetid("", 18), helper.make_opsetid("my", 1)]


def reference(kind, name, of, what):
    """An attribute of a body's node that stands for one of the function's."""
    attribute = AttributeProto(name=name, ref_attr_name=of, type=what)
    kind.attribute.append(attribute)
    return kind


def functions():
    random = np.random.default_rng(1)
    weight = numpy_helper.from_array(random.standard_normal((3, 3, 3, 3)).astype(np.float32), "W")
    inner = helper.make_function(
        "my", "scaled", ["X"], ["Y"],
        [reference(node("LeakyRelu", ["X"], ["t"], "leak"), "alpha", "slope", AttributeProto.FLOAT),
         reference(node("Softmax", ["t"], ["Y"]), "axis", "axis", AttributeProto.INT)],
        [helper.make_opsetid("", 18)], attributes=["axis"], attribute_protos=[helper.make_attribute("slope", 0.25)])
    block = helper.make_function(
        "my", "block", ["X", "low"], ["Y"],
        [node("Constant", [], ["W"], value=weight), node("Conv", ["X", "W"], ["t"], "conv", pads=[1, 1, 1, 1]),
         node("Clip", ["t", "low"], ["u"], "clip"),
         reference(node("scaled", ["u"], ["s"], "inner", domain="my"), "axis", "axis", AttributeProto.INT),
         node("Add", ["s", "X"], ["Y"], "sum")], OPSETS, attributes=["axis"])
    negative = helper.make_function("my", "sign", ["X"], ["Y"], [node("Neg", ["X"], ["Y"])],
                                    [helper.make_opsetid("", 18)], overload="negative")
    positive = helper.make_function("my", "sign", ["X"], ["Y"], [node("Abs", ["X"], ["Y"])],
                                    [helper.make_opsetid("", 18)], overload="positive")
    then = helper.make_graph([node("Mul", ["X", "X"], ["t"]), node("Relu", ["t"], ["u"])], "then", [],
                             [helper.make_tensor_value_info("u", 1, None)])
    other = helper.make_graph([node("Neg", ["X"], ["t"])], "else", [], [helper.make_tensor_value_info("t", 1, None)])
    choice = helper.make_function("my", "choice", ["X", "C"], ["Y"],
                                  [node("If", ["C"], ["Y"], "if", then_branch=then, else_branch=other)],
                                  [helper.make_opsetid("", 18)])
    return [inner, block, negative, positive, choice]


def network():
    calls = [node("block", ["x", "zero"], ["t"], "first", domain="my", axis=1),
             node("block", ["t", ""], ["u"], "second", domain="my", axis=2),
             node("sign", ["u"], ["first/t"], domain="my", overload="negative"),
             node("sign", ["first/t"], ["p"], domain="my", overload="positive"),
             node("ReduceMax", ["p"], ["top"], keepdims=0), node("Greater", ["top", "zero"], ["c"]),
             node("choice", ["p", "c"], ["y"], "chosen", domain="my")]
    graph = helper.make_graph(calls, "g", [helper.make_tensor_value_info("x", 1, DIMS)],
                              [helper.make_tensor_value_info("y", 1, None)],
                              [numpy_helper.from_array(np.float32(0), "zero")])
    return helper.make_model(graph, opset_imports=OPSETS, functions=functions(), ir_version=10)


def session(model):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


class FunctionsTest(program.ProgramTest):
    def setUp(self):
        super().setUp()
        self.value = np.random.default_rng(2).standard_normal(DIMS).astype(np.float32)
        self.write_input_list(self.write_raw("x.raw", self.value))

    def run_golden(self, model, **options):
        onnx.save(model, self.folder / "m.onnx")
        return self.run_program("--framework_runner", "-f", "onnx", "-m", "m.onnx", "-i", "x", ",".join(map(str, DIMS)),
                                "x.raw", "-o", "y", **options)

    def test_golden_shows_what_functions_make(self):
        model = network()
        self.run_golden(model)
        folder = self.latest("framework_runner")
        tensors = self.manifest(folder)["tensors"]
        seen = [np.fromfile(folder / tensor["file"], np.float32) for tensor in tensors if tensor["type"] == "float32"
                and tensor["op_type"] not in ("Input", "Constant")]
        own, = session(model).run(None, {"x": self.value})
        np.testing.assert_array_equal(np.fromfile(folder / "y.raw", np.float32), own.ravel())
        # The inliner's tensors have other names, and the same values. It forgets defaults of attributes, the runtime does not.
        inlined = onnx.inliner.inline_local_functions(model)
        for made in inlined.graph.node:
            if made.op_type == "LeakyRelu":
                made.attribute.append(helper.make_attribute("alpha", 0.25))
        names = [output for made in inlined.graph.node if made.op_type != "Constant" for output in made.output]
        inlined.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names if name != "y")
        expected = [value for value in session(inlined).run(names, {"x": self.value}) if value.dtype == np.float32]
        self.assertEqual(len(seen), len(expected))
        key = lambda values: sorted(value.ravel().tobytes() for value in values)
        self.assertEqual(key(seen), key(expected))
        by_name = {tensor["name"] for tensor in tensors}
        self.assertLessEqual({"first/u", "first/inner/t", "second/inner/t", "t", "u", "first/t", "y"}, by_name)

    def test_bodies_are_quantized_and_compared(self):
        onnx.save(network(), self.folder / "m.onnx")
        self.run_program(*program.end_to_end("m.onnx", "u", [("x", DIMS, "x.raw")], "input_list.txt", "--runtime", "cpu"))
        manifest = self.manifest(self.latest("inference_engine") / "output" / "Result_0")
        self.assertRegex(manifest["statements"][0], "all 10 compute nodes are quantized")
        self.assertIn("first/inner/t", {tensor.get("source") for tensor in manifest["tensors"]})
        self.assertIn("first_inner_t", self.summary())

    def test_recursion_is_refused_by_name(self):
        one = helper.make_function("my", "one", ["X"], ["Y"], [node("two", ["X"], ["Y"], domain="my")], OPSETS)
        two = helper.make_function("my", "two", ["X"], ["Y"], [node("one", ["X"], ["Y"], domain="my")], OPSETS)
        model = network()
        model.functions.extend([one, two])
        model.graph.node[0].CopyFrom(node("one", ["x"], ["t"], domain="my"))
        _, log = self.run_golden(model, expect=3)
        self.assertIn("the function my.one calls itself: my.one calls my.two calls my.one", log)

    def test_bodies_that_read_what_they_do_not_make_are_refused(self):
        model = network()
        model.functions.append(helper.make_function("my", "open", ["X"], ["Y"], [node("Add", ["X", "zero"], ["Y"])],
                                                    [helper.make_opsetid("", 18)]))
        model.graph.node[0].CopyFrom(node("open", ["x"], ["t"], domain="my"))
        _, log = self.run_golden(model, expect=3)
        self.assertIn("the function my.open reads 'zero', which it does not make", log)

    def test_calls_of_calls_cannot_grow_without_bound(self):
        model = network()
        for level in range(40):
            called = ("Neg", "") if level == 0 else (f"level{level - 1}", "my")
            model.functions.append(helper.make_function(
                "my", f"level{level}", ["X"], ["Y"],
                [node(called[0], ["X"], ["t"], domain=called[1]), node(called[0], ["t"], ["Y"], domain=called[1])], OPSETS))
        model.graph.node[0].CopyFrom(node("level39", ["x"], ["t"], domain="my"))
        _, log = self.run_golden(model, expect=3)
        self.assertIn("its functions make more than", log)


if __name__ == "__main__":
    unittest.main()
