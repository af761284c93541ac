#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""--input_tensor with tensors from the middle of a model: what is before them need not run, and does not."""

import json
import unittest

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from program import ProgramTest
from tflite_models import Builder, TfLiteTest

node = helper.make_node
INNER = (1, 3, 8, 8)
SIDE = (1, 4, 1, 1)


def constant(name, dims, seed):
    return numpy_helper.from_array(np.random.default_rng(seed).uniform(-1, 1, dims).astype(np.float32), name)


def network(front="Spectrogram", typed=True, old=False):
    """x and gain to a front end, then a small net that also reads `side`."""
    nodes = [node(front, ["x", "gain"], ["spectrum"], "front", domain="com.example") if front == "Spectrogram"
             else node(front, ["x", "gain"], ["spectrum"], "front"),
             node("Relu", ["spectrum"], ["inner"], "clean"),
             node("Conv", ["inner", "w1"], ["c"], "conv", pads=[1, 1, 1, 1]), node("Relu", ["c"], ["r"], "relu"),
             node("Add", ["r", "side"], ["a"], "add"),
             node("Conv", ["a", "w2"], ["y"], "last"), node("Neg", ["r"], ["z"], "other")]
    weights = [constant("w1", (4, 3, 3, 3), 1), constant("w2", (2, 4, 1, 1), 2)]
    inputs = [helper.make_tensor_value_info("x", 1, INNER), helper.make_tensor_value_info("gain", 1, [1]),
              helper.make_tensor_value_info("side", 1, SIDE)]
    if old:
        inputs += [helper.make_tensor_value_info(weight.name, 1, weight.dims) for weight in weights]
    graph = helper.make_graph(
        nodes, "g", inputs,
        [helper.make_tensor_value_info("y", 1, None), helper.make_tensor_value_info("z", 1, None)], weights)
    if typed:
        graph.value_info.append(helper.make_tensor_value_info("inner", 1, INNER))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("com.example", 1)],
                             ir_version=3 if old else 8)


def tail(values):
    """What ONNX Runtime gives for the part behind `inner`."""
    whole = network("Mul")
    del whole.graph.node[0:2]
    del whole.graph.input[0:2]
    whole.graph.input.append(helper.make_tensor_value_info("inner", 1, INNER))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(whole.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return dict(zip(("y", "z"), session.run(["y", "z"], values)))


class OnnxTest(ProgramTest):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(5)
        self.values = {"inner": random.uniform(0, 2, INNER).astype(np.float32),
                       "side": random.uniform(-1, 1, SIDE).astype(np.float32)}

    def words(self, model, values=None, inner_dims=None, outputs=("y", "z")):
        onnx.save(model, self.folder / "m.onnx")
        words = ["-f", "onnx", "-m", "m.onnx"]
        for name, value in (values or self.values).items():
            dims = inner_dims if inner_dims and name == "inner" else value.shape
            words += ["-i", name, ",".join(map(str, dims)), self.write_raw(f"{name}.raw", value)]
        return [*words, *(word for output in outputs for word in ("-o", output))]

    def end_to_end(self, model, *more, values=None):
        values = values or self.values
        words = self.words(model, values)
        entries = " ".join(f"{name}:={self.folder / name}.raw" for name in values)
        return self.run_program(*words, "--architecture", "x86_64-linux-clang", "--input_list",
                                self.write_input_list(entries), "--default_verifier", "SQNR", *more)

    def check_golden(self):
        run = self.latest("framework_runner")
        records = {record["name"]: record for record in self.manifest(run)["tensors"]}
        for name, expected in tail(self.values).items():
            np.testing.assert_array_equal(np.fromfile(run / records[name]["file"], np.float32), expected.ravel())
        self.assertFalse({"x", "gain", "spectrum"} & set(records))
        self.assertIn("inner", records)

    def test_an_operator_that_nothing_can_run_is_cut_off(self):
        for typed in (True, False):
            with self.subTest(typed=typed):
                out, _ = self.end_to_end(network(typed=typed), "--runtime", "cpu", "--precision", "fp32")
                self.assertIn("2 nodes before 'inner' are cut off by --input_tensor", out)
                self.check_golden()
                rows = self.summary()
                self.assertLessEqual({"y", "z", "a", "c"}, set(rows))
                self.assertFalse([name for name, row in rows.items() if float(row["SQNR"]) < 100])

    def test_initializers_among_the_inputs(self):
        self.run_program("--framework_runner", *self.words(network(old=True)))
        self.check_golden()

    def test_quantized_on_the_host(self):
        out, _ = self.end_to_end(network(), "--runtime", "cpu", "--precision", "int8")
        self.assertIn("2 nodes before 'inner' are cut off", out)
        self.assertTrue(all(float(row["SQNR"]) > 20 for row in self.summary().values()))

    def test_on_the_htp(self):
        out, _ = self.end_to_end(network(), "--runtime", "dsp", "--precision", "int8")
        self.assertIn("2 nodes before 'inner' are cut off", out)
        self.assertTrue(all(float(row["SQNR"]) > 20 for row in self.summary().values()))

    def test_the_checker(self):
        entries = " ".join(f"{name}:={self.folder / name}.raw" for name in self.values)
        (self.folder / "config.json").write_text(json.dumps({"QUANTIZATION_VARIATIONS": ["tf"]}), encoding="utf-8")
        self.run_program("--quant_checker", *self.words(network()), "--config_file", "config.json", "-l",
                         self.write_input_list(entries))
        texts = "".join(path.read_text("utf-8") for path in self.latest("results").rglob("*.html"))
        self.assertIn("2 nodes before", texts)

    def test_an_output_chosen_before_a_needed_input(self):
        """Without `side`, what needs it cannot be had, but another output can."""
        inner = {"inner": self.values["inner"]}
        _, errors = self.run_program("--framework_runner", *self.words(network(), inner), expect=2)
        self.assertIn("the model's input 'side' (float32 1x4x1x1) is not given, and it is still needed: not all that "
                      "reads it is before 'inner'", errors)
        self.run_program("--framework_runner", *self.words(network(), inner, outputs=["z"]))
        records = {record["name"] for record in self.manifest(self.latest("framework_runner"))["tensors"]}
        self.assertEqual(records, {"inner", "c", "r", "z"})

    def test_an_input_that_is_not_needed_may_be_given(self):
        values = {**self.values, "gain": np.ones(1, np.float32)}
        self.run_program("--framework_runner", *self.words(network(), values))
        self.check_golden_names({"inner", "side", "gain"})

    def check_golden_names(self, inputs):
        records = self.manifest(self.latest("framework_runner"))["tensors"]
        self.assertEqual({record["name"] for record in records if record["op_type"] == "Input"}, inputs)

    def test_two_inner_tensors(self):
        values = {"inner": self.values["inner"], "a": np.ones((1, 4, 8, 8), np.float32)}
        out, _ = self.run_program("--framework_runner", *self.words(network(), values))
        self.assertIn("3 nodes before 'inner' and 'a' are cut off", out)
        self.check_golden_names({"inner", "a"})

    def test_wrong_dims(self):
        for typed in (True, False):
            model = network("Mul", typed=typed)
            _, errors = self.run_program("--framework_runner", *self.words(model, inner_dims=(1, 3, 4, 16)), expect=2)
            self.assertIn("--input_tensor gives 'inner' the dimensions 1x3x4x16, but the model has 1x3x8x8", errors)

    def test_integers_from_the_middle(self):
        """The type is that of the tensor, which the file does not tell."""
        nodes = [node("Cast", ["x"], ["tokens"], "cast", to=onnx.TensorProto.INT64),
                 node("Gather", ["table", "tokens"], ["y"], "embed")]
        graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", 1, [4])],
                                  [helper.make_tensor_value_info("y", 1, [4, 3])], [constant("table", (9, 3), 3)])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.save(model, self.folder / "m.onnx")
        raw = self.write_raw("tokens.raw", np.array([1, 8, 0, 3], np.int64))
        self.run_program("--framework_runner", "-f", "onnx", "-m", "m.onnx", "-i", "tokens", "4", raw, "int64",
                         "-o", "y")
        run = self.latest("framework_runner")
        record = next(each for each in self.manifest(run)["tensors"] if each["name"] == "y")
        table = numpy_helper.to_array(graph.initializer[0])
        np.testing.assert_array_equal(np.fromfile(run / record["file"], np.float32), table[[1, 8, 0, 3]].ravel())

    def test_names_that_do_not_exist(self):
        values = {"iner": self.values["inner"], "side": self.values["side"]}
        _, errors = self.run_program("--framework_runner", *self.words(network(), values), expect=2)
        self.assertIn("--input_tensor names 'iner', which is no input of the model, nor a tensor that it computes; its "
                      "inputs are x, gain, side. Did you mean 'inner'?", errors)
        _, errors = self.run_program("--framework_runner", *self.words(network(), {"y": np.ones(1, np.float32)},
                                                                       outputs=["y"]), expect=2)
        self.assertIn("no output of the model is behind that", errors)

    def test_outputs_made_together(self):
        nodes = [node("Split", ["x"], ["left", "right"], "split", axis=1), node("Relu", ["left"], ["l"]),
                 node("Neg", ["right"], ["r"])]
        graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", 1, [1, 4])],
                                  [helper.make_tensor_value_info(name, 1, [1, 2]) for name in ("l", "r")])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        left = np.ones((1, 2), np.float32)
        _, errors = self.run_program("--framework_runner", *self.words(model, {"left": left}, outputs="lr"), expect=2)
        self.assertIn("'left', which node 'split' (Split) makes together with 'right', and that is still needed", errors)
        self.run_program("--framework_runner", *self.words(model, {"left": left, "right": left}, outputs="lr"))
        self.run_program("--framework_runner", *self.words(model, {"left": left}, outputs="l"))


def tflite_network(front="MelSpectrogram"):
    """`sound` to a front end of the program's own, then a small net on images with a second input."""
    builder = Builder()
    random = np.random.default_rng(0)
    sound, gain = builder.input("sound", [1, 6, 8, 2]), builder.input("gain", [1])
    mel = builder.op(front, [sound, gain], name="mel", dims=(1, 6, 8, 2),
                     **({"options": "MulOptions"} if front == "MUL" else {}))
    side = builder.input("side", [1, 1, 1, 4])
    window = {"padding": 0, "strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}
    weights = builder.constant(random.uniform(-1, 1, (4, 3, 3, 2)).astype(np.float32))
    bias = builder.constant(random.uniform(-1, 1, 4).astype(np.float32))
    conv = builder.op("CONV_2D", [mel, weights, bias], name="conv", dims=(1, 6, 8, 4), options="Conv2DOptions", **window)
    mixed = builder.op("ADD", [conv, side], name="mixed", dims=(1, 6, 8, 4), options="AddOptions")
    builder.output(builder.op("RELU", [mixed], name="y", dims=(1, 6, 8, 4)))
    builder.output(builder.op("NEG", [conv], name="z", dims=(1, 6, 8, 4)))
    return builder


class InnerTfLiteTest(TfLiteTest):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(5)
        self.values = {"mel": random.uniform(0, 2, (1, 6, 8, 2)).astype(np.float32),
                       "side": random.uniform(-1, 1, (1, 1, 1, 4)).astype(np.float32)}
        self.path = tflite_network().write(self.folder / "m.tflite", run_for_dims=False)

    def test_a_custom_operator_is_cut_off(self):
        out, _ = self.run_end_to_end(self.path, ["y", "z"], self.values, "--runtime", "cpu", "--precision", "fp32")
        self.assertIn("1 node before 'mel' is cut off by --input_tensor", out)
        rows = self.summary()
        self.assertLessEqual({"y", "z", "conv", "mixed"}, set(rows))
        self.assertFalse([name for name, row in rows.items() if float(row["SQNR"]) < 100])
        # The same as the whole model on a front end that can run.
        known = tflite_network("MUL").write(self.folder / "known.tflite")
        run = self.latest("framework_runner").resolve()
        whole = {"sound": self.values["mel"], "gain": np.ones(1, np.float32), "side": self.values["side"]}
        self.golden(known, whole)
        np.testing.assert_array_equal(np.fromfile(run / "y.raw", np.float32),
                                      np.fromfile(self.latest("framework_runner") / "y.raw", np.float32))

    def test_quantized(self):
        self.run_end_to_end(self.path, ["y", "z"], self.values, "--runtime", "cpu", "--precision", "int8")
        self.assertTrue(all(float(row["SQNR"]) > 20 for row in self.summary().values()))

    def test_ends_that_do_not_fit(self):
        inner = {"mel": self.values["mel"]}
        _, errors = self.golden(self.path, inner, expect=2)
        self.assertIn("the model's input 'side' (float32 1x1x1x4) is not given, and it is still needed", errors)
        self.golden(self.path, inner, output="z")
        _, errors = self.golden(self.path, {**self.values, "mel": np.zeros((1, 8, 6, 2), np.float32)}, expect=2)
        self.assertIn("--input_tensor gives 'mel' the dimensions 1x8x6x2, but the model has 1x6x8x2", errors)
        _, errors = self.golden(self.path, {**self.values, "mell": self.values["mel"]}, expect=2)
        self.assertIn("Did you mean 'mel'?", errors)

    def test_codes_from_the_middle(self):
        """A quantized inner tensor takes real numbers, or codes where their type is said."""
        builder = Builder()
        image = builder.op("QUANTIZE", [builder.input("image", [1, 4])], dtype=np.int8, name="codes", dims=(1, 4),
                           encoding=(0.02, 3))
        builder.output(builder.op("DEQUANTIZE", [image], name="y", dims=(1, 4), version=2))
        path = builder.write(self.folder / "q.tflite")
        codes = np.array([[-128, 3, 10, 127]], np.int8)
        real = ((codes.astype(np.float32) - 3) * np.float32(0.02)).astype(np.float32)
        for value in (codes, real):
            self.golden(path, {"codes": value})
            np.testing.assert_allclose(np.fromfile(self.latest("framework_runner") / "y.raw", np.float32), real.ravel(),
                                       atol=1e-6)


if __name__ == "__main__":
    unittest.main()
