#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""--quant_checker: the contract's sample on a real model, every number against NumPy and SciPy, folders, bad input."""

import collections
import csv
import hashlib
import json
import os
import pathlib
import unittest

import numpy as np
import onnx
import onnxruntime
import scipy.stats
from onnx import TensorProto, helper, numpy_helper

import program
from quant_checker_model import small_model

CHECKS = [{"algo_name": "minmax", "threshold": "10"}, {"algo_name": "maxdiff", "threshold": "10"},
          {"algo_name": "sqnr", "threshold": "26"}, {"algo_name": "stats", "threshold": "2"},
          {"algo_name": "data_range_analyzer"}, {"algo_name": "data_distribution_analyzer", "threshold": "0.6"}]
SAMPLE = json.loads((pathlib.Path(os.environ["ACC_SOURCE_DIR"]) / "docs" / "quant-checker-config.json").read_text("utf-8"))
COLUMNS = ["Op Name", "Weight Node", "Passes Accuracy", "Accuracy Difference", "Threshold Used", "Algorithm Used"]


def tf_encoding(values, bits=8):
    """The range with zero in it, shifted so that zero is a code; scales are float32."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    scale = float(np.float32((high - low) / (2**bits - 1)))
    return scale, -int(np.floor(-low / scale + 0.5)), bits


def quantized(values, encoding):
    scale, offset, bits = encoding
    steps = np.clip(np.round(values.astype(np.float64) / scale), offset, offset + 2**bits - 1)
    return steps * scale, steps


def decibels(golden, other):
    golden, other = golden.astype(np.float64), other.astype(np.float64)
    return 10 * np.log10((golden**2).sum() / ((golden - other) ** 2).sum())


def expected_differences(values, encoding):
    """What each check is to say of the values, as numbers."""
    values = values.ravel()
    other, steps = quantized(values, encoding)
    wide = values.astype(np.float64)
    counts = np.array(list(collections.Counter(steps).values())) / values.size
    entropy = -(counts * np.log2(counts)).sum()
    most = np.log2(min(len(np.unique(values)), 2 ** encoding[2]))
    return {"minmax": [abs(wide.min() - other.min()), abs(wide.max() - other.max())],
            "maxdiff": [abs(wide - other).max()],
            "sqnr": [decibels(wide, other)],
            "stats": [scipy.stats.skew(wide), wide.min(), wide.max(), np.median(wide), wide.var(), wide.std(),
                      scipy.stats.mode(values).mode],
            "data_range_analyzer": [-np.floor(np.log10(wide.std())), wide.max() - wide.min()],
            "data_distribution_analyzer": [1 - entropy / most]}


def numbers_in(text):
    return [float(word) for word in text.replace(":", " ").split() if word[0] in "-0123456789"]


class QuantCheckerTest(program.ProgramTest):
    def check(self, model, config, inputs, dims="1,3,12,12", name="x", output="y", expect=0, more=(), **options):
        (self.folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        return self.run_program("--quant_checker", "-f", "onnx", "-m", model, "-i", name, dims, inputs[0], "-o", output,
                                "--config_file", "config.json", "-l", self.write_input_list(*inputs), *more, expect=expect,
                                **options)

    def results(self):
        return self.latest("results")

    def rows(self, name):
        with open(self.results() / "csv" / name, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def overview(self):
        return json.loads((self.results() / "overview.json").read_text(encoding="utf-8"))

    def raws(self, count=2, dims=(1, 3, 12, 12)):
        return [self.write_raw(f"in{i}.raw", program.smooth_image(dims, i)) for i in range(count)]

    def compare_rows(self, rows, values, encoding, column):
        for row in rows:
            tensor = row[column]
            if tensor not in values:
                continue
            expected = expected_differences(values[tensor], encoding(tensor))[row["Algorithm Used"]]
            found = numbers_in(row["Accuracy Difference"])
            self.assertEqual(len(found), len(expected), row)
            # Six digits are printed; a difference of two floats near each other has few digits itself.
            np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-7, err_msg=str(row))

    def test_numbers_are_those_of_numpy_and_scipy(self):
        tensors = small_model(self.folder / "m.onnx")
        inputs = self.raws()
        config = {**SAMPLE, "ACT_COMPARISON_ALGORITHMS": CHECKS, "QUANTIZATION_ALGORITHMS": ["None"],
                  "QUANTIZATION_VARIATIONS": ["tf"]}
        self.check("m.onnx", config, inputs, more=["--generate_csv"], expect=1)
        for kind, column in (("weights", "Weight Node"), ("biases", "Bias Node")):
            rows = self.rows(f"tf_{kind}.csv")
            self.assertEqual(len(rows), 2 * len(CHECKS))
            self.compare_rows(rows, tensors, lambda tensor: tf_encoding(tensors[tensor]), column)
        session = onnxruntime.InferenceSession(self.with_outputs("m.onnx", ["r"]))
        lines = [np.fromfile(path, np.float32).reshape(1, 3, 12, 12) for path in inputs]
        seen = {"x": lines}
        for name, values in zip(["y", "r"], zip(*[session.run(["y", "r"], {"x": line}) for line in lines])):
            seen[name] = values
        rows = self.rows("tf_activations.csv")
        self.assertEqual({row["Activation Node"] for row in rows}, {"x", "r", "y"})
        self.assertEqual(len(rows), 3 * len(CHECKS) * len(inputs))
        for i, path in enumerate(inputs):
            of_line = [row for row in rows if row["Input"] == str(path)]
            self.compare_rows(of_line, {name: values[i] for name, values in seen.items()},
                              lambda tensor: tf_encoding(np.stack(seen[tensor])), "Activation Node")
        for row, line in zip(self.rows("inputs.csv"), lines):
            np.testing.assert_allclose(numbers_in(row["Accuracy Difference"]),
                                       expected_differences(line, tf_encoding(line))["stats"], rtol=2e-5, atol=1e-7)

    def with_outputs(self, name, tensors):
        model = onnx.load(self.folder / name)
        model.graph.output.extend(helper.make_tensor_value_info(t, TensorProto.FLOAT, None) for t in tensors)
        return model.SerializeToString()

    def test_the_sample_of_the_contract(self):
        name, tensor, dims, output = program.OCR["classifier"]
        inputs = [self.write_raw(f"in{i}.raw", program.text_image(dims, f"Layer {i}")) for i in range(2)]
        out, _ = self.check(program.MODELS / name, SAMPLE, inputs, ",".join(map(str, dims)), tensor, output, expect=1,
                            more=["--generate_csv", "--generate_plots", "--per_channel_plots"])
        options = [v + c for v in ("tf", "enhanced", "symmetric", "asymmetric") for c in ("", "_cle")]
        overview = self.overview()
        self.assertEqual({row["name"] for row in overview["options"]}, set(options))
        self.assertIn("is that of a Softmax, which hides errors", " ".join(overview["notes"]))
        measured = [row["measured_db"] for row in overview["options"]]
        self.assertEqual(measured, sorted(measured, reverse=True))
        self.assertIn(f"{measured[0]:.1f} dB", out)
        log = (self.latest("quant_checker") / "log.txt").read_text(encoding="utf-8")
        failed = 0
        for option in options:
            for page in (f"{option}.html", f"{option}_input_0.html", f"{option}_input_1.html"):
                self.assertTrue((self.results() / "html" / page).is_file(), page)
            rows = self.rows(f"{option}_weights.csv")
            self.assertEqual(list(rows[0]), COLUMNS)
            weights = {row["Weight Node"] for row in rows}
            plots = self.results() / "hist_analysis_weights" / option
            self.assertEqual({p.stem for p in plots.glob("*.png") if not p.stem.endswith("_channels")}, weights)
            self.assertTrue(list(plots.glob("*_channels.png")))
            self.assertTrue(list((self.results() / "hist_analysis_biases" / option).glob("*.png")))
            for row in (row for row in rows if row["Passes Accuracy"] == "False"):
                failed += 1
                self.assertIn(f"Results for the {option} quantization:\n| Op Name | Weight Node | Passes Accuracy |", log)
                self.assertRegex(log, f"\\| {row['Op Name']} \\| {row['Weight Node']} \\| False \\| .* \\| "
                                      f"{row['Threshold Used']} \\| {row['Algorithm Used']} \\|")
        self.assertGreater(failed, 0)
        self.assertIn("<====WEIGHTS ANALYSIS FAILURES====>", log)

    def test_the_overrides_do_what_was_measured(self):
        name, tensor, dims, output = program.OCR["classifier"]
        raw = self.write_raw("in.raw", program.text_image(dims))
        model = program.MODELS / name
        config = {"QUANTIZATION_ALGORITHMS": ["cle", "None"], "QUANTIZATION_VARIATIONS": ["enhanced", "symmetric"],
                  "PER_CHANNEL_QUANTIZATION": ["True", "False"]}
        self.check(model, config, [raw], ",".join(map(str, dims)), tensor, output)
        overview = self.overview()
        best = overview["options"][0]
        session = onnxruntime.InferenceSession(model)
        golden = session.run([output], {tensor: np.fromfile(raw, np.float32).reshape(dims)})[0]
        measured = {overview["overrides"]: best["measured_db"]}
        if overview["remedies"]:
            measured[overview["remedies"]] = overview["remedies_db"]
        for overrides, decibels_there in measured.items():
            flags = ["--algorithms", "cle"] if "_cle" in best["name"] else []
            flags += ["--use_per_channel_quantization"] if "per_channel" in best["name"] else []
            self.run_program("--inference_engine", "-f", "onnx", "-m", model, "-i", tensor, ",".join(map(str, dims)), raw,
                             "-o", output, "-r", "cpu", "-a", "x86_64-linux-clang", "-l", self.write_input_list(raw),
                             "-qo", self.results() / overrides, *flags)
            target = np.fromfile(next((self.latest("inference_engine") / "output" / "Result_0").rglob(
                "save_infer_model_scale_0_tmp_1.raw")), np.float32)
            self.assertAlmostEqual(decibels(golden.ravel(), target), decibels_there, delta=0.05, msg=overrides)

    def test_the_culprit_and_its_remedy_are_named(self):
        small_model(self.folder / "m.onnx", outlier=25)
        self.check("m.onnx", {"QUANTIZATION_VARIATIONS": ["tf"]}, self.raws())
        overview = self.overview()
        cause = overview["causes"][0]
        self.assertEqual(cause["tensor"], "w1")
        self.assertEqual(cause["remedy"]["what"], "one range for each output channel")
        self.assertGreater(cause["remedy"]["after_db"], cause["output_db"] + 3)
        self.assertGreater(overview["remedies_db"], overview["options"][0]["measured_db"] + 3)

    def test_causes_are_those_of_all_inputs_and_the_largest_first(self):
        small_model(self.folder / "m.onnx", outlier=25)
        # On the first input alone, which is zero, no weight makes an error.
        inputs = [self.write_raw("zero.raw", np.zeros((1, 3, 12, 12), np.float32)), *self.raws()]
        stdout, _ = self.check("m.onnx", {"QUANTIZATION_VARIATIONS": ["tf"]}, inputs)
        causes = self.overview()["causes"]
        self.assertEqual(causes[0]["tensor"], "w1")
        self.assertGreater(causes[0]["share"], 0.9)
        shares = [cause["share"] for cause in causes]
        self.assertEqual(shares, sorted(shares, reverse=True))
        said = [float(line.split(" %")[0]) for line in stdout.splitlines() if " % of the error: " in line]
        self.assertEqual(said, sorted(said, reverse=True))
        self.assertEqual(len(said), len(causes))

    def test_says_where_no_remedy_helps(self):
        small_model(self.folder / "m.onnx")
        stdout, _ = self.check("m.onnx", {"QUANTIZATION_VARIATIONS": ["tf"]}, self.raws(),
                               more=["--activation_width", "16", "--weights_width", "16", "--bias_width", "32"])
        causes = self.overview()["causes"]
        without = [cause for cause in causes if not cause["remedy"]]
        self.assertTrue(without, causes)
        self.assertEqual(stdout.count("no remedy: none makes the output 3 dB better"), len(without))

    def test_a_tensor_of_one_value_proves_nothing(self):
        tensors = {"w": np.random.default_rng(1).normal(size=(2, 3, 1, 1)).astype(np.float32),
                   "zero": np.zeros(1, np.float32), "value": np.full(1, 2.5, np.float32)}
        nodes = [helper.make_node("Conv", ["x", "w"], ["c"], name="conv"),
                 helper.make_node("Mul", ["c", "zero"], ["none"], name="mul"),
                 helper.make_node("Add", ["none", "value"], ["single"], name="add"),
                 helper.make_node("Mul", ["c", "single"], ["y"], name="scale")]
        model = helper.make_model(helper.make_graph(
            nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 12, 12])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(value, name) for name, value in tensors.items()]),
            opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        onnx.save(model, self.folder / "m.onnx")
        stdout, _ = self.check("m.onnx", {"QUANTIZATION_VARIATIONS": ["tf"]}, self.raws())
        line = next(line for line in stdout.splitlines() if "proves nothing" in line)
        self.assertIn("'single'", line)
        self.assertNotIn("'c'", line)
        self.assertIn(line, self.overview()["notes"])

    def test_equal_models_have_no_such_culprit(self):
        small_model(self.folder / "m.onnx")
        self.check("m.onnx", {"QUANTIZATION_VARIATIONS": ["tf"]}, self.raws())
        self.assertNotIn("w1", [cause["tensor"] for cause in self.overview()["causes"] if cause["share"] > 0.9])

    def test_says_where_nothing_can_be_equalized(self):
        model = helper.make_model(helper.make_graph(
            [helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Sigmoid", ["c"], ["y"])], "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 12, 12])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(np.ones((2, 3, 1, 1), np.float32), "w")]), opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        onnx.save(model, self.folder / "m.onnx")
        self.check("m.onnx", {"QUANTIZATION_ALGORITHMS": ["cle", "None"], "QUANTIZATION_VARIATIONS": ["tf"]}, self.raws())
        self.assertRegex(" ".join(self.overview()["notes"]), "cle are equal to those without: no pair of layers")
        self.assertEqual(len({row["measured_db"] for row in self.overview()["options"]}), 1)

    def test_zeros_prove_nothing(self):
        tensors = small_model(self.folder / "m.onnx")
        model = onnx.load(self.folder / "m.onnx")
        for i, (name, value) in enumerate(tensors.items()):
            model.graph.initializer[i].CopyFrom(numpy_helper.from_array(value * 0, name))
        onnx.save(model, self.folder / "m.onnx")
        out, _ = self.check("m.onnx", {"QUANTIZATION_VARIATIONS": ["tf"]}, self.raws())
        self.assertIn("The outputs are zero for all inputs", out)
        self.assertIsNone(self.overview()["options"][0]["measured_db"])

    def test_nan_weights_fail_and_are_counted(self):
        tensors = small_model(self.folder / "m.onnx")
        model = onnx.load(self.folder / "m.onnx")
        broken = tensors["b2"].copy()
        broken[1] = np.nan
        model.graph.initializer[3].CopyFrom(numpy_helper.from_array(broken, "b2"))
        onnx.save(model, self.folder / "m.onnx")
        config = {"BIAS_COMPARISON_ALGORITHMS": CHECKS, "QUANTIZATION_VARIATIONS": ["tf"]}
        self.check("m.onnx", config, self.raws(), more=["--generate_csv"], expect=1)
        rows = [row for row in self.rows("tf_biases.csv") if row["Bias Node"] == "b2"]
        self.assertEqual({row["Passes Accuracy"] for row in rows}, {"False"})
        self.assertTrue(all("1 values are NaN or infinite" in row["Accuracy Difference"] for row in rows))

    def test_goldens_tell_whether_the_conversion_is_right(self):
        small_model(self.folder / "m.onnx")
        inputs = self.raws()
        self.run_program("--framework_runner", "-f", "onnx", "-m", "m.onnx", "-i", "x", "1,3,12,12", inputs[1], "-o", "y",
                         "--output_dirname", "golden")
        golden = self.folder / "working_directory" / "framework_runner" / "golden"
        more = ["--golden_output_reference_directory", golden]
        self.check("m.onnx", {"QUANTIZATION_VARIATIONS": ["tf"]}, inputs, more=more)
        note = " ".join(self.overview()["notes"])
        lowest = float(note.split("the lowest ")[1].split(" dB")[0])
        self.assertGreater(lowest, 100)
        self.assertRegex(note, "in float: 4 tensors compared")
        np.zeros(4 * 12 * 12, np.float32).tofile(golden / "y.raw")
        self.check("m.onnx", {"QUANTIZATION_VARIATIONS": ["tf"]}, inputs, more=more)
        self.assertRegex(" ".join(self.overview()["notes"]), "-inf dB at 'y'. That is no error of quantization")
        self.check("m.onnx", {"QUANTIZATION_VARIATIONS": ["tf"]}, inputs[:1], more=more)
        self.assertRegex(" ".join(self.overview()["notes"]), "are not used: no line of the input list")

    def test_threads_and_memory_change_nothing(self):
        small_model(self.folder / "m.onnx")
        inputs = self.raws(5)
        words = ["--generate_csv", "--generate_plots", "--output_dirname", "run"]
        config = {**SAMPLE, "ACT_COMPARISON_ALGORITHMS": CHECKS}
        self.check("m.onnx", config, inputs, more=words, expect=1)
        expected = self.hashes()
        self.assertGreater(len(expected), 100)
        self.check("m.onnx", config, inputs, more=[*words, "--memory_budget_mb", "1"], expect=1)
        self.assertEqual(self.hashes(), expected)
        usable = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(usable)})
        self.addCleanup(os.sched_setaffinity, 0, usable)
        self.check("m.onnx", config, inputs, more=words, expect=1)
        self.assertEqual(self.hashes(), expected)

    def hashes(self):
        """Of all results; the overview holds the command, which differs."""
        folder = pathlib.Path(os.path.realpath(self.results()))
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "overview.html"}

    def test_a_folder_of_models_outlives_a_broken_one(self):
        (self.folder / "models").mkdir()
        small_model(self.folder / "models" / "a.onnx")
        (self.folder / "models" / "b.onnx").write_bytes(b"\x08\x08broken")
        small_model(self.folder / "models" / "c.ONNX")
        (self.folder / "models" / "notes.txt").write_text("no model", encoding="utf-8")
        _, err = self.check("models", {"QUANTIZATION_VARIATIONS": ["tf"]}, self.raws(), expect=3)
        self.assertRegex(err, "error: 1 of 3 models could not be checked:\n  'b.onnx': ")
        for name in ("a.onnx", "c.ONNX"):
            self.assertTrue((self.results() / name / "overview.html").is_file())
        (self.folder / "models" / "b.onnx").unlink()
        self.check("models", {"QUANTIZATION_VARIATIONS": ["tf"]}, self.raws())

    def test_bad_input_is_explained(self):
        small_model(self.folder / "m.onnx")
        inputs = self.raws()
        for config, message in (({"QUANTIZATION_VARIATIONS": ["tff"]}, "config.json: QUANTIZATION_VARIATIONS: there is no"),
                                ({"ACT_COMPARISON_ALGORITHMS": [{"algo_name": "sqnr"}]}, "sqnr needs a threshold")):
            _, err = self.check("m.onnx", config, inputs, expect=2)
            self.assertIn(message, err)
        _, err = self.check("nowhere.onnx", {}, inputs, expect=3)
        self.assertIn("nowhere.onnx", err)
        (self.folder / "empty").mkdir()
        _, err = self.check("empty", {}, inputs, expect=3)
        self.assertIn("no file that ends in .onnx", err)


if __name__ == "__main__":
    unittest.main()
