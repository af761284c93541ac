# SPDX-License-Identifier: BSD-3-Clause
"""--verification with --dlc_path and --qnn_model_json_path: the axis order of foreign results comes from the model.

The false alarm of https://github.com/qualcomm/aimet/issues/4060: golden tensors are channel-first and named with "/", the
target's are channel-last and named with "_", and compared as they lie nothing agrees."""

import json
import pathlib
import re
import tempfile
import unittest
import zipfile

import flatbuffers
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import qnn_dlc
from program import ProgramTest

CONV, RELU, NEXT, GATE = "/a/Conv_output_0", "/a/Relu_output_0", "/b/b.1/Conv_output_0", "/b/b.1/Sigmoid_output_0"
CHANNEL_FIRST = ("x", "y")


def convolutions(channels, side, for_dlc=False):
    """The serializer gives channel-last tensors the names of their nodes, unless tensors have them already: `for_dlc` names
    the nodes as the tensors are to be called. The channel-last twin of the output "y" is called "last"."""
    random = np.random.default_rng(0)
    def weight(name):
        return numpy_helper.from_array(random.normal(size=(channels, channels, 3, 3)).astype(np.float32) / 3, name)
    def node(kind, inputs, output, **attributes):
        tensors = [f"source of {name}" if for_dlc and "/" in name else name for name in [*inputs, output]]
        name = "last" if output == "y" else output
        return helper.make_node(kind, tensors[:-1], tensors[-1:], name=name if for_dlc else "", **attributes)
    nodes = [node("Conv", ["x", "w1"], CONV, pads=[1] * 4), node("Relu", [CONV], RELU),
             node("Conv", [RELU, "w2"], NEXT, pads=[1] * 4), node("Sigmoid", [NEXT], GATE), node("Mul", [NEXT, GATE], "y")]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, side, side]) for name in CHANNEL_FIRST]
    graph = helper.make_graph(nodes, "net", ends[:1], ends[1:], [weight("w1"), weight("w2")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def run_all(model):
    """Every tensor of the model on a random input, by ONNX Runtime."""
    tapped = onnx.ModelProto()
    tapped.CopyFrom(model)
    dims = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
    names = [node.output[0] for node in model.graph.node]
    del tapped.graph.output[:]
    tapped.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name in names)
    x = np.random.default_rng(1).normal(size=dims).astype(np.float32)
    session = onnxruntime.InferenceSession(tapped.SerializeToString(), providers=["CPUExecutionProvider"])
    return {"x": x, **dict(zip(names, session.run(names, {"x": x})))}


def sanitized(name):
    return re.sub(r"\W", "_", name)


class DlcPathTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.prepare(channels=8, side=8)

    def prepare(self, channels, side):
        model = convolutions(channels, side)
        self.tensors = run_all(model)
        scratch = tempfile.TemporaryDirectory(prefix="acc_")
        self.addCleanup(scratch.cleanup)
        self.dlc = qnn_dlc.dump(convolutions(channels, side, for_dlc=True), pathlib.Path(scratch.name))
        self.net = self.dlc.with_suffix(".json")
        for name, values in self.tensors.items():
            self.write("golden", name.lstrip("/"), values)
            if name not in CHANNEL_FIRST:
                values = values.transpose(0, 2, 3, 1)
            self.write("target", sanitized(name), values)

    def write(self, run, name, values):
        path = self.folder / run / f"{name}.raw"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.ascontiguousarray(values).tofile(path)

    def describe_golden(self):
        """What the framework runner would write beside its tensors."""
        records = [{"name": name, "file": f"{name.lstrip('/')}.raw", "type": "float32", "layout": "NCHW",
                    "dims": list(values.shape)} for name, values in self.tensors.items()]
        (self.folder / "golden/tensors.json").write_text(
            json.dumps({"version": 1, "tensors": records, "skipped": []}), encoding="utf-8")

    def verify(self, *more, expect=0, verifiers=("CosineSimilarity",)):
        words = [word for verifier in verifiers for word in ("--default_verifier", verifier)]
        return self.run_program("--verification", *words, "--golden_output_reference_directory", "golden",
                                "--inference_results", "target", *more, expect=expect)[1]

    def cosines(self):
        return {name: float(row["CosineSimilarity"]) for name, row in self.summary().items()}

    def check_all_agree(self, stderr):
        self.assertEqual(self.cosines(), {sanitized(name): 1.0 for name in self.tensors})
        self.assertEqual({row["note"] for row in self.summary().values()}, {""})
        self.assertNotIn("warning", stderr)

    def test_without_a_model_cubes_are_a_false_alarm_that_is_told(self):
        stderr = self.verify()
        self.assertLess(self.cosines()[sanitized(CONV)], 0.5)
        self.assertIn("the dims of 6 tensors are known on neither side", stderr)
        self.describe_golden()
        stderr = self.verify()
        self.assertLess(self.cosines()[sanitized(CONV)], 0.5)
        self.assertIn("the axis order of 6 tensors had to be inferred", stderr)
        # Trying the other order shows what is wrong, and what to do about it.
        self.assertIn("the first of 4 such tensors", stderr)
        self.assertIn("Give --dlc_path or --qnn_model_json_path", stderr)
        note = self.summary()[sanitized(CONV)]["note"]
        self.assertIn("with the golden's axes taken as 0,2,3,1 the cosine is 1 instead of", note)
        self.assertNotIn("probably wrong", self.summary()["y"]["note"])

    def test_with_the_dlc_or_its_net_json_everything_agrees(self):
        for flags in (["--dlc_path", self.dlc], ["--qnn_model_json_path", self.net]):
            with self.subTest(flags[0]):
                self.check_all_agree(self.verify(*flags))
                rows = self.summary()
                self.assertEqual(list(rows), ["x", *map(sanitized, (CONV, RELU, NEXT, GATE)), "y"])
                self.assertEqual([rows[sanitized(CONV)][key] for key in ("Layer Type", "Tensor_dims", "matched_by")],
                                 ["Conv2d", "1x8x8x8", "sanitized"])
        self.describe_golden()
        self.check_all_agree(self.verify("--dlc_path", self.dlc))

    def test_dims_that_differ_are_told_too(self):
        self.prepare(channels=3, side=7)
        self.check_all_agree(self.verify("--dlc_path", self.dlc))
        self.assertEqual(self.summary()[sanitized(CONV)]["Tensor_dims"], "1x7x7x3")

    def test_the_model_serves_scaled_diff(self):
        self.verify(expect=2, verifiers=("ScaledDiff",))
        self.verify("--dlc_path", self.dlc, verifiers=("ScaledDiff", "CosineSimilarity"))
        self.assertEqual(float(self.summary()[sanitized(CONV)]["ScaledDiff"]), 0)

    def test_a_graph_struct_decides_and_the_dlc_fills_it(self):
        own = {"nodes": [{"name": "late", "type": "Mine", "inputs": [], "outputs": [{"name": sanitized(NEXT)}]},
                         {"name": "early", "type": "Mine", "inputs": [], "outputs": [{"name": sanitized(CONV)}]}]}
        (self.folder / "graph.json").write_text(json.dumps(own), encoding="utf-8")
        self.check_all_agree(self.verify("--dlc_path", self.dlc, "--graph_struct", "graph.json"))
        rows = self.summary()
        self.assertLess(list(rows).index(sanitized(NEXT)), list(rows).index(sanitized(CONV)))
        self.assertEqual([rows[sanitized(name)]["Layer Type"] for name in (CONV, RELU)], ["Mine", "Relu"])

    def test_a_layout_that_is_not_that_of_the_files_is_found(self):
        for name in (CONV, RELU, NEXT, GATE):
            self.write("target", sanitized(name), self.tensors[name])
        stderr = self.verify("--dlc_path", self.dlc)
        self.assertLess(self.cosines()[sanitized(CONV)], 0.5)
        self.assertIn("the first of 4 such tensors", stderr)
        self.assertIn("with no axis moved, the cosine is 1", self.summary()[sanitized(CONV)]["note"])

    def test_dims_that_do_not_fit_the_file_are_not_used(self):
        batches = {name: np.concatenate([values, values]) for name, values in self.tensors.items()}
        self.write("golden", CONV.lstrip("/"), batches[CONV])
        self.write("target", sanitized(CONV), batches[CONV].transpose(0, 2, 3, 1))
        stderr = self.verify("--dlc_path", self.dlc)
        self.assertIn("the axis order of 1 tensor had to be inferred", stderr)
        row = self.summary()[sanitized(CONV)]
        self.assertEqual(row["Tensor_dims"], "")
        self.assertIn("the graph's dims 1x8x8x8 do not fit the file, which has 4096 bytes; they are not used", row["note"])
        self.assertEqual(self.cosines()[sanitized(RELU)], 1.0)

    def test_version_3(self):
        """Its structure is enough. Convolutions make channel-last tensors, as in version 4."""
        self.write("target", "x", self.tensors["x"].transpose(0, 2, 3, 1))
        with zipfile.ZipFile(self.folder / "v3.dlc", "w") as archive:
            archive.writestr("model", b"\xd5\x0a\x03\0\0\0\0\0" + version_3([1, 8, 8, 8]))
        stderr = self.verify("--dlc_path", "v3.dlc")
        self.assertIn("'v3.dlc' describes 3 of 6 tensors of --inference_results", stderr)
        self.assertIn("the dims of 3 tensors are known on neither side", stderr)
        self.assertEqual(self.cosines()[sanitized(CONV)], 1.0)
        self.assertEqual(self.summary()[sanitized(CONV)]["Layer Type"], "Convolutional")

    def test_errors(self):
        other = qnn_dlc.dump(other_model(), self.folder / "other")
        (self.folder / "text.dlc").write_text("no DLC", encoding="utf-8")
        for words, code, *texts in (
                (["--dlc_path", "missing.dlc"], 3, "missing.dlc"),
                (["--dlc_path", "text.dlc"], 3, "text.dlc"),
                (["--qnn_model_json_path", self.dlc], 3, self.dlc.name),
                (["--dlc_path", other], 3, "no tensor in common", "'input'", "'_a_Conv_output_0', "),
                (["--dlc_path", self.dlc, "--qnn_model_json_path", self.net], 2, "Give one of them")):
            with self.subTest(words):
                stderr = self.verify(*words, expect=code)
                for text in texts:
                    self.assertIn(text, stderr)
                self.assertFalse(self.latest("verification").exists())


def other_model():
    relu = helper.make_node("Relu", ["input"], ["result"])
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in ("input", "result")]
    return helper.make_model(helper.make_graph([relu], "net", ends[:1], ends[1:]),
                             opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def version_3(dims):
    """A structure of version 3: an input and two convolutions, src/dlc/v3.fbs."""
    builder = flatbuffers.Builder()

    def texts(names):
        offsets = [builder.CreateString(name) for name in names]
        return vector(offsets)

    def vector(offsets):
        builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            builder.PrependUOffsetTRelative(offset)
        return builder.EndVector()

    def table(slots, fields):
        builder.StartObject(slots)
        for slot, offset in fields.items():
            builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
        return builder

    def attribute(name, kind, slot, value):
        name = builder.CreateString(name)
        table(13, {0: name, slot: value}).PrependUint8Slot(1, kind, 0)
        return builder.EndObject()

    def node(name, kind, inputs, outputs):
        builder.StartVector(4, len(dims), 4)
        for dim in reversed(dims):
            builder.PrependInt32(dim)
        shape = attribute("0", 8, 9, builder.EndVector())
        shapes = vector([attribute("OutputDims", 11, 12, vector([shape]))])
        return table(6, {1: builder.CreateString(name), 2: builder.CreateString(kind), 3: texts(inputs),
                         4: texts(outputs), 5: shapes}).EndObject()

    nodes = [node("x", "Input", ["x"], ["x"]), node("first", "Convolutional", ["x"], [CONV]),
             node("next", "Convolutional", [CONV], [NEXT])]
    builder.Finish(table(5, {1: vector(nodes)}).EndObject(), b"NETD")
    return bytes(builder.Output())


if __name__ == "__main__":
    unittest.main()
