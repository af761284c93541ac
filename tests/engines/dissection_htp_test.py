# SPDX-License-Identifier: BSD-3-Clause
"""--deep_analyzer on Qualcomm's HTP simulator."""

import unittest

from dissection_models import DissectionRun, encoding, save_attention, save_chain

HTP = ("--runtime", "dspv75")
COLUMNS = ("Isolated (dB)", "Own (dB)", "Arithmetic (dB)", "Computed By")


class DissectionHtpTest(DissectionRun):
    def measured(self):
        return {name: [row[column] for column in COLUMNS] for name, row in self.rows().items()}

    def test_each_layer_alone_is_what_a_session_of_its_own_gives(self):
        """With a budget of 1 MB each layer is a session."""
        save_chain(self.folder / "m.onnx")
        self.dissect("m.onnx", *HTP)
        together = self.measured()
        self.assertEqual({cells[3] for name, cells in together.items() if name != "x"}, {"HTP"})
        self.dissect("m.onnx", *HTP, "--memory_budget_mb", "1")
        self.assertEqual(together, self.measured())

    def test_a_range_that_clips(self):
        _, told = self.plant(activations={"r3": encoding(0, 0.3, 16)}, flags=(*HTP, "--act_bitwidth", "16"))
        first = self.check_first(told, "r3", "output", "clipping")
        self.assertGreater(first["remedy"]["after_db"], first["output_db"] + 20)

    def test_a_mask_constant_of_16_bits(self):
        """The largest float: the chip adds it wrongly. With the mask's range clipped it does not."""
        save_attention(self.folder / "m.onnx", -3.4e38)
        _, told = self.dissect("m.onnx", *HTP, "--act_bitwidth", "16")
        self.assertEqual(told["causes"][0]["tensor"], "masked", told)
        self.assertIn("give it the range", told["causes"][0]["remedy"]["what"])
        self.assertGreater(told["mended_db"], told["output_db"] + 10)


if __name__ == "__main__":
    unittest.main()
