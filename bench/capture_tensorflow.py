# SPDX-License-Identifier: BSD-3-Clause
"""Measures capture of frozen TensorFlow graphs: --framework_runner against TensorFlow's own run of the same tensors plus
writing the bytes.

Usage: .venv/bin/python bench/capture_tensorflow.py [--program FILE] [--rounds N] [--work DIRECTORY]

As bench/capture.py: ours is the whole process; the peer's time starts after its imports and with the file in memory, and
holds parsing it, making the session, running it and writing each output. Beside it: opening TensorFlow's library, which
ours cannot avoid and which the peer has behind it. Peak memory is that of the process, in MB."""

import pathlib
import subprocess
import sys
import time

import numpy as np

from capture import ROOT, command, opening, ours, ratio, run, summary, written

sys.path.insert(0, str(ROOT / "tests" / "engines"))

from tensorflow_models import InceptionV3, session_config, shipped_mobilenet, tf1  # noqa: E402

CASES = [
    ("MobileNet", shipped_mobilenet, "input", (1, 224, 224, 3), "final_result"),
    ("InceptionV3", InceptionV3.path, "input", InceptionV3.DIMS, InceptionV3.OUTPUT),
]

def peer(content, name, tensors, data, folder):
    """Seconds of TensorFlow's own capture into `folder`."""
    folder.mkdir()
    start = time.perf_counter()
    graph_def = tf1.GraphDef()
    graph_def.ParseFromString(content)
    with tf1.Graph().as_default() as graph:
        tf1.import_graph_def(graph_def, name="")
        with tf1.Session(graph=graph, config=session_config()) as session:
            for index, value in enumerate(session.run(tensors, {f"{name}:0": data})):
                value.tofile(folder / f"{index}.raw")
    return time.perf_counter() - start


LIBRARY = next(ROOT.glob(".venv/lib/python3*/site-packages/tensorflow/libtensorflow_cc.so.2"))

PEAK = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")


def peak_memory(command):
    """Of a process that a small one starts: of this one's children the kernel counts this one's memory, too."""
    done = subprocess.run([sys.executable, "-c", PEAK, *command], check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


def measure(program, rounds, title, model, name, dims, output, folder):
    file = model()
    data = np.random.default_rng(0).uniform(-1, 1, dims).astype(np.float32)
    raw = folder / "input.raw"
    data.tofile(raw)
    times = {"ours": [], "peer": [], "open": []}
    for round_ in range(rounds + 1):
        times["ours"].append(ours(program, file, name, output, dims, raw, folder / f"ours{round_}", "tensorflow"))
        latest = folder / f"ours{round_}" / "framework_runner" / "latest"
        tensors = [str(path.relative_to(latest))[:-len(".raw")] for path in sorted(latest.rglob("*:*.raw"))]
        tensors = [tensor for tensor in tensors if not tensor.startswith(("native/", f"{name}:"))]
        times["peer"].append(peer(file.read_bytes(), name, tensors, data, folder / f"peer{round_}"))
        times["open"].append(opening(LIBRARY))
    peak = peak_memory(command(program, file, name, output, dims, raw, folder / "peak", "tensorflow"))
    count, total = written(folder / "ours0")
    without = (min(times["ours"][1:]) - min(times["open"][1:])) / min(times["peer"][1:])
    print(f"| {title} {'x'.join(map(str, dims))} | {count} | {total / 1e6:.0f} | {summary(times['peer'][1:])} | "
          f"{summary(times['open'][1:])} | {summary(times['ours'][1:])} | {ratio(times, 'peer'):.2f} | {without:.2f} | "
          f"{peak:.0f} |", flush=True)


COLUMNS = ["model", "our raw files", "MB", "TensorFlow + writing", "opening the library", "ours", "ratio", "without opening",
           "MB of memory"]

if __name__ == "__main__":
    run(__doc__, COLUMNS, CASES, measure)
