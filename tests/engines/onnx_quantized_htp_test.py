# SPDX-License-Identifier: BSD-3-Clause
"""ONNX files that hold their own quantization, on the HTP simulator."""

import unittest

import numpy as np
from onnx import helper

from onnx_quantized_models import SCALES, STATIC, pair, sample, save, static_model
from onnx_quantized_test import FLOAT, ITSELF, OnnxQuantizedTest
from program import ProgramTest


class OnnxQuantizedHtpTest(ProgramTest):
    run_model = OnnxQuantizedTest.run_model  # The host test class is imported for this alone.

    def test_all_forms_run_with_the_files_encodings(self):
        for form in STATIC:
            with self.subTest(form):
                scores = self.run_model(static_model(self.folder, form), sample(0), runtime="dsp")
                self.assertEqual(len(scores), 10)
                # A step of a code here and there, and no more.
                self.assertGreater(min(scores.values()), 60 if "16" in form else 35, scores)
                self.assertIn(ITSELF, self.output)
                self.assertTrue((self.latest("inference_engine") / "source_encodings.json").exists())
                self.assertTrue((self.latest("inference_engine") / "base_quantized.dlc").exists())

    def test_pair_at_both_ends(self):
        nodes = [*pair("x", "xd"), helper.make_node("Relu", ["xd"], ["r"]), *pair("r", "y")]
        model = save(self.folder / "model.onnx", nodes, [("x", FLOAT, (1, 4))], [("y", FLOAT, (1, 4))], SCALES)
        scores = self.run_model(model, np.float32([[-1, .3, 2, .01]]), runtime="dsp")
        self.assertGreater(scores["y"], 300)


del OnnxQuantizedTest  # Else unittest runs it here again.

if __name__ == "__main__":
    unittest.main()
