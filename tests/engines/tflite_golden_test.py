# SPDX-License-Identifier: BSD-3-Clause
"""The golden run against LiteRT's own Python interface: another build of the same kernels, so that sums may be
rounded otherwise."""

import unittest

import numpy as np

from tflite_small_models import quantized_convolution
from tflite_models import CUSTOM, Builder, TfLiteTest, interpret, mediapipe_models, smooth_images


class GoldenTest(TfLiteTest):
    def check(self, path, feeds, kernels, bound):
        """Every tensor that an operator makes, within `bound` of its range."""
        self.golden(path, feeds, "--tflite_kernels", kernels)
        run = self.latest("framework_runner")
        expected = interpret(path, feeds, kernels)
        unpacked = {} if kernels != "xnnpack" else {
            name: value for name, value in interpret(path, feeds, "builtin").items() if "_dequantize" in name}
        records = {record["name"]: record for record in self.manifest(run)["tensors"]}
        self.assertEqual(self.manifest(run).get("skipped", []), [])
        for name, record in records.items():
            raw = np.fromfile(run / record["file"], np.float32)
            # XNNPACK never writes out constants that it unpacks; theirs is the value of the other kernels.
            value = np.asarray(unpacked.get(name, expected[name]), np.float32)
            self.assertEqual(record["dims"], list(value.shape), name)
            extent = float(np.ptp(value)) or 1.0
            self.assertLessEqual(float(np.abs(raw - value.ravel()).max()), bound * extent, name)
        return records


class MediapipeTest(GoldenTest):
    def test_every_model_with_the_reference_kernels(self):
        for name, path in mediapipe_models().items():
            with self.subTest(name):
                records = self.check(path, smooth_images(path), "reference", 1e-5)
                self.assertGreater(len(records), 60)

    def test_the_default_kernels_and_xnnpack(self):
        path = mediapipe_models()["face_landmark"]
        for kernels in ("builtin", "xnnpack"):
            with self.subTest(kernels):
                self.check(path, smooth_images(path), kernels, 1e-5)

    def test_passes_of_a_small_budget_give_the_same_values(self):
        path = mediapipe_models()["iris_landmark"]
        feeds = smooth_images(path)
        self.golden(path, feeds)
        whole = self.values()
        self.golden(path, feeds, "--memory_budget_mb", "1")
        parts = self.values()
        self.assertEqual(whole.keys(), parts.keys())
        for name, value in whole.items():
            np.testing.assert_array_equal(value, parts[name], name)

    def values(self):
        run = self.latest("framework_runner")
        return {record["name"]: np.fromfile(run / record["file"], np.float32)
                for record in self.manifest(run)["tensors"]}

    def test_custom_operators_are_refused_by_name(self):
        for name, path in mediapipe_models(with_custom=True).items():
            if name not in CUSTOM:
                continue
            _, errors = self.golden(path, smooth_images(path), expect=3)
            self.assertIn(CUSTOM[name], errors)
            self.assertNotIn("\\x0a", errors)
            self.assertIn("--input_tensor with one behind them, leaves them out", errors)

    def test_filters_know_the_file_s_operators(self):
        path = mediapipe_models()["face_landmark"]
        self.golden(path, smooth_images(path), "--add_layer_types", "prelu,MAX_POOL_2D")
        kinds = {record["op_type"] for record in self.manifest(self.latest("framework_runner"))["tensors"]}
        self.assertEqual(kinds, {"Input", "PRELU", "MAX_POOL_2D"})


class SmallModelTest(GoldenTest):
    def test_quantized_tensors_are_kept_and_dequantized(self):
        path = quantized_convolution().write(self.folder / "quantized.tflite")
        codes = np.random.default_rng(1).integers(-128, 128, (1, 4, 4, 2), np.int8)
        expected = interpret(path, {"image": codes}, "builtin")["conv"]
        real = (np.float32(0.02) * (codes.astype(np.float32) - 3)).astype(np.float32)
        for feed in ({"image": codes}, {"image": real}):
            self.golden(path, feed)
            run = self.latest("framework_runner")
            record = {record["name"]: record for record in self.manifest(run)["tensors"]}["conv"]
            native = np.fromfile(run / record["native_file"], np.int8)
            np.testing.assert_array_equal(native, expected.ravel())
            value = np.fromfile(run / record["file"], np.float32)
            np.testing.assert_array_equal(value, np.float32(0.4) * (native.astype(np.float32) + 7))

    def test_dynamic_dims_and_several_inputs(self):
        builder = Builder()
        first = builder.input("first", [1, 3], signature=[-1, 3])
        second = builder.input("second", [1, 3], signature=[-1, 3])
        builder.output(builder.op("ADD", [first, second], name="sum", options="AddOptions"))
        path = builder.write(self.folder / "dynamic.tflite")
        feeds = {"first": np.ones((5, 3), np.float32), "second": np.full((5, 3), 2, np.float32)}
        records = self.check(path, feeds, "builtin", 0)
        self.assertEqual(records["sum"]["dims"], [5, 3])

    def test_names_stay_inside_the_run(self):
        builder = Builder()
        image = builder.input("../image", [2])
        builder.output(builder.op("NEG", [image], name="../../etc/x", options="NegOptions"))
        path = builder.write(self.folder / "names.tflite")
        self.golden(path, {"../image": np.ones(2, np.float32)})
        for record in self.manifest(self.latest("framework_runner"))["tensors"]:
            self.assertNotIn("..", record["file"])


class ErrorTest(TfLiteTest):
    def test_a_missing_library_names_the_command_that_installs_it(self):
        path = mediapipe_models()["hand_recrop"]
        _, errors = self.golden(path, smooth_images(path), expect=3,
                                environment={"ACC_TFLITE_LIBRARY": "/no/such/file.so"})
        self.assertIn("scripts/setup --with tflite", errors)
        self.assertIn("/no/such/file.so", errors)

    def test_what_is_no_such_file_is_named(self):
        path = mediapipe_models()["hand_recrop"]
        content = path.read_bytes()
        cases = {
            b"": "it is empty",
            content[:5000]: "damaged",
            b"PK\x03\x04" + bytes(60): "a ZIP archive",
            b"\x08\x01\x12\x30" + bytes(60): "a TensorFlow SavedModel",
            b"\x89HDF\r\n" + bytes(60): "an HDF5 file",
            b"\n\x20\n\x05input\x12\x0bPlaceholder" + bytes(20): "a frozen TensorFlow graph",
            bytes(100): "lacks the letters TFL3",
        }
        for content, text in cases.items():
            with self.subTest(text):
                broken = self.folder / "broken.tflite"
                broken.write_bytes(content)
                _, errors = self.golden(broken, {"x": np.ones(1, np.float32)}, output="y", expect=3)
                self.assertIn(text, errors)

    def test_unknown_kernels(self):
        path = mediapipe_models()["hand_recrop"]
        _, errors = self.golden(path, smooth_images(path), "--tflite_kernels", "referenc", expect=2)
        self.assertIn("reference", errors)


if __name__ == "__main__":
    unittest.main()
