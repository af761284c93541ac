# SPDX-License-Identifier: BSD-3-Clause
"""Verdicts and gates of --verification on directories of raw files, without a model."""

import json
import unittest

import numpy as np

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


if __name__ == "__main__":
    unittest.main()
