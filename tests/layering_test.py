# SPDX-License-Identifier: BSD-3-Clause
"""Checks that a folder of src/ includes, and links, only the folders below it, and that headers of others are
included only in the folder that wraps them. The tables are the rule; ARCHITECTURE.md shows the first one to readers."""

import os
import pathlib
import re
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("ACC_SOURCE_DIR", pathlib.Path(__file__).resolve().parent.parent))

# Folder of src/ -> the other folders that it may include.
ALLOWED = {
    "base": "",
    "flags": "base",
    "tensor": "base",
    "model": "base tensor",
    "store": "base tensor",
    "verify": "base tensor",
    "inspect": "base tensor",
    "ort": "base tensor model",
    "dlc": "base tensor model",
    "convert": "base tensor model",
    "match": "base tensor model store",
    "quantize": "base tensor model store",
    "golden": "base tensor model store ort",
    "target": "base tensor model store ort",
    "report": "base tensor store verify inspect",
    "features": "base flags tensor model store verify inspect ort dlc convert match quantize golden target report",
    "cli": "base flags features",
    ".": "base cli",  # main.cc
}

# Header of others (a prefix) -> the only places of src/ where it is included, tests apart.
WRAPPED = {
    "onnxruntime": ["ort"],
    "onnx.pb.h": ["model/onnx"],
    "graph_def.pb.h": ["model/tensorflow"],
    "google/protobuf": ["model/onnx", "model/tensorflow"],
    "flatbuffers/": ["dlc", "model/flatbuffer.h"],
    "tensorflow/lite/c/": ["golden/tflite"],
    "tensorflow/lite/schema/": ["model/tflite"],
    "zip.h": ["report"],
    "zlib.h": ["dlc"],
    "dlc_schema/": ["dlc"],
    "xlsxwriter": ["report"],
    "cairo": ["report"],
    "png.h": ["report"],
    "spdlog/": ["base"],
    "gtest/": [],
    "gmock/": [],
}

# What a test or such a file alone may include.
TESTING = "_testing"

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
STAGE = re.compile(r"acc_stage\(\s*(\w+)(.*?)\)", re.DOTALL)
USES = re.compile(r"\bUSES\b((?:\s+[a-z_]+)+)")


def is_test(path):
    return path.stem.endswith(("_test", TESTING))


def include_faults(source, allowed, wrapped):
    """Forbidden includes of all sources below the folder `source`, one line of text each."""
    faults = []
    for path in sorted(p for p in source.rglob("*") if p.suffix in (".cc", ".h", ".inc")):
        inside = path.relative_to(source)
        folder = inside.parts[0] if len(inside.parts) > 1 else "."
        if folder not in allowed:
            faults.append(f"{inside}: the folder {folder} is not in the table of tests/layering_test.py")
            continue
        for kind, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            faults += one_include(inside, folder, kind, name, source, allowed, wrapped)
    return faults


def one_include(inside, folder, kind, name, source, allowed, wrapped):
    if kind == '"' and (source / name).is_file():
        other = name.split("/")[0] if "/" in name else "."
        if other != folder and other not in allowed[folder].split():
            return [f"{inside}: {folder} may not include {name}"]
        if pathlib.PurePath(name).stem.endswith(TESTING) and not is_test(inside):
            return [f"{inside}: only a test may include {name}"]
        return []
    if is_test(inside):
        return []
    homes = next((homes for prefix, homes in wrapped.items() if name.startswith(prefix)), None)
    if homes is not None and not any(inside.is_relative_to(home) for home in homes):
        return [f"{inside}: only {', '.join(homes) or 'a test'} may include {name}"]
    return []


def inner_cycles(source):
    """Pairs of folders within one folder of src/ that include each other, tests apart."""
    reads = {}
    for path in sorted(p for p in source.rglob("*") if p.suffix in (".cc", ".h", ".inc")):
        inside = path.relative_to(source)
        for _, name in [] if is_test(inside) else INCLUDE.findall(path.read_text(encoding="utf-8")):
            folders = inside.parent, pathlib.PurePath(name).parent
            if (source / name).is_file() and folders[0] != folders[1] and folders[0].parts[:1] == folders[1].parts[:1]:
                reads.setdefault(folders, f"{inside} includes {name}")
    return [f"{why}, and {reads[two, one]}" for (one, two), why in sorted(reads.items()) if one < two and (two, one) in reads]


def link_faults(source, allowed):
    """Stages whose CMakeLists.txt links (USES) more than they may include."""
    faults = []
    for path in sorted(source.glob("*/CMakeLists.txt")):
        for stage, body in STAGE.findall(path.read_text(encoding="utf-8")):
            used = USES.search(body)
            for other in used.group(1).split() if used else []:
                if other not in allowed.get(stage, "").split():
                    faults.append(f"{path.relative_to(source)}: {stage} may not use {other}")
    return faults


def documented_table(text):
    """The table `| folder | may include |` of ARCHITECTURE.md in the form of ALLOWED."""
    table = {}
    rows = re.search(r"\| folder \| may include \|\n\|[-| ]+\|\n((?:\|.*\|\n)+)", text)
    for row in rows.group(1).splitlines() if rows else []:
        folders, others = (re.findall(r"`([^`]+)`", cell) for cell in row.strip("|").split("|"))
        for folder in folders:
            table["." if folder == "main.cc" else folder] = " ".join(others)
    return table


class Layering(unittest.TestCase):
    def test_includes(self):
        faults = include_faults(ROOT / "src", ALLOWED, WRAPPED)
        self.assertEqual(faults, [], "\n" + "\n".join(faults))

    def test_links(self):
        faults = link_faults(ROOT / "src", ALLOWED)
        self.assertEqual(faults, [], "\n" + "\n".join(faults))

    def test_inner_folders_have_no_cycle(self):
        faults = inner_cycles(ROOT / "src")
        self.assertEqual(faults, [], "\n" + "\n".join(faults))

    def test_the_table_has_no_cycle(self):
        levels = list(ALLOWED)
        for folder, others in ALLOWED.items():
            for other in others.split():
                self.assertLess(levels.index(other), levels.index(folder), f"{folder} -> {other}")

    def test_architecture_shows_the_table(self):
        text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
        documented = {folder: set(others.split()) for folder, others in documented_table(text).items()}
        self.assertEqual(documented, {folder: set(others.split()) for folder, others in ALLOWED.items()})


class FaultsAreFound(unittest.TestCase):
    """The checks above would be worth nothing if they passed a violation."""

    def faults_of(self, path, content):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder)
            headers = ("base/status.h", "base/scratch_testing.h", "features/run.h")
            for name, text in {**dict.fromkeys(headers, ""), path: content}.items():
                (source / name).parent.mkdir(parents=True, exist_ok=True)
                (source / name).write_text(text, encoding="utf-8")
            return include_faults(source, ALLOWED, WRAPPED) + link_faults(source, ALLOWED)

    def test_upward_include(self):
        self.assertEqual(self.faults_of("base/a.cc", '#include "features/run.h"\n'),
                         ["base/a.cc: base may not include features/run.h"])

    def test_support_of_tests(self):
        include = '#include "base/scratch_testing.h"\n'
        self.assertEqual(self.faults_of("store/a.cc", include), ["store/a.cc: only a test may include base/scratch_testing.h"])
        self.assertEqual(self.faults_of("store/a_testing.h", include), [])

    def test_header_of_others(self):
        for name in ("<onnxruntime_cxx_api.h>", '"onnx.pb.h"', "<zip.h>", "<spdlog/spdlog.h>"):
            self.assertEqual(len(self.faults_of("store/a.cc", f"  #  include {name}\n")), 1, name)

    def test_inner_cycle(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder)
            (source / "base/inner").mkdir(parents=True)
            (source / "base/a.h").write_text('#include "base/inner/b.h"\n', encoding="utf-8")
            (source / "base/inner/b.h").write_text("", encoding="utf-8")
            self.assertEqual(inner_cycles(source), [])
            (source / "base/inner/b.h").write_text('#include "base/a.h"\n', encoding="utf-8")
            self.assertEqual(inner_cycles(source), ["base/a.h includes base/inner/b.h, and base/inner/b.h includes base/a.h"])

    def test_unknown_folder(self):
        self.assertEqual(len(self.faults_of("misc/a.h", "")), 1)

    def test_link(self):
        self.assertEqual(self.faults_of("base/CMakeLists.txt", "acc_stage(base\n  SOURCES a.cc\n  USES tensor model\n"
                                        "  LIBRARIES x)\n"),
                         ["base/CMakeLists.txt: base may not use tensor",
                          "base/CMakeLists.txt: base may not use model"])

    def test_what_is_allowed_passes(self):
        self.assertEqual(self.faults_of("cli/a.cc", '#include <fmt/format.h>\n#include "base/status.h"\n'
                                        '#include "features/run.h"\n#include <vector>\n'), [])
        self.assertEqual(self.faults_of("base/a_test.cc", "#include <gtest/gtest.h>\n"), [])


if __name__ == "__main__":
    unittest.main()
