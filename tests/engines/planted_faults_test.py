# SPDX-License-Identifier: BSD-3-Clause
"""--deep_analyzer on real models: a fault that is planted at one of several depths is the first cause named, with its kind.
Where two kinds are equivalent, either."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import numpy as np
import onnx
from onnx import helper, numpy_helper

from dissection_models import DEEP, encoding
from program import MODELS, OCR, PROGRAM, end_to_end, text_image

# With these the models are faithful on the host: no cause is to be named without a fault.
FINE = ("--runtime", "cpu", "--act_bitwidth", "16", "--weights_bitwidth", "16", "--bias_bitwidth", "32")
DEPTHS = (0.2, 0.5, 0.8)
SENTENCES = pathlib.Path(os.environ["ACC_SENTENCES"])
# Of the output: what a planted fault has to do.
BAD_DB = 20


def run(folder, *words):
    done = subprocess.run([PROGRAM, *map(str, words)], cwd=folder, text=True, capture_output=True, check=False)
    if done.returncode:
        raise AssertionError(f"{words}\n{done.stdout}\n{done.stderr}")
    return done.stdout


class PlantedFaults:
    """What is the same for every model. A subclass says which, and with which inputs."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="acc_")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        cls.model, cls.output, inputs = cls.prepare(cls.folder)
        cls.inputs = []
        for name, values in inputs.items():
            values.tofile(cls.folder / f"{name}.raw")
            kind = [] if values.dtype == np.float32 else [str(values.dtype)]
            cls.inputs.append((name, values.shape, f"{name}.raw", *kind))
        line = " ".join(f"{name}:={cls.folder / name}.raw" for name in inputs)
        (cls.folder / "list.txt").write_text(line + "\n", encoding="utf-8")
        cls.words = ["-nif"] if any(len(entry) > 3 for entry in cls.inputs) else []
        cls.clean = cls.dissect(cls.model)
        cls.golden = cls.latest("framework_runner").resolve()
        manifest = json.loads((cls.golden / "tensors.json").read_text(encoding="utf-8"))
        cls.records = {record["name"]: record for record in manifest["tensors"]}
        told = run(cls.folder, "--dlc_info", cls.latest("inference_engine") / "base_quantized.dlc", "--json")
        cls.tensors = {tensor["name"]: tensor for tensor in json.loads(told)["graphs"][0]["tensors"]}
        graph = json.loads((cls.latest("inference_engine") / "snpe_model_graph_struct.json").read_text(encoding="utf-8"))
        cls.nodes = {node["name"]: node for node in graph["nodes"]}

    @classmethod
    def latest(cls, feature):
        return cls.folder / "working_directory" / feature / "latest"

    @classmethod
    def dissect(cls, model, *flags, precision=FINE):
        words = end_to_end(model, cls.output, cls.inputs, "list.txt", *precision, *cls.words, *DEEP, *flags)
        run(cls.folder, *words)
        return json.loads((cls.latest("inference_engine") / "dissection.json").read_text(encoding="utf-8"))

    def plant(self, activations=None, params=None, flags=FINE):
        entries = {"activation_encodings": activations or {}, "param_encodings": params or {}}
        (self.folder / "o.json").write_text(json.dumps(entries), encoding="utf-8")
        return self.dissect(self.model, "--quantization_overrides", "o.json",
                            "--golden_output_reference_directory", self.golden, precision=flags)

    def layers_with(self, place):
        """Layers whose only node with weights has so many inputs, at each depth: (row, the name of that input)."""
        found = []
        for row in self.clean["layers"]:
            for name in row["group"]:
                node = self.nodes.get(name)
                if node is None or node["type"] not in ("Conv", "Gemm", "MatMul") or len(node["inputs"]) <= place:
                    continue
                param = self.tensors.get(node["inputs"][place])
                if param and param["kind"] == "static" and param["encoding"]:
                    found.append((row, node["inputs"][place]))
        return [found[int(depth * len(found))] for depth in DEPTHS] if found else []

    def activations(self):
        """Layers with an own encoding that no other tensor shares, at each depth."""
        found = []
        for row in self.clean["layers"]:
            tensor = self.tensors.get(row["tensor"])
            if tensor and tensor["encoding"] and row["op_type"] in ("Conv", "Add", "Mul", "Relu", "MatMul", "Gemm"):
                found.append((row, *self.range_of(row["tensor"])))
        return [found[int(depth * len(found))] for depth in DEPTHS]

    def range_of(self, tensor):
        channels = self.tensors[tensor]["encoding"]["channels"]
        return min(channel["min"] for channel in channels), max(channel["max"] for channel in channels)

    def plant_until_it_hurts(self, strengths, plant):
        """The dissection with the first strength with which the output is bad: a fault that harms nothing is no cause."""
        for strength in strengths:
            told = plant(strength)
            if told["output_db"] < BAD_DB:
                return told
        return None

    def check(self, told, row, *kinds):
        self.assertTrue(told["causes"], (row["tensor"], told["output_db"], told["cause_note"]))
        first = told["causes"][0]
        self.assertEqual(first["tensor"], row["tensor"], told["causes"])
        self.assertIn(first["kind"], kinds, told["causes"])

    def check_each(self, planted, most_harmless, *kinds):
        """`planted`: pairs of a layer and what plants a strength in it."""
        self.assertTrue(planted)
        harmless = []
        for row, strengths, plant in planted:
            with self.subTest(layer=row["tensor"]):
                told = self.plant_until_it_hurts(strengths, plant)
                if told is None:
                    harmless.append(row["tensor"])
                else:
                    self.check(told, row, *kinds)
        self.assertLessEqual(len(harmless), most_harmless, harmless)

    def test_without_a_fault_none_is_named(self):
        self.assertEqual(self.clean["causes"], [])
        self.assertGreater(self.clean["output_db"], 40)

    def test_a_wrong_weight_scale(self):
        def plant(param):
            low, high = self.range_of(param)
            return lambda strength: self.plant(params={param: encoding(strength * low, strength * high, 8)})
        self.check_each([(row, (40, 100, 250), plant(param)) for row, param in self.layers_with(1)], 0,
                        "weights rounded to zero", "rounding of weights")

    def test_a_clipped_range(self):
        def plant(row, low, high):
            return lambda strength: self.plant({row["tensor"]: encoding(low / strength, high / strength, 16)})
        self.check_each([(row, (10, 100, 1000), plant(row, low, high)) for row, low, high in self.activations()], 1, "clipping")

    def test_a_stretched_range(self):
        def plant(row, low, high):
            return lambda strength: self.plant({row["tensor"]: encoding(strength * low, strength * high, 16)})
        self.check_each([(row, (1000, 10000, 100000), plant(row, low, high)) for row, low, high in self.activations()], 1,
                        "step too coarse", "shared range")

    def test_a_bias_beyond_its_range(self):
        def plant(param):
            low, high = self.range_of(param)
            return lambda strength: self.plant(
                params={param: encoding(min(low / strength, -1e-9), max(high / strength, 1e-9), 8)})
        # Some biases are next to nothing.
        self.check_each([(row, (30, 1000), plant(param)) for row, param in self.layers_with(2)], 2,
                        "bias overflow", "rounding of the bias")

    def test_transposed_weights(self):
        """The goldens are those of the model as it was; the last two axes of a weight are exchanged in what is converted."""
        for name in self.square_weights():
            with self.subTest(weight=name):
                model = onnx.load(self.model)
                stored = stored_tensors(model)[name]
                turned = np.ascontiguousarray(np.swapaxes(numpy_helper.to_array(stored), -1, -2))
                stored.CopyFrom(numpy_helper.from_array(turned, stored.name))
                onnx.save(model, self.folder / "turned.onnx")
                told = self.dissect("turned.onnx", "--golden_output_reference_directory", self.golden)
                self.assertTrue(told["causes"], told["output_db"])
                first = told["causes"][0]
                self.assertEqual(first["kind"], "conversion", told["causes"])
                users = self.names_of([node for node in model.graph.node if name in node.input])
                row = next(row for row in told["layers"] if row["tensor"] == first["tensor"])
                self.assertTrue(set(row["group"]) & users, (row["group"], users))

    def with_detour(self, depth, nodes, constants, precision=FINE):
        """The model in which a tensor "from" at that depth goes to its readers through nodes, as "to". Of constants that
        overflow by themselves in half precision, 10000 is left."""
        model = onnx.load(self.model)
        for stored in stored_tensors(model).values():
            values = numpy_helper.to_array(stored)
            if "fp16" in precision and values.dtype == np.float32 and np.any(np.abs(values) > 65504):
                stored.CopyFrom(numpy_helper.from_array(values.clip(-1e4, 1e4), stored.name))
        made = [node for node in model.graph.node if node.op_type in ("Conv", "MatMul", "Add", "Mul")
                and any(node.output[0] in other.input for other in model.graph.node)
                and self.is_float(node.output[0])]
        source = made[int(depth * len(made))].output[0]
        for node in model.graph.node:
            for i, name in enumerate(node.input):
                if name == source:
                    node.input[i] = "detour_to"
        position = next(i for i, node in enumerate(model.graph.node) if source in node.output) + 1
        for offset, node in enumerate(nodes):
            added = onnx.NodeProto()
            added.CopyFrom(node)
            for names in (added.input, added.output):
                for i, name in enumerate(names):
                    if name == "from":
                        names[i] = source
            model.graph.node.insert(position + offset, added)
        model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
        onnx.save(model, self.folder / "detour.onnx")
        return "detour.onnx"

    def is_float(self, name):
        """Of a tensor that has several numbers and is no constant, going by the golden run."""
        record = self.records.get(name)
        return record is not None and record["type"] == "float32" and int(np.prod(record["dims"])) > 100

    def detours(self, nodes, strengths, **flags):
        """The dissection at each depth of what goes through these nodes, with the first strength that hurts; most do."""
        def plant(depth):
            def at(strength):
                constants = {"gain": np.array([6e4], np.float32), "strength": np.array([strength], np.float32)}
                return self.dissect(self.with_detour(depth, nodes, constants, **flags), **flags)
            return at
        found = [self.plant_until_it_hurts(strengths, plant(depth)) for depth in DEPTHS]
        self.assertLessEqual(found.count(None), 1)
        return [told for told in found if told]

    def test_half_precision_that_overflows(self):
        """A tensor times sixty thousand and more, and divided by it again."""
        nodes = [helper.make_node("Mul", ["from", "gain"], ["detour_loud"], name="detour_up"),
                 helper.make_node("Mul", ["detour_loud", "strength"], ["detour_louder"], name="detour_up_again"),
                 helper.make_node("Div", ["detour_louder", "strength"], ["detour_less"], name="detour_down"),
                 helper.make_node("Div", ["detour_less", "gain"], ["detour_to"], name="detour_down_again")]
        for told in self.detours(nodes, (1, 100, 10000), precision=("--runtime", "cpu", "--precision", "fp16")):
            self.assertEqual(told["causes"][0]["kind"], "half-precision overflow", told["causes"])
            self.assertIn(told["causes"][0]["tensor"], ("detour_loud", "detour_louder"))

    def test_a_range_that_is_shared(self):
        """A Concat with what is ten thousand times as large, or more, of which the small half goes on."""
        nodes = [helper.make_node("Mul", ["from", "strength"], ["detour_loud"], name="detour_up"),
                 helper.make_node("Concat", ["from", "detour_loud"], ["detour_both"], name="detour_concat", axis=-1),
                 helper.make_node("Split", ["detour_both"], ["detour_to", "detour_rest"], name="detour_split", axis=-1)]
        for told in self.detours(nodes, (1e4, 1e6)):
            self.assertEqual(told["causes"][0]["kind"], "shared range", told["causes"])

    @staticmethod
    def names_of(nodes):
        return {re.sub(r"\W", "_", node.name) for node in nodes}

    def square_weights(self):
        model = onnx.load(self.model)
        used = {name for node in model.graph.node if node.op_type in ("Conv", "MatMul", "Gemm") for name in node.input}
        found = []
        for name, stored in stored_tensors(model).items():
            if name in used and len(stored.dims) > 1 and stored.dims[-1] == stored.dims[-2] > 1:
                found.append(name)
        return [found[int(depth * len(found))] for depth in DEPTHS]


def stored_tensors(model):
    """The constants of a model, by name, wherever it keeps them."""
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        for attribute in node.attribute:
            if node.op_type == "Constant" and attribute.name == "value":
                stored[node.output[0]] = attribute.t
    return stored


def ocr(name, dims, text="Layer 42"):
    def prepare(_):
        file, tensor, _, output = OCR[name]
        return MODELS / file, output, {tensor: text_image(dims, text)}
    return prepare


class Classifier(PlantedFaults, unittest.TestCase):
    prepare = staticmethod(ocr("classifier", (1, 3, 48, 192)))


class Detector(PlantedFaults, unittest.TestCase):
    prepare = staticmethod(ocr("detector", (1, 3, 96, 96), "OCR"))


class Recognizer(PlantedFaults, unittest.TestCase):
    prepare = staticmethod(ocr("recognizer", (1, 3, 48, 160)))


class Transformer(PlantedFaults, unittest.TestCase):
    """MiniLM, of three layers, with a sentence that fills all of its tokens: nothing is masked."""

    # Its biases are Adds.
    test_a_bias_beyond_its_range = None

    @staticmethod
    def prepare(_):
        tokens = np.random.default_rng(5).integers(1000, 25000, (1, 32)).astype(np.int64)
        return SENTENCES, "461", {"input_ids": tokens, "attention_mask": np.ones((1, 32), np.int64)}

    def test_a_mask_constant(self):
        """Nineteen tokens masked: the mask adds the lowest float to their scores."""
        mask = np.ones((1, 32), np.int64)
        mask[:, 13:] = 0
        mask.tofile(self.folder / "attention_mask.raw")
        self.addCleanup(np.ones((1, 32), np.int64).tofile, self.folder / "attention_mask.raw")
        told = self.dissect(self.model)
        self.assertLess(told["output_db"], 20)
        self.assertEqual({cause["op_type"] for cause in told["causes"][:3]}, {"Add"}, told["causes"])
        self.assertEqual(told["causes"][0]["kind"], "step too coarse")
        self.assertIn("give it the range", told["causes"][0]["remedy"]["what"])
        self.assertGreater(told["mended_db"], told["output_db"] + 10)


if __name__ == "__main__":
    unittest.main()
