# SPDX-License-Identifier: BSD-3-Clause
"""Frozen TensorFlow graphs end to end, and the sample commands of the documentation word for word."""

import json
import os
import shlex
import unittest

import numpy as np

from program import ProgramTest
from tensorflow_models import InceptionV3, freeze, shipped_mobilenet, tf1

FP32_FLOOR_DB = 60
MAPPED_FLOOR = 0.97


def picture(dims, seed=0):
    """A picture-like input, channel-last: low frequencies, values in [-1, 1]."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:dims[1], 0:dims[2]]
    planes = []
    for _ in range(dims[3]):
        waves = [np.sin(a * y + b * x + c) / 4 for a, b, c in random.uniform((0.02, 0.02, 0), (0.3, 0.3, 6.3), (6, 3))]
        planes.append(sum(waves).clip(-1, 1))
    return np.stack(planes, -1)[None].astype(np.float32)


class TensorflowRun(ProgramTest):
    """Runs a model end to end; the tests of the engines build on it."""

    def run_model(self, path, name, dims, output, *more):
        raw = self.write_raw("image.raw", picture(dims))
        return self.run_program("--framework", "tensorflow", "--model_path", path, "--input_tensor", name,
                                ",".join(map(str, dims)), raw, "--output_tensor", output, "-a", "x86_64-linux-clang",
                                "--input_list", self.write_input_list(raw), "--default_verifier", "SQNR", *more)

    def check_mapped(self, rows):
        target = self.manifest(self.latest("inference_engine") / "output" / "Result_0")["tensors"]
        golden = {record["name"] for record in self.manifest(self.latest("framework_runner"))["tensors"]}
        there = [record for record in target if record.get("source") in golden]
        self.assertGreaterEqual(sum(record["name"] in rows for record in there) / len(there), MAPPED_FLOOR)
        self.assertGreaterEqual(len(there) / len(target), MAPPED_FLOOR)


class TensorflowTest(TensorflowRun):
    def mobilenet(self, *more):
        self.run_model(shipped_mobilenet(), "input", (1, 224, 224, 3), "final_result", *more)
        return self.summary()

    def inception(self, *more):
        self.run_model(InceptionV3.path(), "input:0", InceptionV3.DIMS, InceptionV3.OUTPUT, *more)
        return self.summary()

    def check_fp32(self, rows):
        worst = min((float(row["SQNR"]), name) for name, row in rows.items())
        self.assertGreaterEqual(worst[0], FP32_FLOOR_DB, worst)
        self.check_mapped(rows)

    def test_mobilenet_fp32(self):
        rows = self.mobilenet("-r", "cpu", "--precision", "fp32")
        self.check_fp32(rows)
        self.assertGreater(len(rows), 50)

    def test_mobilenet_int8_on_the_host(self):
        rows = self.mobilenet("-r", "cpu", "-abw", "16", "-bbw", "32", "--use_per_channel_quantization")
        self.check_mapped(rows)
        self.assertGreater(float(rows["final_result_0"]["SQNR"]), 20)
        coarse = self.mobilenet("-r", "cpu")
        self.assertLess(np.median([float(row["SQNR"]) for row in coarse.values()]),
                        np.median([float(row["SQNR"]) for row in rows.values()]))

    def test_inception_fp32(self):
        rows = self.inception("-r", "cpu", "--precision", "fp32")
        self.check_fp32(rows)
        self.assertGreater(len(rows), 120)
        self.assertIn("InceptionV3_Predictions_Reshape_1_0", rows)

    def test_inception_int8_on_the_host(self):
        rows = self.inception("-r", "cpu", "-bbw", "32", "--use_per_channel_quantization")
        self.check_mapped(rows)
        self.assertGreater(np.median([float(row["SQNR"]) for row in rows.values()]), 15)

    def test_both_runs_write_images_channel_last(self):
        self.mobilenet("-r", "cpu", "--precision", "fp32")
        golden_folder = self.latest("framework_runner")
        golden = {record["name"]: record for record in self.manifest(golden_folder)["tensors"]}
        target_folder = self.latest("inference_engine") / "output" / "Result_0"
        compared = 0
        for record in self.manifest(target_folder)["tensors"]:
            twin = golden[record["source"]]
            self.assertEqual(record["dims"], twin["dims"], record["name"])
            np.testing.assert_allclose(np.fromfile(target_folder / record["file"], np.float32),
                                       np.fromfile(golden_folder / twin["file"], np.float32), rtol=1e-2, atol=1e-3)
            compared += len(record["dims"]) == 4
        self.assertGreater(compared, 40)

    def test_a_dlc_of_the_model_lines_up_with_the_golden_run(self):
        self.mobilenet("-r", "cpu", "--precision", "fp32")
        run, golden = self.latest("inference_engine"), self.latest("framework_runner")
        self.run_program("--verification", "--default_verifier", "SQNR", "--golden_output_reference_directory", golden,
                         "--inference_results", run / "output" / "Result_0", "--dlc_path", run / "base.dlc")
        rows = self.summary()
        self.assertGreater(len(rows), 50)
        for name, row in rows.items():
            self.assertGreaterEqual(float(row["SQNR"]), FP32_FLOOR_DB, name)
            self.assertEqual(row["note"], "", name)

    def test_batch_norms_in_parts_are_folded(self):
        self.mobilenet("-r", "cpu", "--precision", "fp32")
        graph = json.loads((self.latest("inference_engine") / "snpe_model_graph_struct.json").read_text())
        types = [node["type"] for node in graph["nodes"]]
        self.assertEqual(types.count("Mul") + types.count("Add"), 0)
        self.assertEqual(types.count("Transpose"), 1)

    def sample(self, command):
        """Runs a command of the documentation, its variables resolved by the environment."""
        words = shlex.split(command.replace("\\\n", " ").replace("$RESOURCESPATH", str(self.folder)))
        self.assertEqual(words[0], "snpe-accuracy-debugger")
        return self.run_program(*words[1:])

    def prepare_samples(self):
        model = self.folder / "samples" / "InceptionV3Model"
        (model / "data").mkdir(parents=True)
        os.symlink(InceptionV3.path(), model / "inception_v3_2016_08_28_frozen.pb")
        picture(InceptionV3.DIMS).tofile(model / "data" / "chairs.raw")
        (model / "data" / "image_list.txt").write_text(f"{model / 'data' / 'chairs.raw'}\n", encoding="utf-8")

    def test_sample_of_the_framework_runner(self):
        self.prepare_samples()
        self.sample(r"""snpe-accuracy-debugger \
--framework_runner \
--framework tensorflow \
--model_path $RESOURCESPATH/samples/InceptionV3Model/inception_v3_2016_08_28_frozen.pb \
--input_tensor "input:0" 1,299,299,3 $RESOURCESPATH/samples/InceptionV3Model/data/chairs.raw \
--output_tensor InceptionV3/Predictions/Reshape_1:0""")
        run = self.latest("framework_runner")
        self.assertTrue((run / "InceptionV3" / "Predictions" / "Reshape_1:0.raw").is_file())
        self.assertTrue((run / "framework_runner_options.json").is_file())

    def test_sample_of_the_inference_engine(self):
        self.prepare_samples()
        self.sample(r"""snpe-accuracy-debugger \
--inference_engine \
--framework tensorflow \
--runtime cpu \
--model_path $RESOURCESPATH/samples/InceptionV3Model/inception_v3_2016_08_28_frozen.pb \
--input_tensor "input:0" 1,299,299,3 $RESOURCESPATH/samples/InceptionV3Model/data/chairs.raw \
--output_tensor InceptionV3/Predictions/Reshape_1:0 \
--architecture x86_64-linux-clang \
--input_list $RESOURCESPATH/samples/InceptionV3Model/data/image_list.txt \
--verbose""")
        run = self.latest("inference_engine")
        self.assertTrue((run / "base.dlc").is_file())
        mapping = json.loads((run / "tensor_mapping.json").read_text())
        self.assertEqual(mapping["InceptionV3_Predictions_Reshape_1_0"], "InceptionV3/Predictions/Reshape_1:0")

    def test_sample_of_the_end_to_end_run(self):
        self.prepare_samples()
        self.sample(r"""snpe-accuracy-debugger \
--framework tensorflow \
--runtime cpu \
--model_path $RESOURCESPATH/samples/InceptionV3Model/inception_v3_2016_08_28_frozen.pb \
--input_tensor "input:0" 1,299,299,3 $RESOURCESPATH/samples/InceptionV3Model/data/chairs.raw \
--output_tensor InceptionV3/Predictions/Reshape_1:0 \
--architecture x86_64-linux-clang \
--input_list $RESOURCESPATH/samples/InceptionV3Model/data/image_list.txt \
--default_verifier CosineSimilarity \
--enable_tensor_inspection \
--verbose""")
        self.assertIn("CosineSimilarity", next(iter(self.summary().values())))

    def quantized_aware(self):
        """A small network as quantization-aware training leaves it."""
        random = np.random.default_rng(5)

        def build():
            x = tf1.placeholder(tf1.float32, [1, 8, 8, 3], name="x")
            x = tf1.quantization.fake_quant_with_min_max_vars(x, -1.0, 1.0, name="x_quant")
            weights = tf1.constant(random.uniform(-0.5, 0.5, (3, 3, 3, 4)).astype(np.float32), name="weights")
            weights = tf1.quantization.fake_quant_with_min_max_vars(weights, -0.5, 0.5, narrow_range=True, name="weights_quant")
            y = tf1.nn.relu6(tf1.nn.conv2d(x, weights, 1, "SAME", name="conv"), name="relu")
            tf1.quantization.fake_quant_with_min_max_args(y, 0.0, 3.0, name="y")

        return freeze(build, self.folder / "aware.pb")

    def encodings(self, *more):
        self.run_model(self.quantized_aware(), "x", (1, 8, 8, 3), "y", "-r", "cpu", *more)
        records = self.manifest(self.latest("inference_engine") / "output" / "Result_0")["tensors"]
        return {record["name"]: record.get("encoding") for record in records}

    def test_fake_quantization_keeps_its_encodings(self):
        kept = json.dumps(self.encodings()["y_0"])
        self.assertIn(f"{3 / 255:.8f}"[:8], kept)
        own = json.loads((self.latest("inference_engine") / "source_encodings.json").read_text())
        self.assertIn("x_quant:0", own["activation_encodings"])
        self.assertIn("weights:0", own["param_encodings"])
        self.assertGreater(float(self.summary()["y_0"]["SQNR"]), 25)

    def test_stored_codes_keep_their_encoding(self):
        """As the transformation quantize_weights leaves a graph."""
        codes = np.random.default_rng(6).integers(0, 256, (3, 3, 3, 4)).astype(np.uint8)
        low, high = -0.6, 0.6 * 127 / 128

        def build():
            x = tf1.placeholder(tf1.float32, [1, 8, 8, 3], name="x")
            stored = tf1.constant(codes.astype(tf1.quint8.as_numpy_dtype), tf1.quint8, name="codes")
            weights = tf1.raw_ops.Dequantize(input=stored, min_range=low, max_range=high, mode="MIN_FIRST", name="weights")
            tf1.nn.relu(tf1.nn.conv2d(x, weights, 1, "SAME", name="conv"), name="y")

        path = freeze(build, self.folder / "codes.pb")
        self.run_model(path, "x", (1, 8, 8, 3), "y", "-r", "cpu", "--precision", "fp32")
        self.check_fp32(self.summary())
        self.run_model(path, "x", (1, 8, 8, 3), "y", "-r", "cpu", "-abw", "16", "-bbw", "32")
        own = json.loads((self.latest("inference_engine") / "source_encodings.json").read_text())
        self.assertAlmostEqual(own["param_encodings"]["weights:0"][0]["scale"], (high - low) / 255, places=7)
        self.assertGreater(float(self.summary()["y_0"]["SQNR"]), 60, "the weights were codes before")

    def test_override_params_replaces_them(self):
        self.assertNotIn(f"{3 / 255:.8f}"[:8], json.dumps(self.encodings("--override_params")["y_0"]))


if __name__ == "__main__":
    unittest.main()
