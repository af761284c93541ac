#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Who finds a planted fault, and in which time? --deep_analyzer beside ONNX Runtime's qdq_loss_debug, AIMET's QuantAnalyzer and
Polygraphy's bisection, on the same models with 16 bits. Prints a Markdown table.

Usage: .venv/bin/python bench/planted_faults.py [--peer-python PYTHON] [--depths 0.2,0.5,0.8]

--peer-python: a Python with aimet-onnx 2.42.0, polygraphy 0.53.6, onnx-graphsurgeon and onnxruntime 1.32.0 (6 GB). Without it
this program alone is measured.

The faults are operators that change nothing in float and cost the output its accuracy once it is quantized, where the model is
faithful without them: an outlier, or an offset, that is added and subtracted again, a Concat with values a million times as large. A tool names what it ranks first: this program the first cause, qdq_loss_debug the tensor with the lowest SQNR of
its own quantization ("qdq_err") and against float ("xmodel_err"), QuantAnalyzer the layer with which left out the output is best,
the bisection the last node of the smallest model whose output has less than 10 dB against float. "found" is the tensor that was
planted, or its node; "next" what reads it."""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "release" / "bin" / "snpe-accuracy-debugger"
DIMS = (1, 3, 48, 160)
OUTPUT = "softmax_11.tmp_0"
FAULTS = ("outlier", "offset", "shared range")


def model_path():
    packages = next((ROOT / ".venv" / "lib").glob("python3*")) / "site-packages"
    return packages / "rapidocr_onnxruntime" / "models" / "ch_PP-OCRv4_rec_infer.onnx"


def write_model(fault, depth, path):
    """The model with the fault behind a Conv at that depth."""
    import numpy as np
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(model_path())
    for axis, size in enumerate(DIMS):
        model.graph.input[0].type.tensor_type.shape.dim[axis].dim_value = size
    shaped = onnx.shape_inference.infer_shapes(model)
    shapes = {info.name: [dim.dim_value for dim in info.type.tensor_type.shape.dim] for info in shaped.graph.value_info}
    read = {name for node in model.graph.node for name in node.input}
    convs = [node.output[0] for node in model.graph.node
             if node.op_type == "Conv" and node.output[0] in read and np.prod(shapes.get(node.output[0], [0])) > 100]
    source = convs[int(depth * len(convs))]
    count = shapes[source][1]
    added = np.array([100000], np.float32)
    if fault == "outlier":
        added = np.zeros(shapes[source], np.float32)
        added.flat[added.size // 2] = 1e6
    if fault in ("outlier", "offset"):
        nodes = [("Add", [source, "fault_by"], ["planted"]), ("Sub", ["planted", "fault_by"], ["fault_end"])]
        constants = {"fault_by": added}
    else:
        nodes = [("Mul", [source, "fault_by"], ["fault_loud"]), ("Concat", [source, "fault_loud"], ["planted"]),
                 ("Slice", ["planted", "fault_first", "fault_last", "fault_axis"], ["fault_end"])]
        constants = {"fault_by": np.array([1000000], np.float32), "fault_first": np.array([0]), "fault_last": np.array([count]),
                     "fault_axis": np.array([1])}
    for node in model.graph.node:
        for i, name in enumerate(node.input):
            if name == source:
                node.input[i] = "fault_end"
    place = next(i for i, node in enumerate(model.graph.node) if source in node.output) + 1
    for offset, (kind, inputs, outputs) in enumerate(nodes):
        attributes = {"axis": 1} if kind == "Concat" else {}
        model.graph.node.insert(place + offset, helper.make_node(kind, inputs, outputs, name=outputs[0], **attributes))
    model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    onnx.save(model, path)


def judged(named):
    if named is None:
        return "nothing"
    if re.search(r"\bplanted\b", named):
        return "found"
    return "next" if re.search(r"\bfault_end\b", named) else named


def by_this_program(model, raw, folder):
    (folder / "list.txt").write_text(f"{raw}\n", encoding="utf-8")
    words = [PROGRAM, "--framework", "onnx", "--model_path", model, "--input_tensor", "x", ",".join(map(str, DIMS)), raw,
             "--output_tensor", OUTPUT, "--runtime", "cpu", "--architecture", "x86_64-linux-clang", "--input_list", folder / "list.txt",
             "--default_verifier", "SQNR", "--working_dir", folder / "work", "--deep_analyzer", "modelDissectionAnalyzer",
             "--act_bitwidth", "16", "--weights_bitwidth", "16", "--bias_bitwidth", "32"]
    start = time.monotonic()
    subprocess.run(list(map(str, words)), cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.monotonic() - start
    told = json.loads((folder / "work/inference_engine/latest/dissection.json").read_text(encoding="utf-8"))
    return seconds, told["causes"][0]["tensor"] if told["causes"] else None


def quantized(model, raw, folder):
    """The model with QDQ nodes, as ONNX Runtime's quantizer writes it."""
    import numpy as np
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.rows = iter([{"x": np.fromfile(raw, np.float32).reshape(DIMS)}])

        def get_next(self):
            return next(self.rows, None)

    path = folder / "qdq.onnx"
    quantize_static(model, path, Reader(), quant_format=QuantFormat.QDQ, activation_type=QuantType.QUInt16,
                    weight_type=QuantType.QInt16, extra_options={"ForceQuantizeNoInputCheck": True})
    return path, Reader


def by_qdq_loss_debug(model, raw, folder, key):
    import math

    from onnxruntime.quantization import qdq_loss_debug as debug

    start = time.monotonic()
    path, reader = quantized(model, raw, folder)
    tapped = [folder / "float_taps.onnx", folder / "qdq_taps.onnx"]
    debug.modify_model_output_intermediate_tensors(model, tapped[0])
    debug.modify_model_output_intermediate_tensors(path, tapped[1])
    values = [debug.collect_activations(tap, reader()) for tap in tapped]
    matching = debug.create_activation_matching(values[1], values[0])
    errors = debug.compute_activation_error({name: found for name, found in matching.items() if "float" in found})
    ranked = [(error[key], name) for name, error in errors.items() if key in error and not math.isnan(error[key])]
    return time.monotonic() - start, min(ranked)[1] if ranked else None


def by_quant_analyzer(model, raw, folder):
    import numpy as np
    import onnx
    import onnxruntime
    from aimet_onnx.common.defs import CallbackFunc, QuantScheme
    from aimet_onnx.quant_analyzer import QuantAnalyzer
    from onnxruntime.quantization.shape_inference import quant_pre_process

    values = np.fromfile(raw, np.float32).reshape(DIMS)
    exact = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, {"x": values})[0]
    start = time.monotonic()
    quant_pre_process(model, folder / "folded.onnx", skip_symbolic_shape=True)
    loaded = onnx.load(folder / "folded.onnx")

    def forward(session, _):
        session.run(None, {"x": values})

    def evaluate(session, _):
        noise = np.square(session.run(None, {"x": values})[0] - exact).mean()
        return float(10 * np.log10(np.square(exact).mean() / max(noise, 1e-30)))

    analyzer = QuantAnalyzer(loaded, {"x": values}, CallbackFunc(forward), CallbackFunc(evaluate))
    analyzer.analyze(quant_scheme=QuantScheme.post_training_tf, default_param_bw=16, default_activation_bw=16,
                     results_dir=str(folder))
    scores = json.loads((folder / "per_layer_quant_disabled.json").read_text(encoding="utf-8"))
    return time.monotonic() - start, max(scores, key=scores.get)


CHECK = """
import sys, numpy as np, onnx, onnxruntime
from onnx import numpy_helper
path, raw, exact = sys.argv[1:4]
known = np.load(exact)
graph = onnx.load(path).graph
makers = {name: node for node in graph.node for name in node.output}
constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
values = {"x": np.fromfile(raw, np.float32).reshape(%r)}
for output, made in zip(session.get_outputs(), session.run(None, values)):
    node, name = makers[output.name], output.name
    if node.op_type == "QuantizeLinear":
        made = (made.astype(np.float64) - constants[node.input[2]]) * constants[node.input[1]]
        name = node.input[0]
    elif node.op_type == "DequantizeLinear" and node.input[0] in makers:
        name = makers[node.input[0]].input[0]
    if name not in known or known[name].size != made.size: continue
    exact = known[name].ravel().astype(np.float64)
    noise = np.square(made.ravel() - exact).sum()
    if 10 * np.log10(np.square(exact).sum() / max(noise, 1e-30)) < 10: sys.exit(1)
""" % (DIMS,)


def by_bisection(model, raw, folder):
    import numpy as np
    import onnx
    import onnxruntime
    from onnxruntime.quantization import qdq_loss_debug as debug

    start = time.monotonic()
    path, _ = quantized(model, raw, folder)
    debug.modify_model_output_intermediate_tensors(model, folder / "float_taps.onnx")
    session = onnxruntime.InferenceSession(folder / "float_taps.onnx", providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    made = session.run(None, {"x": np.fromfile(raw, np.float32).reshape(DIMS)})
    suffix = "_DebugOutput" if any(name.endswith("_DebugOutput") for name in names) else "_ReshapedSavedOutput"
    plain = {name.removesuffix(suffix): value for name, value in zip(names, made)}
    np.savez(folder / "exact.npz", **plain)
    (folder / "check.py").write_text(CHECK, encoding="utf-8")
    words = [pathlib.Path(sys.executable).parent / "polygraphy", "debug", "reduce", path, "-o", "small.onnx", "--mode", "bisect",
             "--no-reduce-inputs", "--check", sys.executable, "check.py", "polygraphy_debug.onnx", raw, "exact.npz"]
    subprocess.run(list(map(str, words)), cwd=folder, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    small = folder / "small.onnx"
    named = None
    if small.exists():
        graph = onnx.load(small).graph
        makers = {name: node for node in graph.node for name in node.output}
        node = makers.get(graph.output[0].name)
        while node is not None and node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            node = makers.get(node.input[0])
        named = node.name if node is not None else graph.output[0].name
    return time.monotonic() - start, named


PEERS = {
    "qdq_loss_debug, qdq_err": lambda *at: by_qdq_loss_debug(*at, "qdq_err"),
    "qdq_loss_debug, xmodel_err": lambda *at: by_qdq_loss_debug(*at, "xmodel_err"),
    "QuantAnalyzer": by_quant_analyzer,
    "Polygraphy bisect": by_bisection,
}


def measured_peer(python, peer, model, raw, folder):
    words = [python, __file__, "--as-peer", peer, "--model", model, "--raw", raw, "--folder", folder]
    done = subprocess.run(list(map(str, words)), check=False, capture_output=True, text=True)
    if done.returncode:
        return None, f"failed: {done.stderr.strip().splitlines()[-1][:80]}"
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return told["seconds"], told["named"]


def write_input(path):
    """Rows of dark strokes on white, values in [-1, 1]."""
    import numpy as np

    rng = np.random.default_rng(2)
    image = np.ones(DIMS[2:], np.float32)
    for left in range(8, DIMS[3] - 16, 14):
        image[12:36, left:left + int(rng.integers(2, 9))] = -0.8
    np.ascontiguousarray(np.broadcast_to(image, DIMS)).tofile(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", type=pathlib.Path)
    parser.add_argument("--depths", default="0.2,0.5,0.8")
    for hidden in ("--as-peer", "--model", "--raw", "--folder"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_peer:
        seconds, named = PEERS[options.as_peer](options.model, options.raw, pathlib.Path(options.folder))
        print("\n" + json.dumps({"seconds": seconds, "named": named}))
        return
    peers = list(PEERS) if options.peer_python else []
    print("| fault | depth | this program, s | " + "".join(f"{peer}, s | " for peer in peers))
    print("|---|---:|---|" + "---|" * len(peers))
    for fault in FAULTS:
        for depth in map(float, options.depths.split(",")):
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                model, raw = folder / "m.onnx", folder / "x.raw"
                write_model(fault, depth, model)
                write_input(raw)
                runs = [by_this_program(model, raw, folder)]
                for number, peer in enumerate(peers):
                    own = folder / str(number)
                    own.mkdir()
                    runs.append(measured_peer(options.peer_python, peer, model, raw, own))
                cells = [f"{judged(named)}, {seconds:.1f}" if seconds else named for seconds, named in runs]
                print(f"| {fault} | {depth} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
