# SPDX-License-Identifier: BSD-3-Clause
"""Measures capture: --framework_runner against ONNX Runtime's own run of the same captured graph plus writing the bytes.

Usage: .venv/bin/python bench/capture.py [--program FILE] [--rounds N] [--work DIRECTORY]

Both sides capture every tensor, with graph optimizations off and the default threads, on the same machine in turn. Ours is
the whole process, from the command line to exit; the peer's time starts after its imports and with the captured graph ready
in memory, so it holds what cannot be avoided: making the session, running it, writing each output. The ratio is to stay at 1.3
or below. Beside it: the same peer as a process of its own, with its imports. Each run gets a folder of its own and none is removed before the end: ext4 takes long to create files where many
were just deleted. Where the kernel lets it, the script runs before other work of the machine."""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
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


PROCESS = """
import sys
sys.path.insert(0, sys.argv[1])
import capture, pathlib
data = capture.np.fromfile(sys.argv[4], capture.np.float32).reshape(eval(sys.argv[5]))
capture.peer(pathlib.Path(sys.argv[2]).read_bytes(), sys.argv[3], data, pathlib.Path(sys.argv[6]))
"""


def peer_process(graph_file, name, dims, raw, folder):
    """Seconds of the peer from its start to its exit."""
    command = [sys.executable, "-c", PROCESS, ROOT / "bench", graph_file, name, raw, dims, folder]
    start = time.perf_counter()
    subprocess.run([str(word) for word in command], check=True)
    return time.perf_counter() - start


def before_other_work():
    """The real-time scheduler, where this user may ask for it: another process on the machine then costs less."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except PermissionError:
        print("Other processes may disturb the times: no right to real-time priority.\n")


def command(program, file, name, output, dims, raw, folder, framework="onnx"):
    """The program's capture into `folder`."""
    words = [program, "--framework_runner", "--framework", framework, "--model_path", file, "--input_tensor", name,
             ",".join(map(str, dims)), raw, "--output_tensor", output, "--working_dir", folder]
    return [str(word) for word in words]


def ours(*arguments):
    """Its seconds."""
    start = time.perf_counter()
    subprocess.run(command(*arguments), check=True, capture_output=True)
    return time.perf_counter() - start


OPEN = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"


def seconds_of(*command):
    start = time.perf_counter()
    subprocess.run([str(word) for word in command], check=True, capture_output=True)
    return time.perf_counter() - start


def opening(library):
    """Seconds of a process that opens the library and does nothing, beyond one that does not."""
    return seconds_of(sys.executable, "-c", OPEN, library) - seconds_of(sys.executable, "-c", "pass", library)


def written(folder):
    """Raw files and their bytes."""
    sizes = [path.stat().st_size for path in folder.rglob("*.raw") if not path.is_symlink()]
    return len(sizes), sum(sizes)


def summary(seconds):
    return f"{min(seconds) * 1e3:.0f} / {statistics.median(seconds) * 1e3:.0f}"


def ratio(times, peer_side):
    """Of the smallest; without the first round, which warms caches."""
    return min(times["ours"][1:]) / min(times[peer_side][1:])


def measure(program, rounds, title, file, dims, folder):
    model = onnx.load(MODELS / file)
    name, output = model.graph.input[0].name, model.graph.output[0].name
    data = np.random.default_rng(0).uniform(-1, 1, dims).astype(np.float32)
    raw = folder / "input.raw"
    data.tofile(raw)
    graph = captured(model)
    graph_file = folder / "captured.onnx"
    graph_file.write_bytes(graph)
    times = {"ours": [], "peer": [], "process": []}
    for round_ in range(rounds + 1):
        times["peer"].append(peer(graph, name, data, folder / f"peer{round_}"))
        times["process"].append(peer_process(graph_file, name, dims, raw, folder / f"process{round_}"))
        times["ours"].append(ours(program, MODELS / file, name, output, dims, raw, folder / f"ours{round_}"))
    count, total = written(folder / "ours0")
    peer_count = written(folder / "peer0")[0]
    if count < peer_count:
        raise SystemExit(f"{title}: ours wrote {count} tensors, the peer {peer_count}")
    print(f"| {title} {'x'.join(map(str, dims))} | {count} | {total / 1e6:.0f} | {summary(times['peer'][1:])} | "
          f"{summary(times['process'][1:])} | {summary(times['ours'][1:])} | {ratio(times, 'peer'):.2f} | "
          f"{ratio(times, 'process'):.2f} |", flush=True)


def run(description, columns, cases, measure_case):
    """Measures each case in a folder of its own and prints a row of `columns` for it. `measure_case` takes the program, the
    number of rounds, what the case holds, and the folder."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--program", default=ROOT / "build/release/bin/snpe-accuracy-debugger", type=pathlib.Path)
    parser.add_argument("--rounds", default=5, type=int)
    parser.add_argument("--work", default=ROOT / "build", type=pathlib.Path, help="where the tensors are written")
    arguments = parser.parse_args()
    before_other_work()
    print(f"Milliseconds, smallest / median:\n\n| {' | '.join(columns)} |\n|---|{'---:|' * (len(columns) - 1)}")
    for case in cases:
        with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
            measure_case(arguments.program.resolve(), arguments.rounds, *case, pathlib.Path(folder))


COLUMNS = ["model", "our raw files", "MB", "ONNX Runtime + writing", "as a process", "ours", "ratio", "to the process"]

if __name__ == "__main__":
    run(__doc__, COLUMNS, CASES, measure)
