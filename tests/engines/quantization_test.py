#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Encoding algorithms and cross-layer equalization on real models, against ONNX Runtime and plain searches in NumPy."""

import json
import os
import pathlib
import unittest

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper
from onnxruntime.quantization.calibrate import CalibrationDataReader, MinMaxCalibrater
from onnxruntime.quantization.quant_utils import QuantType, compute_scale_zp, get_qmin_qmax_for_qType

import program

INPUTS = 3
ENGINE = ("--inference_engine", "-f", "onnx", "-r", "cpu", "-a", "x86_64-linux-clang", "-bbw", "32")


def load(name):
    return onnx.load(program.MODELS / program.OCR[name][0])


def constants(model):
    """All constant tensors by name, to be read and overwritten."""
    held = {tensor.name: tensor for tensor in model.graph.initializer}
    held.update({node.output[0]: node.attribute[0].t for node in model.graph.node if node.op_type == "Constant"})
    return held


def scale_channels(model, decades=1.5):
    """Scales each channel between a BatchNorm-Relu and the convolution after it, and the latter's weights back."""
    held = constants(model)
    maker = {output: node for node in model.graph.node for output in node.output}
    random = np.random.default_rng(1)
    scaled = 0
    for node in model.graph.node:
        relu = maker.get(node.input[0]) if node.op_type == "Conv" else None
        norm = maker.get(relu.input[0]) if relu is not None and relu.op_type == "Relu" else None
        if norm is None or norm.op_type != "BatchNormalization":
            continue
        if sum(relu.output[0] in other.input for other in model.graph.node) != 1:
            continue
        weight = numpy_helper.to_array(held[node.input[1]])
        channels = numpy_helper.to_array(held[norm.input[1]]).shape
        factor = 10 ** random.uniform(-decades, decades, channels)
        back = factor.reshape((-1, 1, 1, 1) if weight.shape[1] == 1 else (1, -1, 1, 1))
        for name, value in [(norm.input[1], numpy_helper.to_array(held[norm.input[1]]) * factor),
                            (norm.input[2], numpy_helper.to_array(held[norm.input[2]]) * factor),
                            (node.input[1], weight / back)]:
            held[name].CopyFrom(numpy_helper.from_array(value.astype(np.float32), name))
        scaled += 1
    return scaled


def sqnr_db(golden, target):
    golden, target = golden.astype(np.float64), target.astype(np.float64)
    return 10 * np.log10((golden**2).sum() / ((golden - target) ** 2).sum())


# The searches that AIMET documents, on a histogram of 512 bins, and the criteria on the values themselves.


def histogram_of(values):
    counts, edges = np.histogram(values, bins=512)
    return counts / counts.sum(), (edges[1:] + edges[:-1]) / 2


def quantization_error(values, scale, offset, steps, weight):
    """Squared errors, where values beyond the range count `weight` times. Scales and offsets may be columns."""
    codes = np.clip(np.round(values / scale), offset, offset + steps)
    beyond = (values < scale * offset) | (values > scale * (offset + steps))
    return (values - codes * scale) ** 2 * np.where(beyond, weight, 1)


def encodings_of(lows, highs, steps, symmetric):
    if symmetric:
        return np.float32(np.maximum(-lows, highs) / (steps // 2)).astype(np.float64), np.full(lows.shape, -(steps // 2) - 1.0)
    scales = np.float32(np.maximum((highs - lows) / steps, 1e-12)).astype(np.float64)
    return scales, np.clip(np.round(lows / scales), -steps, 0)


def documented_candidates(values, steps, symmetric, enhanced):
    """Scales and offsets of all candidates."""
    low, high = min(values.min(), 0), max(values.max(), 0)
    if enhanced and symmetric:
        return encodings_of(-np.arange(1, 102) / 100 * max(-low, high), np.zeros(101), steps, True)
    if enhanced:
        widest = (high - low) / steps
        bottom = widest * np.round(low / widest)
        top = bottom + widest * steps
        scale, offset = np.meshgrid(widest * np.arange(1, 18) / 16, np.round(-steps + steps * np.arange(21) / 20))
        lows = np.append(np.maximum(bottom, scale * offset), bottom)
        highs = np.append(np.minimum(top, scale * (offset + steps)), top)
        wide = highs - lows > 1e-4
        return encodings_of(lows[wide], highs[wide], steps, False)
    edges = np.linspace(values.min(), values.max(), 65)
    lows, highs = np.meshgrid(np.minimum(edges, 0), np.maximum(edges, 0))
    lows, highs = np.unique(np.stack([lows[highs - lows > 1e-4], highs[highs - lows > 1e-4]]), axis=1)
    return encodings_of(lows, highs, steps, symmetric)


def documented_search(values, steps, symmetric, enhanced):
    shares, centers = histogram_of(values)
    scales, offsets = documented_candidates(values, steps, symmetric, enhanced)
    weight = 3 if enhanced else 1
    costs = (quantization_error(centers, scales[:, None], offsets[:, None], steps, weight) * shares).sum(axis=1)
    best = np.argmin(costs)
    return scales[best], offsets[best]


def growing_histogram(values):
    """The program's histogram: bins of a power of two, as narrow as 4096 of them allow."""
    exponent = max(-149, int(np.floor(np.log2(max(np.ptp(values.astype(np.float64)), 1e-40) / 4096))) - 1)
    while True:
        numbers = np.floor(values.astype(np.float64) / 2.0**exponent).astype(np.int64)
        if np.ptp(numbers) < 4096:
            counts = np.bincount(numbers - numbers.min()).astype(np.float64)
            return counts, (numbers.min() + np.arange(counts.size) + 0.5) * 2.0**exponent
        exponent += 1


def divergence(histogram, scale, offset, steps):
    counts, centers = histogram
    position = centers / scale - offset
    inside = np.flatnonzero((position >= -0.5) & (position < steps + 0.5))
    kept = counts[inside].sum() if inside.size else 0
    if kept == 0:
        return np.inf
    codes = np.round(centers[inside] / scale)
    _, group = np.unique(codes, return_inverse=True)
    sums = np.bincount(group, weights=counts[inside])
    filled = np.maximum(np.bincount(group, weights=counts[inside] > 0), 1)
    quantized = np.where(counts[inside] > 0, (sums / filled / kept)[group], 1e-4)
    shares = counts[inside].copy()
    shares[0] += counts[: inside[0]].sum()
    shares[-1] += counts[inside[-1] + 1:].sum()
    shares /= counts.sum()
    some = shares > 0
    return max(0.0, (shares[some] * np.log(shares[some] / quantized[some])).sum())


class Reader(CalibrationDataReader):
    def __init__(self, name, inputs):
        self.left = [{name: value} for value in inputs]

    def get_next(self):
        return self.left.pop(0) if self.left else None


class QuantizationTest(program.ProgramTest):
    def write_inputs(self, dims, count=INPUTS, seed=0):
        random = np.random.default_rng(seed)
        self.inputs = [random.normal(0, 0.1 if len(dims) == 4 and dims[1] == 3 else 1, dims) for _ in range(count)]
        if len(dims) == 4 and dims[2] > 40:
            self.inputs = [value + program.text_image(dims, f"Layer {7 * i}") for i, value in enumerate(self.inputs)]
        self.inputs = [value.astype(np.float32) for value in self.inputs]
        self.write_input_list(*[self.write_raw(f"x{i}.raw", value) for i, value in enumerate(self.inputs)])

    def run_engine(self, model, name, dims, output, *flags, **options):
        return self.run_program(*ENGINE, "-m", model, "-i", name, ",".join(map(str, dims)), "x0.raw",
                                "-o", output, "-l", "input_list.txt", *flags, **options)

    def result(self, name, line=0):
        """A tensor as the engine wrote it, in the source's axis order."""
        folder = self.latest("inference_engine") / "output" / f"Result_{line}"
        tensors = json.loads((folder / "tensors.json").read_text(encoding="utf-8"))["tensors"]
        tensor = next(tensor for tensor in tensors if tensor.get("source") == name)
        value = np.fromfile(folder / tensor["file"], np.float32).reshape(tensor["dims"])
        return np.moveaxis(value, -1, 1) if tensor["layout"] == "NHWC" else value

    def activation_encodings(self):
        """By source tensor: the encoding of an activation that the target stores."""
        folder = self.latest("inference_engine") / "output" / "Result_0"
        tensors = json.loads((folder / "tensors.json").read_text(encoding="utf-8"))["tensors"]
        return {tensor["source"]: tensor["encoding"]["channels"][0] for tensor in tensors
                if tensor.get("source") and "encoding" in tensor and tensor["op_type"] not in SHARING}

    def param_encodings(self):
        """By target name: the encodings of the weights, one or one per channel."""
        dlc = self.latest("inference_engine") / "base_quantized.dlc"
        self.run_program("--compare_encodings", "--input", dlc, "--input2", dlc)
        file = self.latest("compare_encodings") / "extracted_encodings.json"
        return json.loads(file.read_text(encoding="utf-8"))["param_encodings"]

    def capture(self, model, tensors):
        """The values of some of a model's tensors over all inputs, by name."""
        model = onnx.ModelProto.FromString(model.SerializeToString())
        have = {output.name for output in model.graph.output} | {value.name for value in model.graph.input}
        model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in tensors if name not in have)
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        wanted = [tensor for tensor in tensors if tensor != name]
        seen = [dict(zip(wanted, session.run(wanted, {name: value}))) for value in self.inputs]
        values = {tensor: np.concatenate([run[tensor].ravel() for run in seen]) for tensor in wanted}
        if name in tensors:
            values[name] = np.concatenate([value.ravel() for value in self.inputs])
        return values


class EqualizationTest(QuantizationTest):
    def test_badly_scaled_channels_are_recovered(self):
        _, name, dims, _ = program.OCR["classifier"]
        output = "elementwise_add_0"  # The part that has Relu, as MobileNets do.
        self.write_inputs(dims)
        model = load("classifier")
        golden = self.capture(model, [output])[output]
        onnx.save(model, self.folder / "good.onnx")
        self.assertGreaterEqual(scale_channels(model), 5)
        onnx.save(model, self.folder / "bad.onnx")
        self.assertGreater(sqnr_db(golden, self.capture(model, [output])[output]), 100)

        def quality(file, *flags):
            self.run_engine(file, name, dims, output, *flags)
            return sqnr_db(golden, np.concatenate([self.result(output, i).ravel() for i in range(INPUTS)]))

        good = quality("good.onnx")
        bad = quality("bad.onnx")
        equalized = quality("bad.onnx", "--algorithms", "cle")
        print(f"int8 SQNR: {good:.1f} dB, {bad:.1f} dB badly scaled, {equalized:.1f} dB equalized")
        self.assertLess(bad, good - 10, "the channels are not scaled badly enough to show anything")
        self.assertGreater(equalized - bad, 0.9 * (good - bad))

    def test_float_outputs_stay_the_same(self):
        for model, (file, name, dims, output) in program.OCR.items():
            self.write_inputs(dims, count=1)
            golden = self.capture(load(model), [output])[output]
            log = self.run_engine(program.MODELS / file, name, dims, output, "--precision", "fp32",
                                  "--algorithms", "cle", "-v")[1]
            self.assertIn("cross-layer equalization: ", log)
            off = np.abs(self.result(output).ravel() - golden).max() / np.ptp(golden)
            print(f"{model}: outputs move by {off:.1e} of their range")
            self.assertLess(off, 1e-4, model)

    def test_absorbed_biases_move_the_output_little(self):
        file, name, dims, output = program.OCR["classifier"]
        self.write_inputs(dims, count=1)
        golden = self.capture(load("classifier"), [output])[output]
        log = self.run_engine(program.MODELS / file, name, dims, output, "--precision", "fp32",
                              "--algorithms", "hba", "-v")[1]
        self.assertRegex(log, "the large biases of [1-9][0-9]* channels moved on")
        off = np.abs(self.result(output).ravel() - golden).max() / np.ptp(golden)
        print(f"with hba, the classifier's outputs move by {off:.1e} of their range")
        self.assertLess(off, 2e-2)

    def test_where_nothing_fits_the_log_says_why(self):
        weight = numpy_helper.from_array(np.ones((3, 3, 1, 1), np.float32), "w")
        graph = helper.make_graph(
            [helper.make_node("Conv", ["x", "w"], ["a"], "first"), helper.make_node("Sigmoid", ["a"], ["b"], "gate"),
             helper.make_node("Conv", ["b", "w"], ["y"], "second")], "g",
            [helper.make_tensor_value_info("x", 1, [1, 3, 4, 4])], [helper.make_tensor_value_info("y", 1, None)], [weight])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
                  self.folder / "m.onnx")
        self.write_inputs((1, 3, 4, 4))
        _, log = self.run_engine("m.onnx", "x", (1, 3, 4, 4), "y", "--algorithms", "cle")
        self.assertIn("no pair of layers can be equalized: after 'first', Sigmoid 'gate' does not commute", log)


class EncodingTest(QuantizationTest):
    def test_min_max_is_onnxruntimes(self):
        """Value for value on a model that conversion leaves as it is, with its own calibrator."""
        random = np.random.default_rng(5)
        weights = {"w1": random.normal(0, 1, (8, 3, 3, 3)), "w2": random.normal(0.2, 1, (8, 8, 1, 1)),
                   "w3": random.uniform(0, 1, (4, 8, 1, 1))}
        held = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
        graph = helper.make_graph(
            [helper.make_node("Conv", ["x", "w1"], ["a"], "n1", pads=[1, 1, 1, 1]),
             helper.make_node("Sigmoid", ["a"], ["b"], "n2"), helper.make_node("Mul", ["a", "b"], ["c"], "n3"),
             helper.make_node("Conv", ["c", "w2"], ["d"], "n4"), helper.make_node("Add", ["c", "d"], ["e"], "n5"),
             helper.make_node("Conv", ["e", "w3"], ["f"], "n6"), helper.make_node("Relu", ["f"], ["y"], "n7")], "g",
            [helper.make_tensor_value_info("x", 1, [1, 3, 16, 16])],
            [helper.make_tensor_value_info("y", 1, None)], held)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(model, self.folder / "m.onnx")
        self.write_inputs((1, 3, 16, 16), count=7)
        calibrator = MinMaxCalibrater(str(self.folder / "m.onnx"),
                                      augmented_model_path=str(self.folder / "augmented.onnx"))
        calibrator.augment_graph()
        calibrator.create_inference_session()
        calibrator.collect_data(Reader("x", self.inputs))
        ranges = calibrator.compute_data().data
        for symmetric, flags in ((False, ()), (True, ("--use_symmetric_quantize_weights",))):
            for bits, activation_type in ((8, QuantType.QUInt8), (16, QuantType.QUInt16)):
                self.run_engine("m.onnx", "x", (1, 3, 16, 16), "y", "-abw", bits, *flags)
                activations = self.activation_encodings()
                # At 16 bits the target fixes the range of a Sigmoid.
                expected = {"x", "a", "c", "d", "e", "y"} | ({"b"} if bits == 8 else set())
                self.assertLessEqual(expected, activations.keys())
                for name in expected:
                    low, high = (float(np.asarray(value).item()) for value in ranges[name].range_value)
                    self.expect_equal(activations[name], low, high, activation_type, False, name)
            params = self.param_encodings()
            for name, value in weights.items():
                value = value.astype(np.float32)
                self.expect_equal(params[name][0], value.min(), value.max(),
                                  QuantType.QInt8 if symmetric else QuantType.QUInt8, symmetric, name)

    def expect_equal(self, encoding, low, high, quant_type, symmetric, name):
        qmin, qmax = get_qmin_qmax_for_qType(quant_type.tensor_type, symmetric=symmetric)
        zero_point, scale = compute_scale_zp(np.array(low, np.float32), np.array(high, np.float32), qmin, qmax,
                                             symmetric=symmetric, min_real_range=0.0001)
        self.assertEqual(np.float32(encoding["scale"]), np.float32(scale), name)
        # ONNX Runtime's signed symmetric codes have their zero at 0, which is -offset - 128 here.
        self.assertEqual(-int(encoding["offset"]) - (128 if symmetric else 0), int(zero_point), name)

    def check(self, algorithm, values, encoding, symmetric=False):
        """The cost of the program's encoding, and that of the documented search."""
        steps = 2 ** encoding["bitwidth"] - 1
        ours = (encoding["scale"], encoding["offset"])
        values = values[np.isfinite(values)]
        if np.ptp(values) < 1e-3:
            return None
        if algorithm in ("sqnr", "mse"):
            weight = 3 if algorithm == "sqnr" else 1
            theirs = documented_search(values, steps, symmetric, algorithm == "sqnr")
            return tuple(quantization_error(values.astype(np.float64), *found, steps, weight).mean()
                         for found in (ours, theirs))
        if algorithm == "entropy":
            histogram = growing_histogram(values)
            scales, offsets = documented_candidates(values, steps, symmetric, True)
            theirs = min(divergence(histogram, *found, steps) for found in zip(scales, offsets))
            return divergence(histogram, *ours, steps), theirs
        # Percentile: how far the ends are from those of the sorted values.
        ordered = np.sort(values)
        cut = int(values.size * 0.0001)
        low, high = min(ordered[cut], 0), max(ordered[-1 - cut], 0)
        counts, edges = np.histogram(values, bins=512)
        below = np.cumsum(counts) / values.size
        bin_low = min(edges[np.searchsorted(below, 0.0001)], 0)
        bin_high = max(edges[min(np.searchsorted(below, 0.9999) + 1, 512)], 0)
        found = (scale_error(ours, steps, low, high, symmetric),
                 scale_error([value[0] for value in encodings_of(np.array([bin_low]), np.array([bin_high]), steps,
                                                                 symmetric)], steps, low, high, symmetric))
        return found

    def test_the_comparison_can_fail(self):
        values = np.random.default_rng(3).normal(0, 1, 5000)
        scale, offset = documented_search(values, 15, False, True)
        bad = {"bitwidth": 4, "scale": scale * 1.5, "offset": offset}
        for algorithm in ("sqnr", "mse", "entropy"):
            ours, theirs = self.check(algorithm, values, bad)
            self.assertGreater(ours, theirs * (1 + TOLERANCE), algorithm)

    def compare_all(self, algorithm, pairs, tolerance):
        """`pairs`: name to (values, encoding, symmetric)."""
        worse = {}
        ratios = []
        for name, (values, encoding, symmetric) in pairs.items():
            costs = self.check(algorithm, values, encoding, symmetric)
            if costs is None:
                continue
            ours, theirs = costs
            ratios.append(ours / theirs if theirs > 0 else 1)
            # Of few values the program minimizes the cost itself, of more that over its histogram.
            allowed = ROUNDING if values.size <= FEW else tolerance
            if ours > theirs * (1 + allowed) + (BIN if algorithm == "percentile" else 1e-12):
                worse[name] = (values.size, ours, theirs)
        print(f"{algorithm}: {len(ratios)} tensors, cost by that of the documented search: "
              f"median {np.median(ratios):.3f}, largest {np.max(ratios):.4f}")
        self.assertGreater(len(ratios), 20)
        self.assertLessEqual(np.median(ratios), 1)
        return worse

    def test_activations_are_never_worse_than_the_documented_search(self):
        for model, (file, name, dims, output) in program.OCR.items():
            self.write_inputs(dims)
            for algorithm in ("sqnr", "mse", "entropy", "percentile"):
                self.run_engine(program.MODELS / file, name, dims, output, "--act_quantizer_calibration", algorithm)
                encodings = self.activation_encodings()
                if algorithm == "entropy":  # NumPy takes a second for each.
                    encodings = dict(list(encodings.items())[::6])
                values = self.capture(load(model), list(encodings))
                pairs = {tensor: (values[tensor], encoding, False) for tensor, encoding in encodings.items()}
                # Conversion moves values by parts in a million, which moves the rugged cost of entropy by percents.
                worse = self.compare_all(algorithm, pairs, 0.05 if algorithm == "entropy" else TOLERANCE)
                self.assertEqual(worse, {}, f"{model} {algorithm}")

    def test_weights_are_never_worse_than_the_documented_search(self):
        for model in program.OCR:
            weights = self.weights_as_products(load(model))
            for algorithm in ("sqnr", "mse", "entropy", "percentile"):
                for flags, symmetric in (((), False), (("--use_symmetric_quantize_weights",), True)):
                    self.run_engine("weights.onnx", "x", (1, 1), "y", "--param_quantizer_calibration", algorithm,
                                    *flags)
                    encodings = self.param_encodings()
                    pairs = {name: (value.ravel(), encodings[name][0], symmetric) for name, value in weights.items()}
                    worse = self.compare_all(algorithm, pairs, TOLERANCE)
                    self.assertEqual(worse, {}, f"{model} {algorithm} symmetric {symmetric}")

    def weights_as_products(self, model):
        """Writes weights.onnx, which multiplies with each of the model's weights. Returns these by name."""
        weights, nodes = {}, []
        for name, tensor in constants(model).items():
            value = numpy_helper.to_array(tensor)
            if value.dtype != np.float32 or value.ndim < 2 or value.size < 512 or value.size > 200000:
                continue
            index = len(weights)
            weights[f"w{index}"] = np.ascontiguousarray(value.reshape(value.shape[0], -1).T)
            nodes += [helper.make_node("Expand", ["x", f"s{index}"], [f"e{index}"], f"expand{index}"),
                      helper.make_node("MatMul", [f"e{index}", f"w{index}"], [f"m{index}"], f"product{index}"),
                      helper.make_node("ReduceSum", [f"m{index}"], [f"r{index}"], f"sum{index}", keepdims=1)]
            weights[f"w{index}"] = weights[f"w{index}"].astype(np.float32)
        held = [numpy_helper.from_array(value, name) for name, value in weights.items()]
        held += [numpy_helper.from_array(np.array([1, value.shape[0]]), f"s{name[1:]}")
                 for name, value in weights.items()]
        nodes.append(helper.make_node("Sum", [f"r{i}" for i in range(len(weights))], ["y"], "all"))
        graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", 1, [1, 1])],
                                  [helper.make_tensor_value_info("y", 1, None)], held)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
                  self.folder / "weights.onnx")
        self.write_inputs((1, 1))
        return weights

    def test_the_number_of_threads_does_not_matter(self):
        file, name, dims, output = program.OCR["classifier"]
        self.write_inputs(dims)
        seen = []
        for processors in ({0}, os.sched_getaffinity(0)):
            before = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {min(before)} if processors == {0} else processors)
            try:
                for algorithm in ("sqnr", "entropy"):
                    self.run_engine(program.MODELS / file, name, dims, output, "--algorithms", "cle",
                                    "--act_quantizer_calibration", algorithm,
                                    "--param_quantizer_calibration", algorithm)
                    seen.append((self.activation_encodings(), self.param_encodings()))
            finally:
                os.sched_setaffinity(0, before)
        self.assertEqual(seen[:2], seen[2:])


def scale_error(found, steps, low, high, symmetric):
    """How far the range is from the one that its ends ask for, relative to the latter."""
    if symmetric:
        return abs(found[0] * (steps // 2) - max(-low, high)) / max(-low, high)
    return abs(found[0] * steps - (high - low)) / (high - low)


FEW = 4096
SHARING = ("MaxPool", "Reshape", "Transpose", "Slice", "Squeeze", "Unsqueeze", "Resize", "Flatten")  # Another's range.
ROUNDING = 1e-3  # Of scales to float32.
TOLERANCE = 0.01
BIN = 2e-3  # Of the program's histogram, as a share of the range, for both ends.

if __name__ == "__main__":
    unittest.main(verbosity=2)
