#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures --quant_checker with all 8 options of the sample configuration, CSV, HTML and plots, against AIMET's QuantAnalyzer,
which analyzes one option.

Usage: .venv/bin/python bench/quant_checker.py --model 320n.onnx [--input images --dims 1,3,320,320 --output output0]
       [--inputs 10] [--peer-python PYTHON]

--model: the detector in nudenet (YOLOv8n), whose package is not part of the set-up. --peer-python: a Python with aimet-onnx
(2.42.0 was tried; it brings PyTorch and takes 6 GB). Without it, this program alone is measured. The peer analyzes the same
model with as many inputs: sensitivity to quantizing weights or activations alone, per-layer sensitivity both ways, min-max
ranges and per-layer errors, as HTML."""

import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
REPEATS = 3


def run_peer(model, name, dims, inputs, folder):
    """In the peer's own Python."""
    import numpy as np
    import onnx
    from aimet_onnx.common.defs import CallbackFunc, QuantScheme
    from aimet_onnx.quant_analyzer import QuantAnalyzer
    from onnxruntime.quantization.shape_inference import quant_pre_process

    loaded = onnx.load(model)
    for axis, size in enumerate(dims):
        loaded.graph.input[0].type.tensor_type.shape.dim[axis].dim_value = size
    # Its per-layer errors need a model without computed shapes.
    onnx.save(loaded, folder / "fixed.onnx")
    quant_pre_process(folder / "fixed.onnx", folder / "folded.onnx", skip_symbolic_shape=True)
    loaded = onnx.load(folder / "folded.onnx")
    images = [np.fromfile(path, np.float32).reshape(dims) for path in inputs]

    def forward(session, _):
        for image in images:
            session.run(None, {name: image})

    def evaluate(session, _):
        return float(np.mean([session.run(None, {name: image})[0].mean() for image in images[:2]]))

    start = time.monotonic()
    analyzer = QuantAnalyzer(loaded, {name: images[0]}, CallbackFunc(forward), CallbackFunc(evaluate))
    analyzer.enable_per_layer_mse_loss([{name: image} for image in images], len(images))
    analyzer.analyze(quant_scheme=QuantScheme.post_training_tf, results_dir=str(folder))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"seconds": time.monotonic() - start, "processor": used.ru_utime + used.ru_stime,
                      "megabytes": used.ru_maxrss / 1024}))


def measured_peer(options, folder, inputs):
    words = [options.peer_python, __file__, "--as-peer", "--model", options.model, "--input", options.input, "--dims",
             options.dims, "--folder", folder, "--files", *inputs]
    done = subprocess.run(list(map(str, words)), check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def program_seconds(options, folder, list_file, first_input, more):
    words = [options.program, "--quant_checker", "-f", "onnx", "-m", options.model, "-i", options.input, options.dims, first_input,
             "-o", options.output, "--config_file", ROOT / "docs" / "quant-checker-config.json", "-l", list_file, *more]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    code = subprocess.run(list(map(str, words)), cwd=folder, check=False, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode
    if code not in (0, 1):
        sys.exit(f"the program ended with {code}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, processor, after.ru_maxrss / 1024


def write_inputs(folder, dims, count):
    import numpy as np

    random = np.random.default_rng(0)
    files = []
    for i in range(count):
        coarse = random.random((*dims[:2], max(dims[2] // 16, 1), max(dims[3] // 16, 1)), np.float32)
        image = np.repeat(np.repeat(coarse, 16, 2), 16, 3)[:, :, :dims[2], :dims[3]]
        files.append(folder / f"in{i}.raw")
        np.ascontiguousarray(image).tofile(files[-1])
    (folder / "list.txt").write_text("".join(f"{path}\n" for path in files), encoding="utf-8")
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bin/snpe-accuracy-debugger")
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--input", default="images")
    parser.add_argument("--dims", default="1,3,320,320")
    parser.add_argument("--output", default="output0")
    parser.add_argument("--inputs", type=int, default=10)
    parser.add_argument("--peer-python", type=pathlib.Path)
    parser.add_argument("--as-peer", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--files", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    dims = tuple(map(int, options.dims.split(",")))
    if options.as_peer:
        run_peer(options.model, options.input, dims, options.files, options.folder)
        return
    options.model = options.model.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        files = write_inputs(folder, dims, options.inputs)
        print("| what | options | s (best / median) | processor s | peak MB |\n|---|---:|---:|---:|---:|")
        full = None
        for what, more in (("--quant_checker, HTML", []), ("with CSV and plots", ["--generate_csv", "--generate_plots"])):
            runs = [program_seconds(options, folder, folder / "list.txt", files[0], more) for _ in range(REPEATS)]
            full = min(seconds for seconds, _, _ in runs)
            print(f"| {what} | 8 | {full:.1f} / {statistics.median(r[0] for r in runs):.1f} | {min(r[1] for r in runs):.1f} | "
                  f"{max(r[2] for r in runs):.0f} |", flush=True)
        if options.peer_python:
            peer = measured_peer(options, folder, files)
            print(f"| AIMET QuantAnalyzer | 1 | {peer['seconds']:.1f} | {peer['processor']:.1f} | {peer['megabytes']:.0f} |\n\n"
                  f"{peer['seconds'] / full:.1f} times faster with 8 options than the peer with one, "
                  f"{8 * peer['seconds'] / full:.0f} times an option")


if __name__ == "__main__":
    main()
