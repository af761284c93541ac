# SPDX-License-Identifier: BSD-3-Clause
"""--deep_analyzer and --fine_grain_mode: a fault that was planted is the first cause named, with its kind."""

import csv
import json
import unittest

import numpy as np
import onnx
from onnx import helper

from dissection_models import DEEP, DIMS, FINE, DissectionRun, encoding, save, save_attention, save_chain, weights
from program import end_to_end


class DissectionTest(DissectionRun):
    def test_without_a_fault_no_cause_is_named(self):
        save_chain(self.folder / "m.onnx")
        stdout, told = self.dissect("m.onnx", *FINE)
        self.assertEqual(told["causes"], [])
        self.assertIn("no cause: the output is faithful", stdout)
        self.assertGreater(told["output_db"], 40)

    def test_a_weight_step_that_is_too_coarse(self):
        for layer in (1, 4):
            with self.subTest(layer=layer):
                low, high = float(weights(layer).min()), float(weights(layer).max())
                _, told = self.plant(params={f"w{layer}": encoding(200 * low, 200 * high, 8)})
                first = self.check_first(told, f"r{layer}", "weights", "weights rounded to zero")
                self.assertIn(f"'w{layer}'", first["proof"])
                self.assertGreater(first["remedy"]["after_db"], first["output_db"] + 3)

    def test_a_range_that_clips(self):
        _, told = self.plant(activations={"r3": encoding(0, 0.3, 16)})
        first = self.check_first(told, "r3", "output", "clipping")
        self.assertLess(told["output_db"], 10)
        self.assertGreater(first["without_db"], 40)
        row = self.rows()["r3"]
        self.assertGreater(float(row["Output Without (dB)"]), 40)
        self.assertAlmostEqual(float(row["Output Alone (dB)"]), first["output_db"], places=6)
        self.assertGreater(first["remedy"]["after_db"], first["output_db"] + 20)

    def test_a_range_that_an_outlier_stretched(self):
        stdout, told = self.plant(activations={"r2": encoding(0, 20000, 16)})
        first = self.check_first(told, "r2", "output", "step too coarse")
        self.assertGreater(first["remedy"]["after_db"], first["output_db"] + 3)
        self.assertIn("cause: 'r2' (Relu)", stdout)

    def test_the_reports_show_it(self):
        stdout, _ = self.plant(activations={"r3": encoding(0, 0.3, 16)})
        self.assertIn("Measured layer by layer: ", stdout)
        self.assertIn("% of the output's error comes from 'r3' (Relu): clipping.", stdout)
        report = self.latest("verification")
        rows = {row["name"]: row for row in json.loads((report / "summary.json").read_text(encoding="utf-8"))["rows"]}
        self.assertEqual(rows["r3"]["layer"]["role"], "makes")
        self.assertEqual(rows["r4"]["layer"]["role"], "passes on")
        self.assertEqual(rows["r3"]["layer"]["largest_part"], "output")
        self.assertIn('id="causes"', (report / "summary.html").read_text(encoding="utf-8"))
        self.assertIn("Remedy, tried: give it the range", (report / "report.html").read_text(encoding="utf-8"))

    def test_a_damaged_file_is_left_out(self):
        save_chain(self.folder / "m.onnx")
        self.dissect("m.onnx", *FINE)
        run = self.latest("inference_engine")
        verify = ("--verification", "--default_verifier", "SQNR", "--golden_output_reference_directory",
                  self.latest("framework_runner"), "--inference_results", run / "output" / "Result_0")
        stdout, _ = self.run_program(*verify)
        self.assertIn("Measured layer by layer: no cause is named, as the output is faithful, so", stdout)
        (run / "dissection.json").write_text('{"line": 0}', encoding="utf-8")
        stdout, errors = self.run_program(*verify)
        self.assertIn("does not describe a dissection", errors)
        self.assertNotIn("Measured layer by layer", stdout)

    def test_a_bias_beyond_its_range(self):
        _, told = self.plant(params={"b3": encoding(-0.01, 0.01, 8)})
        self.check_first(told, "r3", "bias", "bias overflow")

    def test_a_mask_constant(self):
        """Scores of attention with -10000 added: 8 bits leave the scores nothing."""
        save_attention(self.folder / "m.onnx", -10000)
        _, told = self.dissect("m.onnx", "--runtime", "cpu", "--act_bitwidth", "8")
        first = self.check_first(told, "masked", "output", "step too coarse")
        self.assertIn("is -1.00", first["proof"])
        self.assertIn("give it the range", first["remedy"]["what"])
        self.assertGreater(first["remedy"]["after_db"], 20)
        self.assertGreater(told["mended_db"], told["output_db"] + 10)
        # The ranges are given again: the run itself is as good as was told.
        overrides = self.latest("inference_engine") / "dissection_overrides.json"
        self.run_program(*end_to_end("m.onnx", "y", [("x", DIMS, self.raw)], self.lines, "--runtime", "cpu",
                                     "--quantization_overrides", overrides))
        self.assertAlmostEqual(float(self.summary()["y"]["SQNR"]), told["mended_db"], places=2)

    def test_a_range_that_is_shared(self):
        """A Concat of small and large values; what follows needs the small ones."""
        rng = np.random.default_rng(4)
        nodes = [helper.make_node("Conv", ["x", "small"], ["a"], name="conv_a"),
                 helper.make_node("Conv", ["x", "large"], ["b"], name="conv_b"),
                 helper.make_node("Concat", ["a", "b"], ["ab"], name="concat", axis=1),
                 helper.make_node("Conv", ["ab", "mix"], ["y"], name="conv_y")]
        mix = np.concatenate([rng.normal(size=(4, 4, 1, 1)) * 1e3, rng.normal(size=(4, 4, 1, 1)) / 1e3], axis=1)
        save(self.folder / "m.onnx", nodes,
             {"small": rng.normal(size=(4, 3, 1, 1)) / 100, "large": 100 * rng.normal(size=(4, 3, 1, 1)), "mix": mix})
        _, told = self.dissect("m.onnx", "--runtime", "cpu", "--act_bitwidth", "8", "--weights_bitwidth", "16")
        first = self.check_first(told, "ab", "output", "shared range")
        self.assertIn("its input 'a' reaches 0.0", first["proof"])

    def test_half_precision_that_overflows(self):
        """The mean of squares: x * 300 squared passes 65504."""
        nodes = [helper.make_node("Mul", ["x", "gain"], ["loud"], name="loud"),
                 helper.make_node("Mul", ["loud", "loud"], ["squares"], name="square"),
                 helper.make_node("Sqrt", ["squares"], ["y"], name="root")]
        save(self.folder / "m.onnx", nodes, {"gain": [300]})
        _, told = self.dissect("m.onnx", "--runtime", "cpu", "--precision", "fp16")
        self.check_first(told, "squares", "arithmetic", "half-precision overflow")

    def several_lines(self, model, scales, *flags):
        """Lines that hold the golden input times each of the scales, the first of them as it is."""
        files = [self.raw] + [self.write_raw(f"x{i}.raw", self.values * scale) for i, scale in enumerate(scales[1:], 1)]
        self.lines = self.write_input_list(*files)
        return self.dissect(model, *flags)

    def test_lines_that_fail_alone(self):
        """A range that only the loud line leaves: it is the worst, and what the cause is proved with."""
        save_chain(self.folder / "m.onnx")
        encodings = {"activation_encodings": {"r3": encoding(0, 4, 16)}, "param_encodings": {}}
        (self.folder / "o.json").write_text(json.dumps(encodings), encoding="utf-8")
        flags = (*FINE, "--quantization_overrides", "o.json")
        stdout, told = self.several_lines("m.onnx", (1, 40, 0.5), *flags, "--lines", "all")
        rows, run = self.rows(), self.latest("inference_engine").resolve()
        first = self.check_first(told, "r3", "output", "clipping")
        self.assertEqual(first["line"], 1)
        self.assertLess(first["lines"][1]["output_db"], 20)
        self.assertEqual([line["line"] for line in told["lines"]], [0, 1, 2])
        self.assertIn("worst with line 1", stdout)
        self.assertIn("40 dB or more with 2 of 3", stdout)
        with open(run / "dissection_lines.csv", newline="", encoding="utf-8") as file:
            own = [float(row["Own (dB)"]) for row in csv.DictReader(file) if row["Name"] == "r3"]
        pooled = -10 * np.log10(np.mean([10 ** (-db / 10) for db in own]))
        row = rows["r3"]
        self.assertAlmostEqual(float(row["Own (dB)"]), pooled, places=4)
        self.assertEqual((row["Worst Line"], row["Lines Below 40 dB"]), ("1", "1"))
        self.assertAlmostEqual(float(row["Own With It (dB)"]), min(own), places=6)
        # The golden run's line alone is as good as it is among the others.
        _, alone = self.dissect("m.onnx", *flags)
        self.assertEqual(alone["causes"], [])
        self.assertAlmostEqual(told["lines"][0]["output_db"], alone["output_db"], places=6)

    def test_chosen_lines(self):
        save_chain(self.folder / "m.onnx")
        _, told = self.several_lines("m.onnx", (1, 2, 3, 4), "--runtime", "cpu", "--lines", "2-3")
        self.assertEqual([line["line"] for line in told["lines"]], [0, 2, 3])
        for lines, why in ("1-9", "which has 4 lines"), ("x", "names no lines"), ("3-2", "names no lines"), ("1,,2", "names no lines"):
            with self.subTest(lines=lines):
                words = end_to_end("m.onnx", "y", [("x", DIMS, self.raw)], self.lines, "--runtime", "cpu", *DEEP, f"--lines={lines}")
                self.assertIn(why, self.run_program(*words, expect=2)[1])

    def test_the_model_cut_behind_each_layer(self):
        stdout, halved = self.plant(activations={"r3": encoding(0, 0.3, 16)})
        _, told = self.plant(activations={"r3": encoding(0, 0.3, 16)}, flags=(*FINE, "--dissect", "all"))
        cuts = {cut["tensor"]: cut["output_db"] for cut in told["cuts"]}
        self.assertEqual(list(cuts), ["x", "r0", "r1", "r2", "r3", "r4", "y"])
        self.assertGreater(cuts["r2"], 40)
        self.assertLess(cuts["r3"], 10)
        # All of it on the target is the run itself; against float, which is golden here.
        self.assertAlmostEqual(cuts["y"], told["output_db"], places=3)
        self.assertIn("cut: with all layers up to 'r3' on the target", stdout)
        self.assertLess(len(halved["cuts"]), len(cuts))
        for cut in halved["cuts"]:
            self.assertAlmostEqual(cuts[cut["tensor"]], cut["output_db"], places=6)

    def test_a_layer_as_a_model_of_its_own(self):
        """Its run has what the layer had alone: the same model, encodings and inputs."""
        save_chain(self.folder / "m.onnx")
        self.dissect("m.onnx", "--runtime", "cpu", "--bias_bitwidth", "32", "--only", "r3")
        isolated = float(self.rows()["r3"]["Isolated (dB)"])
        layer = (self.latest("inference_engine") / "layer_r3").resolve()
        golden = self.latest("framework_runner").resolve()
        onnx.checker.check_model(onnx.load(layer / "model.onnx"))
        words = (layer / "command.txt").read_text(encoding="utf-8").split()
        for place, word in enumerate(words):
            if (layer / word).is_file():
                words[place] = layer / word
        (self.folder / "lines.txt").write_text(f"r2:={layer / 'r2.raw'}\n", encoding="utf-8")
        words[words.index(layer / "input_list.txt")] = "lines.txt"
        self.run_program(*words)
        self.assertAlmostEqual(float(self.summary()["r3"]["SQNR"]), isolated, places=3)
        np.testing.assert_allclose(np.fromfile(layer / "golden" / "r3.raw", np.float32),
                                   np.fromfile(golden / "r3.raw", np.float32), atol=1e-5)

    def test_a_layer_of_a_long_name(self):
        name = "long" * 100
        nodes = [helper.make_node("Mul", ["x", "w"], [name], name="scale"), helper.make_node("Relu", [name], ["y"], name="relu")]
        save(self.folder / "m.onnx", nodes, {"w": [3]})
        self.dissect("m.onnx", "--runtime", "cpu", "--only", name)
        (layer,) = self.latest("inference_engine").glob("layer_*")
        self.assertTrue((layer / "model.onnx").is_file())

    def test_a_layer_that_is_not_there(self):
        save_chain(self.folder / "m.onnx")
        _, errors = self.run_program(*end_to_end("m.onnx", "y", [("x", DIMS, self.raw)], self.lines, "--runtime", "cpu",
                                                 *DEEP, "--only", "r33"), expect=2)
        self.assertIn("--only: the target's graph has no tensor or node 'r33'. Did you mean 'r3'?", errors)
        _, errors = self.run_program(*end_to_end("m.onnx", "y", [("x", DIMS, self.raw)], self.lines, "--runtime", "cpu",
                                                 "--only", "r3"))
        self.assertIn("--only has no effect: no run is taken apart without --deep_analyzer", errors)

    def golden(self, model):
        self.run_program("--framework_runner", "-f", "onnx", "-m", model, "-i", "x", "1,3,16,16", self.raw, "-o", "y",
                         "--output_dirname", "golden")
        return "working_directory/framework_runner/golden"

    def engine(self, model, golden, *flags, expect=0):
        return self.run_program("--inference_engine", "-f", "onnx", "-m", model, "-i", "x", "1,3,16,16", self.raw, "-o", "y",
                                "-r", "cpu", "-a", "x86_64-linux-clang", "-l", self.lines, "--fine_grain_mode", golden,
                                *flags, expect=expect)

    def test_a_layer_that_was_converted_wrongly(self):
        """Goldens of another model: one weight has its images transposed."""
        save_chain(self.folder / "golden.onnx")
        save_chain(self.folder / "m.onnx", lambda constants: constants.update(w3=constants["w3"].transpose(0, 1, 3, 2).copy()))
        stdout, _ = self.engine("m.onnx", self.golden("golden.onnx"), *FINE[2:])
        told = json.loads((self.latest("inference_engine") / "dissection.json").read_text(encoding="utf-8"))
        first = told["causes"][0]
        self.assertEqual((first["tensor"], first["kind"]), ("r3", "conversion"))
        self.assertIn("cause: 'r3' (Relu)", stdout)

    def test_goldens_that_are_missing_are_named(self):
        save_chain(self.folder / "m.onnx")
        golden = self.folder / self.golden("m.onnx")
        tensors = json.loads((golden / "tensors.json").read_text(encoding="utf-8"))
        tensors["tensors"] = [tensor for tensor in tensors["tensors"] if tensor["name"] != "r2"]
        (golden / "tensors.json").write_text(json.dumps(tensors), encoding="utf-8")
        stdout, _ = self.engine("m.onnx", golden)
        self.assertIn("1 of 7 tensors have no golden", stdout)
        self.assertIn("'r2'", stdout)
        _, errors = self.engine("m.onnx", "nowhere", expect=3)
        self.assertIn("--fine_grain_mode: 'nowhere' does not exist", errors)

    def test_each_layer_alone_is_what_a_session_of_its_own_gives(self):
        """With a budget of 1 MB each layer is a session. The errors are those that NumPy finds."""
        save_chain(self.folder / "m.onnx")
        self.dissect("m.onnx", "--runtime", "cpu")
        together = self.rows()
        self.dissect("m.onnx", "--runtime", "cpu", "--memory_budget_mb", "1")
        self.assertEqual({name: row["Isolated (dB)"] for name, row in together.items()},
                         {name: row["Isolated (dB)"] for name, row in self.rows().items()})
        golden = self.latest("framework_runner")
        target = self.latest("inference_engine") / "output" / "Result_0"
        for name, row in together.items():
            reference = np.fromfile(golden / f"{name}.raw", np.float32)
            record = next(tensor for tensor in json.loads((target / "tensors.json").read_text(encoding="utf-8"))["tensors"]
                          if tensor["name"] == name)
            value = np.fromfile(target / record["file"], np.float32)
            if record["layout"] == "NHWC":
                value = np.moveaxis(value.reshape(record["dims"]), -1, 1).ravel()
            signal, noise = (np.sum(np.square(each, dtype=np.float64)) for each in (reference, reference - value))
            self.assertAlmostEqual(float(row["Accumulated (dB)"]), 10 * np.log10(signal / noise), places=3)
        self.assertEqual(together["x"]["Isolated (dB)"], "")

    def test_the_line_that_holds_the_golden_input(self):
        save_chain(self.folder / "m.onnx")
        other = self.write_raw("other.raw", np.ones(DIMS, np.float32))
        self.lines = self.write_input_list(other, self.raw, other)
        stdout, told = self.dissect("m.onnx", "--runtime", "cpu", "--use_native_output_files")
        self.assertEqual(told["line"], 1)
        self.assertIn("Measured layer by layer", stdout)
        self.assertTrue(all(row["Accumulated (dB)"] for row in self.rows().values()))

    def test_tensors_that_were_not_captured(self):
        """Only r2 is: what others inherit and had is not known, what they make is."""
        save_chain(self.folder / "m.onnx")
        self.lines = self.write_raw("lines.txt", np.frombuffer(f"%r2\n{self.raw}\n".encode(), np.uint8))
        self.dissect("m.onnx", "--runtime", "cpu")
        rows = self.rows()
        self.assertEqual({name for name, row in rows.items() if row["Accumulated (dB)"]}, {"r2"})
        self.assertEqual({name for name, row in rows.items() if row["Inherited (dB)"]}, {"r3"})
        self.assertEqual({name for name, row in rows.items() if not row["Isolated (dB)"]}, {"x"})

    def test_only_outputs_leave_nothing_to_take_apart(self):
        save_chain(self.folder / "m.onnx")
        _, errors = self.run_program(*end_to_end("m.onnx", "y", [("x", DIMS, self.raw)], self.lines, "--runtime", "cpu",
                                                 "--debug_mode_off", *DEEP))
        self.assertIn("--deep_analyzer has no effect: --debug_mode_off", errors)
        self.assertFalse((self.latest("inference_engine") / "dissection.json").exists())


if __name__ == "__main__":
    unittest.main()
