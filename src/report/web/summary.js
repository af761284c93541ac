// SPDX-License-Identifier: BSD-3-Clause
// The chart and the table of summary.html. All text of the run goes through textContent.
'use strict';

(() => {
  const report = JSON.parse(document.getElementById('data').textContent);
  const { rows, columns, findings } = report;
  const byId = (id) => document.getElementById(id);

  const element = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  // ---- Scores and their colours -------------------------------------------------------------

  const clamp01 = (x) => Math.min(1, Math.max(0, x));
  const hasValue = (x) => typeof x === 'number';

  // 0 (lost) to 1 (faithful). Decibels count from 0 to 40, as in the findings. Similarities that are
  // perfect at 1 are put on the same scale by the error they leave; shares are taken as they are.
  // An error without a natural scale is compared with the column itself, logarithmically.
  const qualityFromDb = (db) => clamp01(db / findings.faithful_db);
  const qualityOf = {
    db: () => (value) => qualityFromDb(value),
    share: () => (value) => clamp01(value),
    similarity: () => (value) => value >= 1 ? 1 : qualityFromDb(-10 * Math.log10(Math.max(1e-9, 1 - value))),
    error: (values) => {
      const logs = values.filter((v) => hasValue(v) && v > 0).map(Math.log10);
      const low = logs.reduce((a, b) => Math.min(a, b), Infinity);
      const high = logs.reduce((a, b) => Math.max(a, b), -Infinity);
      return (value) => value <= 0 || !(high - low > 1e-9) ? 1 : 1 - (Math.log10(value) - low) / (high - low);
    },
  };

  const colourOf = (quality) => {
    const hue = quality < 0.5 ? 8 + quality * 2 * 62 : 70 + (quality - 0.5) * 2 * 90;
    const light = document.documentElement.dataset.theme === 'dark' ? 64 : 46;
    return `oklch(${light + 14 * Math.sin(Math.PI * quality)}% 0.15 ${hue + 18})`;
  };

  const numberText = (value) => {
    if (!hasValue(value)) return '–';
    const size = Math.abs(value);
    if (value === 0) return '0';
    if (size < 1e-3 || size >= 1e6) return value.toExponential(3);
    return String(Number(value.toPrecision(6)));
  };

  // Without a signal to measure (a golden tensor of zeros), decibels say nothing.
  const judgesSignal = (row, metric) => metric.scale !== 'db' || hasValue(row.sqnr_db);

  // On a logarithmic axis; the splits between the powers of ten are null.
  const powerText = (value) => value === null ? '' : value >= 0.001 && value < 1e5 ? String(value) : value.toExponential(0);

  // ---- What can be shown of a row -----------------------------------------------------------

  const scaleOf = (column) => {
    if (column.unit === 'dB') return 'db';
    if (!column.higher_is_better || column.perfect !== 1) return 'error';
    return column.unit.includes('share') ? 'share' : 'similarity';
  };

  const makeScore = (title, hint, scale, valueOf, extra) => {
    const values = rows.map(valueOf);
    return { title, hint, scale, value: valueOf, values, quality: qualityOf[scale](values), numeric: true, score: true, ...extra };
  };

  const metrics = columns.map((column, index) => makeScore(
    column.name, `${column.summary}\n${column.formula}\n${column.range}`, scaleOf(column),
    (row) => row.scores[index], { folder: column.folder, index }));
  if (!columns.some((column) => column.verifier === 'SQNR')) {
    metrics.push(makeScore('SQNR dB', 'Signal-to-quantization-noise ratio; always computed.', 'db',
      (row) => row.sqnr_db));
  }
  const lossMetric = {
    title: 'Loss dB', hint: 'The lowest SQNR of what its layer reads minus its own, between 0 and 40 dB.',
    scale: 'loss', value: (row) => row.loss_db, values: rows.map((row) => row.loss_db), numeric: true, score: true,
    quality: (value) => clamp01(1 - value / (2 * findings.diverging_loss_db)),
  };
  if (report.topological) metrics.push(lossMetric);

  const text = (title, value, extra) => ({ title, value, ...extra });
  const number = (title, value) => ({ title, value, numeric: true });
  const shown = [
    { title: '#', value: (row) => row.index + 1, numeric: true, plain: true },
    text('Name', (row) => row.name, { link: true }),
    text('Layer Type', (row) => row.layer_type),
    text('Verdict', (row) => row.verdict, { verdict: true }),
    ...metrics,
    number('Size', (row) => row.size),
    text('Tensor_dims', (row) => row.dims ? (row.dims.join('x') || 'scalar') : ''),
    number('golden_min', (row) => row.golden_min),
    number('golden_max', (row) => row.golden_max),
    number('target_min', (row) => row.target_min),
    number('target_max', (row) => row.target_max),
    text('Golden name', (row) => row.golden_name),
    text('Matched by', (row) => row.matched_by),
    text('Note', (row) => row.note, { wide: true }),
  ];

  rows.forEach((row, index) => {
    row.index = index;
    row.search = [row.name, row.golden_name, row.layer_type, row.node, row.verdict, row.note].join('\n').toLowerCase();
  });

  // The tensor's page under the wanted verifier, or under the first one that judged it.
  const pageOf = (row, metric) => {
    const judged = (index) => index !== undefined && (row.scores[index] !== null || columns.length === 1);
    const wanted = metric && judged(metric.index) ? metric.index : Math.max(0, row.scores.findIndex((s) => s !== null));
    return `${columns[wanted].folder}/${row.page}.html`;
  };

  // ---- Chart --------------------------------------------------------------------------------

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const kHighestDb = 100;  // Above this, tensors are equal for every purpose and would flatten the rest.

  const chart = {
    plot: null,
    metric: metrics[0],

    values() {
      const { scale } = this.metric;
      const values = this.metric.values.map((v, i) => judgesSignal(rows[i], this.metric) ? v : null);
      if (scale === 'db') return values.map((v) => hasValue(v) ? Math.min(v, kHighestDb) : null);
      if (scale !== 'error') return values.map((v) => hasValue(v) ? v : null);
      const smallest = values.reduce((a, v) => hasValue(v) && v > 0 ? Math.min(a, v) : a, Infinity);
      return values.map((v) => hasValue(v) ? (v > 0 ? v : smallest) : null);
    },

    guides() {
      if (this.metric.scale === 'db') return [findings.faithful_db, 0];
      return this.metric.scale === 'loss' ? [findings.diverging_loss_db] : [];
    },

    draw(plot) {
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top - 4, bbox.width, bbox.height + 8);
      ctx.clip();
      this.drawGuides(plot);
      this.drawMark(plot);
      const ratio = devicePixelRatio || 1;
      const radius = Math.max(1.6, Math.min(4, bbox.width / ratio / rows.length / 2.4)) * ratio;
      plot.data[1].forEach((value, index) => {
        if (value === null) return;
        ctx.fillStyle = colourOf(this.metric.quality(this.metric.values[index]));
        ctx.beginPath();
        ctx.arc(plot.valToPos(index, 'x', true), plot.valToPos(value, 'y', true), radius, 0, 2 * Math.PI);
        ctx.fill();
      });
      ctx.restore();
    },

    drawGuides(plot) {
      const { ctx, bbox } = plot;
      ctx.strokeStyle = css('--muted');
      ctx.setLineDash([3, 5]);
      for (const guide of this.guides()) {
        const y = plot.valToPos(guide, 'y', true);
        ctx.beginPath();
        ctx.moveTo(bbox.left, y);
        ctx.lineTo(bbox.left + bbox.width, y);
        ctx.stroke();
      }
      ctx.setLineDash([]);
    },

    drawMark(plot) {
      if (findings.first_diverging === null) return;
      const { ctx, bbox } = plot;
      const x = plot.valToPos(findings.first_diverging, 'x', true);
      ctx.strokeStyle = css('--bad');
      ctx.lineWidth = devicePixelRatio || 1;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    },

    options(host) {
      const axis = { stroke: css('--muted'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line'), width: 1 }, font: '12px system-ui, sans-serif' };
      const logarithmic = this.metric.scale === 'error' && this.metric.values.some((v) => hasValue(v) && v > 0);
      return {
        width: host.clientWidth, height: 280,
        scales: { x: { time: false, range: [-0.5, rows.length - 0.5] }, y: logarithmic ? { distr: 3 } : { range: (_, low, high) => this.range(low, high) } },
        axes: [
          { ...axis, values: (_, splits) => splits.map((v) => Number.isInteger(v) ? v + 1 : '') },
          logarithmic ? { ...axis, size: 64, values: (_, splits) => splits.map(powerText) } : { ...axis, size: 64 },
        ],
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
        series: [{}, { stroke: css('--line'), width: 1.5, points: { show: false } }],
        hooks: { draw: [(plot) => this.draw(plot)], setCursor: [(plot) => this.hover(plot)] },
      };
    },

    range(low, high) {
      if (low === null || high === null) return [0, 1];
      const [first, last] = this.metric.scale === 'db' ? [Math.min(low, 0), Math.max(high, findings.faithful_db)] : [low, high];
      const margin = Math.max((last - first) * 0.06, 1e-6);
      return [first - margin, last + margin];
    },

    hover(plot) {
      const row = rows[plot.cursor.idx];
      if (!row || plot.cursor.left < 0) {
        this.tip.hidden = true;
        return;
      }
      this.tip.replaceChildren(
        element('b', 'name', row.name),
        element('span', '', `${row.layer_type} · ${this.metric.title} ${numberText(this.metric.values[row.index])}`
          + (hasValue(row.sqnr_db) ? ` · SQNR ${row.sqnr_db.toFixed(1)} dB` : '')));
      this.tip.hidden = false;
      const left = plot.valToPos(row.index, 'x') + plot.bbox.left / (devicePixelRatio || 1);
      const width = this.tip.offsetWidth;
      this.tip.style.left = `${left + width + 24 > plot.width ? left - width - 12 : left + 12}px`;
      this.tip.style.top = '12px';
    },

    // A click opens the tensor; a drag zooms and opens nothing.
    listen(plot) {
      let pressed = null;
      plot.over.addEventListener('mousedown', (event) => { pressed = event.clientX; });
      plot.over.addEventListener('click', (event) => {
        const row = rows[plot.cursor.idx];
        if (row && pressed !== null && Math.abs(event.clientX - pressed) < 4) location.assign(pageOf(row, this.metric));
      });
    },

    show() {
      const host = byId('chart');
      if (this.plot) this.plot.destroy();
      this.tip = element('div', 'tip');
      this.tip.hidden = true;
      this.plot = new uPlot(this.options(host), [rows.map((_, i) => i), this.values()], host);
      host.append(this.tip);
      this.listen(this.plot);
      const capped = this.metric.scale === 'db' && this.metric.values.some((v) => v > kHighestDb);
      byId('chart-note').textContent = 'Tensors in the order of the graph; click opens one, drag zooms, double click shows all.'
        + (capped ? ` Above ${kHighestDb} dB is drawn at ${kHighestDb}.` : '');
    },

    start() {
      const select = byId('metric');
      metrics.forEach((metric, index) => select.append(new Option(metric.title, index)));
      const best = metrics.findIndex((metric) => metric.scale === 'db');
      this.metric = metrics[Math.max(0, best)];
      select.value = String(Math.max(0, best));
      select.addEventListener('change', () => {
        this.metric = metrics[Number(select.value)];
        this.show();
      });
      byId('chart').setAttribute('role', 'img');
      byId('chart').setAttribute('aria-label', 'Score of each tensor along the graph; the table below holds the same numbers.');
      addEventListener('resize', () => this.plot.setSize({ width: byId('chart').clientWidth, height: 280 }));
      document.addEventListener('themechange', () => this.show());
      this.show();
    },
  };

  // ---- Table --------------------------------------------------------------------------------
  // Only the rows near the viewport are in the page, so that thousands stay smooth.

  const kRowHeight = 32;
  const kOverscan = 150;

  const table = {
    order: rows.slice(),
    sort: { column: shown[0], descending: false },
    first: -1,
    last: -1,

    cell(row, column) {
      const value = column.value(row);
      const cell = element('td', `${column.numeric ? 'n' : ''}${column.link ? 'sticky wide' : ''}${column.wide ? 'wide' : ''}`);
      if (column.link) {
        const link = element('a', 'name', value);
        link.href = pageOf(row, chart.metric);
        link.title = value;
        cell.append(link);
      } else if (column.verdict) {
        cell.append(element('span', `verdict ${value === 'match' ? 'match' : value === 'suspicious' ? 'suspicious' : ''}`, value));
      } else if (column.score) {
        cell.append(this.score(row, column, value));
      } else {
        cell.textContent = column.plain ? value : column.numeric ? numberText(value) : value;
        if (!column.numeric && value) cell.title = value;
      }
      return cell;
    },

    score(row, column, value) {
      const score = element('span', 'score', numberText(value));
      if (hasValue(value) && judgesSignal(row, column)) {
        score.dataset.q = '';
        score.style.setProperty('--q', colourOf(column.quality(value)));
      }
      if (column.index !== undefined && row.outside_threshold.includes(column.index)) {
        score.classList.add('outside');
        score.title = 'outside the threshold';
      }
      return score;
    },

    row(row, position) {
      const line = element('tr', row.index === findings.first_diverging || row.index === findings.first_not_finite ? 'mark' : '');
      line.id = `t${row.index}`;
      line.setAttribute('aria-rowindex', position + 2);
      for (const column of shown) line.append(this.cell(row, column));
      line.addEventListener('click', (event) => {
        if (!event.target.closest('a') && String(getSelection()) === '') location.assign(pageOf(row, chart.metric));
      });
      return line;
    },

    spacer(count) {
      const line = element('tr', 'spacer');
      const cell = element('td');
      cell.colSpan = shown.length;
      cell.style.height = `${count * kRowHeight}px`;
      line.append(cell);
      return line;
    },

    // Renders what the scroll position shows.
    render(force) {
      const top = Math.floor(this.host.scrollTop / kRowHeight);
      const visible = Math.ceil(this.host.clientHeight / kRowHeight);
      if (!force && top >= this.first + (this.first > 0 ? kOverscan / 3 : 0)
          && top + visible <= this.last - (this.last < this.order.length ? kOverscan / 3 : 0)) return;
      this.first = Math.max(0, top - kOverscan);
      this.last = Math.min(this.order.length, top + visible + kOverscan);
      const lines = this.order.slice(this.first, this.last).map((row, i) => this.row(row, this.first + i));
      if (this.first > 0) lines.unshift(this.spacer(this.first));
      if (this.last < this.order.length) lines.push(this.spacer(this.order.length - this.last));
      this.body.replaceChildren(...lines);
      this.empty.hidden = this.order.length > 0;
    },

    // Empty values come last whatever the direction.
    compare(a, b) {
      const { column, descending } = this.sort;
      const x = column.value(a);
      const y = column.value(b);
      const missing = (v) => v === null || v === undefined || v === '';
      if (missing(x) || missing(y)) return missing(x) - missing(y) || a.index - b.index;
      const order = column.numeric ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true });
      return (descending ? -order : order) || a.index - b.index;
    },

    update() {
      const words = byId('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
      const verdict = byId('verdict').value;
      this.order = rows.filter((row) => (!verdict || row.verdict === verdict) && words.every((word) => row.search.includes(word)));
      this.order.sort((a, b) => this.compare(a, b));
      byId('count').textContent = `${this.order.length} of ${rows.length}`;
      this.grid.setAttribute('aria-rowcount', this.order.length + 1);
      this.host.scrollTop = 0;
      this.render(true);
    },

    // The first click on a score shows the worst first.
    sortBy(column, header) {
      const worstFirst = column.score && (column.scale === 'error' || column.scale === 'loss');
      const descending = this.sort.column === column ? !this.sort.descending : Boolean(worstFirst);
      this.sort = { column, descending };
      this.grid.querySelectorAll('th').forEach((th) => th.removeAttribute('aria-sort'));
      header.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      this.update();
    },

    head() {
      const line = element('tr');
      for (const column of shown) {
        const header = element('th', `${column.numeric ? 'n' : ''}${column.link ? 'sticky' : ''}`);
        header.scope = 'col';
        const button = element('button', '', column.title);
        button.type = 'button';
        if (column.hint) button.title = column.hint;
        button.addEventListener('click', () => this.sortBy(column, header));
        header.append(button);
        line.append(header);
      }
      line.firstChild.setAttribute('aria-sort', 'ascending');
      const head = element('thead');
      head.append(line);
      return head;
    },

    // Up and down move between the rows' links, also to rows that are not in the page yet.
    move(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const line = event.target.closest('tbody tr');
      if (!step || !line) return;
      event.preventDefault();
      const next = step > 0 ? line.nextElementSibling : line.previousElementSibling;
      const link = next && next.querySelector('a');
      if (link) link.focus();
    },

    scrollTo(index) {
      const position = this.order.findIndex((row) => row.index === index);
      if (position < 0) return;
      this.host.scrollTop = Math.max(0, position * kRowHeight - this.host.clientHeight / 3);
      this.render(true);
      const line = byId(`t${index}`);
      line.querySelector('a').focus({ preventScroll: true });
      this.host.scrollIntoView({ block: 'nearest' });
    },

    start() {
      this.host = byId('table');
      this.grid = element('table');
      this.body = element('tbody');
      this.empty = element('p', 'empty', 'No tensor fits the filter.');
      this.grid.append(this.head(), this.body);
      this.host.append(this.grid, this.empty);
      const verdicts = [...new Set(rows.map((row) => row.verdict))];
      byId('verdict').append(new Option('all', ''), ...verdicts.map((verdict) => new Option(verdict, verdict)));
      byId('verdict').addEventListener('change', () => this.update());
      byId('filter').addEventListener('input', () => this.update());
      byId('metric').addEventListener('change', () => this.render(true));
      this.host.addEventListener('scroll', () => this.render(false), { passive: true });
      this.host.addEventListener('keydown', (event) => this.move(event));
      document.addEventListener('themechange', () => this.render(true));
      document.addEventListener('keydown', (event) => {
        if (event.key !== '/' || event.target.matches('input, select')) return;
        event.preventDefault();
        byId('filter').focus();
      });
      this.update();
      const wanted = /^#t(\d+)$/.exec(location.hash);
      if (wanted) this.scrollTo(Number(wanted[1]));
    },
  };

  chart.start();
  table.start();
})();
