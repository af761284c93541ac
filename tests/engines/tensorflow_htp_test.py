# SPDX-License-Identifier: BSD-3-Clause
"""Frozen TensorFlow graphs in 8 bits on the HTP simulator, end to end."""

import unittest

import numpy as np

from tensorflow_models import InceptionV3, shipped_mobilenet
from tensorflow_test import TensorflowRun


class TensorflowHtpTest(TensorflowRun):
    def check(self, path, name, dims, output, floor):
        weights = ("--use_per_channel_quantization", "--use_symmetric_quantize_weights", "-bbw", "32")
        stdout, _ = self.run_model(path, name, dims, output, "-r", "dsp", *weights)
        rows = self.summary()
        self.check_mapped(rows)
        self.assertNotIn("not taken by the HTP", stdout)
        self.assertGreater(np.median([float(row["SQNR"]) for row in rows.values()]), floor)

    def test_mobilenet(self):
        self.check(shipped_mobilenet(), "input", (1, 224, 224, 3), "final_result", 5)

    def test_inception(self):
        self.check(InceptionV3.path(), "input:0", InceptionV3.DIMS, InceptionV3.OUTPUT, 15)


if __name__ == "__main__":
    unittest.main()
