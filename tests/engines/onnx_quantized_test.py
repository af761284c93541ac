# SPDX-License-Identifier: BSD-3-Clause
"""ONNX files that hold their own quantization: the target uses its encodings, and says what it compares."""

import json
import math
import unittest

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from onnx_quantized_models import (
    SCALES, STATIC, dequantize, dynamic_model, float_model, pair, quantize, sample, save, static_model)
from program import ProgramTest, end_to_end

FLOAT = TensorProto.FLOAT
ITSELF = "golden is itself quantized by its file"


def reference(model, **inputs):
    """All outputs, computed by ONNX Runtime's Python without optimizations."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]).run(None, inputs)


class OnnxQuantizedTest(ProgramTest):
    def run_model(self, model, value, *more, runtime="cpu", precision="int8"):
        kind = [] if value.dtype == np.float32 else [str(value.dtype)]
        raw = self.write_raw("x.raw", value)
        lines = self.write_input_list(f"x:={raw}")
        words = end_to_end(model, "y", [("x", value.shape, raw, *kind)], lines, "--runtime", runtime,
                           "--precision", precision, *more)
        self.output, self.log = self.run_program(*words)
        return {name: float(row["SQNR"]) for name, row in self.summary().items()}

    def run_form(self, form, *more, **others):
        return self.run_model(static_model(self.folder, form), sample(0), *more, **others)

    def encodings(self):
        return json.loads((self.latest("inference_engine") / "source_encodings.json").read_text("utf-8"))

    def target_output(self):
        run = self.latest("inference_engine") / "output" / "Result_0"
        record = next(r for r in self.manifest(run)["tensors"] if r["name"] == "y")
        return np.fromfile(run / record["file"], np.float32)

    def test_all_forms_are_the_files_own_on_the_host(self):
        for form in STATIC:
            with self.subTest(form):
                scores = self.run_form(form)
                # A 16-bit Sigmoid has the target's own encoding.
                differing = {name for name, score in scores.items() if score != math.inf}
                self.assertLessEqual(differing, {"sg_DequantizeLinear_Output"} if "16" in form else set(), scores)
                self.assertEqual(len(scores), 10)
                self.assertIn(ITSELF, self.output)
                self.assertIn("calibrated here: none of its activations", self.output)
                (golden,) = reference(self.folder / f"{form}.onnx", x=sample(0))
                np.testing.assert_array_equal(self.target_output(), golden.ravel())

    def test_scales_are_kept_exactly(self):
        self.run_form("qdq_u8_per_channel")
        stored = {i.name: numpy_helper.to_array(i) for i in onnx.load(self.folder / "qdq_u8_per_channel.onnx").graph.initializer}
        written = self.encodings()
        text = json.dumps(written)
        self.assertIn("w1_DequantizeLinear_Output", text)
        activations = written["activation_encodings"]
        entry = activations["c2_DequantizeLinear_Output"][0]
        self.assertEqual(np.float32(entry["scale"]), stored["c2_scale"])
        self.assertEqual(-entry["offset"], stored["c2_zero_point"])
        weights = written["param_encodings"]["w1_DequantizeLinear_Output"]
        self.assertEqual([np.float32(channel["scale"]) for channel in weights], stored["w1_scale"].tolist())

    def test_other_quantizations_drop_the_files(self):
        anew = self.run_form("qdq_u8", "--override_params", "--act_bitwidth", "16")
        self.assertIn("not used (--override_params)", self.output)
        self.assertLess(anew["y"], 100)
        self.assertNotIn("quantized: 0 activations", self.log)
        scores = self.run_form("qdq_u8", precision="fp32")
        self.assertIn("the target computes in float32", self.output)
        self.assertLess(scores["y"], 100)

    def test_float_golden_has_no_quantization(self):
        float_model(self.folder / "float.onnx")
        (real,) = reference(self.folder / "float.onnx", x=sample(0))
        scores = self.run_form("qdq_u8", "--golden_without_quantization", precision="fp32")
        self.assertIn("golden is the model in real numbers", self.output)
        self.assertNotIn(ITSELF, self.output)
        self.assertGreater(min(scores.values()), 100)
        # Its weights are rounded, and nothing else is: the Relu that the file left out is there.
        golden = np.fromfile(self.latest("framework_runner") / "y.raw", np.float32)
        self.assertLess(np.abs(golden - real.ravel()).max(), .02)
        self.assertLess(self.run_form("qdq_u8", "--golden_without_quantization")["ad_DequantizeLinear_Output"], 60)

    def test_float_golden_of_a_float_file_is_refused_aloud(self):
        self.run_model(float_model(self.folder / "float.onnx"), sample(0), "--golden_without_quantization")
        self.assertIn("--golden_without_quantization has no effect", self.log)

    def test_dynamic_quantization_is_calibrated(self):
        scores = self.run_model(dynamic_model(self.folder), sample(0))
        self.assertIn("3 products of the model quantize their inputs dynamically", self.output)
        self.assertGreater(min(scores.values()), 30)
        skipped = {s["name"] for s in self.manifest(self.latest("inference_engine") / "output" / "Result_0")["skipped"]}
        self.assertIn("x_quantized", skipped)

    def graph(self, nodes, inputs=(("x", FLOAT, (1, 4)),), outputs=(("y", FLOAT, (1, 4)),), **initializers):
        return save(self.folder / "model.onnx", nodes, inputs, outputs, {**SCALES, **initializers})

    def check_exact(self, model, value):
        scores = self.run_model(model, value)
        self.assertEqual({name for name, score in scores.items() if not score > 300 and not math.isnan(score)}, set(), scores)
        return scores

    def test_pair_at_both_ends(self):
        relu = helper.make_node("Relu", ["xd"], ["r"])
        self.check_exact(self.graph([*pair("x", "xd"), relu, *pair("r", "y")]), np.float32([[-1, .3, 2, .01]]))

    def test_integers_at_both_ends(self):
        nodes = [dequantize("x", "xd"), helper.make_node("Relu", ["xd"], ["r"]), quantize("r", "y")]
        model = self.graph(nodes, [("x", TensorProto.UINT8, (1, 4))], [("y", TensorProto.UINT8, (1, 4))])
        self.check_exact(model, np.uint8([[3, 250, 130, 90]]))

    def test_moved_integer_input(self):
        nodes = [helper.make_node("Reshape", ["x", "dims"], ["moved"]), dequantize("moved", "xd"),
                 helper.make_node("Relu", ["xd"], ["r"]), *pair("r", "y")]
        model = self.graph(nodes, [("x", TensorProto.UINT8, (1, 4))], [("y", FLOAT, (4, 1))], dims=np.int64([4, 1]))
        self.check_exact(model, np.uint8([[3, 250, 130, 90]]))

    def test_two_encodings_of_one_tensor(self):
        nodes = [*pair("x", "xd"), helper.make_node("Relu", ["xd"], ["r"]), *pair("r", "a"), *pair("r", "b", "s2", "z2"),
                 helper.make_node("Add", ["a", "b"], ["sum"]), *pair("sum", "y")]
        scores = self.check_exact(self.graph(nodes, s2=np.float32(.03), z2=np.uint8(3)), np.float32([[-1, .3, 2, .6]]))
        self.assertIn("b", scores)

    def test_quantized_constant_and_moved_weight(self):
        weight = np.random.default_rng(3).standard_normal((4, 4)).astype(np.float32)
        nodes = [*pair("x", "xd"), *pair("w", "wd", "ws", "wz"), helper.make_node("Transpose", ["wd"], ["wt"], perm=[1, 0]),
                 helper.make_node("MatMul", ["xd", "wt"], ["m"]), *pair("m", "y")]
        model = self.graph(nodes, w=weight, ws=np.float32(.03), wz=np.int8(0))
        self.check_exact(model, np.float32([[-1, .3, 2, .6]]))
        self.assertIn("wt", self.encodings()["param_encodings"])

    def test_what_the_file_leaves_in_float_is_told(self):
        nodes = [*pair("x", "xd"), helper.make_node("Relu", ["xd"], ["r"]), helper.make_node("Neg", ["r"], ["n"]), *pair("n", "y")]
        self.run_model(self.graph(nodes), np.float32([[-1, .3, 2, .6]]))
        self.assertIn("calibrated here: 1 of 3 activations (r)", self.output)

    def test_calibration_sees_what_the_ranges_cut_off(self):
        # A Clip to 0 and 6 is left out where the range says it; without it the sum would be 100.
        nodes = [*pair("x", "xd"), helper.make_node("Add", ["xd", "c"], ["a"]), *pair("a", "ad", "s6", "z6"),
                 helper.make_node("Neg", ["ad"], ["y"])]
        model = self.graph(nodes, c=np.float32([100]), s6=np.float32(6 / 255), z6=np.uint8(0))
        value = np.float32([[-1, .3, 2, .6]])
        self.run_model(model, value)
        self.assertLess(np.abs(self.target_output() + 6).max(), .02)
        golden = ("--golden_without_quantization",)
        self.assertGreater(self.run_model(model, value, *golden, precision="fp32")["y"], 100)
        self.assertLess(np.abs(self.target_output() + 6).max(), 1e-5)

    def test_blocks_are_told(self):
        codes = numpy_helper.from_array(np.arange(-64, 64, dtype=np.int8).reshape(32, 4), "wq")
        scales = np.float32([[.01, .02, .03, .04], [.05, .06, .07, .08]])
        nodes = [*pair("x", "xd"), helper.make_node("DequantizeLinear", ["wq", "bs"], ["wd"], axis=0, block_size=16),
                 helper.make_node("MatMul", ["xd", "wd"], ["m"]), *pair("m", "y", "s2")]
        model = self.graph(nodes, [("x", FLOAT, (1, 32))], bs=scales, wq=numpy_helper.to_array(codes), s2=np.float32(1))
        self.run_model(model, np.linspace(-2, 2, 32, dtype=np.float32)[None])
        self.assertIn("have a scale for each block", self.output)


if __name__ == "__main__":
    unittest.main()
