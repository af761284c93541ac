# SPDX-License-Identifier: BSD-3-Clause
"""Measures capture of TensorFlow Lite models: --framework_runner against LiteRT's own run that preserves all tensors plus
writing the bytes.

Usage: .venv/bin/python bench/capture_tflite.py [--program FILE] [--rounds N] [--work DIRECTORY]

As bench/capture.py: both sides capture every tensor that an operator makes, with the library's own kernels and as many
threads as there are processors. Ours is the whole process; the peer's time starts after its imports. The ratio is to stay at
1.3 or below. Beside it: the same peer as a process of its own, with its imports; and what ours needs to start, which the peer
has done before its clock starts: a process of the program that does nothing, and opening the library."""

import os
import pathlib
import subprocess
import sys
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from capture import ROOT, opening, ours, ratio, run, seconds_of, summary, written

LIBRARY = ROOT / "third_party/tflite/lib/libjnitensorflowlite.so"
MODELS = next(ROOT.glob(".venv/lib/python3*/site-packages/mediapipe/modules"))
CASES = [
    ("face detector", "face_detection/face_detection_short_range.tflite"),
    ("hand landmarks", "hand_landmark/hand_landmark_full.tflite"),
    ("pose landmarks", "pose_landmark/pose_landmark_full.tflite"),
]


def peer(path, data, folder):
    """Seconds of the runtime's own capture into `folder`."""
    folder.mkdir()
    start = time.perf_counter()
    interpreter = Interpreter(str(path), num_threads=os.cpu_count(), experimental_preserve_all_tensors=True,
                              experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], data)
    interpreter.invoke()
    made = {int(index) for node in interpreter._get_ops_details() for index in node["outputs"]}
    for index in made:
        interpreter.get_tensor(index).tofile(folder / f"{index}.raw")
    return time.perf_counter() - start


PROCESS = """
import sys
sys.path.insert(0, sys.argv[1])
import capture_tflite, pathlib
data = capture_tflite.np.fromfile(sys.argv[3], capture_tflite.np.float32).reshape(eval(sys.argv[4]))
capture_tflite.peer(pathlib.Path(sys.argv[2]), data, pathlib.Path(sys.argv[5]))
"""


def peer_process(path, raw, dims, folder):
    """Seconds of the peer from its start to its exit."""
    command = [sys.executable, "-c", PROCESS, ROOT / "bench", path, raw, dims, folder]
    start = time.perf_counter()
    subprocess.run([str(word) for word in command], check=True, capture_output=True)
    return time.perf_counter() - start


def measure(program, rounds, title, file, folder):
    path = MODELS / file
    details = Interpreter(str(path))
    name, dims = details.get_input_details()[0]["name"], tuple(int(d) for d in details.get_input_details()[0]["shape"])
    output = details.get_output_details()[0]["name"]
    data = np.random.default_rng(0).uniform(0, 1, dims).astype(np.float32)
    raw = folder / "input.raw"
    data.tofile(raw)
    times = {"ours": [], "peer": [], "process": [], "start": []}
    for round_ in range(rounds + 1):
        times["peer"].append(peer(path, data, folder / f"peer{round_}"))
        times["process"].append(peer_process(path, raw, dims, folder / f"process{round_}"))
        times["ours"].append(ours(program, path, name, output, dims, raw, folder / f"ours{round_}", "tflite"))
        times["start"].append(seconds_of(program, "--version") + opening(LIBRARY))
    count, total = written(folder / "ours0")
    without = (min(times["ours"][1:]) - min(times["start"][1:])) / min(times["peer"][1:])
    if count < written(folder / "peer0")[0]:
        raise SystemExit(f"{title}: ours wrote {count} tensors, the peer {written(folder / 'peer0')[0]}")
    print(f"| {title} {'x'.join(map(str, dims))} | {count} | {total / 1e6:.0f} | {summary(times['peer'][1:])} | "
          f"{summary(times['process'][1:])} | {summary(times['ours'][1:])} | {ratio(times, 'peer'):.2f} | "
          f"{ratio(times, 'process'):.2f} | {summary(times['start'][1:])} | {without:.2f} |", flush=True)


COLUMNS = ["model", "our raw files", "MB", "LiteRT + writing", "as a process", "ours", "ratio", "to the process",
           "starting", "without starting"]

if __name__ == "__main__":
    run(__doc__, COLUMNS, CASES, measure)
