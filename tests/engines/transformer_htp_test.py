# SPDX-License-Identifier: BSD-3-Clause
"""MiniLM on Qualcomm's HTP simulator: a sentence of 13 tokens, 19 masked by the lowest float."""

import os
import pathlib
import unittest

import numpy as np

from dissection_models import DissectionRun
from program import end_to_end

MODEL = pathlib.Path(os.environ["ACC_SENTENCES"])
TOKENS = 13


class TransformerHtpTest(DissectionRun):
    def setUp(self):
        super().setUp()
        ids = np.random.default_rng(5).integers(1000, 25000, (1, 32)).astype(np.int64)
        mask = (np.arange(32) < TOKENS).astype(np.int64).reshape(1, 32)
        files = {name: self.write_raw(f"{name}.raw", value) for name, value in (("input_ids", ids), ("attention_mask", mask))}
        self.lines = self.write_input_list(" ".join(f"{name}:={file}" for name, file in files.items()))
        self.inputs = [(name, (1, 32), file, "int64") for name, file in files.items()]

    def dissect_sentences(self, *flags):
        return self.dissect_words(*end_to_end(MODEL, "461", self.inputs, self.lines, "-nif", "--runtime", "dsp", "--bias_bitwidth",
                                              "32", *flags))

    def check_masks(self, told, least):
        """The Adds of the masks come first, and are mended by clipping them."""
        first = told["causes"][0]
        self.assertIn("attention_self_Add", first["tensor"])
        self.assertEqual((first["op_type"], first["kind"]), ("Add", "step too coarse"))
        self.assertRegex(first["proof"], r"-3\.403e\+38")
        self.assertRegex(first["remedy"]["what"], r"give it the range \[-\d")
        self.assertGreater(first["remedy"]["after_db"], first["output_db"] + 3)
        self.assertGreater(told["mended_db"], least)

    def test_16_bits(self):
        stdout, told = self.dissect_sentences("--act_bitwidth", "16")
        self.check_masks(told, told["output_db"] + 10)
        self.assertRegex(stdout, r"The HTP computed \d+ of \d+ nodes, 100\.0 % of the multiply-accumulates")
        # With these ranges the weights come first, and with a range for each channel nobody does.
        overrides = (self.latest("inference_engine") / "dissection_overrides.json").resolve()
        again = ("--act_bitwidth", "16", "--quantization_overrides", overrides)
        _, told = self.dissect_sentences(*again)
        self.assertEqual((told["causes"][0]["op_type"], told["causes"][0]["part"]), ("MatMul", "weights"))
        self.assertIn("--use_per_channel_quantization", told["causes"][0]["remedy"]["flag"])
        _, told = self.dissect_sentences(*again, "--use_per_channel_quantization")
        self.assertEqual(told["causes"], [])
        self.assertGreater(told["output_db"], 30)

    def test_8_bits(self):
        _, told = self.dissect_sentences("--act_bitwidth", "8")
        self.check_masks(told, told["output_db"] - 3)
        # The capture's own share of the error is told for the output.
        output = next(layer for layer in told["layers"] if layer["tensor"] == "_461")
        self.assertTrue(output["capture"] is None or output["capture"] > 20, output["capture"])


if __name__ == "__main__":
    unittest.main()
