# SPDX-License-Identifier: BSD-3-Clause
"""--deep_analyzer on Qualcomm's HTP simulator."""

import json
import unittest

import numpy as np
import onnx
from onnx import helper, numpy_helper

from dissection_models import DIMS, DissectionRun, encoding, save, save_attention, save_chain
from program import end_to_end

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

    def hazards(self, *words):
        stdout, stderr = self.run_program(*words)
        run = self.latest("inference_engine")
        self.assertFalse((run / "hazard_values").exists())
        return json.loads((run / "hazards.json").read_text(encoding="utf-8"))["hazards"], stdout, stderr

    def test_what_the_chip_gets_wrong_is_proved_alone(self):
        """Windows of 3 with a stride of 2 reach over the edge of 16 elements, not over that of 15."""
        for size, told in (16, "it is wrong here"), (15, "it is right on this input"):
            with self.subTest(size=size):
                dims = (1, 3, size, size)
                values = np.random.default_rng(9).normal(size=dims).astype(np.float32)
                raw = self.write_raw("x.raw", values)
                save(self.folder / "m.onnx", [helper.make_node("Relu", ["x"], ["r"], name="relu"),
                                              helper.make_node("AveragePool", ["r"], ["y"], name="pool", kernel_shape=[3, 3],
                                                               strides=[2, 2], ceil_mode=1)], {}, dims)
                words = end_to_end("m.onnx", "y", [("x", dims, raw)], self.write_input_list(raw), *HTP)
                hazards, stdout, stderr = self.hazards(*words)
                self.assertEqual([(hazard["rule"], hazard["tensor"]) for hazard in hazards], [("average-pool-ceil", "y")])
                self.assertIn(told, stderr)
                self.assertIn("AveragePool 'pool' rounds its output's size up", stdout)
                page = (self.latest("verification") / "summary.html").read_text(encoding="utf-8")
                self.assertIn('id="hazards"', page)
                self.assertIn(told, page)
                # The converted model itself knows it as well.
                dlc = (self.latest("inference_engine") / "base.dlc").resolve()
                again = self.hazards("--inference_engine", "--stage", "converted", "--static_model", dlc, *HTP, "--architecture",
                                     "x86_64-linux-clang", "--input_list", self.write_input_list(raw))[0]
                self.assertEqual([hazard["rule"] for hazard in again], ["average-pool-ceil"])

    def test_a_model_without_them_tells_none(self):
        save_chain(self.folder / "m.onnx")
        self.run_program(*end_to_end("m.onnx", "y", [("x", DIMS, self.raw)], self.lines, *HTP))
        self.assertFalse((self.latest("inference_engine") / "hazards.json").exists())

    def test_a_damaged_list_is_left_out(self):
        save(self.folder / "m.onnx", [helper.make_node("CumSum", ["x", "axis"], ["y"], name="sums")], {})
        model = onnx.load(self.folder / "m.onnx")
        model.graph.initializer.append(numpy_helper.from_array(np.array(1, np.int64), "axis"))
        onnx.save(model, self.folder / "m.onnx")
        hazards, _, _ = self.hazards(*end_to_end("m.onnx", "y", [("x", DIMS, self.raw)], self.lines, *HTP))
        self.assertLess(hazards[0]["on_target"], 40)
        run = self.latest("inference_engine")
        (run / "hazards.json").write_text("[]", encoding="utf-8")
        stderr = self.run_program("--verification", "--default_verifier", "SQNR", "--golden_output_reference_directory",
                                  self.latest("framework_runner"), "--inference_results", run / "output" / "Result_0")[1]
        self.assertIn("does not describe hazards", stderr)


if __name__ == "__main__":
    unittest.main()
