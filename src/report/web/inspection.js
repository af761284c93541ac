// SPDX-License-Identifier: BSD-3-Clause
// The plots of one tensor: Histograms.html, CDF_plots.html and Diff_plots.html.
'use strict';

(() => {
  const { byId, css, numberText, countText, percentText, axis, tickText } = acc;
  const data = JSON.parse(byId('data').textContent);
  const kHeight = 380;
  const faint = (colour) => `${colour}40`;
  const golden = () => css('--golden');
  const target = () => css('--target');

  // Dashed vertical lines at the ends of the calibrated range.
  const drawCalibrated = (plot) => {
    if (!data.calibrated) return;
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = css('--bad');
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    for (const x of data.calibrated.map((value) => plot.valToPos(value, 'x', true))) {
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  };

  const valueScale = (low, high) => {
    const ends = data.calibrated ? [Math.min(low, data.calibrated[0]), Math.max(high, data.calibrated[1])] : [low, high];
    const margin = (ends[1] - ends[0] || 1) * 0.02;
    return { time: false, min: ends[0] - margin, max: ends[1] + margin };
  };

  const nothingToDraw = () => {
    byId('plot').textContent = 'No finite element to draw.';
    return [];
  };

  const histograms = () => {
    const { edges } = data;
    const bins = data.golden.length;
    if (!bins) return nothingToDraw();
    const logarithmic = byId('logarithmic').checked;
    const heights = (counts) => [...counts, counts.at(-1)].map((count) => logarithmic && count === 0 ? null : count);
    const line = (label, colour) => ({
      label, stroke: colour, fill: faint(colour), width: 1.5, points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }),
    });
    const tip = (plot) => {
      const x = plot.posToVal(plot.cursor.left, 'x');
      const bin = edges.findIndex((edge) => edge > x) - 1;
      if (bin < 0) return null;
      const side = (name, counts, total) => `${name} ${countText(counts[bin])} (${percentText(counts[bin] / total)})`;
      return [
        `${numberText(edges[bin])} … ${numberText(edges[bin + 1])}`,
        side('golden', data.golden, data.golden_total), side('target', data.target, data.target_total),
      ];
    };
    return [acc.draw(byId('plot'), {
      height: kHeight, tip, draw: drawCalibrated,
      scales: { x: valueScale(edges[0], edges[bins]), y: logarithmic ? { distr: 3 } : { range: (_, __, max) => [0, max * 1.05 || 1] } },
      axes: [axis({ values: tickText }), axis({ size: 70, values: tickText })],
      series: [{}, line('golden', golden()), line('target', target())],
      data: [edges, heights(data.golden), heights(data.target)],
    })];
  };

  const density = () => {
    const x = data.density_x;
    const tip = (plot) => {
      const at = plot.cursor.idx;
      if (at === null || at === undefined) return null;
      return [numberText(x[at]), `density ${numberText(data.density[at])}`];
    };
    return [acc.draw(byId('density'), {
      height: 240, tip, draw: drawCalibrated,
      scales: { x: valueScale(x[0], x.at(-1)), y: { range: (_, __, max) => [0, max * 1.05 || 1] } },
      axes: [axis({ values: tickText }), axis({ size: 70, values: tickText })],
      series: [{}, { stroke: target(), fill: faint(target()), width: 1.5, points: { show: false } }],
      data: [x, data.density],
    })];
  };

  const cdf = () => {
    if (!data.x.length) return nothingToDraw();
    const line = (label, colour) => ({ label, stroke: colour, width: 2, points: { show: false } });
    const tip = (plot) => {
      const at = plot.cursor.idx;
      if (at === null || at === undefined) return null;
      return [
        `below ${numberText(data.x[at])}`, `golden ${percentText(data.golden[at])}`, `target ${percentText(data.target[at])}`,
        `target - golden ${percentText(data.target[at] - data.golden[at])}`,
      ];
    };
    return [acc.draw(byId('plot'), {
      height: kHeight, tip, draw: drawCalibrated,
      scales: { x: valueScale(data.x[0], data.x.at(-1)), y: { range: [0, 1.02] } },
      axes: [axis({ values: tickText }), axis({ size: 56 })],
      series: [{}, line('golden', golden()), line('target', target())],
      data: [data.x, data.golden, data.target],
    })];
  };

  // Values as points above, their difference as a line below; one cursor for both.
  const differences = () => {
    if (!data.index.length) return nothingToDraw();
    const points = (label, colour) => ({
      label, paths: () => null, points: { show: true, size: data.index.length > 500 ? 3 : 5, stroke: colour, fill: colour, width: 0 },
    });
    const tip = (plot) => {
      const at = plot.cursor.idx;
      if (at === null || at === undefined) return null;
      const place = acc.coordinates(data.index[at], data.dims);
      return [
        `index ${data.index[at]}${place && ` = ${place}`}`, `golden ${numberText(data.golden[at], 9)}`,
        `target ${numberText(data.target[at], 9)}`, `difference ${numberText(data.target[at] - data.golden[at], 9)}`,
      ];
    };
    const shared = {
      tip, sync: 'index', scales: { x: { time: false } }, axes: [axis({ values: tickText }), axis({ size: 70, values: tickText })],
    };
    const difference = data.index.map((_, i) => data.target[i] - data.golden[i]);
    const line = { label: 'difference', stroke: css('--difference'), width: 1.2, points: { show: data.index.length < 60 } };
    return [
      acc.draw(byId('plot'), {
        ...shared, height: 320, series: [{}, points('golden', golden()), points('target', target())],
        data: [data.index, data.golden, data.target],
      }),
      acc.draw(byId('difference'), { ...shared, height: 220, series: [{}, line], data: [data.index, difference] }),
    ];
  };

  const channels = () => {
    const share = data.channels.map(([, value]) => value);
    const tip = (plot) => {
      const at = plot.cursor.idx;
      if (at === null || at === undefined) return null;
      return [`channel ${data.channels[at][0]}`, `${numberText(share[at], 4)} % of the error`];
    };
    const bars = { label: 'share', stroke: css('--bad'), fill: faint(css('--bad')), width: 1, points: { show: false }, paths: uPlot.paths.bars({ size: [0.8, 24] }) };
    return [acc.draw(byId('channels'), {
      height: 200, tip, scales: { x: { time: false, range: (_, min, max) => [min - 0.6, max + 0.6] }, y: { range: (_, __, max) => [0, max * 1.08 || 1] } },
      axes: [axis({ values: (_, splits) => splits.map((v) => Number.isInteger(v) ? String(v) : '') }), axis({ size: 56 })],
      series: [{}, bars], data: [data.channels.map(([channel]) => channel), share],
    })];
  };

  if (data.page === 'histograms') {
    const again = acc.keepDrawn(histograms);
    byId('logarithmic').addEventListener('change', again);
    if (data.density.length) acc.keepDrawn(density);
  } else if (data.page === 'cdf') {
    acc.keepDrawn(cdf);
  } else {
    acc.keepDrawn(differences);
    if (data.channels) acc.keepDrawn(channels);
  }
})();
