# SPDX-License-Identifier: BSD-3-Clause
"""The HTP simulator end to end, and what only it can show."""

import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from program import MODELS, OCR, ProgramTest, end_to_end, smooth_image


class HtpTest(ProgramTest):
    def run_classifier(self, image, *more, expect=0):
        file, tensor, dims, output = OCR["classifier"]
        raw = self.write_raw("image.raw", image)
        lines = self.write_input_list(raw)
        return self.run_program(*end_to_end(MODELS / file, output, [(tensor, dims, raw)], lines, *more), expect=expect)

    def final(self):
        return float(self.summary()["save_infer_model_scale_0_tmp_1"]["SQNR"])

    def test_int8_shows_every_stored_tensor(self):
        self.run_classifier(smooth_image(OCR["classifier"][2]), "--runtime", "dsp", "-bbw", "32")
        rows = self.summary()
        self.assertGreater(len(rows), 100)
        self.assertGreater(np.median([float(row["SQNR"]) for row in rows.values()]), 10)

    def test_16_bit_softmax_errs_on_the_htp_and_not_on_the_host(self):
        # Logits this close make the step of the Softmax's 16-bit input smaller than the HTP can take.
        image = np.random.default_rng(1).uniform(0, 1, OCR["classifier"][2]).astype(np.float32)
        wide = ("-abw", "16", "-bbw", "32", "--use_per_channel_quantization", "--use_symmetric_quantize_weights")
        self.run_classifier(image, "--runtime", "cpu", *wide)
        self.assertGreater(self.final(), 60)
        stdout, _ = self.run_classifier(image, "--runtime", "dsp", *wide)
        self.assertLess(self.final(), 15)
        self.assertIn("Loses most against its own inputs", stdout)
        culprit = next(line for line in stdout.splitlines() if line.startswith("Loses most"))
        self.assertIn("save_infer_model_scale_0_tmp_1", culprit)
        self.assertIn("halves the largest exponential", stdout)

    def test_every_generation_runs(self):
        image = smooth_image(OCR["classifier"][2])
        for runtime in ("dspv68", "dspv69", "dspv73", "dspv75"):
            self.run_classifier(image, "--runtime", runtime, "-bbw", "32")
        self.run_classifier(image, "--runtime", "dsp", "--htp_socs", "sm8650", "-bbw", "32")

    def test_fp16(self):
        self.run_classifier(smooth_image(OCR["classifier"][2]), "--runtime", "dsp", "--precision", "fp16")
        scores = [float(row["SQNR"]) for row in self.summary().values()]
        self.assertGreater(min(scores), 30)

    def test_a_model_with_states_and_several_outputs(self):
        weight = numpy_helper.from_array(np.random.default_rng(0).normal(size=(16, 16)).astype(np.float32), "w")
        nodes = [helper.make_node("MatMul", ["x", "w"], ["m"], name="matmul"),
                 helper.make_node("Add", ["m", "state"], ["sum"], name="add"),
                 helper.make_node("Tanh", ["sum"], ["next"], name="tanh"),
                 helper.make_node("Sigmoid", ["next"], ["y"], name="sigmoid")]
        value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [4, 16])
        graph = helper.make_graph(nodes, "cell", [value("x"), value("state")], [value("next"), value("y")], [weight])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8),
                  self.folder / "cell.onnx")
        random = np.random.default_rng(1)
        x, state = (self.write_raw(f"{name}.raw", random.normal(size=(4, 16)).astype(np.float32))
                    for name in ("x", "state"))
        lines = self.write_input_list(f"x:={x} state:={state}")
        inputs = [("x", (4, 16), x), ("state", (4, 16), state)]
        for more, floor in (((), 20), (("-abw", "16"), 30), (("--precision", "fp16"), 45)):
            self.run_program(*end_to_end("cell.onnx", "y", inputs, lines, "-o", "next", "--runtime", "dsp", "-bbw", "32",
                                         *more))
            rows = self.summary()
            self.assertGreater(float(rows["y"]["SQNR"]), floor, more)
            self.assertGreater(float(rows["next"]["SQNR"]), floor, more)

    def test_fp32_is_refused(self):
        _, stderr = self.run_classifier(smooth_image(OCR["classifier"][2]), "--runtime", "dsp", "--precision", "fp32",
                                        expect=2)
        self.assertIn("fp16", stderr)

    def test_nodes_that_the_htp_does_not_take_are_named_with_the_reason(self):
        nodes = [helper.make_node("Relu", ["x"], ["r"], name="relu"), helper.make_node("Erf", ["r"], ["e"], name="erf"),
                 helper.make_node("Add", ["e", "r"], ["y"], name="add")]
        value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 8])
        graph = helper.make_graph(nodes, "erf", [value("x")], [value("y")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8),
                  self.folder / "erf.onnx")
        raw = self.write_raw("x.raw", np.linspace(-2, 2, 8, dtype=np.float32))
        lines = self.write_input_list(raw)
        stdout, stderr = self.run_program(*end_to_end("erf.onnx", "y", [("x", (1, 8), raw)], lines, "--runtime", "dsp"))
        self.assertRegex(stderr, r"not taken by the HTP.*Erf")
        self.assertRegex(stdout, r"not taken by the HTP.*Erf")
        log = (self.latest("inference_engine") / "log.txt").read_text()
        self.assertRegex(log, r"Erf.*not supported")


if __name__ == "__main__":
    unittest.main()
