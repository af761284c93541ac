// SPDX-License-Identifier: BSD-3-Clause
// The score of each tensor along the graph: over its depth, with what depth alone explains, or in the order of the table
// where the page does not know depths.
'use strict';

acc.ScoreChart = (() => {
  const { element, css, hasValue, numberText, powerText, colourOf, judgesSignal, qualityOf } = acc;
  const kHighestDb = 100;  // Above this, tensors are equal for every purpose and would flatten the rest.
  const kReach = 24;       // Pixels within which the mouse finds a point.

  class ScoreChart {
    // Options: report, host, note (an element for a sentence), hint (what the note says beside), choose(row index)
    constructor(options) {
      Object.assign(this, options);
      this.selected = -1;
      this.byDepth = this.report.topological && this.report.growth !== undefined;
      this.points = this.report.rows.map((row) => row.index)
        .sort((a, b) => this.depthOf(a) - this.depthOf(b) || a - b);
      this.tip = element('div', 'tip');
      this.tip.hidden = true;
      this.host.setAttribute('role', 'img');
      this.host.setAttribute('aria-label', 'Score of each tensor along the graph; the table holds the same numbers.');
      new ResizeObserver(() => this.resize()).observe(this.host);
      document.addEventListener('themechange', () => this.show());
    }

    depthOf(index) { return this.byDepth ? this.report.growth.depth[index] : index + 1; }

    valueOf(index) {
      const row = this.report.rows[index];
      const value = this.metric.value(row);
      if (!hasValue(value) || !judgesSignal(row, this.metric)) return null;
      if (this.metric.scale === 'db') return Math.min(value, kHighestDb);
      return this.metric.scale === 'error' && value <= 0 ? this.smallest : value;
    }

    // SQNR(depth) = SQNR(1) - 10 log10(depth); see report/depth_growth.h.
    expectedAt(depth) {
      const first_db = this.report.growth?.first_db ?? null;
      return this.isSqnr() && first_db !== null ? first_db - 10 * Math.log10(depth) : null;
    }

    isSqnr() {
      const column = this.report.columns[this.metric.index];
      return this.metric.scale === 'db' && (!column || column.verifier === 'SQNR');
    }

    setMetric(metric) {
      this.metric = metric;
      // Where a logarithmic axis has an error of zero.
      this.smallest = metric.values.reduce((least, v) => hasValue(v) && v > 0 ? Math.min(least, v) : least, Infinity);
      this.show();
    }

    select(index) {
      this.selected = index;
      if (this.plot) this.plot.redraw(false);
    }

    resize() {
      if (this.plot && this.host.clientWidth > 0) this.plot.setSize({ width: this.host.clientWidth, height: this.host.clientHeight });
    }

    show() {
      if (this.plot) this.plot.destroy();
      const x = this.points.map((index) => this.depthOf(index));
      const y = this.points.map((index) => this.valueOf(index));
      const line = x.map((depth) => this.expectedAt(depth));
      this.plot = new uPlot(this.options(), [x, y, line], this.host);
      this.host.append(this.tip);
      this.listen();
      this.describe();
    }

    describe() {
      const { growth } = this.report;
      const xAxis = this.report.topological ? '' : 'The order of the layers is unknown: tensors as in the table.';
      const model = this.expectedAt(1) === null ? '' : `Line: what depth alone explains, 3 dB per doubling from ${growth.first_db.toFixed(1)} dB.`;
      const capped = this.metric.scale === 'db' && this.metric.values.some((v) => v > kHighestDb);
      const cap = capped ? `Above ${kHighestDb} dB is drawn at ${kHighestDb}.` : '';
      this.note.textContent = [xAxis, model, this.hint, cap].filter(Boolean).join(' ');
      if (!this.byDepth) return;
      this.note.title = 'Depth: the compared tensors on the longest way from an input of the graph.'
        + (model === '' ? '' : ` The line: independent errors of equal relative size add up in energy, so SQNR falls by 3 dB whenever depth doubles. It starts at the median of SQNR + 10 log10(depth) over ${growth.counted} tensors; broken ones and what follows them do not count.`);
    }

    options() {
      const axis = { stroke: css('--muted'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line'), width: 1 }, font: '12px system-ui, sans-serif' };
      const logarithmic = this.metric.scale === 'error' && this.metric.values.some((v) => hasValue(v) && v > 0);
      const deepest = this.points.reduce((deep, index) => Math.max(deep, this.depthOf(index)), 1);
      return {
        width: Math.max(80, this.host.clientWidth), height: Math.max(80, this.host.clientHeight),
        scales: { x: { time: false, range: [1 - 0.02 * deepest, 1.02 * deepest] }, y: logarithmic ? { distr: 3 } : { range: (_, low, high) => this.range(low, high) } },
        axes: [
          { ...axis, size: 30, values: (_, splits) => splits.map((v) => Number.isInteger(v) ? v : '') },
          logarithmic ? { ...axis, size: 60, values: (_, splits) => splits.map(powerText) } : { ...axis, size: 46 },
        ],
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
        series: [{}, { paths: () => null, points: { show: false } }, { stroke: css('--muted'), width: 1.5, dash: [6, 4], points: { show: false } }],
        hooks: { draw: [(plot) => this.draw(plot)] },
      };
    }

    range(low, high) {
      if (low === null || high === null) return [0, 1];
      const [first, last] = this.metric.scale === 'db' ? [Math.min(low, 0), Math.max(high, this.report.findings.faithful_db)] : [low, high];
      const margin = Math.max((last - first) * 0.06, 1e-6);
      return [first - margin, last + margin];
    }

    draw(plot) {
      const { ctx, bbox } = plot;
      const ratio = devicePixelRatio || 1;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left - 8 * ratio, bbox.top - 8 * ratio, bbox.width + 16 * ratio, bbox.height + 16 * ratio);
      ctx.clip();
      this.drawGuides(plot);
      const radius = Math.max(2, Math.min(4, bbox.width / ratio / this.points.length)) * ratio;
      for (const index of this.points) {
        if (index !== this.selected) this.dot(plot, index, radius);
      }
      if (this.selected >= 0) this.dot(plot, this.selected, 5 * ratio, css('--accent'));
      ctx.restore();
    }

    // Where scores begin to matter, and where the first tensor diverges.
    drawGuides(plot) {
      const { ctx, bbox } = plot;
      const { faithful_db, diverging_loss_db, first_diverging } = this.report.findings;
      const guides = { db: [faithful_db, 0], loss: [diverging_loss_db] }[this.metric.scale] ?? [];
      const line = (x, y, width, height) => {
        ctx.beginPath();
        ctx.moveTo(x, y);
        ctx.lineTo(x + width, y + height);
        ctx.stroke();
      };
      ctx.lineWidth = devicePixelRatio || 1;
      ctx.strokeStyle = css('--muted');
      ctx.setLineDash([3, 5]);
      for (const guide of guides) line(bbox.left, plot.valToPos(guide, 'y', true), bbox.width, 0);
      ctx.setLineDash([]);
      if (first_diverging === null) return;
      ctx.strokeStyle = css('--bad');
      line(plot.valToPos(this.depthOf(first_diverging), 'x', true), bbox.top, 0, bbox.height);
    }

    dot(plot, index, radius, ring) {
      const value = this.valueOf(index);
      if (value === null) return;
      const { ctx } = plot;
      const x = plot.valToPos(this.depthOf(index), 'x', true);
      const y = plot.valToPos(value, 'y', true);
      ctx.fillStyle = colourOf(qualityOf(this.report.rows[index], this.metric) ?? 1);
      ctx.beginPath();
      ctx.arc(x, y, radius, 0, 2 * Math.PI);
      ctx.fill();
      if (!ring) return;
      ctx.strokeStyle = ring;
      ctx.lineWidth = 2.5 * (devicePixelRatio || 1);
      ctx.beginPath();
      ctx.arc(x, y, radius + 2.5 * (devicePixelRatio || 1), 0, 2 * Math.PI);
      ctx.stroke();
    }

    // The point under the mouse, or nothing.
    pointAt(left, top) {
      let best = null;
      for (const index of this.points) {
        const value = this.valueOf(index);
        if (value === null) continue;
        const distance = Math.hypot(this.plot.valToPos(this.depthOf(index), 'x') - left, this.plot.valToPos(value, 'y') - top);
        if (distance <= kReach && (!best || distance < best.distance)) best = { index, distance };
      }
      return best ? best.index : -1;
    }

    hover(left, top) {
      const index = this.pointAt(left, top);
      this.tip.hidden = index < 0;
      if (index < 0) return;
      const row = this.report.rows[index];
      const expected = this.expectedAt(this.depthOf(index));
      this.tip.replaceChildren(
        element('b', 'name', row.readable_name),
        element('span', '', `${row.layer_type}${this.byDepth ? ` · depth ${this.depthOf(index)}` : ''} · ${this.metric.title} ${numberText(this.metric.values[index])}`),
        ...(row.swallowed ? [element('span', '', row.swallowed)] : []),
        ...(expected === null ? [] : [element('span', '', `depth alone explains ${expected.toFixed(1)} dB`)]));
      const { over } = this.plot;
      const x = over.offsetLeft + left;
      const wide = this.tip.offsetWidth;
      this.tip.style.left = `${Math.max(4, x + wide + 24 > this.host.clientWidth ? x - wide - 12 : x + 12)}px`;
      this.tip.style.top = '6px';
    }

    // A click selects the nearest tensor; a drag zooms and selects nothing.
    listen() {
      const { over } = this.plot;
      let pressed = null;
      over.addEventListener('mousemove', (event) => this.hover(event.offsetX, event.offsetY));
      over.addEventListener('mouseleave', () => { this.tip.hidden = true; });
      over.addEventListener('mousedown', (event) => { pressed = event.clientX; });
      over.addEventListener('click', (event) => {
        if (pressed === null || Math.abs(event.clientX - pressed) >= 4) return;
        const index = this.pointAt(event.offsetX, event.offsetY);
        if (index >= 0) this.choose(index);
      });
    }
  }

  return ScoreChart;
})();
