// SPDX-License-Identifier: BSD-3-Clause
// How the values of a pair are spread: both histograms on common bins, and the channels that carry
// the error.
'use strict';

acc.distribution = (() => {
  const { element, css, hasValue, numberText, colourOf, clamp01 } = acc;

  const share = (part, whole) => whole > 0 ? `${numberText(Number((100 * part / whole).toPrecision(3)))} %` : '–';
  const sum = (counts) => counts.reduce((a, b) => a + b, 0);

  const translucent = (colour, percent) => `color-mix(in srgb, ${colour} ${percent}%, transparent)`;

  // The powers of ten between two numbers, at most about five.
  const powers = (plot, axis, low, high) => {
    const first = Math.ceil(Math.log10(low));
    const last = Math.floor(Math.log10(high));
    const step = Math.max(1, Math.ceil((last - first) / 4));
    return Array.from({ length: Math.max(0, Math.floor((last - first) / step)) + 1 }, (_, i) => 10 ** (first + i * step));
  };

  class Histogram {
    constructor(distribution, encoding) {
      this.distribution = distribution;
      this.encoding = encoding;
      this.isLogarithmic = this.wantsLogarithm();
      this.host = element('div', 'plot');
      this.tip = element('div', 'tip');
      this.tip.hidden = true;
      this.totals = { golden: sum(distribution.golden), target: sum(distribution.target) };
    }

    // A few bins that hold nearly all would hide the rest.
    wantsLogarithm() {
      const counts = this.distribution.golden.filter((count) => count > 0).sort((a, b) => a - b);
      return counts.length > 4 && counts.at(-1) > 200 * counts[counts.length >> 1];
    }

    show() {
      if (this.plot) this.plot.destroy();
      const { low, width, golden, target } = this.distribution;
      const edges = Array.from({ length: golden.length + 1 }, (_, i) => low + i * width);
      // Steps need the right edge of the last bin; a logarithmic axis has no place for 0.
      const steps = (counts) => [...counts, counts.at(-1)].map((count) => this.isLogarithmic && count === 0 ? null : count);
      this.plot = new uPlot(this.options(edges), [edges, steps(golden), steps(target)], this.host);
      this.host.append(this.tip);
      this.plot.over.addEventListener('mouseleave', () => { this.tip.hidden = true; });
    }

    options(edges) {
      const axis = { stroke: css('--muted'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line'), width: 1 }, font: '11px system-ui, sans-serif' };
      const series = (name) => ({
        label: name, stroke: css(`--${name}`), width: 1.5, fill: translucent(css(`--${name}`), 28), points: { show: false },
        paths: uPlot.paths.stepped({ align: 1 }),
        fillTo: () => this.isLogarithmic ? 0.5 : 0,
      });
      return {
        width: Math.max(80, this.host.clientWidth || 300), height: 150,
        scales: { x: { time: false, range: [edges[0], edges.at(-1)] }, y: this.isLogarithmic ? { distr: 3, range: (_, __, high) => [0.5, Math.max(10, high * 1.5)] } : { range: (_, __, high) => [0, (high || 1) * 1.06] } },
        axes: [
          { ...axis, size: 26, values: (_, splits) => splits.map((v) => numberText(Number(v.toPrecision(4)))) },
          { ...axis, size: 54, ...(this.isLogarithmic ? { splits: powers } : {}), values: (_, splits) => splits.map((v) => v === null ? '' : v >= 1e4 ? v.toExponential(0) : String(v)) },
        ],
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
        series: [{}, series('golden'), series('target')],
        hooks: { draw: [(plot) => this.drawEncoding(plot)], setCursor: [(plot) => this.hover(plot)] },
      };
    }

    // What the encoding covers.
    drawEncoding(plot) {
      if (!this.encoding || !hasValue(this.encoding.min)) return;
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.strokeStyle = css('--calibrated');
      ctx.lineWidth = 1.5 * (devicePixelRatio || 1);
      ctx.setLineDash([4, 3]);
      for (const edge of [this.encoding.min, this.encoding.max]) {
        const x = plot.valToPos(edge, 'x', true);
        if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) continue;
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
      }
      ctx.restore();
    }

    hover(plot) {
      const { low, width, golden, target } = this.distribution;
      const bin = Math.floor((plot.posToVal(plot.cursor.left, 'x') - low) / width);
      this.tip.hidden = !(plot.cursor.left >= 0) || bin < 0 || bin >= golden.length;
      if (this.tip.hidden) return;
      this.tip.replaceChildren(
        element('b', '', `${numberText(low + bin * width)} … ${numberText(low + (bin + 1) * width)}`),
        element('span', '', `golden ${golden[bin].toLocaleString('en')} (${share(golden[bin], this.totals.golden)})`), element('br'),
        element('span', '', `target ${target[bin].toLocaleString('en')} (${share(target[bin], this.totals.target)})`));
      const left = plot.over.offsetLeft + plot.cursor.left;
      const wide = this.tip.offsetWidth;
      this.tip.style.left = `${Math.max(0, left + wide + 16 > plot.width ? left - wide - 12 : left + 12)}px`;
      this.tip.style.top = '4px';
    }
  }

  const legendOf = (names) => {
    const legend = element('p', 'keys');
    for (const name of names) legend.append(element('span', `key ${name}`, name === 'calibrated' ? 'what the encoding covers' : name));
    return legend;
  };

  const histogramBlock = (details) => {
    const { distribution, encoding } = details;
    const node = element('div', 'block histogram');
    node.append(element('h3', '', 'Histograms'));
    const histogram = new Histogram(distribution, encoding);
    const legend = legendOf(encoding && hasValue(encoding.min) ? ['golden', 'target', 'calibrated'] : ['golden', 'target']);
    const label = element('label', 'check');
    const box = element('input');
    box.type = 'checkbox';
    box.checked = histogram.isLogarithmic;
    box.addEventListener('change', () => {
      histogram.isLogarithmic = box.checked;
      histogram.show();
    });
    label.append(box, ' logarithmic');
    legend.append(label);
    node.append(histogram.host, legend);
    if (distribution.golden_outside > 0) {
      node.append(element('p', 'muted', `${distribution.golden_outside.toLocaleString('en')} golden elements (${share(distribution.golden_outside, histogram.totals.golden)}) lie outside the encoding.`));
    }
    // Once it is in the page and has a width.
    requestAnimationFrame(() => { if (node.isConnected) histogram.show(); });
    return node;
  };

  const channelBlock = ({ worst_channels, channel_count }, findings) => {
    const node = element('div', 'block channels');
    node.append(element('h3', '', 'Worst channels'));
    const bars = element('div', 'bars');
    const largest = worst_channels[0][2];
    for (const [channel, sqnr, part, goldenLow, goldenHigh, targetLow, targetHigh] of worst_channels) {
      const track = element('span', 'track');
      const bar = element('i');
      bar.style.width = `${Math.max(0.5, 100 * part / largest)}%`;
      bar.style.background = hasValue(sqnr) ? colourOf(clamp01(sqnr / findings.faithful_db)) : css('--muted');
      track.append(bar);
      track.title = `channel ${channel}: golden ${numberText(goldenLow)} … ${numberText(goldenHigh)}, target ${numberText(targetLow)} … ${numberText(targetHigh)}`;
      bars.append(element('span', '', String(channel)), track, element('span', 'num', `${share(part, 1)} of the error`), element('span', 'num', hasValue(sqnr) ? `${sqnr.toFixed(1)} dB` : '–'));
    }
    const even = 100 / channel_count;
    node.append(bars, element('p', 'muted', `Of ${channel_count} channels; an even share would be ${numberText(Number(even.toPrecision(3)))} %.`));
    return node;
  };

  // The blocks of the panel for one tensor.
  return (details, findings) => {
    const { distribution } = details;
    if (!distribution) return [];
    const blocks = [];
    if (distribution.golden.length > 0) blocks.push(histogramBlock(details));
    if (distribution.worst_channels.length > 0) blocks.push(channelBlock(distribution, findings));
    return blocks;
  };
})();
