# SPDX-License-Identifier: BSD-3-Clause
"""Opens the reports of a comparison in headless Chromium, from the file system: sorting, filtering, the chart, the way
to a tensor's page, hostile names, no console error, nothing from the network."""

import array
import html
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import urllib.parse

PROGRAM = os.environ["ACC_PROGRAM"]
CHROMIUM = os.environ["ACC_CHROMIUM"]

HOSTILE = [
    "<script>document.title='owned'</script>", "<img src=x onerror=\"document.title='owned'\">", "a\"b'c&d",
    "größe/层", "x#y?z%20 w", "n" * 5000, "=SUM(A1)", "../../escape", "line\u2028separator", "</script><b>",
]
COUNT = 600  # More rows than the table keeps in the page at once.


def tensor_names():
    return [HOSTILE[i // 50] if i % 50 == 7 and i // 50 < len(HOSTILE) else f"layer_{i}" for i in range(COUNT)]


def write_runs(folder):
    """Two runs of equal names; the target's error grows, and layer 40 breaks."""
    nodes, before = [], "input"
    for run in ("golden", "target"):
        (folder / run).mkdir()
    records = []
    for i, name in enumerate(tensor_names()):
        golden = [float((i * 7 + k * 13) % 17 - 8) for k in range(24)]
        error = 0.9 if i == 40 else 0.001 * (1 + i / COUNT)
        target = [value + error * (1 if k % 2 else -1) * 5 for k, value in enumerate(golden)]
        for run, values in (("golden", golden), ("target", target)):
            (folder / run / f"{i}.raw").write_bytes(array.array("f", values).tobytes())
        records.append({"name": name, "file": f"{i}.raw", "type": "float32", "dims": [2, 12]})
        nodes.append({"name": f"node_{i}", "type": "Conv" if i % 2 else "Relu", "inputs": [before],
                      "outputs": [{"name": name, "dims": [2, 12]}]})
        before = name
    for run in ("golden", "target"):
        (folder / run / "tensors.json").write_text(json.dumps({"version": 1, "tensors": records, "skipped": []}))
    (folder / "graph_struct.json").write_text(json.dumps({"model": "m", "inputs": [], "nodes": nodes}))


# Runs inside the page after it has loaded; what it finds goes into <pre id="probe">.
PROBE = """
addEventListener('load', () => {
  const names = () => [...document.querySelectorAll('#table tbody a')].map((link) => link.textContent);
  const header = (title) => [...document.querySelectorAll('#table th button')].find((b) => b.textContent === title);
  const type = (text) => {
    const filter = document.getElementById('filter');
    filter.value = text;
    filter.dispatchEvent(new Event('input'));
  };
  const found = {};
  found.rows_in_page = names().length;
  found.first = names()[0];
  header('SQNR').click();
  found.worst = names()[0];
  found.sorted = header('SQNR').parentElement.getAttribute('aria-sort');
  header('SQNR').click();
  found.best = names()[0];
  header('Name').click();
  type('layer_59');
  found.filtered = names();
  found.count = document.getElementById('count').textContent;
  type('nothing has this name');
  found.none = names().length;
  type('<script>');
  found.script = names();
  found.link = document.querySelector('#table tbody a').getAttribute('href');
  type('');
  header('#').click();
  const table = document.getElementById('table');
  table.scrollTop = table.scrollHeight;
  table.dispatchEvent(new Event('scroll'));
  found.last = names().at(-1);
  table.querySelector('tbody tr:last-child a').focus();
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true }));
  found.focused = document.activeElement.textContent;
  found.canvas = document.querySelectorAll('#chart canvas').length;
  const metric = document.getElementById('metric');
  found.metrics = [...metric.options].map((option) => option.textContent);
  for (const option of metric.options) {
    metric.value = option.value;
    metric.dispatchEvent(new Event('change'));
  }
  document.getElementById('theme').click();
  found.title = document.title;
  found.images = document.querySelectorAll('img').length;
  found.resources = performance.getEntriesByType('resource').map((entry) => entry.name);
  const probe = document.createElement('pre');
  probe.id = 'probe';
  probe.textContent = JSON.stringify(found);
  document.body.append(probe);
});
"""

# Clicks a row (not its link) and lets the page go where it goes.
CLICK = "addEventListener('load', () => document.querySelector('#t40 td:nth-child(3)').click());"


class SummaryPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.keep = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.keep.name)
        write_runs(cls.folder)
        done = subprocess.run(
            [PROGRAM, "--verification", "--default_verifier", "SQNR", "--default_verifier", "CosineSimilarity",
             "--default_verifier", "MSE", "--golden_output_reference_directory", cls.folder / "golden",
             "--inference_results", cls.folder / "target", "--graph_struct", cls.folder / "graph_struct.json",
             "--working_dir", cls.folder / "work", "--output_dirname", "run"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        cls.stdout = done.stdout
        cls.run_folder = cls.folder / "work" / "verification" / "run"
        cls.report = json.loads((cls.run_folder / "summary.json").read_text())

    @classmethod
    def tearDownClass(cls):
        cls.keep.cleanup()

    def open(self, page, script=""):
        """The page's DOM once `script` ran in it, and what the console said."""
        if script:
            probed = page.with_name("probed.html")
            probed.write_text(page.read_text().replace("</body>", f"<script>{script}</script></body>"))
            page = probed
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--disable-dev-shm-usage", f"--user-data-dir={profile}", "--enable-logging=stderr",
                 "--virtual-time-budget=5000", "--dump-dom", page.as_uri()],
                capture_output=True, text=True, timeout=120)
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return done.stdout, console

    def test_table_and_chart(self):
        dom, console = self.open(self.run_folder / "summary.html", PROBE)
        self.assertEqual(console, [])
        probe = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)
        self.assertIsNotNone(probe, "the probe did not run to its end")
        found = json.loads(html.unescape(probe.group(1)))
        self.assertLess(found["rows_in_page"], COUNT)
        self.assertEqual(found["first"], "layer_0")
        self.assertEqual((found["worst"], found["sorted"]), ("layer_40", "ascending"))
        self.assertNotEqual(found["best"], "layer_40")
        self.assertEqual(found["filtered"], ["layer_59"] + [f"layer_{i}" for i in range(590, 600)])
        self.assertEqual(found["count"], f"11 of {COUNT}")
        self.assertEqual(found["none"], 0)
        self.assertEqual(found["script"], [HOSTILE[0]])
        self.assertEqual(found["last"], f"layer_{COUNT - 1}")
        self.assertEqual(found["focused"], f"layer_{COUNT - 2}")
        self.assertEqual(found["canvas"], 1)
        self.assertEqual(found["metrics"], ["SQNR", "CosineSimilarity", "MSE", "Loss dB"])
        self.assertEqual((found["title"], found["images"]), ("Accuracy summary", 0))
        for resource in found["resources"]:
            self.assertTrue(resource.startswith("file://"), resource)

    def test_findings_stand_first(self):
        self.assertIn("First to diverge: 'layer_40'", self.stdout.splitlines()[0])
        dom, _ = self.open(self.run_folder / "summary.html")
        self.assertRegex(dom, r'id="first-diverging"[^>]*><h2>First to diverge</h2><p class="culprit"><a[^>]*>layer_40<')

    def test_a_click_on_a_row_opens_the_tensor(self):
        dom, console = self.open(self.run_folder / "summary.html", CLICK)
        self.assertEqual(console, [])
        self.assertRegex(dom, r"<h1[^>]*>layer_40</h1>")

    def page_of(self, row):
        return self.run_folder / "SQNR" / (urllib.parse.unquote(row["page"]) + ".html")

    def test_pages_of_hostile_names(self):
        for row in self.report["rows"]:
            with self.subTest(row["name"][:60]):
                page = self.page_of(row).resolve()
                self.assertTrue(page.is_file(), page)
                self.assertTrue(page.is_relative_to(self.run_folder.resolve()))
        hostile = next(row for row in self.report["rows"] if row["name"] == HOSTILE[0])
        dom, console = self.open(self.page_of(hostile))
        self.assertEqual(console, [])
        self.assertNotIn("<title>owned", dom)
        self.assertIn(html.escape(HOSTILE[0], quote=False), dom)

    def test_no_page_names_the_network(self):
        for page in [*self.run_folder.glob("*.html"), *list(self.run_folder.glob("SQNR/*.html"))[:20]]:
            self.assertNotRegex(page.read_text(), r"https?://", page.name)


if __name__ == "__main__":
    unittest.main()
