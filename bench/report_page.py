#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures report.html on synthetic networks in headless Chromium and prints a Markdown table.

For each network: the time of --verification with all reports written, with and without histograms, the size of the
page, the time from opening it until the graph is laid out and drawn, and the time to draw one frame while panning at a
scale at which text is read, and of the whole graph. `blocks` repeats a few blocks, as networks do; `irregular` has
branches at random, so that no block equals another; `towers` are two chains side by side, which cannot be cut.

Usage: bench/report_page.py [--program build/release/bin/snpe-accuracy-debugger] [--chromium chromium] [--repeats 5]
"""

import argparse
import os
import pathlib
import random
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "web"))

from browser import Browser  # noqa: E402
from runs import Network, verify, write_runs  # noqa: E402

READY = "window.drawnAt"
# When the graph is there, after the frame that shows it.
WATCH = """document.addEventListener('graphready', () => requestAnimationFrame(() => requestAnimationFrame(() => {
  window.drawnAt = performance.now(); })));"""
FRAME = """(() => {
  const view = acc.page.views.target;
  const times = [];
  for (let frame = 0; frame < 60; frame++) {
    view.offsetY -= 40;
    const start = performance.now();
    view.painter.paint();
    times.push(performance.now() - start);
  }
  return times.reduce((a, b) => a + b) / times.length;
})()"""


def blocks(count):
    return Network(count)


def irregular(count):
    network, choose = Network(1), random.Random(1)
    while len(network.nodes) < count:
        at = len(network.nodes)
        reads = {max(0, at - 1 - int(choose.random() ** 2 * 8)) for _ in range(1 + (choose.random() < 0.25))}
        network.add("Conv", [network.nodes[read][0] for read in sorted(reads)])
    return network


def towers(count):
    network = Network(1)
    left = right = network.nodes[0][0]
    while len(network.nodes) < count - 1:
        left, right = network.add("Conv", [left]), network.add("Relu", [right])
    network.add("Add", [left, right])
    return network


def ask_for_priority():
    """Before other work of the machine, where the kernel lets it."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    except PermissionError:
        print("Other processes may disturb the times: no right to a higher priority.\n")


def timed(act):
    start = time.perf_counter()
    result = act()
    return time.perf_counter() - start, result


def measure(program, chromium, network, repeats):
    with tempfile.TemporaryDirectory() as keep:
        folder = pathlib.Path(keep)
        write_runs(folder, network, len(network.nodes) // 2)
        scores = min(timed(lambda: verify(program, folder, "--no_histograms"))[0] for _ in range(repeats))
        whole, run = min((timed(lambda: verify(program, folder)) for _ in range(repeats)), key=lambda pair: pair[0])
        page = run / "report.html"
        opened, frames, fits = [], [], []
        for _ in range(repeats):
            with Browser(chromium, 1280, 800) as browser:
                browser.send("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
                browser.open(page.as_uri())
                opened.append(browser.wait(READY))
                frames.append(browser.run(FRAME))
                browser.run("acc.page.views.target.fit()")
                fits.append(browser.run(FRAME.replace("offsetY -= 40", "offsetX += 0.1")))
        return scores, whole, page.stat().st_size, opened, frames, fits


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/release/bin/snpe-accuracy-debugger"))
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    ask_for_priority()
    print("| network | nodes | --verification, s | without histograms, s | page, kB | until drawn, ms (best / median) "
          "| frame, ms | frame of all, ms |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for make, count in ((blocks, 240), (blocks, 2000), (irregular, 2000), (towers, 2000), (blocks, 5000)):
        scores, whole, size, opened, frames, fits = measure(options.program, options.chromium, make(count), options.repeats)
        print(f"| {make.__name__} | {count} | {whole:.2f} | {scores:.2f} | {size / 1000:.0f} | "
              f"{min(opened):.0f} / {statistics.median(opened):.0f} | {min(frames):.1f} | {min(fits):.1f} |", flush=True)


if __name__ == "__main__":
    main()
