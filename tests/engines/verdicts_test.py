# SPDX-License-Identifier: BSD-3-Clause
"""Scores, verdicts and exit code of every pair of {finite, ±0, ±infinity, NaN}² in several surroundings, under every verifier and
threshold, against a slow oracle that was written from the documentation; and of files that are missing, extra, short or
swapped."""

import csv
import itertools
import json
import math
import unittest

import numpy as np

from program import ProgramTest

KINDS = {"finite": 2.5, "other": -1.25, "zero": 0.0, "minus_zero": -0.0, "inf": math.inf, "minus_inf": -math.inf, "nan": math.nan}
CLASSES = np.float32([3, 2, 2, 5, 1, 4])
# What stands before the pair, golden and target.
SURROUNDINGS = {
    "alone": ((), ()),
    "beside_equal": (CLASSES, CLASSES),
    "beside_noise": (CLASSES, CLASSES * np.float32(1.02)),
    "beside_constants": (np.full(4, 2.5), np.full(4, 2.5)),
    "beside_zeros": (np.zeros(4), np.zeros(4)),
    "beside_constant_target": (CLASSES, np.full(6, 2.5)),
}
FAITHFUL_DB = 40
SMALLEST_NORM = np.finfo(np.float64).eps


class Pair:
    """Golden x and target y, as the oracle sees them."""

    def __init__(self, golden, target):
        self.all_x, self.all_y = (np.asarray(side, np.float32).astype(np.float64) for side in (golden, target))
        self.count = len(self.all_x)
        both = np.isfinite(self.all_x) & np.isfinite(self.all_y)
        self.x, self.y = self.all_x[both], self.all_y[both]
        self.both_nan = int(np.sum(np.isnan(self.all_x) & np.isnan(self.all_y)))
        self.equal = int(np.sum(self.all_x == self.all_y))  # Infinities too.
        self.disagreeing = self.count - len(self.x) - self.both_nan - int(np.sum(~both & (self.all_x == self.all_y)))
        self.error = np.abs(self.x - self.y)

    def identical(self):
        return self.equal == self.count


def value_range(x):
    return max(x.max(), 0) - min(x.min(), 0)


def share_within(pair, bound):
    """`bound` of the finite elements; of the others equal infinities are within."""
    infinities = np.sum(np.isinf(pair.all_x) & (pair.all_x == pair.all_y))
    return (np.sum(pair.error <= bound) + infinities) / pair.count


def largest(values, k):
    finite = [index for index in range(len(values)) if np.isfinite(values[index])]
    return set(sorted(finite, key=lambda index: (-values[index], index))[:k])


def top_k(pair, k=5):
    wanted = largest(pair.all_x, k)
    return len(wanted & largest(pair.all_y, k)) / len(wanted)


def cosine(pair):
    norms = np.sqrt(np.sum(pair.x**2) * np.sum(pair.y**2))
    if norms == 0:
        return 1.0 if not np.any(pair.x) and not np.any(pair.y) else 0.0
    return np.sum(pair.x * pair.y) / norms


def sqnr(pair):
    if not np.any(pair.error):
        return math.nan if pair.disagreeing else math.inf
    norm = lambda values: max(np.sqrt(np.sum(values**2)), SMALLEST_NORM)
    return 20 * math.log10(norm(pair.x) / norm(pair.error))


def scaled_diff(pair):
    if not np.any(pair.error):
        return 0.0
    return pair.error.max() / value_range(pair.x) if value_range(pair.x) > 0 else math.nan


def mean_iou(pair, background=1):
    if np.any(pair.x != np.round(pair.x)):
        return math.nan  # No class numbers.
    found = np.round(pair.y)
    classes = set(pair.x) | set(found)
    overlaps = [np.sum((pair.x == c) & (found == c)) / np.sum((pair.x == c) | (found == c)) for c in classes if c != background]
    return np.mean(overlaps) if overlaps else math.nan


# Of each verifier: its score of a pair with an element that is finite on both sides, whether higher is better, thresholds.
ORACLES = {
    "RtolAtol": (lambda pair: share_within(pair, 0.01 + 0.01 * np.abs(pair.x)), True, (0, 0.8, 1)),
    "AdjustedRtolAtol": (lambda pair: share_within(pair, value_range(pair.x) / 255), True, (0, 0.8, 1)),
    "TopK": (top_k, True, (0, 0.7, 1)),
    "L1Error": (lambda pair: np.sum(pair.error), False, (0, 1, 1e9)),
    "CosineSimilarity": (cosine, True, (-1, 0.9, 1)),
    "MSE": (lambda pair: np.mean(pair.error**2), False, (0, 0.01, 1e9)),
    "MAE": (lambda pair: np.mean(pair.error), False, (0, 0.1, 1e9)),
    "SQNR": (sqnr, True, (-1000, 20, 1000)),
    "ScaledDiff": (scaled_diff, False, (0, 0.1, 1e9)),
    "MeanIOU": (mean_iou, True, (0, 0.7, 1)),
}

PERFECT = {name: math.inf if name == "SQNR" else float(higher) for name, (_, higher, _) in ORACLES.items()}


def score_of(verifier, pair):
    if pair.count > 0 and np.all(np.isinf(pair.all_x)) and pair.identical():
        return PERFECT[verifier]
    return float(ORACLES[verifier][0](pair)) if len(pair.x) > 0 else math.nan


def is_within(verifier, threshold, pair):
    if pair.disagreeing:
        return False
    score = score_of(verifier, pair)
    if math.isnan(score):
        return pair.identical()
    # The same sum in another order ends a few units elsewhere in the last place.
    slack = 1e-12 * abs(threshold)
    return score >= threshold - slack if ORACLES[verifier][1] else score <= threshold + slack


def proves_little(pair):
    if pair.count == 0 or len(pair.x) == 0 or pair.both_nan or not np.any(pair.x):
        return True
    return len(pair.x) > 1 and (np.ptp(pair.x) == 0 or np.ptp(pair.y) == 0)


def verdict_of(verifier, threshold, pair):
    if pair.disagreeing:
        return "not finite"
    if threshold is not None and not is_within(verifier, threshold, pair):
        return "mismatch"
    if proves_little(pair):
        return "suspicious"
    if threshold is None and not sqnr(pair) >= FAITHFUL_DB:
        return "not judged"
    return "match"


def differences(rows, verifier, threshold, pairs):
    """What the program says otherwise than the oracle."""
    wrong = []
    for name, pair in pairs.items():
        row = rows[name]
        expected = score_of(verifier, pair)
        score = float(row[verifier])
        same = score == expected or (math.isnan(score) and math.isnan(expected)) or \
            math.isclose(score, expected, rel_tol=1e-9, abs_tol=1e-12)
        if not same or row["verdict"] != verdict_of(verifier, threshold, pair):
            wrong.append((name, verifier, threshold, score, expected, row["verdict"], verdict_of(verifier, threshold, pair)))
    return wrong


class Directories(ProgramTest):
    """Golden and target directories, compared."""

    def put(self, name, golden, target, folder=""):
        for side, values in (("golden", golden), ("target", target)):
            (self.folder / (side + folder)).mkdir(exist_ok=True)
            self.write_raw(f"{side}{folder}/{name}.raw", np.asarray(values, np.float32))

    def verify(self, words, expect, folder=""):
        return self.run_program("--verification", "--golden_output_reference_directory", f"golden{folder}",
                                "--inference_results", f"target{folder}", "--no_histograms", *words, expect=expect)

    def with_graph(self, words, expect, folder=""):
        """ScaledDiff wants a graph: here one of nodes that read nothing."""
        names = sorted(path.stem for path in (self.folder / ("target" + folder)).glob("*.raw"))
        nodes = [{"name": name, "type": "Op", "inputs": [], "outputs": [{"name": name}]} for name in names]
        (self.folder / "graph.json").write_text(json.dumps({"model": "m", "inputs": [], "nodes": nodes}), encoding="utf-8")
        return self.verify([*words, "--graph_struct", "graph.json"], expect, folder)

class VerdictsTest(Directories):
    def setUp(self):
        super().setUp()
        self.pairs = {}
        for (surroundings, (golden, target)), (x, y) in itertools.product(SURROUNDINGS.items(), itertools.product(KINDS, KINDS)):
            name = f"{surroundings}_{x}_{y}"
            sides = [np.append(np.float32(values), np.float32(KINDS[kind])) for values, kind in ((golden, x), (target, y))]
            self.put(name, *sides)
            self.pairs[name] = Pair(*sides)
        self.put("empty", [], [])
        self.pairs["empty"] = Pair([], [])

    def rows(self):
        with open(self.latest("verification") / "summary.csv", newline="", encoding="utf-8") as file:
            return {row["Name"]: row for row in csv.DictReader(file)}

    def test_every_pair_verifier_and_threshold(self):
        combinations = 0
        for verifier, (_, _, thresholds) in ORACLES.items():
            for threshold in (None, *thresholds):
                word = verifier if threshold is None else f"{verifier},threshold,{threshold}"
                fails = threshold is not None and any(
                    verdict_of(verifier, threshold, pair) in ("mismatch", "not finite") for pair in self.pairs.values())
                self.with_graph(["--default_verifier", word], expect=int(fails))
                rows = self.rows()
                self.assertEqual(set(rows), set(self.pairs))
                self.assertEqual(differences(rows, verifier, threshold, self.pairs), [])
                combinations += len(self.pairs)
        self.assertEqual(combinations, 10 * 4 * (6 * 49 + 1))
        # The check would find a wrong score and a wrong verdict.
        rows["alone_finite_finite"]["verdict"] = "mismatch"
        rows["alone_zero_zero"][verifier] = "0.5"
        self.assertEqual([wrong[0] for wrong in differences(rows, verifier, threshold, self.pairs)],
                         ["alone_finite_finite", "alone_zero_zero"])

    def test_the_exit_code_of_each_pair_by_itself(self):
        for name in [name for name in self.pairs if name.startswith(("alone", "empty"))]:
            pair = self.pairs[name]
            self.put("t", pair.all_x, pair.all_y, folder="_" + name)
            wrong = verdict_of("MAE", 0.1, pair) in ("mismatch", "not finite")
            self.verify(["--default_verifier", "MAE,threshold,0.1"], expect=int(wrong), folder="_" + name)
            self.verify(["--default_verifier", "MAE"], expect=0, folder="_" + name)

    def test_those_within_a_threshold_together_are_done(self):
        for verifier, (_, _, thresholds) in ORACLES.items():
            within = {name: pair for name, pair in self.pairs.items() if pair.count > 0 and
                      verdict_of(verifier, thresholds[1], pair) in ("match", "suspicious")}
            self.assertGreater(len(within), 10, verifier)
            for name, pair in within.items():
                self.put(name, pair.all_x, pair.all_y, folder="_" + verifier)
            self.with_graph(["--default_verifier", f"{verifier},threshold,{thresholds[1]}"], expect=0, folder="_" + verifier)


class FilesTest(Directories):
    """One file is not what it should be."""

    def setUp(self):
        super().setUp()
        random = np.random.default_rng(0)
        self.values = {name: random.uniform(-1, 1, 8).astype(np.float32) for name in "abcd"}

    def runs(self, change, with_manifest=False):
        """A fresh pair of directories after `change` of (golden, target)."""
        number = sum(1 for _ in self.folder.glob("golden*"))
        for name, values in self.values.items():
            self.put(name, values, values * np.float32(1.0001), folder=str(number))
        folders = [self.folder / f"{side}{number}" for side in ("golden", "target")]
        if with_manifest:
            for folder in folders:
                tensors = [{"name": name, "file": f"{name}.raw", "type": "float32", "dims": [8]} for name in self.values]
                (folder / "tensors.json").write_text(json.dumps({"version": 1, "tensors": tensors}), encoding="utf-8")
        change(*folders)
        return str(number)

    def check(self, change, says=(), fails=True, with_manifest=False):
        folder = self.runs(change, with_manifest)
        stdout, stderr = self.verify(["--default_verifier", "SQNR,threshold,20"], expect=int(fails), folder=folder)
        for word in says:
            self.assertIn(word, stdout + stderr)
        self.verify(["--default_verifier", "SQNR"], expect=0, folder=folder)  # Nobody asked for a judgement.

    def test_nothing_changed(self):
        self.check(lambda golden, target: None, fails=False)
        self.check(lambda golden, target: None, fails=False, with_manifest=True)

    def test_missing(self):
        self.check(lambda golden, target: (target / "b.raw").unlink(), ["'b'"])
        self.check(lambda golden, target: (golden / "b.raw").unlink(), ["'b'"])
        self.check(lambda golden, target: (target / "b.raw").unlink(), ["'b'"], with_manifest=True)
        self.check(lambda golden, target: (golden / "b.raw").unlink(), ["'b'"], with_manifest=True)

    def test_extra(self):
        self.check(lambda golden, target: self.values["a"].tofile(target / "e.raw"), ["'e'"])
        self.check(lambda golden, target: self.values["a"].tofile(golden / "e.raw"), ["'e'"])
        # Beside a tensors.json it is no tensor of the run; the run says so.
        for side in (0, 1):
            self.check(lambda *folders, side=side: self.values["a"].tofile(folders[side] / "e.raw"),
                       [("Golden", "The target")[side] + " has 1 .raw file", "'e.raw'"], fails=False, with_manifest=True)

    def test_short_long_and_empty(self):
        for side, size in itertools.product((0, 1), (0, 1, 4, 28, 31, 33, 36)):
            for with_manifest in (False, True):
                self.check(lambda *folders, side=side, size=size: (folders[side] / "b.raw").write_bytes(b"\0" * size), ["'b'"],
                           with_manifest=with_manifest)
        # Of no element on either side nothing can be wrong; with dims that ask for some it is.
        for with_manifest in (False, True):
            self.check(lambda *folders: [(folder / "b.raw").write_bytes(b"") for folder in folders],
                       ["'b'" if with_manifest else "1 suspicious"], fails=with_manifest, with_manifest=with_manifest)

    def test_swapped(self):
        def swap(golden, target):
            del golden
            first, second = (target / "a.raw").read_bytes(), (target / "b.raw").read_bytes()
            (target / "a.raw").write_bytes(second)
            (target / "b.raw").write_bytes(first)
        self.check(swap, ["2 tensors outside", "'a'"])
        self.check(swap, ["2 tensors outside", "'a'"], with_manifest=True)


if __name__ == "__main__":
    unittest.main()
