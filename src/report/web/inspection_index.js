// SPDX-License-Identifier: BSD-3-Clause
// The table of index.html: all inspected tensors, the worst first.
'use strict';

(() => {
  const { byId, hasValue, element, numberText } = acc;
  const { rows, scores } = JSON.parse(byId('data').textContent);
  const kBatch = 100;  // Rows that enter the page at once; further ones follow as the table is scrolled.

  // Both histograms in a few bars each, drawn over each other.
  const thumbnail = (bins) => {
    const kSvg = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(kSvg, 'svg');
    svg.setAttribute('viewBox', `0 0 ${bins[0].length} 100`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('class', 'thumbnail');
    ['golden', 'target'].forEach((side, i) => {
      const path = document.createElementNS(kSvg, 'path');
      path.setAttribute('class', side);
      path.setAttribute('d', `M0 100${bins[i].map((height, x) => `V${100 - height}H${x + 1}`).join('')}V100Z`);
      svg.append(path);
    });
    return svg;
  };

  const pages = [['Histograms.html', 'Histograms'], ['CDF_plots.html', 'CDF'], ['Diff_plots.html', 'Diff'], ['Distribution_min-max.png', 'Density']];
  const link = (row, page, label) => {
    const anchor = element('a', label === row.readable_name ? 'name' : '', label);
    anchor.href = `${row.folder}/${page}`;
    anchor.title = label;
    return anchor;
  };
  const nameCell = (row, cell) => cell.append(row.folder ? link(row, 'Histograms.html', row.readable_name) : element('span', 'name', row.readable_name));
  const plotsCell = (row, cell) => {
    if (!row.folder) return;
    cell.className = 'links';
    for (const [page, label] of pages) cell.append(link(row, page, label), ' ');
  };
  const histogramCell = (row, cell) => { if (row.bins) cell.append(thumbnail(row.bins)); };

  const number = (title, value, hint) => ({ title, value, numeric: true, hint });
  const share = (title, key, hint) => number(title, (row) => hasValue(row[key]) ? 100 * row[key] : null, hint);
  const columns = [
    { title: 'Name', value: (row) => row.readable_name, fill: nameCell },
    { title: 'Histogram', value: (row) => row.index, fill: histogramCell },
    { title: 'Plots', value: (row) => row.index, fill: plotsCell },
    ...(scores.includes('SQNR') ? [] : [number('SQNR dB', (row) => row.sqnr_db, 'Signal-to-quantization-noise ratio; always computed.')]),
    ...scores.map((title, i) => number(title, (row) => row.scores[i])),
    { title: 'Verdict', value: (row) => row.verdict },
    { title: 'Layer Type', value: (row) => row.type },
    { title: 'Tensor_dims', value: (row) => row.dims ? row.dims.join('x') || 'scalar' : '' },
    ...['golden_min', 'golden_max', 'target_min', 'target_max', 'calibrated_min', 'calibrated_max'].map((key) => number(key, (row) => row[key])),
    share('golden outside %', 'golden_outside', 'Golden elements that the calibrated range clips.'),
    share('target outside %', 'target_outside', 'Target elements beyond the calibrated range.'),
    { title: 'Note', value: (row) => row.note },
  ].filter((column) => !column.hint || rows.some((row) => hasValue(column.value(row))));

  rows.forEach((row, index) => {
    row.index = index;
    for (const [key, value] of Object.entries(row)) row[key] = acc.numberOf(value);
    row.scores = row.scores.map(acc.numberOf);
    row.search = [row.readable_name, row.name, row.golden_name, row.type, row.verdict, row.note].join('\n').toLowerCase();
  });

  let order = rows.slice();
  let shown = 0;
  let sorted = { column: null, descending: false };
  const body = element('tbody');

  const line = (row) => {
    const tr = element('tr');
    for (const column of columns) {
      const cell = element('td', column.numeric ? 'n' : '');
      const value = column.value(row);
      if (column.fill) column.fill(row, cell);
      else cell.textContent = column.numeric ? numberText(value) : value;
      if (!column.fill && !column.numeric && value) cell.title = value;
      tr.append(cell);
    }
    return tr;
  };
  const showMore = () => {
    body.append(...order.slice(shown, shown + kBatch).map(line));
    shown = Math.min(order.length, shown + kBatch);
  };

  // Empty values come last whatever the direction.
  const compare = (a, b) => {
    const { column, descending } = sorted;
    const [x, y] = [column.value(a), column.value(b)];
    const missing = (v) => v === null || v === undefined || v === '';
    if (missing(x) || missing(y)) return missing(x) - missing(y) || a.index - b.index;
    const result = column.numeric ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true });
    return (descending ? -result : result) || a.index - b.index;
  };
  const update = () => {
    const words = byId('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
    order = rows.filter((row) => words.every((word) => row.search.includes(word)));
    if (sorted.column) order.sort(compare);
    byId('count').textContent = `${order.length} of ${rows.length}`;
    body.replaceChildren();
    shown = 0;
    showMore();
  };

  const head = element('tr');
  for (const column of columns) {
    const header = element('th', column.numeric ? 'n' : '');
    header.scope = 'col';
    const button = element('button', '', column.title);
    button.type = 'button';
    if (column.hint) button.title = column.hint;
    button.addEventListener('click', () => {
      sorted = { column, descending: sorted.column === column && !sorted.descending };
      head.querySelectorAll('th').forEach((other) => other.removeAttribute('aria-sort'));
      header.setAttribute('aria-sort', sorted.descending ? 'descending' : 'ascending');
      update();
    });
    header.append(button);
    head.append(header);
  }
  const table = element('table');
  table.append(element('thead'), body);
  table.firstChild.append(head);
  byId('table').append(table);
  byId('table').addEventListener('scroll', ({ target }) => {
    if (target.scrollTop + 2 * target.clientHeight > target.scrollHeight) showMore();
  }, { passive: true });
  byId('filter').addEventListener('input', update);
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target.matches('input, select')) return;
    event.preventDefault();
    byId('filter').focus();
  });
  update();
})();
