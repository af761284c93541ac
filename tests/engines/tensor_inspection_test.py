# SPDX-License-Identifier: BSD-3-Clause
"""--tensor_inspection, and --enable_tensor_inspection end to end: every number that the pages and tables show, against
NumPy and SciPy on the same files."""

import csv
import json
import re
import unittest

import numpy as np
import onnx
import PIL.Image
import scipy.stats
from onnx import TensorProto, helper, numpy_helper

from program import MODELS, OCR, ProgramTest, end_to_end, text_image

PAGES = ["CDF_plots.html", "Diff_plots.html", "Histograms.html"]
CONTENTS = {*PAGES, "Distribution_min-max.png", "golden_data.csv", "target_data.csv"}
IMAGES = {"CDF_plots.png", "Diff_plots.png", "Histograms.png"}


def pairs():
    """Golden and target of every kind, by name."""
    random = np.random.default_rng(1)
    wild = random.normal(0, 3, 5000).astype(np.float32)
    broken = wild.copy()
    broken[::37], broken[5::41], broken[7::43] = np.nan, np.inf, -np.inf
    tensors = {
        "plain": random.normal(1, 2, 2000), "deep/in/folders": random.exponential(1, 70001),
        "large": random.normal(0, 1, 300000), "relu": random.normal(0, 1, 9000).clip(0),
        "constant": np.full(500, 2.5), "zero": np.zeros(64), "one": np.array([3.25]),
        "denormal": random.normal(0, 1, 1000) * 1e-41, "far": random.normal(1e6, 0.5, 4000),
        "outlier": np.append(random.normal(0, 1, 4999), 1e6),
    }
    result = {}
    for name, golden in tensors.items():
        golden = golden.astype(np.float32)
        noise = random.normal(0, 0.05 * (golden.std() or 1), golden.size)
        result[name] = golden, golden if name in ("zero", "denormal") else (golden + noise).astype(np.float32)
    result["constant"] = result["constant"][0], result["constant"][0]
    result["broken"] = wild, broken
    return result


def data_of(page):
    """The data inside a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(), re.DOTALL)
    return json.loads(found.group(1))


def elements_of(path):
    values = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    np.testing.assert_array_equal(values[:, 0], np.arange(len(values)))
    return values[:, 1].astype(np.float32)


class TensorInspectionTest(ProgramTest):
    def write_runs(self, tensors, target_type=np.float32):
        """Two directories of headerless files."""
        for name, (golden, target) in tensors.items():
            for run, values, dtype in (("golden", golden, np.float32), ("target", target, target_type)):
                path = self.folder / run / f"{name}.raw"
                path.parent.mkdir(parents=True, exist_ok=True)
                np.ascontiguousarray(values, dtype).tofile(path)

    def inspect(self, *more, expect=0, verifiers=("sqnr", "mse")):
        words = [word for name in verifiers for word in ("--verifier", name)]
        _, self.log = self.run_program("--tensor_inspection", "--golden_data", "golden", "--target_data", "target",
                                       *words, *more, expect=expect)
        self.run = self.latest("tensor_inspection")
        if expect:
            return {}
        with open(self.run / "summary.csv", newline="", encoding="utf-8") as file:
            return {row["Name"]: row for row in csv.DictReader(file)}

    def write_encodings(self, **encodings):
        """AIMET's form; the values are (bits, scale, offset)."""
        entries = {name: [{"bitwidth": bits, "scale": scale, "offset": offset, "min": scale * offset,
                           "max": scale * (offset + 2**bits - 1), "is_symmetric": "False", "dtype": "int"}]
                   for name, (bits, scale, offset) in encodings.items()}
        (self.folder / "encodings.json").write_text(json.dumps(
            {"version": "0.6.1", "activation_encodings": entries, "param_encodings": {}}))

    def test_files_of_a_run(self):
        self.write_runs(pairs())
        rows = self.inspect()
        self.assertEqual(set(rows), set(pairs()))
        for name in pairs():
            found = {path.name for path in (self.run / name).iterdir() if path.is_file()}
            self.assertEqual(found, CONTENTS, name)
            PIL.Image.open(self.run / name / "Distribution_min-max.png").verify()
        for name in ("index.html", "log.txt", "tensor_inspection_options.json", "report_assets/plots.js"):
            self.assertTrue((self.run / name).is_file(), name)
        self.assertIn("tensors inspected", (self.run / "log.txt").read_text())

    def test_numbers_are_numpys(self):
        self.write_runs(pairs())
        rows = self.inspect()
        for name, (golden, target) in pairs().items():
            with self.subTest(name):
                self.check_summary(rows[name], golden, target)
                self.check_histograms(self.run / name, golden, target)
                self.check_cdf(self.run / name, golden, target)
                self.check_series(self.run / name, golden, target)
                np.testing.assert_array_equal(elements_of(self.run / name / "golden_data.csv"), golden)
                np.testing.assert_array_equal(elements_of(self.run / name / "target_data.csv"), target)

    def check_summary(self, row, golden, target):
        for side, values in (("golden", golden), ("target", target)):
            finite = values[np.isfinite(values)]
            self.assertEqual(np.float32(row[f"{side}_min"]), finite.min())
            self.assertEqual(np.float32(row[f"{side}_max"]), finite.max())
        both = np.isfinite(golden) & np.isfinite(target)
        error = target[both].astype(float) - golden[both]
        np.testing.assert_allclose(float(row["MSE"]), np.mean(error**2), rtol=1e-9)
        self.assertEqual(row["calibrated_min"], "")

    def check_histograms(self, folder, golden, target):
        data = data_of(folder / "Histograms.html")
        edges = data["edges"]
        for side, values in (("golden", golden), ("target", target)):
            finite = values[np.isfinite(values)].astype(float)
            np.testing.assert_array_equal(data[side], np.histogram(finite, edges)[0])
            self.assertEqual(data[f"{side}_total"], finite.size)

    def check_cdf(self, folder, golden, target):
        data = data_of(folder / "CDF_plots.html")
        for side, values in (("golden", golden), ("target", target)):
            finite = np.sort(values[np.isfinite(values)].astype(float))
            # The page holds nine digits of each x.
            x = np.array(data["x"])
            slack = np.abs(x) * 1e-8
            self.assertTrue(np.all(np.searchsorted(finite, x - slack) / finite.size <= np.array(data[side]) + 1e-6))
            self.assertTrue(np.all(np.searchsorted(finite, x + slack) / finite.size >= np.array(data[side]) - 1e-6))
            self.assertEqual((data[side][0], data[side][-1]), (0, 1))

    def check_series(self, folder, golden, target):
        data = data_of(folder / "Diff_plots.html")
        index = np.array(data["index"], int)
        np.testing.assert_array_equal(np.array(data["golden"], np.float32), golden[index])
        np.testing.assert_array_equal(np.array(data["target"], np.float32), target[index])
        both = np.flatnonzero(np.isfinite(golden) & np.isfinite(target))
        if both.size <= 3000:
            np.testing.assert_array_equal(index, both)
        for series in (golden.astype(float), target.astype(float), target.astype(float) - golden):
            self.assertEqual(series[index].min(), series[both].min())
            self.assertEqual(series[index].max(), series[both].max())

    def test_density_is_scipys(self):
        self.write_runs(pairs())
        self.inspect()
        for name in ("plain", "deep/in/folders", "far", "relu", "broken"):
            with self.subTest(name):
                target = pairs()[name][1].astype(float)
                data = data_of(self.run / name / "Histograms.html")
                expected = scipy.stats.gaussian_kde(target[np.isfinite(target)])(data["density_x"])
                np.testing.assert_allclose(data["density"], expected, atol=0.005 * expected.max())
        for name in ("constant", "zero", "one"):
            self.assertEqual(data_of(self.run / name / "Histograms.html")["density"], [])

    def test_integers_become_reals(self):
        random = np.random.default_rng(2)
        codes = {"a": random.integers(0, 256, 4000), "b": random.integers(0, 256, 300)}
        golden = {name: (values - 100) * 0.25 for name, values in codes.items()}
        self.write_encodings(a=(8, 0.25, -100), b=(8, 0.25, -100))
        for target_type in (np.uint8, np.int8):
            shift = 128 if target_type == np.int8 else 0
            self.write_runs({name: (golden[name], codes[name] - shift) for name in codes}, target_type)
            rows = self.inspect("--data_type", np.dtype(target_type).name, "--target_encodings", "encodings.json")
            for name, row in rows.items():
                self.assertEqual(float(row["MSE"]), 0)
                self.assertEqual((float(row["calibrated_min"]), float(row["calibrated_max"])), (-25, 38.75))
                self.assertEqual(float(row["target_calibrated_max_diff"]), golden[name].max() - 38.75)
                self.assertIn("dequantized with scale 0.25 and offset -100", row["note"])

    def test_what_the_range_clips_is_counted(self):
        golden = np.array([-0.5, -0.1, 0, 10, 20, 25.5, 25.6, 30], np.float32)
        self.write_runs({"a": (golden, golden.clip(0, 25.5))})
        self.write_encodings(a=(8, 0.1, 0))
        row = self.inspect("--target_encodings", "encodings.json")["a"]
        # Beyond half a step of the range -0.05 … 25.55.
        self.assertEqual(float(row["golden_outside"]), 4 / 8)
        self.assertEqual(float(row["target_outside"]), 0)

    def test_integers_without_encodings(self):
        codes = np.arange(-500, 500)
        self.write_runs({"a": (codes, codes)}, np.int16)
        row = self.inspect("--data_type", "int16")["a"]
        self.assertEqual((float(row["MSE"]), float(row["target_min"])), (0, -500))
        self.assertIn("compared as integers", row["note"])
        self.assertIn("compared as integers", self.log)
        self.assertIn("compared as integers", (self.run / "a" / "Histograms.html").read_text())

    def write_manifests(self, layout="NHWC", target_type="float32"):
        """One tensor of 6 channels, golden NCHW and target NHWC; channel 4 is off."""
        golden = np.random.default_rng(3).normal(0, 1, (1, 6, 7, 5)).astype(np.float32)
        noisy = golden + np.random.default_rng(4).normal(0, 1, golden.shape).astype(np.float32) * (
            0.01 + 0.5 * (np.arange(6) == 4)).reshape(1, 6, 1, 1).astype(np.float32)
        target = np.ascontiguousarray(noisy.transpose(0, 2, 3, 1))
        for run, values, order, dtype in (("golden", golden, "NCHW", "float32"), ("target", target, layout, target_type)):
            (self.folder / run).mkdir(exist_ok=True)
            values.tofile(self.folder / run / "conv.raw")
            record = {"name": "conv", "file": "conv.raw", "type": dtype, "dims": list(values.shape),
                      "op_type": "Conv", **({"layout": order} if order == "NHWC" else {})}
            (self.folder / run / "tensors.json").write_text(json.dumps({"version": 1, "tensors": [record]}))
        return golden, noisy

    def test_channels(self):
        golden, target = self.write_manifests()
        self.inspect()
        data = data_of(self.run / "conv" / "Diff_plots.html")
        noise = ((target.astype(float) - golden)**2).sum((0, 2, 3))
        np.testing.assert_allclose([share for _, share in data["channels"]], 100 * noise / noise.sum(), rtol=1e-3)
        self.assertEqual(data["dims"], [1, 7, 5, 6])
        page = (self.run / "conv" / "Diff_plots.html").read_text()
        self.assertRegex(page, r"6 channels along axis 3")
        self.assertRegex(page, r"<tr><td>4<td>9\d")
        np.testing.assert_array_equal(elements_of(self.run / "conv" / "golden_data.csv"),
                                      golden.transpose(0, 2, 3, 1).ravel())

    def test_a_type_that_contradicts_the_manifest(self):
        self.write_manifests()
        self.inspect("--data_type", "uint8", expect=2)
        self.assertIn("--data_type uint8 contradicts tensors.json of the target: 'conv' is float32", self.log)
        self.inspect("--data_type", "float32")

    def test_thresholds_decide_the_exit_code(self):
        self.write_runs({"plain": pairs()["plain"]})
        self.inspect(expect=1, verifiers=("sqnr,threshold,90",))
        self.assertIn('<ul id="gate"><li>Fails the threshold: 1 tensor outside it', (self.run / "index.html").read_text())
        self.inspect(verifiers=("sqnr,threshold,1",))
        self.assertNotIn('id="gate"', (self.run / "index.html").read_text())

    def test_errors_name_what_is_wrong(self):
        self.inspect(expect=3)
        self.assertIn("'golden' does not exist", self.log)
        self.write_runs({"a": (np.zeros(4), np.zeros(3)), "b": (np.ones(4), np.ones(4))})
        rows = self.inspect()
        self.assertIn("golden holds 4 elements, target 3", rows["a"]["note"])
        self.assertFalse((self.run / "a").exists())
        self.write_encodings(stranger=(8, 1, 0))
        self.inspect("--target_encodings", "encodings.json", expect=3)
        self.assertIn("none of the 1 encodings", self.log)
        self.write_encodings(stranger=(8, 1, 0), b=(8, 1, 0))
        self.inspect("--target_encodings", "encodings.json")
        self.assertIn("1 of 2 encodings of 'encodings.json' belong to no compared tensor: 'stranger'", self.log)
        self.inspect("--target_encodings", "encodings.json", "--data_type", "uint16", expect=3)
        self.assertIn("has 8 bits, its data are uint16", self.log)
        (self.folder / "target" / "b.raw").unlink()
        self.inspect(expect=3)
        self.assertIn("no tensor could be inspected", self.log)
        (self.folder / "target" / "a.raw").rename(self.folder / "target" / "other.raw")
        self.inspect(expect=3)
        self.assertIn("no golden tensor belongs to a target tensor", self.log)

    def test_messages_name_flags_that_it_has(self):
        self.write_runs({"a": (np.ones(4, np.float32), np.ones(4, np.float32))})
        self.inspect()
        said = self.log
        self.assertIn("They are told by --graph_struct.", said)
        self.inspect(verifiers=("ScaledDiff",), expect=2)
        self.assertIn("ScaledDiff needs --graph_struct, to know", self.log)
        for flag in ("--dlc_path", "--qnn_model_json_path", "--inference_results", "--golden_output_reference_directory"):
            self.assertNotIn(flag, said + self.log)

    def test_the_graph_struct_of_a_run_is_found(self):
        random = np.random.default_rng(2)
        weight = random.standard_normal((4, 3)).astype(np.float32)
        model = helper.make_model(helper.make_graph(
            [helper.make_node("Gemm", ["x", "w"], ["g"], transB=1), helper.make_node("Relu", ["g"], ["y"])], "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, (2, 3))],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [numpy_helper.from_array(weight, "w")]),
            opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(model, self.folder / "m.onnx")
        raw = self.write_raw("x.raw", random.standard_normal((2, 3)).astype(np.float32))
        self.run_program(*end_to_end("m.onnx", "y", [("x", (2, 3), raw)], self.write_input_list(raw), "--runtime", "cpu"))
        golden, target = self.latest("framework_runner"), self.latest("inference_engine") / "output" / "Result_0"
        stdout, _ = self.run_program("--tensor_inspection", "--golden_data", golden, "--target_data", target,
                                     "--verifier", "ScaledDiff")
        self.assertNotIn("order of the layers is unknown", stdout)
        self.run_program("--verification", "--golden_output_reference_directory", golden, "--inference_results", target,
                         "--default_verifier", "ScaledDiff")

    def test_hostile_names_stay_inside(self):
        names = ["../../escape", "/etc/passwd", "summary.csv", "report_assets/report.css", "a", "a/Histograms.html",
                 "<script>", "n" * 3000, "\u0000nul", "A"]
        values = np.arange(6, dtype=np.float32)
        for run in ("golden", "target"):
            (self.folder / run).mkdir()
            values.tofile(self.folder / run / "t.raw")
            (self.folder / run / "tensors.json").write_text(json.dumps({"version": 1, "tensors": [
                {"name": name, "file": "t.raw", "type": "float32", "dims": [6]} for name in names]}))
        before = {path for path in self.folder.rglob("*")}
        self.assertEqual(len(self.inspect()), len(names))
        for path in set(self.folder.rglob("*")) - before:
            self.assertTrue(path.is_relative_to(self.folder / "working_directory"), path)
        self.assertEqual(len(list(self.run.resolve().rglob("Histograms.html"))), len(names))
        self.assertIn("Name,Layer Type", (self.run / "summary.csv").read_text())

    def test_end_to_end(self):
        file_name, name, dims, output = OCR["classifier"]
        raw = self.write_raw("input.raw", text_image(dims))
        lines = self.write_input_list(raw)
        self.run_program(*end_to_end(MODELS / file_name, output, [(name, dims, raw)], lines, "--runtime", "cpu",
                                     "--enable_tensor_inspection"))
        run = self.latest("verification")
        rows = self.summary()
        with open(run / "summary.csv", newline="", encoding="utf-8") as file:
            self.assertEqual(next(csv.reader(file))[:10], [
                "Name", "Layer Type", "Size", "Tensor_dims", "SQNR", "CosineSimilarity", "golden_min", "golden_max",
                "target_min", "target_max"])
        folders = [folder for folder in (run / "tensor_inspection").rglob("*") if folder.is_dir()]
        self.assertEqual(len(folders), len(rows))
        page = (run / "report.html").read_text(encoding="utf-8")
        details = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))["details"]
        self.assertEqual({run / detail["inspection"] for detail in details}, set(folders), "the report links each")
        for folder in folders:
            self.assertEqual({path.name for path in folder.iterdir()}, CONTENTS | IMAGES)
            for image in IMAGES:
                PIL.Image.open(folder / image).verify()
        self.assertTrue((run / "tensor_inspection" / "index.html").is_file())
        self.assertIn("calibrated_min", (run / "tensor_inspection" / "summary.csv").read_text())

    def test_without_the_flag_nothing_is_inspected(self):
        self.write_runs({"plain": pairs()["plain"]})
        self.run_program("--verification", "--default_verifier", "SQNR", "--framework_results", "golden",
                         "--inference_results", "target")
        self.assertFalse((self.latest("verification") / "tensor_inspection").exists())


if __name__ == "__main__":
    unittest.main()
