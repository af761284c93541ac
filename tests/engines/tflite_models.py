# SPDX-License-Identifier: BSD-3-Clause
"""TensorFlow Lite models for the tests: those that MediaPipe's package ships, and small ones written here."""

import importlib.util
import pathlib

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from program import ProgramTest

MEDIAPIPE = pathlib.Path(importlib.util.find_spec("mediapipe").origin).parent

# Their custom operators are part of MediaPipe's own program.
CUSTOM = {"face_landmark_with_attention": "Landmarks2TransformMatrix",
          "selfie_segmentation": "Convolution2DTransposeBias",
          "selfie_segmentation_landscape": "Convolution2DTransposeBias"}

TYPES = {np.dtype(name): getattr(schema.TensorType, name.upper())
         for name in ("float32", "float16", "int8", "uint8", "int16", "int32", "int64", "bool")}

KERNELS = {"builtin": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES, "reference": OpResolverType.BUILTIN_REF,
           "xnnpack": OpResolverType.BUILTIN}


def mediapipe_models(with_custom=False):
    """Paths by name."""
    paths = {path.stem: path for path in sorted(MEDIAPIPE.rglob("*.tflite"))}
    return {name: path for name, path in paths.items() if with_custom or name not in CUSTOM}


def interpret(path, feeds, kernels):
    """Every tensor of a run in Python, by name."""
    interpreter = Interpreter(str(path), experimental_preserve_all_tensors=True,
                              experimental_op_resolver_type=KERNELS[kernels])
    index_of = {detail["name"]: detail["index"] for detail in interpreter.get_tensor_details()}
    for name, value in feeds.items():
        interpreter.resize_tensor_input(index_of[name], value.shape)
    interpreter.allocate_tensors()
    for name, value in feeds.items():
        interpreter.set_tensor(index_of[name], value)
    interpreter.invoke()
    values = {}
    for name, index in index_of.items():
        try:
            values[name] = interpreter.get_tensor(index)
        except ValueError:  # No operator made it.
            pass
    return values


def inputs_of(path):
    """(name, dims, dtype) of each input."""
    details = Interpreter(str(path)).get_input_details()
    return [(detail["name"], tuple(int(dim) for dim in detail["shape"]), detail["dtype"]) for detail in details]


def outputs_of(path):
    return [detail["name"] for detail in Interpreter(str(path)).get_output_details()]


class Builder:
    """Writes a model operator by operator. Dims of what operators make come from a run."""

    def __init__(self):
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.operatorCodes = []
        self.model.buffers = [schema.BufferT()]
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs = [], []
        self.graph.name = "main"
        self.model.subgraphs = [self.graph]

    def subgraph(self):
        """The builder of a body, and its number."""
        body = Builder.__new__(Builder)
        body.model, body.graph = self.model, schema.SubGraphT()
        body.graph.tensors, body.graph.operators, body.graph.inputs, body.graph.outputs = [], [], [], []
        body.graph.name = f"body_{len(self.model.subgraphs)}"
        self.model.subgraphs.append(body.graph)
        return body, len(self.model.subgraphs) - 1

    def tensor(self, name, dims, dtype=np.float32, data=None, encoding=None, signature=None, variable=False):
        """`encoding`: (scale or scales, zero point or points, axis)."""
        tensor = schema.TensorT()
        tensor.name, tensor.shape = name, [int(dim) for dim in dims]
        tensor.shapeSignature = signature
        tensor.type, tensor.buffer, tensor.hasRank = TYPES[np.dtype(dtype)], 0, True
        tensor.isVariable = variable
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data, dtype).tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        if encoding is not None:
            quantization = schema.QuantizationParametersT()
            quantization.scale = np.atleast_1d(np.asarray(encoding[0], np.float32))
            quantization.zeroPoint = np.atleast_1d(np.asarray(encoding[1], np.int64))
            quantization.quantizedDimension = encoding[2] if len(encoding) > 2 else 0
            tensor.quantization = quantization
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def input(self, name, dims, dtype=np.float32, **more):
        index = self.tensor(name, dims, dtype, **more)
        self.graph.inputs.append(index)
        return index

    def constant(self, data, dtype=None, **more):
        data = np.asarray(data, dtype)
        return self.tensor(f"constant_{len(self.graph.tensors)}", data.shape, data.dtype, data, **more)

    def output(self, *tensors):
        self.graph.outputs.extend(tensors)

    def op(self, kind, inputs, outputs=1, dtype=np.float32, name=None, encoding=None, dims=(1,), **options):
        """Adds an operator; returns its output, or the list of several. Options by the schema's names. A few operators
        want to know the dims of what they make."""
        code = schema.OperatorCodeT()
        custom = not hasattr(schema.BuiltinOperator, kind)
        number = schema.BuiltinOperator.CUSTOM if custom else getattr(schema.BuiltinOperator, kind)
        code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), 1
        code.customCode = kind if custom else None
        code.version = options.pop("version", 1)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes)
        self.model.operatorCodes.append(code)
        operator.inputs = list(inputs)
        dtypes = dtype if isinstance(dtype, (list, tuple)) else [dtype] * outputs
        label = name or f"{kind.lower()}_{len(self.graph.operators)}"
        made = [self.tensor(label if outputs == 1 else f"{label}_{place}", dims, dtypes[place], encoding=encoding)
                for place in range(outputs)]
        operator.outputs = made
        self._set_options(operator, options)
        self.graph.operators.append(operator)
        return made[0] if outputs == 1 else made

    def _set_options(self, operator, options):
        kind = options.pop("options", None)
        if kind is None:
            return
        values = getattr(schema, kind + "T")()
        for key, value in options.items():
            setattr(values, key, value)
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        operator.builtinOptions = values

    def write(self, path, run_for_dims=True):
        path = pathlib.Path(path)
        path.write_bytes(self._bytes())
        if not run_for_dims:
            return path
        feeds = {name: np.zeros(dims, dtype) for name, dims, dtype in inputs_of(path)}
        dims = {name: value.shape for name, value in interpret(path, feeds, "builtin").items()}
        others = self._dims_of_larger_inputs(path, feeds) or dims
        for operator in self.graph.operators:
            for index in operator.outputs:
                tensor = self.graph.tensors[index]
                tensor.shape = [int(dim) for dim in dims[tensor.name]]
                if others[tensor.name] != dims[tensor.name]:
                    tensor.shapeSignature = [dim if dim == other else -1
                                             for dim, other in zip(tensor.shape, others[tensor.name])]
        path.write_bytes(self._bytes())
        return path

    def _dims_of_larger_inputs(self, path, feeds):
        """Of a run with other lengths where the inputs leave them open; nothing where none does."""
        larger = dict(feeds)
        for index in self.graph.inputs:
            tensor = self.graph.tensors[index]
            if tensor.shapeSignature:
                larger[tensor.name] = np.zeros([3 if dim == -1 else dim for dim in tensor.shapeSignature],
                                               feeds[tensor.name].dtype)
        if all(larger[name].shape == feeds[name].shape for name in feeds):
            return None
        return {name: value.shape for name, value in interpret(path, larger, "builtin").items()}

    def _bytes(self):
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def smooth_images(path, seed=0):
    """A picture-like value for each input, in [0, 1]."""
    random = np.random.default_rng(seed)
    feeds = {}
    for name, dims, _ in inputs_of(path):
        rows, columns = np.mgrid[0:dims[1], 0:dims[2]]
        image = np.zeros(dims, np.float32)
        for channel in range(dims[3]):
            for _ in range(6):
                fy, fx = random.uniform(0.02, 0.3, 2)
                image[..., channel] += np.sin(fy * rows + fx * columns + random.uniform(0, 6.3)) / 8
        feeds[name] = (image + 0.5).clip(0, 1)
    return feeds


class TfLiteTest(ProgramTest):
    def golden(self, path, feeds, *more, output=None, expect=0, **runs):
        words = ["--framework_runner", "-f", "tflite", "-m", path, "-o", output or outputs_of(path)[0], *more]
        for place, (name, value) in enumerate(feeds.items()):
            raw = self.write_raw(f"input_{place}.raw", value)
            words += ["-i", name, ",".join(map(str, value.shape)), raw]
            if value.dtype != np.float32:
                words.append(value.dtype.name)
        return self.run_program(*words, expect=expect, **runs)

    def run_end_to_end(self, path, outputs, feeds, *more, expect=0):
        """Golden and target run of one input, compared; what the program wrote to its output and its errors."""
        words = ["--framework", "tflite", "--model_path", path, "--architecture", "x86_64-linux-clang",
                 "--default_verifier", "SQNR", "--default_verifier", "CosineSimilarity"]
        for output in outputs:
            words += ["--output_tensor", output]
        entries = []
        for place, (name, value) in enumerate(feeds.items()):
            raw = self.write_raw(f"input_{place}.raw", value)
            words += ["--input_tensor", name, ",".join(map(str, value.shape)), raw]
            if value.dtype != np.float32:
                words.append(value.dtype.name)
            entries.append(f"{name}:={raw}")
        return self.run_program(*words, "--input_list", self.write_input_list(" ".join(entries)), *more, expect=expect)

    def end_to_end(self, path, outputs, feeds, *more, expect=0):
        """The same; the rows of the summary by name."""
        self.run_end_to_end(path, outputs, feeds, *more, expect=expect)
        return self.summary()
