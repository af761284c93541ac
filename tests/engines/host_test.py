# SPDX-License-Identifier: BSD-3-Clause
"""The host engine end to end: a converted float model is the source model, and int8 is close to it."""

import json
import math
import unittest

import numpy as np

from program import MODELS, OCR, ProgramTest, end_to_end, smooth_image, text_image

FP32_FLOOR_DB = 60
MAPPED_FLOOR = 0.97


class HostTest(ProgramTest):
    def run_model(self, name, *more):
        file, tensor, dims, output = OCR[name]
        raw = self.write_raw("image.raw", text_image(dims))
        lines = self.write_input_list(f"{tensor}:={raw}")
        self.run_program(*end_to_end(MODELS / file, output, [(tensor, dims, raw)], lines, "--runtime", "cpu", *more))
        return self.summary()

    def scores(self, rows, verifier="SQNR"):
        return {name: float(row[verifier]) for name, row in rows.items()}

    def check_fp32(self, name):
        rows = self.run_model(name, "--precision", "fp32")
        worst = min(self.scores(rows).items(), key=lambda item: item[1])
        self.assertGreaterEqual(worst[1], FP32_FLOOR_DB, worst)
        target = self.latest("inference_engine")
        graph = json.loads((target / "snpe_model_graph_struct.json").read_text())
        outputs = [value["name"] for node in graph["nodes"] for value in node["outputs"]]
        self.assertGreaterEqual(sum(name in rows for name in outputs) / len(outputs), MAPPED_FLOOR)
        return rows, target

    def test_classifier_fp32(self):
        rows, target = self.check_fp32("classifier")
        mapping = json.loads((target / "tensor_mapping.json").read_text())
        self.assertEqual(mapping["save_infer_model_scale_0_tmp_1"], "save_infer_model/scale_0.tmp_1")
        self.assertGreater(len(rows), 100)

    def test_detector_fp32(self):
        self.check_fp32("detector")

    def test_recognizer_fp32(self):
        self.check_fp32("recognizer")

    def test_spatial_tensors_are_channel_last_on_disk(self):
        self.run_model("classifier", "--precision", "fp32")
        records = self.manifest(self.latest("inference_engine") / "output" / "Result_0")["tensors"]
        golden = {r["name"]: r for r in self.manifest(self.latest("framework_runner"))["tensors"]}
        channel_last = [r for r in records if len(r.get("dims", [])) == 4 and r["op_type"] == "Conv"]
        self.assertTrue(channel_last)
        run = self.latest("inference_engine") / "output" / "Result_0"
        for record in channel_last:
            if not record.get("source"):
                continue
            reference = golden[record["source"]]
            first = np.fromfile(self.latest("framework_runner") / reference["file"], np.float32)
            last = np.fromfile(run / record["file"], np.float32).reshape(record["dims"])
            np.testing.assert_allclose(last.transpose(0, 3, 1, 2).ravel(), first, rtol=1e-3, atol=1e-3)

    def test_fp16_is_near_fp32(self):
        scores = self.scores(self.run_model("classifier", "--precision", "fp16"))
        self.assertGreater(min(scores.values()), 35)
        self.assertLess(min(scores.values()), 90)

    def test_int8_of_every_width_beats_the_narrower_one(self):
        finals = {}
        for activation, weight in ((8, 8), (16, 8), (16, 16)):
            rows = self.run_model("classifier", "-abw", activation, "-wbw", weight, "-bbw", 32,
                                  "--use_per_channel_quantization")
            logits = [float(row["SQNR"]) for row in rows.values() if row["Layer Type"] == "Conv"]
            finals[activation, weight] = float(np.median(logits))
        self.assertLess(finals[8, 8] + 5, finals[16, 8])
        self.assertLess(finals[16, 8] + 5, finals[16, 16])

    def test_several_inputs_calibrate_and_each_has_a_result(self):
        file, tensor, dims, output = OCR["classifier"]
        raws = [self.write_raw(f"image{i}.raw", smooth_image(dims, i)) for i in range(3)]
        lines = self.write_input_list(*raws)
        self.run_program(*end_to_end(MODELS / file, output, [(tensor, dims, raws[1])], lines, "--runtime", "cpu"))
        results = sorted(p.name for p in (self.latest("inference_engine") / "output").iterdir())
        self.assertEqual(results, ["Result_0", "Result_1", "Result_2"])
        # The end-to-end run compares the result of the line that the golden run saw.
        options = {feature: json.loads((self.latest(feature) / f"{feature}_options.json").read_text())
                   for feature in ("framework_runner", "inference_engine", "verification")}
        # Each feature's own flags alone, shared ones in each.
        self.assertEqual([o.get("runtime") for o in options.values()], [None, "cpu", None])
        self.assertEqual({o["working_dir"] for o in options.values()}, {options["verification"]["working_dir"]})
        self.assertEqual({o["model_path"] for o in options.values()}, {str(MODELS / file)})
        rows = self.summary()
        self.assertTrue(all(math.isfinite(float(row["golden_min"])) for row in rows.values()))
        self.assertGreater(float(rows["x"]["SQNR"]), 30)

    def test_overrides_are_used_and_unknown_ones_reported(self):
        file, tensor, dims, output = OCR["classifier"]
        raw = self.write_raw("image.raw", smooth_image(dims))
        lines = self.write_input_list(raw)
        overrides = self.folder / "overrides.json"
        entry = {"bitwidth": 8, "min": -4.0, "max": 3.96875, "offset": -128, "scale": 0.03125, "is_symmetric": "False"}
        overrides.write_text(json.dumps({"activation_encodings": {tensor: [entry], "no/such/tensor": [entry]},
                                         "param_encodings": {}}))
        _, stderr = self.run_program(*end_to_end(MODELS / file, output, [(tensor, dims, raw)], lines,
                                                 "--runtime", "cpu", "-qo", overrides))
        self.assertIn("no/such/tensor", stderr)
        records = {r["name"]: r for r in
                   self.manifest(self.latest("inference_engine") / "output" / "Result_0")["tensors"]}
        encoding = records[tensor]["encoding"]
        text = json.dumps(encoding)
        self.assertIn("0.03125", text)


if __name__ == "__main__":
    unittest.main()
