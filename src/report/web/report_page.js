// SPDX-License-Identifier: BSD-3-Clause
// report.html: one selection, shown in the graphs, the chart, the table and the panel.
'use strict';

(() => {
  const { byId, element } = acc;
  const report = JSON.parse(byId('data').textContent);
  const { rows, findings } = report;
  acc.indexRows(rows);
  const metrics = acc.metricsOf(report);
  const kConstant = 'folded into a constant';

  // ---- Graphs -------------------------------------------------------------------------------

  const sources = { golden: report.golden_graph, target: report.target_graph };
  const views = {};
  const options = { constants: false, sides: [] };

  // The node of a graph that makes each row.
  const nodesOfRows = (graph) => {
    const nodes = new Map();
    graph.nodes.forEach((node, i) => node.rows.forEach((row) => { if (!nodes.has(row)) nodes.set(row, i); }));
    return nodes;
  };
  const nodeOf = {};
  for (const [side, graph] of Object.entries(sources)) if (graph) nodeOf[side] = nodesOfRows(graph);

  // The compared tensors nearest below a node that has none.
  const heirsOf = (graph, start) => {
    const readers = graph.nodes.map(() => []);
    graph.nodes.forEach((node, i) => node.inputs.forEach((input) => readers[input].push(i)));
    const heirs = new Set();
    const seen = new Set([start]);
    const open = [start];
    while (open.length > 0) {
      for (const reader of readers[open.pop()]) {
        if (seen.has(reader)) continue;
        seen.add(reader);
        if (graph.nodes[reader].rows.length > 0) graph.nodes[reader].rows.forEach((row) => heirs.add(row));
        else open.push(reader);
      }
    }
    return [...heirs].sort((a, b) => a - b);
  };

  // The other graph follows: the node in the middle of one stands at the same height in the other.
  const follow = (view) => {
    const side = view === views.golden ? 'golden' : 'target';
    const other = side === 'golden' ? 'target' : 'golden';
    if (!views[other]) return;
    const middle = view.middleNode();
    if (!middle) return;
    const twin = nodeOf[other].get(sources[side].nodes[middle.node].rows[0]);
    if (twin !== undefined) views[other].align(twin, middle.y, view.scale);
  };

  const openView = (side) => new acc.GraphView(byId('graphs'), {
    graph: sources[side], rows, details: report.details, title: side,
    isHidden: (node) => !options.constants && node.rows.length === 0 && node.absence === kConstant,
    choose: (node) => chooseNode(side, node),
    moved: follow,
    flag: findings.first_not_finite ?? findings.first_diverging,
    flagText: findings.first_not_finite !== null ? 'first NaN or infinity' : 'first to diverge',
  });

  const showSides = async (sides) => {
    options.sides = sides;
    for (const side of Object.keys(views)) {
      views[side].close();
      delete views[side];
    }
    document.querySelector('main').classList.toggle('both-sides', sides.length > 1);
    for (const side of sides) {
      views[side] = openView(side);
      views[side].setMetric(metric);
    }
    for (const button of byId('sides').children) {
      if (button.dataset.sides) button.setAttribute('aria-pressed', button.dataset.sides === sides.join(' '));
    }
    legend();
    await Promise.all(Object.values(views).map((view) => view.ready));
    find();
    // A graph that would be illegible as a whole begins where the run goes wrong.
    selectInViews(true);
    document.dispatchEvent(new Event('graphready'));
  };

  const sideChoices = () => {
    const choices = [['target'], ['golden'], ['golden', 'target']].filter((sides) => sides.every((side) => sources[side]));
    if (choices.length > 1) {
      for (const sides of choices) {
        const button = element('button', '', sides.length > 1 ? 'Side by side' : sides[0] === 'target' ? 'Target' : 'Golden');
        button.type = 'button';
        button.dataset.sides = sides.join(' ');
        button.addEventListener('click', () => showSides(sides));
        byId('sides').append(button);
      }
    }
    if (sources.golden && sources.golden.nodes.some((node) => node.absence === kConstant)) {
      const label = element('label', 'check');
      const box = element('input');
      box.type = 'checkbox';
      box.id = 'constants';
      box.addEventListener('change', () => {
        options.constants = box.checked;
        showSides(options.sides);
      });
      label.append(box, ' constants');
      label.title = 'Show the nodes of the golden graph that were folded into constants';
      byId('sides').append(label);
    }
    return choices;
  };

  // ---- Colour ---------------------------------------------------------------------------------

  const best = metrics.findIndex((m) => m.scale === 'db');
  let metric = metrics[Math.max(0, best)];

  const legend = () => {
    const host = byId('legend');
    const ramp = element('span', 'ramp');
    ramp.style.background = `linear-gradient(to right, ${Array.from({ length: 9 }, (_, i) => acc.colourOf(i / 8)).join(', ')})`;
    const [low, high] = { db: ['0 dB', `${findings.faithful_db} dB`], loss: [`${2 * findings.diverging_loss_db} dB lost`, 'nothing lost'], share: ['0', '1'], similarity: ['lost', '1'], error: ['largest error', 'none'] }[metric.scale];
    host.replaceChildren(element('span', '', low), ramp, element('span', '', high));
    for (const side of options.sides) {
      const absent = sources[side].nodes.filter((node) => node.rows.length === 0);
      const constants = absent.filter((node) => node.absence === kConstant).length;
      const fused = absent.filter((node) => /fused|folded/.test(node.absence)).length - constants;
      const missing = absent.length - fused - constants;
      const words = [fused && `${fused} fused or folded`, constants && `${constants} constant`, missing && `${missing} not compared`].filter(Boolean);
      if (words.length) host.append(element('span', 'dashed', `${side}: ${words.join(', ')}`));
    }
    host.append(element('span', 'hint', 'drag or wheel: move · Ctrl and wheel: zoom · arrows: walk'));
  };

  const setMetric = (next) => {
    metric = next;
    for (const view of Object.values(views)) view.setMetric(metric);
    chart.setMetric(metric);
    table.render(true);
    legend();
  };

  // ---- Selection ------------------------------------------------------------------------------

  const selection = { row: -1, side: null, node: -1 };

  const selectInViews = (close) => {
    for (const [side, view] of Object.entries(views)) {
      const node = selection.row >= 0 ? nodeOf[side].get(selection.row) : selection.side === side ? selection.node : heirNode(side);
      view.select(node ?? -1);
      if (node !== undefined && node >= 0) view.show(node, close);
    }
  };

  // Of a node without a twin: where its result shows on the other side.
  const heirNode = (side) => {
    if (selection.node < 0) return -1;
    const heirs = heirsOf(sources[selection.side], selection.node);
    return heirs.length ? nodeOf[side].get(heirs[0]) ?? -1 : -1;
  };

  // In the address, so that a link leads here. Not while the page loads: the browser would scroll to it.
  const remember = (index) => {
    try { history.replaceState(null, '', `#t${index}`); } catch { /* A page from the file system may not. */ }
  };

  const chooseRow = (index, from) => {
    Object.assign(selection, { row: index, side: null, node: -1 });
    panel.showRow(index);
    byId('announcement').textContent = `${rows[index].readable_name}, ${rows[index].layer_type}, ${metric.title} ${acc.numberText(metric.value(rows[index]))}`;
    chart.select(index);
    if (from !== 'table') table.select(index);
    else {
      table.selected = index;
      table.render(true);
    }
    selectInViews(from !== 'graph');
    if (from !== 'start') remember(index);
    document.dispatchEvent(new CustomEvent('rowselected', { detail: index }));
  };

  const chooseNode = (side, node) => {
    const { rows: made } = sources[side].nodes[node];
    if (made.length > 0) {
      // A node that made several tensors gives them in turn.
      const at = made.indexOf(selection.row);
      chooseRow(at >= 0 ? made[(at + 1) % made.length] : views[side].rowOf(node).index, 'graph');
      return;
    }
    Object.assign(selection, { row: -1, side, node });
    panel.showNode(side, sources[side].nodes[node], heirsOf(sources[side], node));
    chart.select(-1);
    table.select(-1);
    selectInViews(false);
  };

  // ---- Search ---------------------------------------------------------------------------------

  const search = { at: -1, hits: [] };

  const find = () => {
    const words = byId('find').value.toLowerCase().split(/\s+/).filter(Boolean);
    search.hits = Object.entries(views).flatMap(([side, view]) => view.place ? view.find(words).map((node) => ({ side, node })) : []);
    search.at = -1;
    byId('found').textContent = words.length ? `${search.hits.length} found` : '';
  };

  const findNext = (step) => {
    if (search.hits.length === 0) return;
    search.at = (search.at + step + search.hits.length) % search.hits.length;
    const { side, node } = search.hits[search.at];
    chooseNode(side, node);
    views[side].show(node);
    byId('found').textContent = `${search.at + 1} of ${search.hits.length}`;
  };

  // ---- The width of the graph -------------------------------------------------------------------

  const splitter = () => {
    const bar = byId('splitter');
    const main = document.querySelector('main');
    const set = (share) => main.style.setProperty('--graph-share', `${Math.min(75, Math.max(20, share))}%`);
    bar.addEventListener('pointerdown', (event) => {
      bar.setPointerCapture(event.pointerId);
      bar.dataset.held = '';
    });
    bar.addEventListener('pointermove', (event) => {
      if (!('held' in bar.dataset)) return;
      const box = main.getBoundingClientRect();
      set(100 * (event.clientX - box.left) / box.width);
    });
    bar.addEventListener('pointerup', () => { delete bar.dataset.held; });
    bar.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -3, ArrowRight: 3 }[event.key];
      if (!step) return;
      event.preventDefault();
      const box = main.getBoundingClientRect();
      set(100 * byId('graph-section').getBoundingClientRect().width / box.width + step);
    });
  };

  // ---- Start ------------------------------------------------------------------------------------

  // What judges comes before what describes; the panel says the rest.
  const tableColumns = () => {
    const columns = acc.TensorTable.columnsOf(metrics, rows);
    const titled = (title) => columns.find((column) => column.title === title);
    const [first, ...others] = [metric, ...metrics.filter((m) => m !== metric)];
    return [titled('#'), titled('Name'), first, titled('Layer Type'), titled('Computed by'), ...others, titled('Verdict'), titled('Tensor_dims'), titled('Note')].filter(Boolean);
  };

  const panel = new acc.TensorPanel({ report, metrics, host: byId('panel'), chooseRow });
  const chart = new acc.ScoreChart({ report, host: byId('chart'), note: byId('chart-note'), choose: chooseRow });
  const table = new acc.TensorTable({
    rows,
    columns: tableColumns(),
    host: byId('table'),
    selects: true,
    rowHeight: 26,
    linkOf: (row) => acc.pageOf(report, row, metric),
    choose: (row) => chooseRow(row.index, 'table'),
    isMarked: (row) => row.index === findings.first_diverging || row.index === findings.first_not_finite,
  });

  const eachView = (act) => Object.values(views).forEach(act);

  const start = () => {
    const select = byId('metric');
    metrics.forEach((m, index) => select.append(new Option(m.title, index)));
    select.value = String(metrics.indexOf(metric));
    select.addEventListener('change', () => setMetric(metrics[Number(select.value)]));
    byId('find').addEventListener('input', find);
    byId('find').addEventListener('keydown', (event) => {
      if (event.key === 'Enter') findNext(event.shiftKey ? -1 : 1);
    });
    byId('fit').addEventListener('click', () => eachView((view) => view.fit()));
    byId('nearer').addEventListener('click', () => eachView((view) => view.zoom(1.4)));
    byId('further').addEventListener('click', () => eachView((view) => view.zoom(1 / 1.4)));
    document.addEventListener('themechange', legend);
    document.addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.target.matches('input, select')) return;
      event.preventDefault();
      byId('find').focus();
    });
    splitter();
    const choices = sideChoices();
    const wanted = /^#t(\d+)$/.exec(location.hash);
    const first = wanted && rows[Number(wanted[1])] ? Number(wanted[1])
      : findings.first_not_finite ?? findings.first_diverging ?? findings.largest_loss ?? findings.worst[0] ?? 0;
    chart.setMetric(metric);
    if (choices.length === 0) {
      document.body.classList.add('no-graph');
      byId('graphs').append(element('p', 'empty', 'No graph is known: give --graph_struct to the verification.'));
    }
    if (rows.length > 0) chooseRow(first, 'start');
    else panel.showNothing();
    legend();
    if (choices.length > 0) showSides(choices[0]);
  };

  acc.page = { views, selection, chart, table, chooseRow };   // For tests and for the console.
  start();
})();
