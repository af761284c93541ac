# SPDX-License-Identifier: BSD-3-Clause
"""--quant_checker on models that their own file quantizes: it judges the given encodings beside new ones."""

import json
import unittest

import onnx_quantized_models as models
import program

CONFIG = {"QUANTIZATION_VARIATIONS": ["tf", "symmetric"], "QUANTIZATION_ALGORITHMS": ["cle", "None"],
          "ACT_COMPARISON_ALGORITHMS": [{"algo_name": "minmax", "threshold": "10"}]}
FORMS = ("qdq_u8", "qdq_s8", "qdq_u8_per_channel", "qoperator_u8", "qoperator_s8_per_channel")


class GivenEncodingsTest(program.ProgramTest):
    def check(self, path):
        (self.folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
        stdout, _ = self.run_program(
            "--quant_checker", "-f", "onnx", "-m", path, "-i", "x", "1,3,8,8", self.raw, "-o", "y", "--config_file",
            "config.json", "-l", self.lines)
        overview = json.loads((self.latest("results") / "overview.json").read_text(encoding="utf-8"))
        return stdout, {row["name"]: row for row in overview["options"]}, overview

    def setUp(self):
        super().setUp()
        self.raw = self.write_raw("x.raw", models.sample(20))
        self.lines = self.write_input_list(self.raw)

    def test_every_form_has_a_row_of_its_own(self):
        for form in FORMS:
            with self.subTest(form):
                path = models.static_model(self.folder, form)
                stdout, rows, overview = self.check(path)
                self.assertEqual({"as_given", "tf", "symmetric"} - set(rows), set())
                self.assertIn("as_given is the model as its file quantizes it", stdout)
                self.assertNotIn("nothing to mend", stdout)
                self.assertTrue(10 < rows["as_given"]["measured_db"] < 80, rows["as_given"])
                self.assertNotEqual(rows["as_given"]["measured_db"], rows["symmetric"]["measured_db"])
                self.assertTrue(any("as_given has the encodings that the model brings" in note for note in overview["notes"]))
                self.assertTrue(list((self.latest("results") / "html").glob("as_given*.html")))

    def test_its_error_is_that_of_the_target_run(self):
        path = models.static_model(self.folder, "qdq_u8_per_channel")
        _, rows, _ = self.check(path)
        self.run_program(*program.end_to_end(path, "y", [("x", models.DIMS, self.raw)], self.lines, "--runtime", "cpu",
                                             "--golden_without_quantization"))
        self.assertAlmostEqual(rows["as_given"]["measured_db"], float(self.summary()["y"]["SQNR"]), delta=0.1)

    def test_a_float_model_has_no_such_row(self):
        stdout, rows, _ = self.check(models.float_model(self.folder / "float.onnx"))
        self.assertNotIn("as_given", rows)
        self.assertNotIn("as_given", stdout)


if __name__ == "__main__":
    unittest.main()
