#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures --tensor_inspection beside the same work in Python (NumPy, SciPy, matplotlib, plotly) and prints a Markdown table.

The tensors: all float activations of the detector in nudenet (YOLOv8n) for an image of 320 pixels squared (golden), and the
same rounded to 8 bits (target), with the encodings. Both sides write the same per tensor: histograms on common bins, the
cumulative distribution, values and differences reduced to the extremes of each stretch, a density plot, both tensors as CSV.
The peer uses as many processes as there are processors. Every time is that of the whole process, the best of the runs, with
the files in the page cache. The share of memory bandwidth is that of the pass alone, by build/release/bench/inspect_pass.

Usage: bench/tensor_inspection.py [--program build/release/bin/snpe-accuracy-debugger] [--work build/bench-inspection]
                        [--peer-tensors N]   only N of the tensors for the peer, evenly taken, the ratio scaled by elements

The first run installs the peers into build/bench-inspection-venv.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / "build" / "bench-inspection-venv"
PEERS = ROOT / "bench" / "tensor_inspection_requirements.txt"
REPEATS = 3
SIDE = 320


def enter_venv():
    """Runs this script again with the peers' interpreter, which is made first if need be."""
    python = VENV / "bin" / "python"
    if pathlib.Path(sys.prefix) == VENV:
        return
    if not (VENV / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "-r", PEERS], check=True)
        (VENV / "complete").touch()
    os.execv(python, [python, __file__, *sys.argv[1:]])


def capture():
    """Every float activation of the detector, by name."""
    import importlib.util

    import numpy as np
    import onnx
    import onnxruntime as ort

    package = pathlib.Path(importlib.util.find_spec("nudenet").origin).parent  # Importing it needs OpenCV.
    model = onnx.load(package / f"{SIDE}n.onnx")
    known = {output.name for output in model.graph.output}
    for node in model.graph.node:
        if node.op_type != "Constant":
            model.graph.output.extend(
                onnx.ValueInfoProto(name=name) for name in node.output if name and name not in known)
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    image = np.random.default_rng(0).random((1, 3, SIDE, SIDE), dtype=np.float32)
    values = session.run(None, {session.get_inputs()[0].name: image})
    pairs = zip(session.get_outputs(), values)
    return {output.name: value for output, value in pairs if value.dtype == np.float32 and value.size}


def write_runs(work):
    """The two runs and the encodings; returns the tensors' names and sizes."""
    import numpy as np

    shutil.rmtree(work, ignore_errors=True)
    encodings, records = {}, []
    for run in ("golden", "target"):
        (work / run).mkdir(parents=True)
    for number, (name, value) in enumerate(capture().items()):
        low, high = min(0.0, float(value.min())), max(0.0, float(value.max()))
        scale = (high - low) / 255 or 1.0
        offset = round(low / scale)
        target = ((np.rint(value / scale) - offset).clip(0, 255) + offset) * scale
        value.tofile(work / "golden" / f"{number}.raw")
        target.astype(np.float32).tofile(work / "target" / f"{number}.raw")
        records.append({"name": name, "file": f"{number}.raw", "type": "float32", "dims": list(value.shape)})
        encodings[name] = [{"bitwidth": 8, "scale": scale, "offset": offset, "min": scale * offset,
                            "max": scale * (offset + 255), "is_symmetric": "False"}]
    for run in ("golden", "target"):
        (work / run / "tensors.json").write_text(json.dumps({"version": 1, "tensors": records}))
    (work / "encodings.json").write_text(
        json.dumps({"version": "0.6.1", "activation_encodings": encodings, "param_encodings": {}}))


def measure(command):
    """Seconds, processor seconds of the process and its children, and its peak memory in MB."""
    began = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command} failed:\n{error.decode()}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def size_mb(folder, csv):
    return sum(path.stat().st_size for path in folder.resolve().rglob("*")
               if path.is_file() and path.name.endswith("_data.csv") == csv) / 1e6


# ---- The peer ---------------------------------------------------------------------------------------------------------


def extremes(golden, target, stretches=500):
    """Indices of the smallest and the largest golden value, target value and difference of each stretch."""
    import numpy as np

    count = len(golden)
    if count <= 6 * stretches:
        return np.arange(count)
    step = -(-count // stretches)
    padded = np.full(step * -(-count // step), np.nan)
    chosen = []
    for series in (golden, target, target - golden):
        padded[:count] = series
        rows = padded.reshape(-1, step)
        first = np.arange(len(rows)) * step
        chosen += [first + np.nanargmin(rows, 1), first + np.nanargmax(rows, 1)]
    return np.unique(np.concatenate(chosen))


def plot_pages(folder, golden, target, calibrated):
    import numpy as np
    import plotly.graph_objects as go

    def write(figure, name):
        figure.write_html(folder / name, include_plotlyjs="directory")

    edges = np.histogram_bin_edges(np.concatenate([golden, target]), 160)
    sides = (("golden", golden), ("target", target))
    bars = [go.Bar(x=edges[:-1], y=np.histogram(values, edges)[0], name=side, opacity=0.5) for side, values in sides]
    write(go.Figure(bars, {"barmode": "overlay", "bargap": 0}), "Histograms.html")
    shares = np.linspace(0, 1, 400)
    write(go.Figure([go.Scatter(x=np.quantile(values, shares), y=shares, name=side) for side, values in sides]),
          "CDF_plots.html")
    index = extremes(golden, target)
    lines = [go.Scatter(x=index, y=values[index], mode="markers", name=side) for side, values in sides]
    write(go.Figure([*lines, go.Scatter(x=index, y=(target - golden)[index], name="difference")]), "Diff_plots.html")


def plot_density(folder, name, target, calibrated):
    import matplotlib
    import numpy as np
    import scipy.stats

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8.8, 4.8))
    if target.min() < target.max():
        x = np.linspace(target.min(), target.max(), 512)
        axes.fill_between(x, scipy.stats.gaussian_kde(target)(x), alpha=0.3)
    for value in (target.min(), target.max()):
        axes.axvline(value, color="tab:blue")
    for value in calibrated:
        axes.axvline(value, color="tab:red", linestyle="--")
    axes.set_title(name)
    figure.savefig(folder / "Distribution_min-max.png")
    plt.close(figure)


def inspect_one(job):
    import numpy as np

    work, record, calibrated = job
    golden, target = (np.fromfile(work / run / record["file"], np.float32) for run in ("golden", "target"))
    folder = work / "peer" / record["name"].strip("/").replace("/", "_")
    folder.mkdir(parents=True, exist_ok=True)
    plot_pages(folder, golden, target, calibrated)
    plot_density(folder, record["name"], target, calibrated)
    for side, values in (("golden", golden), ("target", target)):
        np.savetxt(folder / f"{side}_data.csv", np.column_stack([np.arange(values.size), values]), "%d,%.9g",
                   header="index,value", comments="")
    error = (target - golden).astype(float)
    noise = np.sum(error**2)
    sqnr = 10 * np.log10(np.sum(golden.astype(float)**2) / noise) if noise else np.inf
    return (record["name"], golden.min(), golden.max(), target.min(), target.max(), *calibrated, sqnr, np.mean(error**2))


def run_peer(work, names):
    records = {record["name"]: record for record in json.loads((work / "golden" / "tensors.json").read_text())["tensors"]}
    encodings = json.loads((work / "encodings.json").read_text())["activation_encodings"]
    jobs = [(work, records[name], (encodings[name][0]["min"], encodings[name][0]["max"])) for name in names]
    with multiprocessing.Pool() as pool:
        rows = pool.map(inspect_one, jobs, 1)
    (work / "peer" / "summary.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in rows))


# ---- The comparison ---------------------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bin/snpe-accuracy-debugger")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/bench-inspection")
    parser.add_argument("--peer-tensors", type=int, default=0)
    parser.add_argument("--peer", nargs="*", help=argparse.SUPPRESS)  # This process is the peer.
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    if arguments.peer is not None:
        run_peer(work, arguments.peer)
        return
    write_runs(work)
    sizes = {record["name"]: (work / "golden" / record["file"]).stat().st_size
             for record in json.loads((work / "golden" / "tensors.json").read_text())["tensors"]}
    print(f"{len(sizes)} tensors, {sum(sizes.values()) / 1e6:.0f} MB a side\n")

    words = [arguments.program, "--tensor_inspection", "--golden_data", work / "golden", "--target_data", work / "target",
             "--verifier", "sqnr", "--verifier", "mse", "--target_encodings", work / "encodings.json", "-w", work / "ours"]
    ours = [measure([*words, "--output_dirname", f"run{number}"]) for number in range(REPEATS)]
    seconds, processor, memory = min(run[0] for run in ours), min(run[1] for run in ours), max(run[2] for run in ours)
    folder = work / "ours" / "tensor_inspection" / "run0"

    names = list(sizes)
    if arguments.peer_tensors:
        names = names[::max(1, len(names) // arguments.peer_tensors)]
    scale = sum(sizes.values()) / sum(sizes[name] for name in names)
    peer_seconds, peer_processor, _ = measure([sys.executable, __file__, "--work", work, "--peer", *names])
    print("| what | time | processor time | peak memory | output without CSV | CSV |")
    print("|---|---:|---:|---:|---:|---:|")
    print(f"| this program: `--tensor_inspection` | {seconds:.1f} s | {processor:.1f} s | {memory:.0f} MB "
          f"| {size_mb(folder, False):.1f} MB | {size_mb(folder, True):.0f} MB |")
    print(f"| NumPy, SciPy, matplotlib, plotly, {os.cpu_count()} processes | {peer_seconds:.0f} s | {peer_processor:.0f} s "
          f"| - | {size_mb(work / 'peer', False):.1f} MB | {size_mb(work / 'peer', True):.0f} MB |")
    print(f"\n{scale * peer_seconds / seconds:.0f} times faster, {scale * peer_processor / processor:.0f} times by processor time.")
    if scale > 1:
        print(f"The peer worked on {len(names)} tensors, {100 / scale:.0f} % of the elements; the ratios are scaled by them.")
    bandwidth = ROOT / "build/release/bench/inspect_pass"
    if bandwidth.exists():
        print("\n" + subprocess.run([bandwidth], capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    if "--help" not in sys.argv:
        enter_venv()
    main()
