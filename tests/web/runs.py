# SPDX-License-Identifier: BSD-3-Clause
"""Synthetic runs for tests of pages: a network of blocks, golden and target, on disk as the program writes them."""

import array
import json
import math
import subprocess

CHANNELS, WIDTH = 4, 6


class Network:
    """A chain of blocks, each with two branches that meet again; `nodes` are [name, type, inputs]."""

    def __init__(self, count):
        self.nodes = []
        before = "input"
        while len(self.nodes) < count:
            at = len(self.nodes)
            if at % 7 == 2 and at + 4 <= count:
                left = self.add("Conv", [before])
                right = self.add("Sigmoid", [before])
                deep = self.add("Relu", [right])
                before = self.add("Add", [left, deep])
            else:
                before = self.add("Conv" if at % 2 else "Relu", [before])

    def add(self, kind, inputs):
        name = f"layer_{len(self.nodes)}"
        self.nodes.append([name, kind, inputs])
        return name

    def rename(self, index, name):
        old = self.nodes[index][0]
        self.nodes[index][0] = name
        for node in self.nodes:
            node[2] = [name if read == old else read for read in node[2]]


def values(index):
    return [((index * 7 + k * 13) % 17 - 8) / 4 for k in range(CHANNELS * WIDTH)]


def with_error(golden, error):
    """The error lies in the last channel; dims are 1 x channels x width."""
    return [value + (error * (1 if k % 2 else -1) if k >= (CHANNELS - 1) * WIDTH else 0) for k, value in enumerate(golden)]


def write_graph(path, network, extra=()):
    nodes = [{"name": f"node_{i}", "type": kind, "inputs": inputs, "outputs": [name]}
             for i, (name, kind, inputs) in enumerate(network.nodes)]
    inputs = [{"name": "input", "dims": [1, CHANNELS, WIDTH]}]
    path.write_text(json.dumps({"model": "m", "inputs": inputs, "nodes": [*extra, *nodes]}))


def write_runs(folder, network, broken, fused=(), on_cpu=()):
    """golden/, target/ and graph_struct.json. The tensor `broken` breaks; those of `fused` the target does not store;
    where `on_cpu` names any, the CPU computed these and the HTP the others."""
    dims = [1, CHANNELS, WIDTH]
    records = {"golden": [], "target": []}
    skipped = []
    for run in records:
        (folder / run).mkdir(parents=True)
    for i, (name, kind, _) in enumerate(network.nodes):
        golden = values(i)
        target = with_error(golden, 6 if i == broken else 0.02)
        for run, data in (("golden", golden), ("target", target)):
            if run == "target" and i in fused:
                skipped.append({"name": name, "reason": f"fused into node_{i + 1}"})
                continue
            (folder / run / f"{i}.raw").write_bytes(array.array("f", data).tobytes())
            record = {"name": name, "file": f"{i}.raw", "type": "float32", "dims": dims, "node": f"node_{i}", "op_type": kind}
            if run == "target":
                channel = {"bitwidth": 8, "min": -2.0, "max": 2.0, "scale": 4 / 255, "offset": -128, "symmetric": False}
                record["encoding"] = {"channels": [channel]}
                if on_cpu:
                    record["processor"] = "CPU" if i in on_cpu else "HTP"
            records[run].append(record)
    constants = [{"name": f"constant_node_{k}", "type": "Constant", "inputs": [], "outputs": [f"weight_{k}"]} for k in range(3)]
    skipped += [{"name": f"weight_{k}", "reason": "folded into a constant"} for k in range(3)]
    for k in range(3):
        (folder / "golden" / f"weight_{k}.raw").write_bytes(array.array("f", [1.0, 2.0]).tobytes())
        records["golden"].append({"name": f"weight_{k}", "file": f"weight_{k}.raw", "type": "float32", "dims": [2]})
    for run, tensors in records.items():
        manifest = {"version": 1, "tensors": tensors, "skipped": skipped if run == "target" else []}
        (folder / run / "tensors.json").write_text(json.dumps(manifest))
    write_graph(folder / "golden" / "golden_graph_struct.json", network, constants)
    write_graph(folder / "graph_struct.json", network)


def write_masked_runs(folder):
    """A mask whose step swallows the values beside it, a Softmax that it breaks, and classes of which one differs."""
    scores = [math.sin(k) * 3 for k in range(100)]
    masked = [value if k < 60 else -10000.0 for k, value in enumerate(scores)]
    classes = [1.0, 2.0, 3.0, 4.0]
    channel = {"bitwidth": 8, "min": -10000.0, "max": 0.0, "scale": 39.2, "offset": -255, "symmetric": False}
    tensors = [  # Name, operator, what it reads, golden, target, more of the record.
        ("scores", "MatMul", ["x"], scores, [value * 1.001 for value in scores], {}),
        ("masked", "Add", ["scores"], masked, [0.0 if k < 60 else -9996.0 for k in range(100)],
         {"encoding": {"channels": [channel]}}),
        ("_2", "Softmax", ["masked"], scores, [1.0] * 100, {}),
        ("classes", "ArgMax", ["_2"], classes, [1.0, 2.0, 3.0, 5.0], {"type": "int32"})]
    names = {"_2": "größe/层"}
    for side in ("golden", "target"):
        (folder / side).mkdir(parents=True)
    for side, at in (("golden", 3), ("target", 4)):
        records = []
        for number, (name, kind, _, *values) in enumerate(tensors):
            data, more = values[at - 3], values[2]
            (folder / side / f"{number}.raw").write_bytes(array.array("f", data).tobytes())
            shown = names.get(name, name) if side == "golden" else name
            records.append({"name": shown, "file": f"{number}.raw", "type": "float32", "dims": [1, len(data)],
                            "node": f"node_{number}", "op_type": kind, **(more if side == "target" or "type" in more else {})})
        (folder / side / "tensors.json").write_text(json.dumps({"version": 1, "tensors": records, "skipped": []}))
    nodes = [{"name": f"node_{i}", "type": kind, "inputs": inputs, "outputs": [name]}
             for i, (name, kind, inputs, *_) in enumerate(tensors)]
    (folder / "graph_struct.json").write_text(json.dumps(
        {"model": "m", "inputs": [{"name": "x", "dims": [1, 100]}], "nodes": nodes}))
    (folder / "mapping.json").write_text(json.dumps({name: names.get(name, name) for name, *_ in tensors}))


def verify(program, folder, *more, environment=None, graph=True, expect=0):
    """Runs --verification on write_runs(); gives the folder of its reports."""
    words = [program, "--verification", *([] if expect else ["--default_verifier", "SQNR"]),
             "--default_verifier", "CosineSimilarity",
             "--golden_output_reference_directory", folder / "golden", "--inference_results", folder / "target",
             "--working_dir", folder / "work", "--output_dirname", "run", *more]
    if graph:
        words += ["--graph_struct", folder / "graph_struct.json"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, env=environment)
    assert done.returncode == expect, done.stdout + done.stderr
    return folder / "work" / "verification" / "run"
