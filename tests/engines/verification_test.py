# SPDX-License-Identifier: BSD-3-Clause
"""Verdicts and gates of --verification on directories of raw files, without a model."""

import json
import unittest

import numpy as np
import onnx

import program

RANDOM = np.random.default_rng(7)


def values(*dims):
    return RANDOM.standard_normal(dims).astype(np.float32)


class VerificationTest(program.ProgramTest):
    def pair(self, name, golden, target):
        for side, array in (("g", golden), ("t", target)):
            (self.folder / side / name).parent.mkdir(parents=True, exist_ok=True)
            if array is not None:
                self.write_raw(f"{side}/{name}.raw", array)

    def verify(self, *words, expect=0, golden="g", target="t", verifiers=("SQNR",)):
        for verifier in verifiers:
            words = ("--default_verifier", verifier, *words)
        return self.run_program("--verification", "--framework_results", golden, "--inference_results", target, *words,
                                expect=expect)

    def report(self):
        return json.loads((self.latest("verification") / "summary.json").read_text(encoding="utf-8"))


class NonFiniteTest(VerificationTest):
    def disagreeing(self):
        golden = values(1, 4, 6, 6)
        large = golden > 1
        return {
            "signs": (np.where(large, np.inf, golden), np.where(large, -np.inf, golden)),
            "nan_inf": (np.where(large, np.inf, golden), np.where(large, np.nan, golden)),
            "inf_nan": (np.where(large, np.nan, golden), np.where(large, -np.inf, golden)),
            "nan": (golden, np.where(large, np.nan, golden)),
        }

    def test_they_never_match_and_fail_every_gate(self):
        for name, (golden, target) in self.disagreeing().items():
            self.pair(name, golden.astype(np.float32), target.astype(np.float32))
        stdout, _ = self.verify()
        self.assertTrue(stdout.startswith("NaN or infinity first in"), stdout)
        self.assertNotIn("No tensor diverges", stdout)
        for row in self.summary().values():
            self.assertEqual(row["verdict"], "not finite")
            self.assertIn("they disagree first at element", row["note"])
            self.assertNotEqual(row["SQNR"], "inf")
        loose = {"SQNR": -1e9, "CosineSimilarity": -2, "MSE": 1e9, "MAE": 1e9, "L1Error": 1e9, "RtolAtol": 0,
                 "AdjustedRtolAtol": 0, "TopK": 0}
        for verifier, threshold in loose.items():
            stdout, _ = self.verify(verifiers=(f"{verifier},threshold,{threshold}",), expect=1)
            self.assertIn("Fails the threshold: 4 tensors with NaN or infinity on one side", stdout)

    def test_the_first_disagreeing_element_is_named(self):
        golden = values(64)
        target = golden.copy()
        golden[[5, 9]], target[[5, 9]] = (np.inf, np.inf), (np.inf, -np.inf)
        self.pair("a", golden, target)
        self.verify()
        self.assertIn("first at element 9", self.summary()["a"]["note"])

    def test_equal_infinities_match_and_nan_on_both_sides_is_told(self):
        mask = np.where(np.tri(8) > 0, 0, -np.inf).astype(np.float32)
        self.pair("mask", mask, mask)
        self.verify(verifiers=("SQNR,threshold,20", "CosineSimilarity,threshold,0.9", "RtolAtol,threshold,1"),
                    expect=0)
        both = np.where(values(32) > 0, np.nan, 1).astype(np.float32)
        both[3] = 7
        self.pair("both", both, both)
        stdout, _ = self.verify()
        self.assertIn("NaN on both sides first in 'both'", stdout)
        self.assertNotIn("No tensor diverges", stdout)
        self.assertEqual(self.summary()["both"]["verdict"], "suspicious")


class GateTest(VerificationTest):
    """With a threshold, what could not be judged fails as well, and the text says which."""

    def setUp(self):
        super().setUp()
        for name in "abcd":
            array = values(24)
            self.pair(name, array, array)

    def check(self, what, **keywords):
        self.verify(**keywords)
        for verifier in ("SQNR,threshold,30", "MAE,threshold,1", "RtolAtol,threshold,0.5"):
            stdout, _ = self.verify(verifiers=(verifier,), expect=1, **keywords)
            self.assertRegex(stdout, f"Fails the threshold: .*{what}")
        self.assertRegex(self.report()["gate"][0], what)

    def test_passes_where_all_is_well(self):
        stdout, _ = self.verify(verifiers=("SQNR,threshold,30",))
        self.assertNotIn("Fails", stdout)
        self.assertIn("every tensor with a signal is identical", stdout)
        self.assertEqual(self.report()["rows"][0]["sqnr_db"], "Infinity")
        self.assertEqual(self.summary()["a"]["SQNR"], "inf")

    def test_an_odd_sized_file(self):
        (self.folder / "t/b.raw").write_bytes(b"odd")
        self.check("1 tensor that cannot be compared; 'b': .*3 bytes")

    def test_an_empty_file(self):
        (self.folder / "t/b.raw").write_bytes(b"")
        self.check("1 tensor of another size; 'b': .*the file of target is empty")

    def test_a_folder_in_place_of_a_file(self):
        (self.folder / "t/tensors.json").write_text(json.dumps(
            {"version": 1, "tensors": [{"name": n, "file": f"{n}.raw", "type": "float32", "dims": [24]}
                                       for n in "abcd"], "skipped": []}), encoding="utf-8")
        (self.folder / "t/b.raw").unlink()
        self.check("1 tensor that cannot be compared; 'b': ")

    def test_a_missing_target_file(self):
        (self.folder / "t/b.raw").unlink()
        self.check("1 tensor of golden without a target twin .*'b'")

    def test_a_tensor_that_golden_lacks(self):
        self.write_raw("t/e.raw", values(4))
        self.check("1 tensor of the target without a golden twin; 'e'")

    def test_placeholders_and_misspelt_parameters(self):
        self.run_program("--verification", "--framework_results", "g", "--inference_results", "t",
                         "--default_verifier", "CosineSimilarity", "param1", "1", "param2", "2")
        _, stderr = self.verify(verifiers=("SQNR,treshold,300",), expect=2)
        self.assertIn("Did you mean 'threshold'?", stderr)


class SizesTest(VerificationTest):
    def test_nothing_but_other_sizes_is_an_error_with_the_cause(self):
        golden = values(1, 4, 6, 6)
        for kind, cause in ((np.float16, "float16"), (np.int8, "int8"), (np.float64, "float64"), (None, "4 times")):
            self.pair("y", golden, np.tile(golden, 4) if kind is None else golden.astype(kind))
            _, stderr = self.verify(expect=3)
            self.assertIn("no tensor pair could be compared", stderr)
            self.assertIn(cause, stderr)
            self.assertIn("golden holds 144 elements", stderr)

    def test_one_of_several_is_listed(self):
        self.pair("y", values(8), values(8).astype(np.float16))
        self.pair("z", values(8), values(8))
        self.verify()
        self.assertEqual(self.summary()["y"]["verdict"], "shape mismatch")
        self.assertIn("float16", self.summary()["y"]["note"])

    def test_two_models_that_share_names_are_refused(self):
        for index in range(12):
            self.write_raw_at(f"g/g{index}.raw")
            self.write_raw_at(f"t/t{index}.raw")
        self.write_raw_at("g/input.raw")
        self.write_raw_at("t/input.raw")
        _, stderr = self.verify(expect=3)
        self.assertIn("only 1 of 13 tensors have a twin", stderr)

    def write_raw_at(self, name):
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        self.write_raw(name, values(4))


class VerdictTest(VerificationTest):
    def test_without_a_threshold_a_match_has_a_reason(self):
        signal = values(4096)
        noise = values(4096)
        for name, decibels in (("good", 41), ("fair", 39), ("bad", -3)):
            scale = np.linalg.norm(signal) / np.linalg.norm(noise) * 10 ** (-decibels / 20)
            self.pair(name, signal, (signal + scale * noise).astype(np.float32))
        self.verify()
        rows = self.summary()
        self.assertEqual([rows[n]["verdict"] for n in ("good", "fair", "bad")], ["match", "not judged", "not judged"])
        self.verify(verifiers=("SQNR,threshold,-4",))
        self.assertEqual(self.summary()["bad"]["verdict"], "match", "the user's threshold is a reason")

    def test_two_tensors_of_zeros_are_not_the_worst(self):
        zeros = np.zeros(16, np.float32)
        self.pair("zeros", zeros, zeros)
        self.pair("other", values(16), values(16))
        stdout, _ = self.verify()
        self.assertEqual(self.summary()["zeros"]["SQNR"], "inf")
        self.assertIn("at 'other'", stdout)


class ConfigTest(VerificationTest):
    def setUp(self):
        super().setUp()
        boxes, classes = values(1, 6, 4), np.array([[3, 3, 2, 5, 1, 7]], np.float32)
        self.pair("boxes", boxes, boxes)
        self.pair("classes", classes, classes)

    def config(self, content, expect):
        path = self.folder / "config.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return self.verify("--verifier_config", path, expect=expect)[1]

    def test_boxes_come_before_classes(self):
        self.config({"MeanIOU": {"tensors": [["boxes", "classes"]]}}, 0)
        self.assertIn("wrong way round", self.config({"MeanIOU": {"tensors": [["classes", "boxes"]]}}, 2))
        self.pair("odd", values(5), values(5))
        self.assertIn("four coordinates", self.config({"MeanIOU": {"tensors": [["odd", "classes"]]}}, 2))

    def test_lists_of_the_wrong_length_and_unknown_tensors(self):
        self.assertIn("one tensor at a time", self.config({"TopK": {"tensors": [["boxes", "classes"]]}}, 2))
        self.assertIn("lists 3", self.config({"MeanIOU": {"tensors": [["boxes", "classes", "boxes"]]}}, 2))
        self.assertIn("Did you mean 'boxes'?", self.config({"TopK": {"tensors": [["boxs"]]}}, 2))


class ExactTest(VerificationTest):
    """Runs that describe themselves and keep exact copies of what float32 cannot hold."""

    def run_of(self, side, tensors, order=None):
        folder = self.folder / side
        (folder / "native").mkdir(parents=True, exist_ok=True)
        records = []
        for name, array in tensors.items():
            kind = array.dtype.name
            with np.errstate(over="ignore"):
                array.astype(np.float32).tofile(folder / f"{name}.raw")
            array.tofile(folder / "native" / f"{name}.{kind}.raw")
            records.append({"name": name, "file": f"{name}.raw", "type": kind, "dims": list(array.shape),
                            "native_file": f"native/{name}.{kind}.raw", **({"axis_order": order} if order else {})})
        (folder / "tensors.json").write_text(json.dumps({"version": 1, "tensors": records, "skipped": []}), encoding="utf-8")

    def test_neighbours_beyond_float32_differ(self):
        pairs = {
            "int64": np.array([2**24, 2**53, 2**63 - 2, -(2**63)], np.int64),
            "uint64": np.array([2**24, 2**53, 2**64 - 2, 2**63], np.uint64),
            "int32": np.array([2**24, 2**31 - 2, -(2**31), 7], np.int32),
            "uint32": np.array([2**24, 2**32 - 2, 2**31, 7], np.uint32),
        }
        self.run_of("g", pairs)
        self.run_of("t", {name: array + array.dtype.type(1) for name, array in pairs.items()})
        for name, array in pairs.items():
            self.assertTrue((array.astype(np.float32) == (array + array.dtype.type(1)).astype(np.float32))[:2].all(), name)
        self.verify(verifiers=("MAE", "RtolAtol,rtolmargin,0,atolmargin,0", "SQNR"))
        for name, row in self.summary().items():
            self.assertEqual((row["MAE"], row["RtolAtol"], row["SQNR"]), ("1", "0", "nan"), name)
            self.assertEqual(row["verdict"], "not judged")
            self.assertIn("0 of 4 integers are equal", row["note"])
        self.assertEqual({row["agreement"] for row in self.report()["rows"]}, {0})
        self.run_of("t", pairs)
        self.verify(verifiers=("MAE,threshold,0",))
        self.assertEqual({row["verdict"] for row in self.summary().values()}, {"match"})

    def test_classes_that_were_cast_agree_and_have_no_decibels(self):
        scores = values(4, 10)
        classes = np.array([1, 2, 3, 4], np.float32)
        self.pair("scores", scores, scores * np.float32(1.0001))
        self.pair("ids", classes, classes)
        self.pair("y", classes, np.array([1, 2, 3, 900], np.float32))
        nodes = [{"name": "m", "type": "MatMul", "inputs": ["x"], "outputs": ["scores"]},
                 {"name": "a", "type": "ArgMax", "inputs": ["scores"], "outputs": ["ids"]},
                 {"name": "c", "type": "Cast", "inputs": ["ids"], "outputs": ["y"]}]
        (self.folder / "graph.json").write_text(json.dumps({"model": "m", "inputs": [{"name": "x"}], "nodes": nodes}))
        stdout, _ = self.verify("--graph_struct", "graph.json")
        self.assertEqual(self.summary()["y"]["SQNR"], "nan")
        self.assertEqual({row["name"]: row["agreement"] for row in self.report()["rows"]},
                         {"scores": None, "ids": 1, "y": 0.75})
        self.assertIn("'y' (Cast), 3 of 4 are equal", stdout)
        self.assertNotIn("Loses most", stdout)
        nodes[1]["type"] = "Softmax"
        (self.folder / "graph.json").write_text(json.dumps({"model": "m", "inputs": [{"name": "x"}], "nodes": nodes}))
        stdout, _ = self.verify("--graph_struct", "graph.json")
        self.assertNotIn("are equal", stdout)
        self.assertNotEqual(self.summary()["y"]["SQNR"], "nan")

    def test_float64_is_compared_in_float64(self):
        golden = RANDOM.standard_normal(500)
        target = golden * (1 + 1e-12 * RANDOM.standard_normal(500))
        golden[0], target[0] = 1e300, 1e300  # Infinite as float32.
        self.run_of("g", {"a": golden})
        self.run_of("t", {"a": target})
        self.verify(verifiers=("MAE", "SQNR"))
        row = self.summary()["a"]
        self.assertAlmostEqual(float(row["MAE"]), np.abs(golden - target).mean(), delta=1e-24)
        golden[0] = target[0] = 1
        self.run_of("g", {"a": golden})
        self.run_of("t", {"a": target})
        self.verify()
        expected = 20 * np.log10(np.linalg.norm(golden) / np.linalg.norm(golden - target))
        self.assertAlmostEqual(float(self.summary()["a"]["SQNR"]), expected, places=6)

    def test_the_target_may_hold_another_integer_and_another_order(self):
        golden = RANDOM.integers(0, 2**31 - 1, (1, 3, 5, 4))
        target = golden.astype(np.int32).transpose(0, 2, 3, 1)
        self.run_of("g", {"a": golden})
        self.run_of("t", {"a": np.ascontiguousarray(target)}, "channel_last")
        self.verify(verifiers=("MAE",))
        self.assertEqual((self.summary()["a"]["MAE"], self.summary()["a"]["verdict"]), ("0", "match"))
        changed = np.ascontiguousarray(target)
        changed.ravel()[7] += 1
        self.run_of("t", {"a": changed}, "channel_last")
        self.verify(verifiers=("L1Error",))
        self.assertEqual(self.summary()["a"]["L1Error"], "1")
        page = (self.latest("verification") / "L1Error/a.csv").read_text(encoding="utf-8")
        self.assertRegex(page, rf"(?m)^7,[^,]*,{changed.ravel()[7] - 1},{changed.ravel()[7]},1,")


class ShippedTest(VerificationTest):
    """Outputs that capturing changed: the first lines and the gate judge what the run without capture gives."""

    def setUp(self):
        super().setUp()
        self.golden, noise = values(1, 64), values(1, 64)
        (self.folder / "t" / "native").mkdir(parents=True)
        self.pair("y", self.golden, (self.golden + .001 * noise).astype(np.float32))
        self.write_raw("t/native/y.plain.raw", (self.golden + noise).astype(np.float32))
        self.write_raw("g/x.raw", self.golden)
        self.write_raw("t/x.raw", self.golden)
        record = {"type": "float32", "dims": [1, 64]}
        tensors = [{"name": "x", "file": "x.raw", **record},
                   {"name": "y", "file": "y.raw", "plain_file": "native/y.plain.raw", **record}]
        (self.folder / "t/tensors.json").write_text(json.dumps({"version": 1, "tensors": tensors, "skipped": []}),
                                                    encoding="utf-8")
        self.db = 20 * np.log10(np.linalg.norm(self.golden) / np.linalg.norm(noise))

    def test_the_first_line_scores_the_plain_run(self):
        stdout, _ = self.verify()
        captured = float(self.summary()["y"]["SQNR"])
        self.assertGreater(captured, 50)
        self.assertTrue(stdout.startswith(
            f"The output 'y' as it ships, from the run without capture: {self.db:.1f} dB SQNR against golden "
            f"(captured: {captured:.1f} dB SQNR).\n"), stdout)
        row = next(row for row in self.report()["rows"] if row["name"] == "y")
        self.assertAlmostEqual(row["shipped"]["sqnr_db"], self.db, places=4)
        page = (self.latest("verification") / "report.html").read_text(encoding="utf-8")
        self.assertIn("as it ships, from the run without capture", page)

    def test_the_gate_judges_it(self):
        stdout, _ = self.verify(verifiers=("SQNR,threshold,20",), expect=1)
        self.assertIn("of the run without capture, which ships", stdout)
        self.verify(verifiers=(f"SQNR,threshold,{self.db - 1:.3f}",))

    def test_a_lost_plain_file_fails_the_gate(self):
        (self.folder / "t/native/y.plain.raw").unlink()
        stdout, _ = self.verify(verifiers=("SQNR,threshold,20",), expect=1)
        self.assertIn("y.plain.raw", stdout)


class AxisOrderTest(VerificationTest):
    def test_integer_targets_are_doubted_too(self):
        golden = values(1, 4, 6, 6)
        scale = 8 / 255
        codes = np.clip(np.round(golden / scale) + 128, 0, 255).astype(np.uint8)
        self.pair("a", golden, np.ascontiguousarray(codes.transpose(0, 2, 3, 1)))
        encodings = {"activation_encodings": {"a": [{"bitwidth": 8, "min": -128 * scale, "max": 127 * scale, "scale": scale,
                                                     "offset": -128, "is_symmetric": "False"}]}, "param_encodings": {}}
        (self.folder / "encodings.json").write_text(json.dumps(encodings), encoding="utf-8")
        graph = {"nodes": [{"name": "n", "type": "Conv", "inputs": ["x"], "outputs": [{"name": "a", "dims": [1, 4, 6, 6]}]}]}
        (self.folder / "graph.json").write_text(json.dumps(graph), encoding="utf-8")
        self.run_program("--tensor_inspection", "--golden_data", "g", "--target_data", "t", "--verifier", "SQNR", "--data_type",
                         "uint8", "--target_encodings", "encodings.json", "--graph_struct", "graph.json")
        text = (self.latest("tensor_inspection") / "summary.csv").read_text(encoding="utf-8")
        self.assertIn("the axis order is probably wrong", text)


class ModelTest(VerificationTest):
    """--model_path and --framework make the mapping that --tensor_mapping would give."""

    def setUp(self):
        super().setUp()
        weights = values(8, 3, 3, 3) / 5
        nodes = [onnx.helper.make_node("Conv", ["x", "w"], ["/conv/Conv_output_0"], name="/conv/Conv", pads=[1, 1, 1, 1]),
                 onnx.helper.make_node("Relu", ["/conv/Conv_output_0"], ["y"], name="/relu")]
        info = onnx.helper.make_tensor_value_info
        graph = onnx.helper.make_graph(nodes, "g", [info("x", 1, ["N", 3, 8, 8])], [info("y", 1, None)],
                                       [onnx.numpy_helper.from_array(weights, "w")])
        onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)]), self.folder / "model.onnx")
        self.write_raw("x.raw", values(1, 3, 8, 8))
        self.run_program("--framework_runner", "-f", "onnx", "-m", "model.onnx", "-i", "x", "1,3,8,8", "x.raw", "-o", "y")
        golden = self.latest("framework_runner")
        # A foreign directory: channel-last files under the target's own names.
        (self.folder / "t").mkdir()
        for record in self.manifest(golden)["tensors"]:
            array = np.fromfile(golden / record["file"], np.float32).reshape(record["dims"]).transpose(0, 2, 3, 1)
            np.ascontiguousarray(array).tofile(self.folder / "t" / (record["name"].replace("/", "_") + ".raw"))
        self.golden = golden

    def test_the_model_gives_names_and_axis_order(self):
        self.verify("-m", "model.onnx", "-f", "onnx", "-e", "snpe", golden=self.golden)
        rows = self.summary()
        conv = next(row for name, row in rows.items() if "conv" in name)
        self.assertEqual((conv["SQNR"], conv["verdict"], conv["Layer Type"]), ("inf", "match", "Conv"))

    def test_flags_without_use_are_named(self):
        mapping = {"y": "y", "x": "x", "_conv_Conv_output_0": "/conv/Conv_output_0"}
        (self.folder / "mapping.json").write_text(json.dumps(mapping), encoding="utf-8")
        _, stderr = self.verify("-m", "model.onnx", "-f", "onnx", "-e", "snpe", "--tensor_mapping", "mapping.json",
                                golden=self.golden)
        self.assertIn("--engine has no effect", stderr)
        self.assertIn("--model_path and --framework are not used", stderr)
        _, stderr = self.verify("-f", "onnx", golden=self.golden, expect=2)
        self.assertIn("--model_path and --framework together", stderr)


class NeedsTest(VerificationTest):
    def test_mean_iou_says_what_it_needs(self):
        self.pair("a", values(9), values(9))
        stdout, stderr = self.verify(verifiers=("MeanIOU",))
        self.assertIn("MeanIOU needs class numbers, or boxes beside their classes", stderr)
        self.assertTrue(stdout.startswith("MeanIOU has a score for no tensor"), stdout)

    def test_a_small_share_stands_in_the_first_line(self):
        for index in range(5):
            self.pair(f"a{index}" if index < 2 else f"g{index}", values(4), None)
            self.write_raw(f"t/a{index}.raw", values(4))
        stdout, _ = self.verify()
        self.assertTrue(stdout.startswith("Only 2 of 5 target tensors have a golden twin (40 %)"), stdout)


if __name__ == "__main__":
    unittest.main()
