// SPDX-License-Identifier: BSD-3-Clause
// The chart and the table of summary.html.
'use strict';

(() => {
  const { byId, element, css, hasValue, numberText, dbText, powerText, colourOf, judgesSignal, qualityOf, metricsOf, pageOf } = acc;
  const report = JSON.parse(byId('data').textContent);
  const { rows, findings } = report;
  acc.indexRows(rows);
  const metrics = metricsOf(report);

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
        ctx.fillStyle = colourOf(qualityOf(rows[index], this.metric) ?? 1);
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
        element('b', 'name', row.readable_name),
        element('span', '', `${row.layer_type} · ${this.metric.title} ${numberText(this.metric.values[row.index])}`
          + (hasValue(row.sqnr_db) ? ` · SQNR ${dbText(row.sqnr_db)}` : '')));
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
        if (row && pressed !== null && Math.abs(event.clientX - pressed) < 4) location.assign(pageOf(report, row, this.metric));
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

  chart.start();
  const table = new acc.TensorTable({
    rows,
    columns: acc.TensorTable.columnsOf(metrics, rows),
    host: byId('table'),
    linkOf: (row) => pageOf(report, row, chart.metric),
    choose: (row) => location.assign(pageOf(report, row, chart.metric)),
    isMarked: (row) => row.index === findings.first_diverging || row.index === findings.first_not_finite,
  });
  byId('metric').addEventListener('change', () => table.render(true));
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target.matches('input, select')) return;
    event.preventDefault();
    byId('filter').focus();
  });
  const wanted = /^#t(\d+)$/.exec(location.hash);
  if (wanted) table.scrollTo(Number(wanted[1]));
})();
