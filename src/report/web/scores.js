// SPDX-License-Identifier: BSD-3-Clause
// What the pages share: elements, numbers as text, scores and their colours. All text of the run
// goes through textContent.
'use strict';

const acc = (() => {
  const byId = (id) => document.getElementById(id);

  const element = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const clamp01 = (x) => Math.min(1, Math.max(0, x));
  const hasValue = (x) => typeof x === 'number';

  // JSON has no infinity, which is the SQNR of identical tensors.
  const numberOf = (value) => value === 'Infinity' ? Infinity : value === '-Infinity' ? -Infinity : value;

  const numberText = (value) => {
    if (!hasValue(value)) return '–';
    if (Math.abs(value) === Infinity) return value > 0 ? '∞' : '-∞';
    const size = Math.abs(value);
    if (value === 0) return '0';
    if (size < 1e-3 || size >= 1e6) return value.toExponential(3);
    return String(Number(value.toPrecision(6)));
  };

  const dbText = (db) => !hasValue(db) ? 'undefined' : Math.abs(db) === Infinity ? `${numberText(db)} dB` : `${db.toFixed(1)} dB`;

  // On a logarithmic axis; the splits between the powers of ten are null.
  const powerText = (value) => value === null ? '' : value >= 0.001 && value < 1e5 ? String(value) : value.toExponential(0);

  // ---- Scores and their colours -------------------------------------------------------------

  // 0 (lost) to 1 (faithful). Decibels count from 0 to 40, as in the findings. Similarities that are
  // perfect at 1 are put on the same scale by the error they leave; shares are taken as they are.
  // An error without a natural scale is compared with the column itself, logarithmically.
  const qualityFromDb = (db, findings) => clamp01(db / findings.faithful_db);
  const qualities = {
    db: (values, findings) => (value) => qualityFromDb(value, findings),
    share: () => (value) => clamp01(value),
    similarity: (values, findings) => (value) => value >= 1 ? 1 : qualityFromDb(-10 * Math.log10(Math.max(1e-9, 1 - value)), findings),
    error: (values) => {
      const logs = values.filter((v) => Number.isFinite(v) && v > 0).map(Math.log10);
      const low = logs.reduce((a, b) => Math.min(a, b), Infinity);
      const high = logs.reduce((a, b) => Math.max(a, b), -Infinity);
      return (value) => value <= 0 || !(high - low > 1e-9) ? 1 : 1 - (Math.log10(value) - low) / (high - low);
    },
    loss: (values, findings) => (value) => clamp01(1 - value / (2 * findings.diverging_loss_db)),
  };

  const colourOf = (quality) => {
    const hue = quality < 0.5 ? 8 + quality * 2 * 62 : 70 + (quality - 0.5) * 2 * 90;
    const light = document.documentElement.dataset.theme === 'dark' ? 64 : 46;
    return `oklch(${light + 14 * Math.sin(Math.PI * quality)}% 0.15 ${hue + 18})`;
  };

  // Without a signal to measure (a golden tensor of zeros), decibels say nothing.
  const judgesSignal = (row, metric) => metric.scale !== 'db' || hasValue(row.sqnr_db);

  // 0 (lost) to 1 (faithful), or null where the metric says nothing of the row. What a few huge
  // values dominate says nothing of a tensor whose step swallows its values: that one is lost.
  const qualityOf = (row, metric) => {
    if (row.swallowed && (metric.scale === 'db' || metric.scale === 'similarity')) return 0;
    const value = metric.value(row);
    if (hasValue(value) && judgesSignal(row, metric)) return metric.quality(value);
    return metric.scale === 'db' && hasValue(row.agreement) ? row.agreement : null;
  };

  // How near a row is to golden: in decibels, or in equal elements where it holds names.
  const fidelityText = (row) => hasValue(row.agreement) ? `${row.equal} of ${row.size} are equal` : `SQNR ${dbText(row.sqnr_db)}`;
  const agreementText = (row) => `${Number((100 * row.agreement).toPrecision(4))} % equal`;

  const scaleOf = (column) => {
    if (column.unit === 'dB') return 'db';
    if (!column.higher_is_better || column.perfect !== 1) return 'error';
    return column.unit.includes('share') ? 'share' : 'similarity';
  };

  // Everything that scores a tensor: the verifiers, SQNR, and the loss against its inputs.
  const metricsOf = (report) => {
    const { rows, columns, findings } = report;
    const make = (title, hint, scale, value, extra) => {
      const values = rows.map(value);
      return { title, hint, scale, value, values, quality: qualities[scale](values, findings), numeric: true, score: true, ...extra };
    };
    const metrics = columns.map((column, index) => make(
      column.name, `${column.summary}\n${column.formula}\n${column.range}`, scaleOf(column),
      (row) => row.scores[index], { folder: column.folder, index }));
    if (!columns.some((column) => column.verifier === 'SQNR')) {
      metrics.push(make('SQNR dB', 'Signal-to-quantization-noise ratio; always computed.', 'db', (row) => row.sqnr_db));
    }
    if (rows.some((row) => hasValue(row.agreement))) {
      metrics.push(make('Agreement', 'The share of equal elements, 0 to 1, of tensors that hold classes, indices or truth values.', 'share',
        (row) => row.agreement));
    }
    if (report.topological) {
      metrics.push(make('Loss dB', 'The lowest SQNR of what its layer reads minus its own, between 0 and 40 dB.', 'loss',
        (row) => row.loss_db));
    }
    if (rows.some((row) => row.layer)) {
      const layer = (title, hint, field) => {
        if (rows.some((row) => row.layer && row.layer[field] !== null)) metrics.push(make(title, hint, 'db', (row) => row.layer ? row.layer[field] : null));
      };
      layer('Isolated dB', 'The layer alone, on the target, fed golden: the error that it makes.', 'isolated_db');
      layer('Inherited dB', "The layer in float, fed the target's inputs: the error that it passes on.", 'inherited_db');
      layer('Own dB', 'The layer alone against float on the same rounded inputs: what it adds itself.', 'own_db');
      layer('Output alone dB', "The model's output with this layer's own error and no other, where that was measured.", 'output_alone_db');
      layer('Output cut here dB', "The model's output with everything up to this layer on the target and the rest in float.", 'output_cut_db');
      layer('Conversion dB', 'The converted layer in float, fed golden: what is not rounding.', 'conversion_db');
      layer('Inputs dB', 'The layer in float, with the worst of its inputs rounded.', 'inputs_db');
      layer('Weights dB', 'The layer in float, with its weights rounded.', 'weights_db');
      layer('Bias dB', 'The layer in float, with its biases rounded.', 'bias_db');
      layer('Rounding dB', 'The golden tensor itself, rounded.', 'rounding_db');
      layer('Arithmetic dB', 'The layer alone on the target against the same on the host: what the chip adds to the same codes.', 'arithmetic_db');
    }
    return metrics;
  };

  // Rows get their index, numbers where JSON has none, and the text that a search looks at.
  const indexRows = (rows) => rows.forEach((row, index) => {
    row.index = index;
    row.sqnr_db = numberOf(row.sqnr_db);
    row.scores = row.scores.map(numberOf);
    for (const field of Object.keys(row.layer ?? {})) row.layer[field] = numberOf(row.layer[field]);
    row.search = [row.readable_name, row.name, row.golden_name, row.layer_type, row.node, row.verdict, row.note].join('\n').toLowerCase();
  });

  // Whether the chip computed some tensors and the CPU others.
  const mixesProcessors = (rows) => rows.some((row) => row.processor === 'CPU') && rows.some((row) => row.processor && row.processor !== 'CPU');

  // The tensor's page under the wanted verifier, or under the first one that judged it.
  const pageOf = (report, row, metric) => {
    const judged = (index) => index !== undefined && (row.scores[index] !== null || report.columns.length === 1);
    const wanted = metric && judged(metric.index) ? metric.index : Math.max(0, row.scores.findIndex((s) => s !== null));
    return `${report.columns[wanted].folder}/${row.page}.html`;
  };

  return { byId, element, css, clamp01, hasValue, numberOf, numberText, dbText, powerText, colourOf, judgesSignal, qualityOf, fidelityText, agreementText, metricsOf, indexRows, mixesProcessors, pageOf };
})();
