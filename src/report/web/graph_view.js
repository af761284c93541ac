// SPDX-License-Identifier: BSD-3-Clause
// A graph on a canvas: pan, zoom, search, selection, keyboard. graph_painter.js draws it.
'use strict';

acc.GraphView = (() => {
  const { element, css, hasValue, colourOf, clamp01 } = acc;
  const kMargin = 24;
  const kCloseScale = 1;
  const kMayPrevent = { passive: false };   // Of the wheel: the page itself must not scroll.

  // The graph is laid out in a worker; where that is refused, in the page.
  const layout = (count, edges) => new Promise((resolve) => {
    const here = () => resolve(accLayoutScope()({ count, edges }));
    try {
      const script = `const layoutGraph = (${accLayoutScope})(); onmessage = ({ data }) => postMessage(layoutGraph(data));`;
      const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
      const worker = new Worker(url);
      worker.onmessage = ({ data }) => {
        worker.terminate();
        URL.revokeObjectURL(url);
        resolve(data);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        worker.terminate();
        here();
      };
      worker.postMessage({ count, edges });
    } catch {
      here();
    }
  });

  class GraphView {
    // Options:
    //   graph            {nodes} of the report's data
    //   rows, details    of the report's data
    //   title            what is shown, for the reader of the screen
    //   isHidden(node)   nodes to leave out, with their edges
    //   choose(node)     the user picked a node, by its index in the graph; -1: none
    //   moved(view)      the user panned or zoomed
    //   flag             the row that bears a flag, and flagText; null for none
    constructor(host, options) {
      Object.assign(this, options);
      this.host = element('div', 'graph');
      this.canvas = element('canvas');
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute('role', 'img');
      this.tip = element('div', 'tip');
      this.tip.hidden = true;
      this.label = element('span', 'side-label', options.title);
      this.status = element('span', 'side-status', 'laying out…');
      this.host.append(this.canvas, this.label, this.status, this.tip);
      host.append(this.host);
      this.scale = 1;
      this.offsetX = this.offsetY = 0;   // Of the graph's origin, in pixels of the page.
      this.selected = -1;
      this.hovered = -1;
      this.matches = new Set();
      this.metric = null;
      this.mixed = acc.mixesProcessors(this.rows);
      this.painter = new acc.GraphPainter(this);
      this.listen();
      this.resizer = new ResizeObserver(() => this.resize());
      this.resizer.observe(this.host);
      this.ready = this.arrange();
    }

    // Chooses the nodes to show and lays them out.
    async arrange() {
      const { nodes } = this.graph;
      this.shown = nodes.map((_, i) => i).filter((i) => !this.isHidden(nodes[i]));
      this.place = new Map(this.shown.map((node, i) => [node, i]));
      this.readers = nodes.map(() => []);
      const edges = [];
      nodes.forEach((node, to) => node.inputs.forEach((from) => {
        this.readers[from].push(to);
        if (this.place.has(from) && this.place.has(to)) edges.push([this.place.get(from), this.place.get(to)]);
      }));
      const laidOut = await layout(this.shown.length, edges);
      this.laidOut = laidOut;
      this.sortByPlace();
      this.label.textContent = `${this.title} · ${this.shown.length} nodes`;
      this.status.hidden = true;
      this.canvas.setAttribute('aria-label', `${this.title} graph, ${this.shown.length} nodes. Arrow keys walk along its edges; the panel says what is selected.`);
      this.recolour();
      this.fit();
    }

    sortByPlace() {
      const { y, edges } = this.laidOut;
      this.byY = this.shown.map((_, i) => i).sort((a, b) => y[a] - y[b]);
      this.sortedY = this.byY.map((i) => y[i]);
      this.bands = new Map();
      this.longEdges = [];
      for (const edge of edges) {
        if (edge.long) {
          this.longEdges.push(edge);
          continue;
        }
        const top = Math.floor(edge.points[0][1] / acc.GraphPainter.band);
        const bottom = Math.floor(edge.points.at(-1)[1] / acc.GraphPainter.band);
        for (let band = top; band <= bottom; band++) {
          if (!this.bands.has(band)) this.bands.set(band, []);
          this.bands.get(band).push(edge);
        }
      }
    }

    // ---- What a node looks like ---------------------------------------------------------------

    // The worst row of a node under the metric: what colours it.
    rowOf(node) {
      const { rows } = this.graph.nodes[node];
      if (rows.length < 2 || !this.metric) return rows.length ? this.rows[rows[0]] : null;
      const quality = (row) => acc.qualityOf(row, this.metric) ?? 2;
      return rows.map((row) => this.rows[row]).reduce((worst, row) => quality(row) < quality(worst) ? row : worst);
    }

    scoreText(row) {
      const value = this.metric.value(row);
      if (this.metric.scale === 'db' && this.details[row.index].is_equal) return 'equal';
      if (this.metric.scale === 'db' && hasValue(row.agreement)) return acc.agreementText(row);
      if (!hasValue(value)) return '–';
      if (this.metric.scale === 'db' || this.metric.scale === 'loss') return acc.dbText(value);
      return acc.numberText(Number(value.toPrecision(4)));
    }

    recolour() {
      this.theme = Object.fromEntries(['--panel', '--ink', '--muted', '--line', '--accent', '--bad', '--warn', '--bg', '--hover'].map((name) => [name.slice(2), css(name)]));
      this.looks = this.shown.map((node) => {
        const row = this.rowOf(node);
        if (!row || !this.metric) return { colour: null, score: '' };
        const value = this.metric.value(row);
        const equal = !hasValue(value) && this.metric.scale === 'db' && this.details[row.index].is_equal;
        const quality = equal ? 1 : acc.qualityOf(row, this.metric);
        return { colour: quality === null ? null : colourOf(quality), score: this.scoreText(row), broken: row.verdict === 'not finite', cpu: this.mixed && row.processor === 'CPU' };
      });
      this.draw();
    }

    setMetric(metric) {
      this.metric = metric;
      if (this.laidOut) this.recolour();
    }

    // ---- Coordinates --------------------------------------------------------------------------

    resize() {
      this.width = this.host.clientWidth;
      this.height = this.host.clientHeight;
      const ratio = devicePixelRatio || 1;
      this.canvas.width = Math.round(this.width * ratio);
      this.canvas.height = Math.round(this.height * ratio);
      if (this.laidOut && !this.wasFitted && this.width > 0) this.fit();
      this.draw();
    }

    get inner() { return Math.max(1, this.width - acc.GraphPainter.overview); }

    fit() {
      if (!(this.width > 0) || !this.laidOut) return;
      this.wasFitted = true;
      const { left, right, bottom } = this.laidOut;
      const across = this.inner - 2 * kMargin;
      const whole = Math.min(across / Math.max(1, right - left), (this.height - 2 * kMargin) / Math.max(1, bottom));
      this.scale = Math.min(kCloseScale, Math.max(whole, 1e-4));
      this.offsetX = this.inner / 2 - this.scale * (left + right) / 2;
      this.offsetY = Math.max(kMargin + 8, (this.height - this.scale * bottom) / 2);
      this.draw();
    }

    zoom(factor, atX = this.inner / 2, atY = this.height / 2) {
      const scale = Math.min(3, Math.max(0.002, this.scale * factor));
      this.offsetX = atX - (atX - this.offsetX) * scale / this.scale;
      this.offsetY = atY - (atY - this.offsetY) * scale / this.scale;
      this.scale = scale;
      this.draw();
    }

    pan(dx, dy) {
      this.offsetX += dx;
      this.offsetY += dy;
      this.draw();
    }

    // Brings a node into view, at a scale at which it can be read.
    show(node, close = true) {
      const i = this.place.get(node);
      if (i === undefined || !this.laidOut) return;
      const tooFar = close && this.scale < 0.75;
      if (tooFar) this.scale = kCloseScale;
      const x = this.offsetX + this.scale * this.laidOut.x[i];
      const y = this.offsetY + this.scale * this.laidOut.y[i];
      const sideways = this.scale * this.laidOut.nodeWidth / 2 + 8;
      if (tooFar || x < sideways || x > this.inner - sideways || y < 40 || y > this.height - 60) {
        this.offsetX += this.inner / 2 - x;
        this.offsetY += this.height / 2 - y;
      }
      this.draw();
    }

    // Puts a node where `y` is on the screen, at a given scale: for two graphs side by side.
    align(node, y, scale) {
      const i = this.place.get(node);
      if (i === undefined || !this.laidOut) return;
      this.scale = scale;
      const { left, right } = this.laidOut;
      this.offsetX = this.inner / 2 - scale * ((right - left) * scale < this.inner ? (left + right) / 2 : this.laidOut.x[i]);
      this.offsetY = y - scale * this.laidOut.y[i];
      this.draw();
    }

    // The compared node nearest to the middle, and where it is on the screen.
    middleNode() {
      if (!this.laidOut) return null;
      const wanted = (this.height / 2 - this.offsetY) / this.scale;
      let best = null;
      this.shown.forEach((node, i) => {
        if (this.graph.nodes[node].rows.length === 0) return;
        const distance = Math.abs(this.laidOut.y[i] - wanted);
        if (!best || distance < best.distance) best = { node, distance, y: this.offsetY + this.scale * this.laidOut.y[i] };
      });
      return best;
    }

    // Where among those sorted by y the first below `y` stands.
    firstBelow(y) {
      let low = 0;
      let high = this.sortedY.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.sortedY[middle] < y) low = middle + 1; else high = middle;
      }
      return low;
    }

    visible() {
      const half = this.laidOut.nodeHeight / 2;
      const from = this.firstBelow(-this.offsetY / this.scale - half);
      const to = this.firstBelow((this.height - this.offsetY) / this.scale + half);
      return this.byY.slice(from, to);
    }

    nodeAt(px, py) {
      if (!this.laidOut || px > this.inner) return -1;
      const x = (px - this.offsetX) / this.scale;
      const y = (py - this.offsetY) / this.scale;
      const slack = Math.max(0, 3 / this.scale - this.laidOut.nodeHeight / 2);
      const { nodeWidth, nodeHeight } = this.laidOut;
      for (let at = this.firstBelow(y - nodeHeight / 2 - slack); at < this.byY.length && this.sortedY[at] <= y + nodeHeight / 2 + slack; at++) {
        if (Math.abs(this.laidOut.x[this.byY[at]] - x) <= nodeWidth / 2 + slack) return this.shown[this.byY[at]];
      }
      return -1;
    }

    // Where a node is in the page, for tools that test it.
    positionOf(node) {
      const i = this.place.get(node);
      const box = this.canvas.getBoundingClientRect();
      return { x: box.left + this.offsetX + this.scale * this.laidOut.x[i], y: box.top + this.offsetY + this.scale * this.laidOut.y[i] };
    }

    // ---- Drawing ------------------------------------------------------------------------------

    draw() {
      if (this.frame) return;
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.painter.paint();
      });
    }

    // ---- Mouse, touch, keyboard ---------------------------------------------------------------

    select(node) {
      this.selected = node;
      this.draw();
    }

    find(words) {
      const fits = (index) => {
        const node = this.graph.nodes[index];
        node.search ??= [this.nameOf(index), node.name, node.type, node.absence, ...node.outputs].join('\n').toLowerCase();
        return words.every((word) => node.search.includes(word));
      };
      this.matches = new Set(words.length ? this.graph.nodes.map((_, i) => i).filter((i) => this.place.has(i) && fits(i)) : []);
      this.draw();
      return [...this.matches];
    }

    listen() {
      const { canvas } = this;
      canvas.addEventListener('wheel', (event) => {
        event.preventDefault();
        if (event.ctrlKey || event.metaKey) this.zoom(Math.exp(-event.deltaY * 0.004), event.offsetX, event.offsetY);
        else if (event.shiftKey) this.pan(-(event.deltaX || event.deltaY), 0);
        else this.pan(-event.deltaX, -event.deltaY);
        this.moved(this);
      }, kMayPrevent);
      canvas.addEventListener('pointerdown', (event) => this.press(event));
      canvas.addEventListener('pointermove', (event) => this.drag(event));
      canvas.addEventListener('pointerup', (event) => this.release(event));
      canvas.addEventListener('pointerleave', () => this.hover(-1));
      canvas.addEventListener('dblclick', (event) => {
        this.zoom(event.shiftKey ? 0.5 : 2, event.offsetX, event.offsetY);
        this.moved(this);
      });
      canvas.addEventListener('keydown', (event) => this.key(event));
      document.addEventListener('themechange', () => { if (this.laidOut) this.recolour(); });
    }

    press(event) {
      this.canvas.setPointerCapture(event.pointerId);
      this.pressed = { x: event.offsetX, y: event.offsetY, atX: event.offsetX, atY: event.offsetY, far: false, overview: event.offsetX > this.inner };
      if (this.pressed.overview) this.jump(event.offsetY);
    }

    jump(y) {
      this.offsetY = this.height / 2 - clamp01(y / this.height) * this.laidOut.bottom * this.scale;
      this.draw();
      this.moved(this);
    }

    drag(event) {
      if (!this.pressed) {
        this.hover(this.nodeAt(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
        return;
      }
      if (this.pressed.overview) {
        this.jump(event.offsetY);
        return;
      }
      this.pressed.far ||= Math.hypot(event.offsetX - this.pressed.x, event.offsetY - this.pressed.y) > 4;
      if (!this.pressed.far) return;
      this.hover(-1);
      this.pan(event.offsetX - this.pressed.atX, event.offsetY - this.pressed.atY);
      this.pressed.atX = event.offsetX;
      this.pressed.atY = event.offsetY;
      this.moved(this);
    }

    release(event) {
      const { pressed } = this;
      this.pressed = null;
      if (!pressed || pressed.far || pressed.overview) return;
      const node = this.nodeAt(event.offsetX, event.offsetY);
      if (node >= 0) this.choose(node);
    }

    hover(node, px, py) {
      if (node !== this.hovered) {
        this.hovered = node;
        this.canvas.style.cursor = node >= 0 ? 'pointer' : '';
        this.draw();
      }
      this.tip.hidden = node < 0;
      if (node < 0) return;
      const { type, absence } = this.graph.nodes[node];
      const row = this.rowOf(node);
      const lines = [element('b', 'name', this.nameOf(node)), element('span', '', `${type}${row ? ` · ${this.metric.title} ${this.scoreText(row)}` : ''}`)];
      if (row && row.swallowed) lines.push(element('span', '', row.swallowed));
      else if (row && row.inputs_sqnr_db !== null) lines.push(element('span', '', `SQNR ${this.db(row.sqnr_db)}, its inputs ${this.db(row.inputs_sqnr_db)}`));
      if (row && row.verdict !== 'match') lines.push(element('span', '', row.note ? `${row.verdict}: ${row.note}` : row.verdict));
      if (row && row.processor) lines.push(element('span', '', `computed by the ${row.processor}`));
      if (absence) lines.push(element('span', '', absence));
      this.tip.replaceChildren(...lines);
      const wide = this.tip.offsetWidth;
      const tall = this.tip.offsetHeight;
      this.tip.style.left = `${Math.max(4, Math.min(px + 14, this.inner - wide - 4))}px`;
      this.tip.style.top = `${py + 18 + tall > this.height ? py - tall - 8 : py + 18}px`;
    }

    // By the first tensor that it makes, as people know that.
    nameOf(node) {
      const { name, outputs, rows } = this.graph.nodes[node];
      const row = rows.length ? this.rows[rows[0]] : null;
      return row && row.name === outputs[0] ? row.readable_name : outputs[0] || name;
    }

    db(value) { return acc.dbText(value); }

    // The node beside: on the same height, the nearest to the left or right.
    beside(node, step) {
      const i = this.place.get(node);
      const { x, y, nodeHeight } = this.laidOut;
      let best = -1;
      for (let at = this.firstBelow(y[i] - nodeHeight); at < this.byY.length && this.sortedY[at] <= y[i] + nodeHeight; at++) {
        const other = this.byY[at];
        if (step * (x[other] - x[i]) <= 0) continue;
        if (best < 0 || step * (x[other] - x[best]) < 0) best = other;
      }
      return best < 0 ? -1 : this.shown[best];
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || !this.laidOut) return;
      const { nodes } = this.graph;
      const isShown = (node) => this.place.has(node);
      const from = this.selected >= 0 && isShown(this.selected) ? this.selected : this.shown[0];
      const walks = {
        ArrowUp: () => nodes[from].inputs.find(isShown) ?? -1,
        ArrowDown: () => this.readers[from].find(isShown) ?? -1,
        ArrowLeft: () => this.beside(from, -1),
        ArrowRight: () => this.beside(from, 1),
        Home: () => this.shown[0],
        End: () => this.shown.at(-1),
        Enter: () => from,
      };
      const acts = { '+': () => this.zoom(1.3), '=': () => this.zoom(1.3), '-': () => this.zoom(1 / 1.3), 0: () => this.fit() };
      if (acts[event.key]) {
        event.preventDefault();
        acts[event.key]();
        this.moved(this);
      } else if (walks[event.key]) {
        event.preventDefault();
        const node = this.selected < 0 ? from : walks[event.key]();
        if (node >= 0) this.choose(node);
      }
    }

    close() {
      this.resizer.disconnect();
      this.host.remove();
    }
  }

  return GraphView;
})();
