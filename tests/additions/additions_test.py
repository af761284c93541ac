# SPDX-License-Identifier: BSD-3-Clause
"""Adds a verifier and a flag to a copy of the sources as CONTRIBUTING.md says, builds it, and uses them. The files that
this took are those that CONTRIBUTING.md counts."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["ACC_SOURCE_DIR"])
PARTS = (".venv", "third_party", "node_modules")  # What set-up fetched.

VERIFIER = """// SPDX-License-Identifier: BSD-3-Clause
#include "verify/verifiers.h"

namespace acc::verify {
namespace {

class LargestDifference : public Verifier {
 public:
  Result<Score> Evaluate(const PairView& pair) const override {
    return Score{pair.sums->difference_max, {}};
  }
};

}  // namespace

Result<std::unique_ptr<Verifier>> CreateLargestDifference(const Parameters& /*parameters*/) {
  return std::unique_ptr<Verifier>(std::make_unique<LargestDifference>());
}

}  // namespace acc::verify
"""
VERIFIER_ROW = """    VerifierInfo{
        .name = "LargestDifference",
        .summary = "The largest absolute error.",
        .formula = "max(|x - y|)",
        .unit = "that of the tensor",
        .range = "0 to infinity, perfect 0",
        .nan_behaviour = kLeftOut,
        .source = kTextbook,
        .higher_is_better = false,
        .perfect = 0,
        .parameters = {},
        .create = &CreateLargestDifference,
    },
"""
VERIFIER_TEST = """TEST(LargestDifference, IsTheLargest) {
  EXPECT_EQ(ScoreOf({"LargestDifference"}, {1, 2, 3}, {1, 4, 2}), 2);
}

"""
FLAG_ROW = """       {{.name = "notice", .placeholder = "TEXT", .help = "What to say at the top of the pages."},
        &Set<&ComparisonOptions::notice>},
"""
CASE = """# A text at the top of the pages.
raw g/a.raw 1 2
raw t/a.raw 1 2
run --verification --framework_results g --inference_results t --default_verifier MSE --notice Hello
exit 0
cell a MSE 0
"""

# Files that are new, and what is put before a line of others.
ADDITIONS = {
    "verifier": {
        "new": {"src/verify/largest_difference.cc": VERIFIER},
        "before": {
            "src/verify/verifiers.cc": [
                ("Created CreateMse(", "Created CreateLargestDifference(const Parameters& parameters);\n"),
                ("    VerifierInfo{\n        .name = \"MSE\"", VERIFIER_ROW)],
            "src/verify/CMakeLists.txt": [("    adjusted_rtol_atol.cc", "    largest_difference.cc\n")],
            "src/verify/verifiers_test.cc": [("}  // namespace\n}  // namespace acc::verify", VERIFIER_TEST)],
        },
        "generated": {"docs/verifiers.md"},
    },
    "flag": {
        "new": {"tests/cases/notice.case": CASE},
        "before": {
            "src/features/comparison/options.h": [("  bool no_histograms = false;", "  std::string notice;  // At the top of the pages.\n")],
            "src/features/comparison/flags.cc": [("       {{.name = \"no_histograms\",", FLAG_ROW)],
            "src/features/comparison/comparison_run.cc": [
                ("  summary.command = options.common", "  summary.notice = options.notice;\n")],
        },
        "generated": {"docs/command-line.md"},
    },
}


def run(*command, folder, expect=0):
    result = subprocess.run([str(word) for word in command], cwd=folder, check=False, text=True, errors="replace",
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != expect:
        raise AssertionError(f"{' '.join(str(word) for word in command)} ended with {result.returncode}:\n"
                             f"{result.stdout[-6000:]}")
    return result.stdout


def sources():
    return [name for name in run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard",
                                 folder=ROOT).split("\0") if name and (ROOT / name).is_file()]


def with_additions(name):
    """The file as it is to be in the copy."""
    text = (ROOT / name).read_bytes()
    for addition in ADDITIONS.values():
        for anchor, inserted in addition["before"].get(name, ()):
            count = text.count(anchor.encode())
            assert count == 1, f"{name} has '{anchor}' {count} times"
            text = text.replace(anchor.encode(), (inserted + anchor).encode())
    return text


def copy_with_additions(to):
    """Files that are the same already keep their times, for the build."""
    files = {name: with_additions(name) for name in sources()}
    for addition in ADDITIONS.values():
        files |= {name: text.encode() for name, text in addition["new"].items()}
    for name, text in files.items():
        path = to / name
        if not path.exists() or path.read_bytes() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
            if (ROOT / name).exists():
                shutil.copymode(ROOT / name, path)
    for part in PARTS:
        if (ROOT / part).exists() and not (to / part).exists():
            (to / part).symlink_to(ROOT / part)
    return files


def counted(thing):
    """The files that CONTRIBUTING.md counts in the heading of the section."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return int(re.search(rf"^## To add a {thing}: (\d+) files$", text, re.MULTILINE).group(1))


class AdditionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = ROOT / "build" / "additions"  # Kept, so that the next time builds what changed.
        cls.before = {name: (ROOT / name).read_bytes() for name in sources()}
        cls.files = copy_with_additions(cls.source)
        build = cls.source / "build" / "release"
        run("cmake", "-G", "Ninja", "-S", cls.source, "-B", build, "-DCMAKE_BUILD_TYPE=Debug", "-DACC_BUILD_TESTS=ON",
            folder=cls.source)
        run("cmake", "--build", build, "--target", "snpe-accuracy-debugger", "verify_test", "docs", folder=cls.source)
        cls.build = build

    def test_as_many_files_as_said(self):
        changed = {name for name in self.files if (self.source / name).read_bytes() != self.before.get(name)}
        expected = set()
        for thing, addition in ADDITIONS.items():
            files = {*addition["new"], *addition["before"]}
            self.assertEqual(len(files), counted(thing), thing)
            expected |= files | addition["generated"]
        self.assertEqual(changed, expected)

    def test_the_verifier_is_whole(self):
        run(self.build / "src" / "verify" / "verify_test", folder=self.source)
        self.assertIn("LargestDifference", (self.source / "docs" / "verifiers.md").read_text(encoding="utf-8"))

    def test_the_flag_is_whole(self):
        program = self.build / "bin" / "snpe-accuracy-debugger"
        self.assertIn("--notice TEXT", run(program, "--verification", "--help", folder=self.source))
        with tempfile.TemporaryDirectory() as folder:
            for side, last in (("g", b"\0\0\x80\x3f"), ("t", b"\0\0\x00\x40")):  # 1.0 and 2.0
                (pathlib.Path(folder) / side).mkdir()
                (pathlib.Path(folder) / side / "a.raw").write_bytes(b"\0\0\0\0" + last)
            run(program, "--verification", "--framework_results", "g", "--inference_results", "t", "--default_verifier",
                "LargestDifference", "--notice", "Hello <b>", folder=folder)
            run_folder = pathlib.Path(folder) / "working_directory" / "verification" / "latest"
            header, row = (run_folder / "summary.csv").read_text(encoding="utf-8").splitlines()[:2]
            self.assertEqual(dict(zip(header.split(","), row.split(",")))["LargestDifference"], "1")
            self.assertIn("Hello &lt;b&gt;", (run_folder / "summary.html").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
