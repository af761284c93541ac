// SPDX-License-Identifier: BSD-3-Clause
// What the pages of the tensor inspection share. All text of the run goes through textContent.
'use strict';

const acc = (() => {
  const byId = (id) => document.getElementById(id);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const hasValue = (x) => typeof x === 'number';

  const element = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  // JSON has no infinity, which is the SQNR of identical tensors.
  const numberOf = (value) => value === 'Infinity' ? Infinity : value === '-Infinity' ? -Infinity : value;

  const numberText = (value, digits = 6) => {
    if (!hasValue(value)) return '–';
    if (Math.abs(value) === Infinity) return value > 0 ? '∞' : '-∞';
    const size = Math.abs(value);
    if (value === 0) return '0';
    if (size < 1e-3 || size >= 1e6) return value.toExponential(digits - 3);
    return String(Number(value.toPrecision(digits)));
  };
  const countText = (count) => count.toLocaleString('en');
  const percentText = (share) => `${numberText(100 * share, 4)} %`;

  // Row-major coordinates of an index; nothing where the dimensions are unknown.
  const coordinates = (index, dims) => {
    if (!dims || !dims.length) return '';
    const position = [];
    for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
      position.unshift(index % dims[axis]);
      index = Math.floor(index / dims[axis]);
    }
    return `[${position.join(', ')}]`;
  };

  const axis = (more) => ({
    stroke: css('--muted'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line'), width: 1 },
    font: '12px system-ui, sans-serif', ...more,
  });

  // The splits of a logarithmic axis between the powers of ten are null.
  const tickText = (_, splits) => splits.map((v) => v === null ? '' : numberText(v, 5));

  // A plot that fills `host`. `tip(plot)` gives the lines of text for the cursor's position, the first in bold, or null.
  const draw = (host, { height, scales, axes, series, data, tip, draw: drawMore, sync }) => {
    const bubble = element('div', 'tip');
    bubble.hidden = true;
    const hover = (plot) => {
      const lines = plot.cursor.left >= 0 ? tip(plot) : null;
      bubble.hidden = !lines;
      if (!lines) return;
      bubble.replaceChildren(...lines.map((line, i) => element(i ? 'div' : 'b', '', line)));
      const left = plot.cursor.left + plot.bbox.left / devicePixelRatio;
      const width = bubble.offsetWidth;
      bubble.style.left = `${left + width + 24 > plot.width ? Math.max(0, left - width - 14) : left + 14}px`;
      bubble.style.top = '10px';
    };
    const plot = new uPlot({
      width: host.clientWidth, height, scales, axes, series, legend: { show: false },
      cursor: { drag: { x: true, y: false }, points: { show: false }, sync: sync && { key: sync } },
      hooks: { setCursor: [hover], draw: drawMore ? [drawMore] : [] },
    }, data, host);
    host.append(bubble);
    return plot;
  };

  // Draws now, and again where the theme or the width changes. `make` returns the plots that it made.
  const keepDrawn = (make) => {
    let plots = make();
    const again = () => {
      plots.forEach((plot) => { plot.root.parentElement.replaceChildren(); plot.destroy(); });
      plots = make();
    };
    document.addEventListener('themechange', again);
    addEventListener('resize', again);
    return again;
  };

  return { byId, css, hasValue, element, numberOf, numberText, countText, percentText, coordinates, axis, tickText, draw, keepDrawn };
})();
