# SPDX-License-Identifier: BSD-3-Clause
"""TensorFlow Lite models from end to end: golden, converted, quantized, on the host and on the HTP simulator."""

import json
import unittest

import numpy as np

from tflite_models import Builder, TfLiteTest, inputs_of, interpret, mediapipe_models, outputs_of, smooth_images
from tflite_small_models import any_batch, computed_dims, float_edges, hybrid, images_in_16_bits, quantized_convolution, recurrent

HOST = ("--runtime", "cpu")
HTP = ("--runtime", "dsp")


class MediapipeTest(TfLiteTest):
    def run_model(self, name, *more):
        path = mediapipe_models()[name]
        rows = self.end_to_end(path, outputs_of(path), smooth_images(path), *more)
        run = self.latest("inference_engine")
        return rows, self.manifest(run / "output" / "Result_0")["tensors"]

    def check_mapped(self, rows, records):
        """Every tensor that the target stores is one of the model's, and compared."""
        self.assertTrue(all(record["source"] for record in records))
        self.assertEqual(len(rows), len(records))

    def test_float_on_the_host_agrees_with_the_golden_run(self):
        for name in mediapipe_models():
            with self.subTest(name):
                rows, records = self.run_model(name, "--precision", "fp32", *HOST)
                self.check_mapped(rows, records)
                low = {tensor: row["SQNR"] for tensor, row in rows.items() if float(row["SQNR"]) < 60}
                self.assertEqual(low, {})

    def test_int8_on_the_host(self):
        for name in mediapipe_models():
            with self.subTest(name):
                rows, records = self.run_model(name, "--precision", "int8", *HOST)
                self.check_mapped(rows, records)
                self.assertTrue(all(row["SQNR"] not in ("", "nan") for row in rows.values()))

    def test_int8_on_the_htp(self):
        for name in mediapipe_models():
            with self.subTest(name):
                rows, records = self.run_model(name, "--precision", "int8", *HTP)
                self.check_mapped(rows, records)

    def test_tensors_keep_the_file_s_axis_order(self):
        _, records = self.run_model("face_landmark", "--precision", "fp32", *HOST)
        dims = {record["source"]: record["dims"] for record in records}
        golden = self.manifest(self.latest("framework_runner"))["tensors"]
        for record in golden:
            if record["name"] in dims:
                self.assertEqual(dims[record["name"]], record["dims"], record["name"])
        structure = json.loads((self.latest("inference_engine") / "snpe_model_graph_struct.json").read_text("utf-8"))
        self.assertIn("NHWC", json.dumps(structure))

    def test_the_dlc_that_the_run_writes_agrees_as_well(self):
        path = mediapipe_models()["face_detection_short_range"]
        feeds = smooth_images(path)
        self.end_to_end(path, outputs_of(path), feeds, "--precision", "fp32", *HOST)
        dlc = (self.latest("inference_engine") / "base.dlc").resolve()
        rows = self.end_to_end(path, outputs_of(path), feeds, "--stage", "converted", "--static_model", dlc, *HOST)
        self.assertGreater(len(rows), 85)
        self.assertEqual({name for name, row in rows.items() if float(row["SQNR"] or 0) < 60}, set())


class QuantizationCheckerTest(TfLiteTest):
    def test_goldens_are_compared_in_their_own_axis_order(self):
        path = mediapipe_models()["face_detection_short_range"]
        feeds = smooth_images(path)
        self.golden(path, feeds)
        (name, value), = feeds.items()
        raw = self.write_raw("image.raw", value)
        config = self.folder / "checker.json"
        config.write_text('{"QUANTIZATION_VARIATIONS": ["tf"]}', encoding="utf-8")
        words = ["--quant_checker", "-f", "tflite", "-m", path, "-i", name, ",".join(map(str, value.shape)), raw,
                 "--input_list", self.write_input_list(raw), "--config_file", config,
                 "--golden_output_reference_directory", self.latest("framework_runner")]
        for output in outputs_of(path):
            words += ["-o", output]
        self.run_program(*words)
        note = " ".join(json.loads((self.latest("results") / "overview.json").read_text("utf-8"))["notes"])
        self.assertRegex(note, "in float: [0-9]{2} tensors compared")
        self.assertGreater(float(note.split("the lowest ")[1].split(" dB")[0]), 100)


class QuantizedTest(TfLiteTest):
    def run_small(self, builder, *more, expect=0):
        path = builder.write(self.folder / "model.tflite")
        random = np.random.default_rng(0)
        feeds = {name: random.uniform(-1, 1, dims).astype(np.float32) for name, dims, _ in inputs_of(path)}
        rows = self.end_to_end(path, outputs_of(path), feeds, *more, expect=expect)
        return rows, self.latest("inference_engine")

    def encodings(self, run):
        records = self.manifest(run / "output" / "Result_0")["tensors"]
        return {record["name"]: record["encoding"]["channels"][0] for record in records if "encoding" in record}

    def test_the_model_s_own_encodings_give_its_own_codes(self):
        for per_channel in (False, True):
            for engine in (HOST, HTP):
                with self.subTest(f"{per_channel} {engine}"):
                    rows, run = self.run_small(quantized_convolution(per_channel), "--precision", "int8", *engine)
                    for name in ("conv", "pooled"):
                        self.assertGreater(float(rows[name]["SQNR"]), 150, name)
                    self.assertAlmostEqual(self.encodings(run)["conv"]["scale"], 0.4, 6)
                    self.assertEqual(self.encodings(run)["conv"]["offset"], -121)
                    written = json.loads((run / "source_encodings.json").read_text("utf-8"))
                    self.assertEqual(set(written["activation_encodings"]), {"image", "conv", "pooled"})
                    self.assertEqual(len(written["param_encodings"]), 2)

    def test_tensors_in_float_beside_quantized_ones_share_their_encodings(self):
        path = float_edges().write(self.folder / "model.tflite")
        image = np.random.default_rng(0).uniform(-1, 1, (1, 4, 4, 2)).astype(np.float32)
        for engine, least in ((HOST, 150), (HTP, 40)):
            _, errors = self.run_end_to_end(path, ["conv"], {"image": image}, "--precision", "int8", *engine)
            self.assertNotIn("is not used", errors)
            encodings = self.encodings(self.latest("inference_engine"))
            self.assertAlmostEqual(encodings["image"]["scale"], 0.02, 6)
            self.assertAlmostEqual(encodings["conv"]["scale"], 0.37, 6)
            self.assertGreater(float(self.summary()["conv"]["SQNR"]), least)

    def test_images_in_16_bits(self):
        for precision, least in (("int8", 90), ("fp32", 60)):
            rows, run = self.run_small(images_in_16_bits(), "--precision", precision, *HOST)
            self.assertGreater(float(rows["conv"]["SQNR"]), least)
        rows, run = self.run_small(images_in_16_bits(), "--precision", "int8", *HTP)
        self.assertGreater(float(rows["conv"]["SQNR"]), 60)
        self.assertEqual({encoding["bitwidth"] for encoding in self.encodings(run).values()}, {16})

    def test_a_bias_that_needs_more_than_32_bits_is_refused(self):
        path = images_in_16_bits(10**6).write(self.folder / "model.tflite")
        _, errors = self.run_end_to_end(path, ["conv"], {"image": np.ones((1, 4, 4, 2), np.float32)}, *HOST, expect=3)
        self.assertIn("its code 40000000000 has more than the 32 bits", errors)

    def test_override_params_replaces_them(self):
        _, run = self.run_small(quantized_convolution(), "--precision", "int8", *HOST, "--override_params")
        self.assertNotAlmostEqual(self.encodings(run)["conv"]["scale"], 0.4, 2)

    def test_layers_are_equalized_only_with_new_encodings(self):
        path = quantized_convolution().write(self.folder / "model.tflite")
        feeds = {"image": np.ones((1, 4, 4, 2), np.float32)}
        words = ("--precision", "int8", *HOST, "--algorithms", "cle")
        _, errors = self.run_end_to_end(path, ["pooled"], feeds, *words, expect=2)
        self.assertIn("Add --override_params", errors)
        self.run_end_to_end(path, ["pooled"], feeds, *words, "--override_params")

    def test_the_checker_judges_the_model_s_own_encodings(self):
        path = quantized_convolution().write(self.folder / "model.tflite")
        config = self.folder / "checker.json"
        config.write_text('{"QUANTIZATION_VARIATIONS": ["tf"]}', encoding="utf-8")
        raw = self.write_raw("image.raw", np.random.default_rng(0).uniform(-1, 1, (1, 4, 4, 2)).astype(np.float32))
        self.run_program(
            "--quant_checker", "-f", "tflite", "-m", path, "-i", "image", "1,4,4,2", raw, "-o", "pooled",
            "--input_list", self.write_input_list(raw), "--config_file", config)
        overview = (self.latest("results") / "overview.html").read_text("utf-8")
        options = json.loads((self.latest("results") / "overview.json").read_text("utf-8"))["options"]
        self.assertEqual([option["name"] for option in options], ["tf", "as_given"])
        self.assertIn("The option as_given has the encodings that the model brings", overview)
        # The new ones replace what the model brings.
        self.assertIn(" --override_params", overview)

    def test_overrides_count_for_what_the_model_does_not_quantize(self):
        overrides = self.folder / "overrides.json"
        entry = [{"bitwidth": 8, "min": -128.0, "max": 127.0, "scale": 1.0, "offset": -128, "is_symmetric": "False"}]
        overrides.write_text(json.dumps({"activation_encodings": {"conv": entry}, "param_encodings": {}}))
        words = ("--precision", "int8", *HOST, "--quantization_overrides", overrides)
        _, run = self.run_small(quantized_convolution(), *words)
        self.assertAlmostEqual(self.encodings(run)["conv"]["scale"], 0.4, 6)
        _, run = self.run_small(quantized_convolution(), *words, "--override_params")
        self.assertEqual(self.encodings(run)["conv"]["scale"], 1.0)

    def test_weights_alone_in_int8(self):
        rows, _ = self.run_small(hybrid(), "--precision", "fp32", *HOST)
        # The golden kernel quantizes its input as well, which the float run does not.
        self.assertGreater(float(rows["dense"]["SQNR"]), 40)
        self.assertIn("golden is itself quantized", self.statements())

    def test_weights_in_half_precision_are_no_quantization(self):
        builder = Builder()
        half = builder.constant(np.random.default_rng(0).standard_normal((8, 16)).astype(np.float16))
        weights = builder.op("DEQUANTIZE", [half], dims=(8, 16), version=3)
        rows = builder.input("rows", [2, 16])
        builder.output(builder.op("FULLY_CONNECTED", [rows, weights, -1], name="dense", dims=(2, 8),
                                  options="FullyConnectedOptions"))
        self.run_small(builder, "--precision", "fp32", *HOST)
        self.assertNotIn("quantized", self.statements())

    def statements(self):
        return " ".join(self.manifest(self.latest("framework_runner")).get("statements", []))


class LoopTest(TfLiteTest):
    def feeds(self):
        return {"rows": np.random.default_rng(1).uniform(-1, 1, (5, 1, 4)).astype(np.float32)}

    def test_every_step_of_a_loop_of_known_length_is_shown(self):
        path = recurrent().write(self.folder / "model.tflite", run_for_dims=False)
        feeds = self.feeds()
        rows = self.end_to_end(path, ["loop_2", "last"], feeds, "--precision", "fp32", *HOST)
        low = {name: row["SQNR"] for name, row in rows.items()
               if float(row["SQNR"]) < 60 and row["verdict"] != "suspicious"}
        self.assertEqual(low, {})
        self.assertLessEqual({f"sum_step_{step}" for step in range(5)} | {"loop_2", "last"}, set(rows))
        golden = self.latest("framework_runner")
        plain = interpret(path, feeds, "builtin")
        for name in ("loop_2", "last"):
            value = np.fromfile(golden / f"{name}.raw", np.float32)
            np.testing.assert_array_equal(value, plain[name].ravel())

    def test_its_empty_parts_do_not_reach_the_htp(self):
        path = recurrent().write(self.folder / "model.tflite", run_for_dims=False)
        rows = self.end_to_end(path, ["loop_2", "last"], self.feeds(), "--precision", "int8", *HTP)
        self.assertGreater(float(rows["loop_2"]["SQNR"]), 20)

    def test_other_loops_are_refused(self):
        path = recurrent(-1).write(self.folder / "model.tflite", run_for_dims=False)
        feeds = {**self.feeds(), "steps": np.array(5, np.int32)}
        _, errors = self.run_end_to_end(path, ["last"], feeds, "--precision", "fp32", *HOST, expect=3)
        self.assertIn("cannot be converted: WHILE (1)", errors)


class AxisOrderTest(TfLiteTest):
    def test_an_output_that_follows_a_volume(self):
        builder = Builder()
        random = np.random.default_rng(0)
        volume = builder.input("volume", [1, 3, 4, 5, 2])
        weights = builder.constant(random.uniform(-1, 1, (2, 2, 2, 2, 3)).astype(np.float32))
        builder.output(builder.op("CONV_3D", [volume, weights], name="conv", options="Conv3DOptions", padding=1,
                                  **{f"{kind}{axis}{end}": 1 for kind, end in (("stride", ""), ("dilation", "Factor"))
                                     for axis in "DHW"}))
        builder.output(builder.op("EXP", [volume], name="grown"))
        path = builder.write(self.folder / "model.tflite")
        feeds = {"volume": random.uniform(-1, 1, (1, 3, 4, 5, 2)).astype(np.float32)}
        rows = self.end_to_end(path, ["conv", "grown"], feeds, "--precision", "fp32", *HOST)
        self.assertTrue(all(float(rows[name]["SQNR"]) > 60 for name in ("conv", "grown")))


class DynamicDimsTest(TfLiteTest):
    def test_a_batch_that_the_file_leaves_open(self):
        path = any_batch().write(self.folder / "model.tflite")
        for batch in (1, 3):
            with self.subTest(batch):
                image = np.random.default_rng(batch).uniform(-1, 1, (batch, 6, 8, 2)).astype(np.float32)
                rows = self.end_to_end(path, ["probabilities"], {"image": image}, "--precision", "fp32", *HOST)
                self.assertEqual(len(rows), 6)
                self.assertEqual({name for name, row in rows.items() if float(row["SQNR"]) < 60}, set())
                self.assertEqual(rows["conv"]["Tensor_dims"], f"{batch}x6x8x4")

    def test_dims_that_the_model_computes(self):
        for batch, height, width in ((1, 5, 7), (2, 6, 4)):
            with self.subTest((batch, height, width)):
                path = computed_dims().write(self.folder / "model.tflite")
                image = np.random.default_rng(0).uniform(-1, 1, (batch, height, width, 2)).astype(np.float32)
                feeds = {"image": image, "first": np.array([0, 1], np.int32)}
                rows = self.end_to_end(path, outputs_of(path), feeds, "--precision", "fp32", *HOST)
                low = {name: row["SQNR"] for name, row in rows.items() if float(row["SQNR"]) < 60}
                self.assertEqual(low, {})
                self.assertLessEqual(set(outputs_of(path)), set(rows))

    def test_dims_that_contradict_the_file(self):
        path = any_batch().write(self.folder / "model.tflite")
        _, errors = self.golden(path, {"image": np.zeros((1, 6, 9, 2), np.float32)}, expect=2)
        self.assertIn("?x6x8x2", errors)


class UnsupportedTest(TfLiteTest):
    def test_operators_without_a_translation_are_named_all_at_once(self):
        path = mediapipe_models(with_custom=True)["face_landmark_with_attention"]
        feeds = smooth_images(path)
        raw = self.write_raw("x.raw", next(iter(feeds.values())))
        name, value = next(iter(feeds.items()))
        words = ["--inference_engine", "-f", "tflite", "-m", path, "-i", name, ",".join(map(str, value.shape)), raw,
                 "--runtime", "cpu", "--architecture", "x86_64-linux-clang", "--input_list",
                 self.write_input_list(f"{name}:={raw}")]
        for output in outputs_of(path):
            words += ["-o", output]
        _, errors = self.run_program(*words, expect=3)
        self.assertIn("Landmarks2TransformMatrix (3), TransformLandmarks (5), TransformTensorBilinear (3)", errors)

    def test_soft_suppression_is_refused(self):
        builder = Builder()
        boxes, scores = builder.input("boxes", [4, 4]), builder.input("scores", [4])
        numbers = [builder.constant(value) for value in (np.int32(3), np.float32(0.5), np.float32(0), np.float32(0.5))]
        builder.output(*builder.op("NON_MAX_SUPPRESSION_V5", [boxes, scores, *numbers], outputs=3, name="kept",
                                   dtype=[np.int32, np.float32, np.int32]))
        path = builder.write(self.folder / "model.tflite")
        feeds = {"boxes": np.ones((4, 4), np.float32), "scores": np.ones(4, np.float32)}
        _, errors = self.run_end_to_end(path, ["kept_1"], feeds, *HOST, expect=3)
        self.assertIn("NON_MAX_SUPPRESSION_V5: soft suppression", errors)

    def test_the_part_before_them_converts(self):
        path = mediapipe_models(with_custom=True)["selfie_segmentation"]
        (name, value), = smooth_images(path).items()
        raw = self.write_raw("x.raw", value)
        words = ["--inference_engine", "-f", "tflite", "-m", path, "-i", name, ",".join(map(str, value.shape)), raw,
                 "--runtime", "cpu", "--architecture", "x86_64-linux-clang", "--precision", "fp32", "--input_list",
                 self.write_input_list(f"{name}:={raw}"), "-o", "h_swish"]
        self.run_program(*words)
        records = self.manifest(self.latest("inference_engine") / "output" / "Result_0")["tensors"]
        self.assertEqual(records[-1]["source"], "h_swish")


if __name__ == "__main__":
    unittest.main()
