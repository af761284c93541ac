# SPDX-License-Identifier: BSD-3-Clause
"""report.html in headless Chromium, from the file system, with a real mouse and real keys: one selection in graph, chart,
table and panel, hover texts, search, both sides, thousands of nodes, hostile names, no console error, no network."""

import os
import pathlib
import tempfile
import unittest
import zipfile

from browser import Browser
from runs import Network, verify, write_masked_runs, write_runs

PROGRAM = os.environ["ACC_PROGRAM"]
CHROMIUM = os.environ["ACC_CHROMIUM"]

COUNT, BROKEN = 60, 30
FUSED = (10,)
HOSTILE = {20: "</script><script>document.title='owned'</script>", 21: "<img src=x onerror=\"document.title='owned'\">",
           22: "a\"b'c&d", 23: "größe/层", 24: "line\u2028separator", 25: "n" * 5000}

READY = "Object.values(acc.page.views).length > 0 && Object.values(acc.page.views).every((view) => view.looks)"


class ReportPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        keep = tempfile.TemporaryDirectory()
        cls.addClassCleanup(keep.cleanup)
        cls.folder = pathlib.Path(keep.name)
        network = Network(COUNT)
        for index, name in HOSTILE.items():
            network.rename(index, name)
        write_runs(cls.folder, network, BROKEN, FUSED)
        cls.page = verify(PROGRAM, cls.folder) / "report.html"
        cls.browser = Browser(CHROMIUM)
        cls.addClassCleanup(cls.browser.__exit__)

    def setUp(self):
        self.browser.size(1280, 800)
        self.open(self.page)

    def tearDown(self):
        self.assertEqual(self.browser.console, [])
        for address in self.browser.requests:
            self.assertRegex(address, r"^(file|blob):")

    def open(self, page, ready=READY):
        self.browser.console.clear()
        self.browser.requests.clear()
        self.browser.open("about:blank")
        self.browser.open(page.as_uri())
        if ready:
            self.browser.wait(ready)
            self.browser.settle()

    # What the page shows.

    def panel(self):
        return self.browser.run("document.querySelector('#panel').innerText")

    def selected(self):
        """The name in the panel, the row marked in the table, and the name of the node marked in the graph."""
        return self.browser.run("""(() => {
          const view = acc.page.views.target;
          const line = document.querySelector('#table tr[aria-selected="true"] a');
          return [document.querySelector('#panel h2').textContent, line ? line.textContent : null,
                  view.selected < 0 ? null : view.graph.nodes[view.selected].outputs[0]];
        })()""")

    def position(self, name, side="target"):
        """Where the node that makes a tensor is in the window, once it has been brought into view."""
        return self.browser.run(f"""(() => {{
          const view = acc.page.views.{side};
          const node = view.graph.nodes.findIndex((node) => node.outputs.includes('{name}'));
          view.show(node);
          const {{ x, y }} = view.positionOf(node);
          return [x, y];
        }})()""")

    def row(self, name):
        return self.browser.run(f"JSON.parse(document.querySelector('#data').textContent).rows.findIndex((row) => row.name === '{name}')")

    def check_selection(self, name):
        self.assertEqual(self.selected(), [name, name, name])

    def test_begins_at_the_first_to_diverge(self):
        self.check_selection(f"layer_{BROKEN}")
        self.assertIn(f"First to diverge: 'layer_{BROKEN}'", self.browser.run("document.querySelector('h1').textContent"))
        self.assertIn("It diverges here", self.panel())

    def test_a_click_on_a_node_selects_everywhere(self):
        self.browser.click(*self.position("layer_41"))
        self.check_selection("layer_41")
        self.assertRegex(self.browser.run("document.querySelector('#announcement').textContent"), r"^layer_41, Conv, SQNR \d")

    def test_a_click_on_a_row_selects_everywhere(self):
        self.browser.run("document.querySelector('#filter').focus()")
        self.browser.type("layer_4")
        for index, part in ((41, "td:nth-child(3)"), (42, "a")):
            row = f"#t{self.row(f'layer_{index}')}"
            self.browser.run(f"document.querySelector('{row}').scrollIntoView({{ block: 'center' }})")
            self.browser.click(*self.browser.centre(f"{row} {part}"))
            self.check_selection(f"layer_{index}")
        self.assertTrue(self.browser.run("location.href").endswith("report.html" + row))

    def test_a_click_on_a_point_selects_everywhere(self):
        broken = self.row(f"layer_{BROKEN}")
        self.browser.run("acc.page.chooseRow(0)")
        self.check_selection("layer_0")
        x, y = self.browser.run(f"""(() => {{
          const {{ chart }} = acc.page;
          const box = document.querySelector('#chart .u-over').getBoundingClientRect();
          return [box.left + chart.plot.valToPos(chart.depthOf({broken}), 'x'), box.top + chart.plot.valToPos(chart.valueOf({broken}), 'y')];
        }})()""")
        self.browser.hover(x, y)
        tip = self.browser.run("document.querySelector('#chart .tip').innerText")
        self.assertIn(f"layer_{BROKEN}", tip)
        self.assertRegex(tip, r"SQNR -?\d")
        self.assertIn("depth alone explains", tip)
        self.browser.click(x, y)
        self.check_selection(f"layer_{BROKEN}")

    def test_hover_over_a_node_tells_score_and_inputs(self):
        self.browser.hover(*self.position(f"layer_{BROKEN}"))
        tip = self.browser.run("document.querySelector('.graph .tip').innerText")
        self.assertRegex(tip, rf"layer_{BROKEN}\n.*SQNR .*\d dB.*\n?.*its inputs")
        self.browser.hover(5, 5)
        self.assertTrue(self.browser.run("document.querySelector('.graph .tip').hidden"))

    def test_hover_over_a_histogram_tells_range_and_both_counts(self):
        x, y = self.browser.run("""(() => {
          document.querySelector('.histogram').scrollIntoView();
          const box = document.querySelector('.histogram .u-over').getBoundingClientRect();
          return [box.left + 3, box.top + box.height / 2];
        })()""")
        self.browser.hover(x, y)
        tip = self.browser.run("document.querySelector('.histogram .tip').innerText")
        self.assertRegex(tip, r"(?s)-?[\d.]+ … -?[\d.]+.*golden \d+ \([\d.]+ %\).*target \d+ \([\d.]+ %\)")

    def test_the_panel_has_ranges_encoding_channels_and_neighbours(self):
        text = self.panel()
        for words in ("golden", "calibrated", "8 bits", "Histograms", "Worst channels", "100 % of the error", "Of 4 channels",
                      "Reads", "Read by", "Worst elements", "matched by exact", "1 × 4 × 6"):
            self.assertIn(words, text)
        self.browser.run("document.querySelector('#panel button.link').click()")
        self.assertNotEqual(self.selected()[0], f"layer_{BROKEN}")

    def test_the_table_sorts_and_filters(self):
        header = "[...document.querySelectorAll('#table th button')].find((b) => b.textContent === 'SQNR')"
        self.browser.run(f"{header}.click()")
        first = "document.querySelector('#table tbody a').textContent"
        self.assertEqual(self.browser.run(first), f"layer_{BROKEN}")
        self.browser.run("document.querySelector('#filter').focus()")
        self.browser.type("layer_59")
        self.assertEqual(self.browser.run("document.querySelector('#count').textContent"), f"1 of {COUNT - len(FUSED)}")

    def test_search_finds_nodes_in_turn(self):
        self.browser.run("document.querySelector('#find').focus()")
        self.browser.type("layer_5")
        found = self.browser.run("document.querySelector('#found').textContent")
        self.assertEqual(found, "11 found")
        self.browser.key("Enter")
        self.check_selection("layer_5")
        self.browser.key("Enter")
        self.check_selection("layer_50")
        self.assertEqual(self.browser.run("document.querySelector('#found').textContent"), "2 of 11")

    def test_keys_walk_and_zoom(self):
        self.browser.click(*self.position("layer_41"))
        self.browser.run("document.querySelector('.graph canvas').focus()")
        self.browser.key("ArrowUp")
        self.check_selection("layer_40")
        self.browser.key("End")
        self.check_selection(f"layer_{COUNT - 1}")
        before = self.browser.run("acc.page.views.target.scale")
        self.browser.key("-")
        self.assertLess(self.browser.run("acc.page.views.target.scale"), before)
        self.browser.key("0")
        self.assertEqual(self.browser.run("acc.page.views.target.painted"), COUNT + 1)

    def test_dragging_pans_and_selects_nothing(self):
        before = self.selected()
        x, y = self.position(f"layer_{BROKEN}")
        top = self.browser.run("acc.page.views.target.offsetY")
        self.browser.drag(x, y, x + 30, y + 90)
        self.assertAlmostEqual(self.browser.run("acc.page.views.target.offsetY"), top + 90, delta=1)
        self.assertEqual(self.selected(), before)
        self.browser.wheel(x, y, 120)
        self.assertAlmostEqual(self.browser.run("acc.page.views.target.offsetY"), top - 30, delta=1)

    def both_sides(self):
        self.browser.run("document.querySelector('[data-sides=\"golden target\"]').click()")
        self.browser.wait(f"Object.keys(acc.page.views).length === 2 && {READY}")
        self.browser.settle()

    def test_both_sides_mark_what_is_fused(self):
        self.both_sides()
        self.assertEqual(self.browser.run("acc.page.views.golden.selected >= 0 && acc.page.views.target.selected >= 0"), True)
        legend = self.browser.run("document.querySelector('#legend').textContent")
        self.assertIn("golden: 1 fused or folded, 3 constant", legend)
        self.browser.click(*self.position("layer_10", "golden"))
        self.assertIn("Not compared: fused into node_11", self.panel())
        self.assertIn("only in the golden graph", self.panel())
        self.assertIn("layer_11", self.panel())

    def test_constants_are_shown_on_demand(self):
        self.both_sides()
        count = "acc.page.views.golden.shown.length"
        self.assertEqual(self.browser.run(count), COUNT + 1)
        self.browser.run("document.querySelector('#constants').click()")
        self.browser.wait(f"Object.keys(acc.page.views).length === 2 && {READY}")
        self.assertEqual(self.browser.run(count), COUNT + 1 + 3)

    def test_sides_move_together(self):
        self.both_sides()
        self.browser.run("document.querySelector('#fit').click()")
        x, y = self.browser.centre(".graph canvas")
        self.browser.wheel(x, y, -300, ctrl=True)
        self.assertAlmostEqual(*self.browser.run("[acc.page.views.golden.scale, acc.page.views.target.scale]"), places=6)

    def test_colour_follows_the_metric(self):
        before = self.browser.run("acc.page.views.target.looks.map((look) => look.score).join()")
        self.browser.run("document.querySelector('#metric').value = '1'; document.querySelector('#metric').dispatchEvent(new Event('change'))")
        self.browser.settle()
        self.assertNotEqual(self.browser.run("acc.page.views.target.looks.map((look) => look.score).join()"), before)
        self.assertIn("lost", self.browser.run("document.querySelector('#legend').textContent"))

    def test_hostile_names_stay_text(self):
        self.browser.run("document.querySelector('#theme').click()")
        for index, name in HOSTILE.items():
            with self.subTest(name[:40]):
                row = self.browser.run(f"JSON.parse(document.querySelector('#data').textContent).rows.findIndex((row) => row.node === 'node_{index}')")
                self.browser.run(f"acc.page.chooseRow({row})")
                self.browser.settle()
                shown = name.replace("\u2028", r"\xe2\x80\xa8")
                self.assertEqual(self.browser.run("document.querySelector('#panel h2').textContent"), shown)
                x, y = self.browser.run("(() => { const { x, y } = acc.page.views.target.positionOf(acc.page.views.target.selected); return [x, y]; })()")
                self.browser.hover(x, y)
        self.assertEqual(self.browser.run("document.title"), "Accuracy report")
        self.assertEqual(self.browser.run("document.images.length"), 0)
        self.assertNotRegex(self.page.read_text(), r"https?://")

    def test_a_refused_worker_is_no_loss(self):
        script = self.browser.send("Page.addScriptToEvaluateOnNewDocument", source="window.Worker = class { constructor() { throw new Error('refused'); } };")
        try:
            self.open(self.page)
        finally:
            self.browser.send("Page.removeScriptToEvaluateOnNewDocument", identifier=script["identifier"])
        self.check_selection(f"layer_{BROKEN}")

    def test_small_windows_scroll(self):
        self.browser.size(700, 900)
        self.open(self.page)
        self.assertEqual(self.browser.run("document.documentElement.scrollWidth <= innerWidth"), True)
        self.assertEqual(self.browser.run("scrollY"), 0)
        self.assertGreater(self.browser.run("document.querySelector('.graph canvas').getBoundingClientRect().height"), 200)


class OtherRunsTest(unittest.TestCase):
    def setUp(self):
        keep = tempfile.TemporaryDirectory()
        self.addCleanup(keep.cleanup)
        self.folder = pathlib.Path(keep.name)

    def check_quiet(self, browser):
        self.assertEqual(browser.console, [])
        for address in browser.requests:
            self.assertRegex(address, r"^(about|file|blob):")

    def test_two_thousand_nodes(self):
        write_runs(self.folder, Network(2000), 1500)
        page = verify(PROGRAM, self.folder) / "report.html"
        with Browser(CHROMIUM) as browser:
            browser.open(page.as_uri())
            browser.wait(READY)
            browser.settle()
            self.assertEqual(browser.run("acc.page.views.target.shown.length"), 2001)
            # Only what is visible is drawn; nothing lies on anything else.
            self.assertLess(browser.run("acc.page.views.target.painted"), 100)
            self.assertEqual(browser.run("""(() => {
              const { laidOut, byY } = acc.page.views.target;
              let faults = 0;
              byY.forEach((a, at) => {
                for (let next = at + 1; next < byY.length && laidOut.y[byY[next]] - laidOut.y[a] < laidOut.nodeHeight; next++) {
                  if (Math.abs(laidOut.x[byY[next]] - laidOut.x[a]) < laidOut.nodeWidth) faults++;
                }
              });
              return faults;
            })()"""), 0)
            self.assertTrue(any(address.startswith("blob:") for address in browser.requests), "no worker laid the graph out")
            # It answers: each event shows in the next frame.
            x, y = browser.centre(".graph canvas")
            for _ in range(20):
                before = browser.run("acc.page.views.target.offsetY")
                browser.wheel(x, y, 200)
                self.assertNotEqual(browser.run("acc.page.views.target.offsetY"), before)
            browser.run("document.querySelector('#fit').click()")
            browser.settle()
            self.assertEqual(browser.run("acc.page.views.target.painted"), 2001)
            self.check_quiet(browser)

    def test_without_a_graph(self):
        write_runs(self.folder, Network(12), 5)
        (self.folder / "golden" / "golden_graph_struct.json").unlink()
        page = verify(PROGRAM, self.folder, graph=False) / "report.html"
        with Browser(CHROMIUM) as browser:
            browser.open(page.as_uri())
            browser.wait("acc.page !== undefined")
            browser.settle()
            self.assertIn("order of the layers is unknown", browser.run("document.querySelector('#chart-note').textContent"))
            self.assertEqual(browser.run("document.querySelectorAll('#table tbody tr').length"), 12)
            self.check_quiet(browser)

    def test_what_the_cpu_computed_stands_out(self):
        write_runs(self.folder, Network(12), 5, on_cpu=(4, 7))
        report = verify(PROGRAM, self.folder)
        shown = "[...document.querySelectorAll('#table tbody tr')].filter((row) => row.querySelector('.tag.cpu')).length"
        names = "[...document.querySelectorAll('#table tbody a')].map((link) => link.textContent)"
        choose = """(() => {
          const select = document.querySelector('#processor');
          select.value = 'CPU';
          select.dispatchEvent(new Event('change'));
          return select.parentElement.hidden;
        })()"""
        with Browser(CHROMIUM) as browser:
            for page, ready in (("report.html", READY), ("summary.html", "document.querySelector('#table tbody a') !== null")):
                browser.open((report / page).as_uri())
                browser.wait(ready)
                browser.settle()
                self.assertEqual(browser.run(shown), 2)
                self.assertFalse(browser.run(choose))
                self.assertEqual(browser.run(names), ["layer_4", "layer_7"])
                if page == "report.html":
                    self.assertEqual(browser.run("acc.page.views.target.looks.filter((look) => look.cpu).length"), 2)
                    browser.run("acc.page.chooseRow(4)")
                    self.assertIn("computed by the CPU", browser.run("document.querySelector('#panel').innerText"))
            self.check_quiet(browser)

    def test_no_processor_is_asked_for_where_one_computed_all(self):
        write_runs(self.folder, Network(12), 5)
        page = verify(PROGRAM, self.folder) / "report.html"
        with Browser(CHROMIUM) as browser:
            browser.open(page.as_uri())
            browser.wait(READY)
            self.assertTrue(browser.run("document.querySelector('#processor').parentElement.hidden"))
            self.assertNotIn("Computed by", browser.run("document.querySelector('#table thead').textContent"))

    def test_swallowed_values_are_bad_and_classes_agree(self):
        write_masked_runs(self.folder)
        report = verify(PROGRAM, self.folder, "--default_verifier", "SQNR,threshold,15", "--tensor_mapping",
                        self.folder / "mapping.json", expect=1)
        colours = "Object.fromEntries([...document.querySelectorAll('#table tbody tr')].map((row) => [row.querySelector('a').textContent, "\
                  "row.querySelector('.score[data-q]')?.style.getPropertyValue('--q')]))"
        with Browser(CHROMIUM) as browser:
            browser.open((report / "report.html").as_uri())
            browser.wait(READY)
            browser.settle()
            # By SQNR the mask is better than faithful; what it swallows breaks what follows.
            self.assertGreater(browser.run("JSON.parse(document.querySelector('#data').textContent).rows[1].sqnr_db"), 40)
            bad = browser.run("acc.colourOf(0)")
            looks = browser.run("acc.page.views.target.looks.slice(1).map((look) => [look.colour, look.score])")
            self.assertEqual(looks[1][0], bad)
            self.assertNotEqual(looks[0][0], bad)
            self.assertEqual(looks[3][1], "75 % equal")
            shown = browser.run(colours)
            self.assertEqual(list(shown), ["scores", "masked", "größe/层", "classes"])
            self.assertEqual(shown["masked"], bad)
            self.assertIn("its step of 39.2 is larger", browser.run("document.querySelector('#panel').innerText"))
            browser.run("acc.page.chooseRow(3)")
            panel = browser.run("document.querySelector('#panel').innerText")
            self.assertIn("3 of 4 are equal", panel)
            self.assertNotIn("undefined", panel)
            browser.run("acc.page.chooseRow(2)")
            self.assertEqual(browser.run("document.querySelector('#panel h2').textContent"), "größe/层")
            gate = "document.querySelector('#gate').textContent"
            self.assertIn("Fails the threshold: ", browser.run(gate))
            browser.open((report / "summary.html").as_uri())
            browser.wait("document.querySelector('#table tbody a') !== null")
            self.assertIn("Fails the threshold: ", browser.run(gate))
            self.assertIn("3 of 4 are equal", browser.run("document.querySelector('#agreement').textContent"))
            self.assertEqual(browser.run(colours)["masked"], bad)
            self.check_quiet(browser)

    def test_long_names_and_types_fit_every_width(self):
        network = Network(24)
        name = "very/long/" + "scope_name_without_break_" * 12 + "/end"
        kind = "Custom_Operator_With_A_Name_That_Goes_On_And_On_And_Has_No_Place_To_Break_It_For_Detection"
        network.rename(12, name)
        network.nodes[12][1] = kind
        write_runs(self.folder, network, 12, on_cpu=(12,))
        report = verify(PROGRAM, self.folder)
        wide = "[...document.querySelectorAll('.finding, .worst li, .tag, #panel')]"\
               ".filter((box) => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).display !== 'inline').length"
        with Browser(CHROMIUM) as browser:
            for page in ("summary.html", "report.html"):
                for width in (480, 1024, 1600):
                    with self.subTest(page=page, width=width):
                        browser.size(width, 900)
                        browser.open((report / page).as_uri())
                        browser.wait("document.querySelector('#table tbody a') !== null")
                        browser.settle()
                        self.assertTrue(browser.run("document.documentElement.scrollWidth <= innerWidth"))
                        self.assertEqual(browser.run(wide), 0)
            self.assertIn(kind, browser.run("document.querySelector('h1').textContent"))
            panel = browser.run("document.querySelector('#panel').innerText")
            self.assertIn(kind, panel)
            self.assertIn(name, panel)
            cut = f"[...document.querySelectorAll('#table td')].filter((cell) => cell.textContent === '{kind}' && cell.scrollWidth > cell.clientWidth + 1).length"
            self.assertEqual(browser.run(cut), 0)
            self.check_quiet(browser)

    def test_a_shared_page_says_so(self):
        write_runs(self.folder, Network(12), 5)
        verify(PROGRAM, self.folder, "--share", self.folder / "b.zip", "--share_hash_names")
        zipfile.ZipFile(self.folder / "b.zip").extractall(self.folder / "out")
        with Browser(CHROMIUM) as browser:
            browser.open((self.folder / "out" / "b" / "report.html").as_uri())
            browser.wait(READY)
            browser.settle()
            self.assertIn("names are hashes", browser.run("document.querySelector('#notice').textContent"))
            self.assertRegex(browser.run("document.querySelector('#panel h2').textContent"), r"^tensor_[0-9a-f]{16}$")
            self.assertTrue(browser.run("document.querySelector('.histogram canvas') !== null"))
            self.check_quiet(browser)


if __name__ == "__main__":
    unittest.main()
