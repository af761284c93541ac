// SPDX-License-Identifier: BSD-3-Clause
// The chart and the table of summary.html: both open the tensor that is clicked.
'use strict';

(() => {
  const { byId, metricsOf, pageOf } = acc;
  const report = JSON.parse(byId('data').textContent);
  const { rows, findings } = report;
  acc.indexRows(rows);
  const metrics = metricsOf(report);
  const select = byId('metric');
  metrics.forEach((metric, index) => select.append(new Option(metric.title, index)));
  select.value = String(Math.max(0, metrics.findIndex((metric) => metric.scale === 'db')));
  const chosen = () => metrics[Number(select.value)];
  const linkOf = (row) => pageOf(report, row, chosen());
  const open = (row) => location.assign(linkOf(row));

  const chart = new acc.ScoreChart({
    report, host: byId('chart'), note: byId('chart-note'), hint: 'Click opens a tensor, drag zooms, double click shows all.',
    choose: (index) => open(rows[index]),
  });
  chart.setMetric(chosen());
  const table = new acc.TensorTable({
    rows,
    columns: acc.TensorTable.columnsOf(metrics, rows),
    host: byId('table'),
    linkOf,
    choose: open,
    isMarked: (row) => row.index === findings.first_diverging || row.index === findings.first_not_finite,
  });
  select.addEventListener('change', () => {
    chart.setMetric(chosen());
    table.render(true);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target.matches('input, select')) return;
    event.preventDefault();
    byId('filter').focus();
  });
  const wanted = /^#t(\d+)$/.exec(location.hash);
  if (wanted) table.scrollTo(Number(wanted[1]));
})();
