# SPDX-License-Identifier: BSD-3-Clause
"""DLC files that Qualcomm's serializer writes for the OCR models, in float and quantized: the program reads in them what
went in, by the net JSON that the serializer writes beside each file and by the ONNX model."""

import json
import pathlib
import tempfile
import unittest

import numpy as np
import onnx
from onnx import numpy_helper, version_converter
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize
from onnxruntime.quantization.execution_providers.qnn import get_qnn_qdq_config, qnn_preprocess_model

import program
import qnn_dlc

UNDEFINED = 0x7fffffff
PER_AXIS = (1, 3)
KINDS = {0: "input", 1: "output", 3: "native", 4: "static", 5: "null"}
TYPES = {0x0032: "int32", 0x0132: "uint32", 0x0216: "float16", 0x0232: "float32", 0x0308: "sfixed8", 0x0316: "sfixed16",
         0x0332: "sfixed32", 0x0408: "ufixed8", 0x0416: "ufixed16", 0x0508: "bool8"}


class Images(CalibrationDataReader):
    def __init__(self, name, dims):
        self.batches = iter([{name: program.smooth_image(dims, seed)} for seed in range(2)])

    def get_next(self):
        return next(self.batches, None)


def static_model(path, dims):
    """The model with the dims of its input, and its constants as initializers, which alone are taken for weights. The
    opset is one that has quantization per channel."""
    model = version_converter.convert_version(onnx.load(path), 17)
    graph = model.graph
    del model.metadata_props[:], graph.value_info[:]
    for dim, value in zip(graph.input[0].type.tensor_type.shape.dim, dims):
        dim.Clear()
        dim.dim_value = value
    for output in graph.output:
        output.type.tensor_type.ClearField("shape")
    constants = [node for node in graph.node if node.op_type == "Constant" and node.attribute[0].name == "value"]
    for constant in constants:
        tensor = onnx.TensorProto()
        tensor.CopyFrom(constant.attribute[0].t)
        tensor.name = constant.output[0]
        graph.initializer.append(tensor)
        graph.node.remove(constant)
    return onnx.shape_inference.infer_shapes(model)


class DlcFixtures(program.ProgramTest):
    def quantized(self, model, name, dims, options):
        source, prepared, target = (self.folder / f"{step}.onnx" for step in ("source", "prepared", "target"))
        onnx.save(model, source)
        if not qnn_preprocess_model(source, prepared):
            prepared = source
        if options is None:
            return onnx.load(prepared)
        quantize(prepared, target, get_qnn_qdq_config(prepared, Images(name, dims), **options))
        return onnx.load(target)

    def info(self, path):
        return json.loads(self.run_program("--dlc_info", path, "--json")[0])["graphs"][0]

    def check(self, which, options):
        file, name, dims, _ = program.OCR[which]
        model = self.quantized(static_model(program.MODELS / file, dims), name, dims, options)
        with tempfile.TemporaryDirectory(prefix="acc_") as scratch:
            dlc = qnn_dlc.dump(model, pathlib.Path(scratch))
            graph = self.info(dlc)
            self.check_against_net(graph, json.loads(dlc.with_suffix(".json").read_text(encoding="utf-8"))["graph"])
            self.check_equal_descriptions(graph, self.info(dlc.with_suffix(".json")))
        self.check_weights(graph, model)
        return graph

    def check_against_net(self, graph, net):
        tensors = {tensor["name"]: tensor for tensor in graph["tensors"]}
        self.assertEqual(set(tensors), set(net["tensors"]))
        for name, theirs in net["tensors"].items():
            ours = tensors[name]
            self.assertEqual([ours["dims"], ours["data_type"], ours["kind"]],
                             [theirs["dims"], TYPES[theirs["data_type"]], KINDS[theirs["type"]]], name)
            self.check_encoding(name, ours, theirs["quant_params"])
        self.assertEqual({node["name"]: [node["inputs"], node["outputs"]] for node in graph["nodes"]},
                         {name: [node["input_names"], node["output_names"]] for name, node in net["nodes"].items()})
        self.check_parameters(graph, net)

    def check_encoding(self, name, ours, params):
        if params["definition"] == UNDEFINED:
            self.assertIsNone(ours["encoding"], name)
            return
        axis, channels, one = ours["encoding"]["axis"], ours["encoding"]["channels"], params["scale_offset"]
        if params["encoding"] in PER_AXIS:
            # The writer shows the first eight bytes of axis and count as if they were scale and offset.
            shown = [int(np.float32(one["scale"]).view(np.int32)), one["offset"]]
            self.assertEqual([axis, len(channels)], shown, name)
        else:
            middle = 2 ** (channels[0]["bitwidth"] - 1) if ours["data_type"].startswith("sfixed") else 0
            self.assertEqual([axis, len(channels)], [None, 1], name)
            self.assertEqual([np.float32(channels[0]["scale"]), channels[0]["offset"] + middle],
                             [np.float32(one["scale"]), one["offset"]], name)
        for one in channels:
            self.assertAlmostEqual(one["min"], one["scale"] * one["offset"], delta=1e-6 * abs(one["min"]))
            self.assertAlmostEqual(one["max"], one["min"] + one["scale"] * (2 ** one["bitwidth"] - 1),
                                   delta=1e-5 * one["scale"] * 2 ** one["bitwidth"])

    def check_parameters(self, graph, net):
        nodes = {node["name"]: node["attributes"] for node in graph["nodes"]}
        compared = 0
        for name, node in net["nodes"].items():
            for key, value in node["tensor_params"].items():
                if key not in nodes[name]:
                    continue  # Folded into another attribute, as the axes of a Reduce.
                (theirs,) = value.values()
                ours = nodes[name][key]
                self.assertEqual([ours["dims"], ours["values"]], [theirs["dims"], np.ravel(theirs["data"]).tolist()], name)
                compared += 1
        self.assertGreater(compared, 10)

    def check_equal_descriptions(self, graph, description):
        """The file and its net JSON, both as the program reads them. The JSON lacks the encodings of channels."""
        def kept(tensor):
            encoding = tensor["encoding"]
            return {key: tensor[key] for key in ("name", "kind", "data_type", "dims")} | {
                "encoding": None if encoding and encoding["axis"] is not None else encoding}
        self.assertEqual(sorted(map(kept, graph["tensors"]), key=lambda tensor: tensor["name"]),
                         sorted(map(kept, description["tensors"]), key=lambda tensor: tensor["name"]))

    def check_weights(self, graph, model):
        """Ranges and grids of the weights that keep their names, by the ONNX model."""
        constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        grids = {node.input[0]: (next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 1),
                                 *(np.atleast_1d(constants[name]).astype(np.float64) for name in node.input[1:]))
                 for node in model.graph.node if node.op_type == "DequantizeLinear" and node.input[0] in constants}
        compared = 0
        statics = [tensor for tensor in graph["tensors"] if tensor["kind"] == "static"]
        for tensor in statics:
            if tensor["name"] not in constants:
                continue
            values = constants[tensor["name"]].astype(np.float64)
            if tensor["name"] in grids:
                channel, scale, zero = grids[tensor["name"]]
                np.testing.assert_array_equal([one["scale"] for one in tensor["encoding"]["channels"]], scale)
                shape = [-1 if len(scale) > 1 and axis == channel else 1 for axis in range(values.ndim)]
                values = (values - zero.reshape(shape)) * scale.reshape(shape)
            self.assertEqual(np.prod(tensor["dims"]), values.size, tensor["name"])
            np.testing.assert_allclose([tensor["statistics"]["min"], tensor["statistics"]["max"]],
                                       [values.min(), values.max()], rtol=1e-6, atol=1e-30, err_msg=tensor["name"])
            compared += 1
        self.assertGreater(compared, len(statics) / 2)

    def check_all(self, options):
        for which in program.OCR:
            with self.subTest(which):
                yield self.check(which, options)

    def test_float(self):
        for graph in self.check_all(None):
            self.assertEqual({tensor["encoding"] for tensor in graph["tensors"]}, {None})

    def test_int8(self):
        for graph in self.check_all({"activation_type": QuantType.QUInt8, "weight_type": QuantType.QUInt8}):
            self.assertIn("ufixed8", {tensor["data_type"] for tensor in graph["tensors"]})

    def test_int8_per_channel(self):
        for graph in self.check_all({"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8,
                                     "per_channel": True}):
            axes = [tensor["encoding"]["axis"] for tensor in graph["tensors"] if tensor["encoding"]]
            self.assertGreater(sum(axis is not None for axis in axes), 10)

    def test_16_bit_activations(self):
        for graph in self.check_all({"activation_type": QuantType.QUInt16, "weight_type": QuantType.QUInt8}):
            self.assertIn("ufixed16", {tensor["data_type"] for tensor in graph["tensors"]})


if __name__ == "__main__":
    unittest.main()
