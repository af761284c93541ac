# SPDX-License-Identifier: BSD-3-Clause
"""Measures capture: --framework_runner against ONNX Runtime's own run of the same captured graph plus writing the bytes.

Usage: .venv/bin/python bench/capture.py [--program FILE] [--rounds N]

Both sides capture every tensor, with graph optimizations off and the default threads, on the same machine in turn. Ours is
the whole process, from the command line to exit; the peer's time starts after its imports and with the captured graph ready
in memory, so it holds what cannot be avoided: making the session, running it, writing each output. Prints a Markdown table of
medians and the ratio, which is to stay at 1.3 or below."""

import argparse
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

import numpy as np
import onnx
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS = next(ROOT.glob(".venv/lib/python3*/site-packages/rapidocr_onnxruntime/models"))
CASES = [
    ("OCR angle classifier", "ch_ppocr_mobile_v2.0_cls_infer.onnx", (1, 3, 48, 192)),
    ("OCR detector", "ch_PP-OCRv4_det_infer.onnx", (1, 3, 320, 320)),
]


def captured(model):
    """The model with every tensor an output."""
    outputs = {output.name for output in model.graph.output}
    for node in model.graph.node:
        for name in node.output:
            if name and name not in outputs:
                outputs.add(name)
                model.graph.output.append(onnx.ValueInfoProto(name=name))
    return model.SerializeToString()


def peer(model, name, data, folder):
    """Seconds of the runtime's own capture into `folder`."""
    folder.mkdir()
    start = time.perf_counter()
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    for index, value in enumerate(session.run(None, {name: data})):
        value.tofile(folder / f"{index}.raw")
    return time.perf_counter() - start


def ours(program, file, name, output, dims, raw, folder):
    """Seconds of the program's capture into `folder`."""
    command = [program, "--framework_runner", "--framework", "onnx", "--model_path", file, "--input_tensor", name,
               ",".join(map(str, dims)), raw, "--output_tensor", output, "--working_dir", folder]
    start = time.perf_counter()
    subprocess.run([str(word) for word in command], check=True, capture_output=True)
    return time.perf_counter() - start


def written(folder):
    """Raw files and their bytes."""
    sizes = [path.stat().st_size for path in folder.rglob("*.raw") if not path.is_symlink()]
    return len(sizes), sum(sizes)


def measure(program, rounds, title, file, dims, folder):
    model = onnx.load(MODELS / file)
    name, output = model.graph.input[0].name, model.graph.output[0].name
    data = np.random.default_rng(0).uniform(-1, 1, dims).astype(np.float32)
    raw = folder / "input.raw"
    data.tofile(raw)
    graph = captured(model)
    times = {"ours": [], "peer": []}
    for _round in range(rounds + 1):
        for side in times:
            shutil.rmtree(folder / side, ignore_errors=True)
        times["peer"].append(peer(graph, name, data, folder / "peer"))
        times["ours"].append(ours(program, MODELS / file, name, output, dims, raw, folder / "ours"))
    count, total = written(folder / "ours")
    if count < written(folder / "peer")[0]:
        raise SystemExit(f"{title}: ours wrote {count} tensors, the peer {written(folder / 'peer')[0]}")
    medians = {side: statistics.median(values[1:]) for side, values in times.items()}  # The first round warms caches.
    print(f"| {title} {'x'.join(map(str, dims))} | {count} | {total / 1e6:.0f} | {medians['peer']:.3f} | "
          f"{medians['ours']:.3f} | {medians['ours'] / medians['peer']:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=ROOT / "build/release/bin/snpe-accuracy-debugger", type=pathlib.Path)
    parser.add_argument("--rounds", default=7, type=int)
    arguments = parser.parse_args()
    print("| model | raw files | MB | ONNX Runtime + writing, s | ours, s | ratio |\n|---|---|---|---|---|---|")
    for title, file, dims in CASES:
        with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
            measure(arguments.program.resolve(), arguments.rounds, title, file, dims, pathlib.Path(folder))


if __name__ == "__main__":
    main()
