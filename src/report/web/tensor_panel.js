// SPDX-License-Identifier: BSD-3-Clause
// All that is known of the selected tensor, or of a node that has none.
'use strict';

acc.TensorPanel = (() => {
  const { element, hasValue, numberText, dbText, colourOf, pageOf } = acc;

  // A word as a shell takes it.
  const quoted = (word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

  const table = (head, lines) => {
    const node = element('table', 'compact');
    if (head) {
      const row = element('tr');
      head.forEach((text) => row.append(element('th', '', text)));
      const section = element('thead');
      section.append(row);
      node.append(section);
    }
    const body = element('tbody');
    for (const line of lines) {
      const row = element('tr');
      line.forEach((cell) => {
        if (cell instanceof Node) {
          const box = element('td');
          box.append(cell);
          row.append(box);
        } else {
          row.append(element('td', '', cell));
        }
      });
      body.append(row);
    }
    node.append(body);
    return node;
  };

  const block = (title, ...children) => {
    const node = element('div', 'block');
    if (title) node.append(element('h3', '', title));
    node.append(...children);
    return node;
  };

  class TensorPanel {
    // Options: report, metrics, host, chooseRow(index), chooseNode(side, node)
    constructor(options) {
      Object.assign(this, options);
      this.readers = this.report.rows.map(() => []);
      this.report.rows.forEach((row) => row.inputs.forEach((input) => this.readers[input].push(row.index)));
      document.addEventListener('themechange', () => { if (this.again) this.again(); });
    }

    fill(...children) {
      this.host.replaceChildren(...children.filter(Boolean));
      this.host.scrollTop = 0;
    }

    showNothing() {
      this.again = null;
      this.fill(element('p', 'empty', 'Select a node of the graph, a point of the chart or a row of the table.'));
    }

    // ---- A compared tensor --------------------------------------------------------------------

    showRow(index) {
      this.again = () => this.showRow(index);
      const row = this.report.rows[index];
      const details = this.report.details[index];
      this.fill(
        this.heading(row, details),
        this.verdict(row, details),
        this.signal(row, details),
        this.scores(row, details),
        this.ranges(row, details),
        ...acc.distribution(details, this.report.findings),
        this.neighbours('Reads', row.inputs),
        this.neighbours('Read by', this.readers[index]),
        this.elements(details),
        this.reproduction(row, details));
    }

    heading(row, details) {
      const node = element('div', 'panel-head');
      node.append(element('h2', 'name', row.readable_name));
      const meta = element('p', 'meta');
      if (row.layer_type) meta.append(element('span', 'tag', row.layer_type));
      if (row.processor) meta.append(element('span', acc.mixesProcessors(this.report.rows) && row.processor === 'CPU' ? 'tag cpu' : 'tag', `computed by the ${row.processor}`));
      if (details.is_output) meta.append(element('span', 'tag', 'output'));
      meta.append(element('span', '', row.dims ? (row.dims.join(' × ') || 'scalar') : 'dims unknown'));
      if (details.layout) meta.append(element('span', '', `${details.layout} (golden: channels first)`));
      meta.append(element('span', '', `${row.size.toLocaleString('en')} elements`));
      node.append(meta);
      const golden = element('p', 'meta');
      // The heading has one of the names; the other is the one to be told.
      const isGolden = row.readable_name !== row.name;
      golden.append(element('span', '', isGolden ? 'target ' : 'golden '), element('b', 'name', isGolden ? row.name : row.golden_name), element('span', '', `matched by ${row.matched_by}`));
      if (row.node && row.node !== row.name) golden.append(element('span', '', `node ${row.node}`));
      node.append(golden);
      return node;
    }

    verdict(row, details) {
      const node = element('div');
      if (row.verdict !== 'match') {
        const line = element('p', row.verdict === 'not judged' ? 'muted' : 'warning');
        line.append(element('b', '', row.verdict), details.reason ? `: ${details.reason}` : '');
        node.append(line);
      }
      if (details.note) node.append(element('p', 'warning', details.note));
      if (details.encoding && details.encoding.clipping) node.append(element('p', 'warning', details.encoding.clipping));
      return node.childNodes.length ? node : null;
    }

    // In a sentence: where the error comes from.
    signal(row, details) {
      const { findings, growth, topological } = this.report;
      const node = element('p', 'signal');
      if (hasValue(row.agreement)) {
        node.append('Agreement ', element('b', 'score', acc.agreementText(row)), element('span', 'muted', ` It holds classes, indices or truth values: ${acc.fidelityText(row)}.`));
        return node;
      }
      const own = element('b', 'score', details.is_equal ? 'equal' : dbText(row.sqnr_db));
      if (hasValue(row.sqnr_db)) {
        own.dataset.q = '';
        own.style.setProperty('--q', colourOf(row.swallowed ? 0 : acc.clamp01(row.sqnr_db / findings.faithful_db)));
      }
      node.append('SQNR ', own);
      if (row.swallowed) {
        node.append(element('span', '', ` It diverges here: ${row.swallowed}.`));
      } else if (topological && hasValue(row.loss_db) && row.inputs.length > 0) {
        const from = row.inputs_sqnr_db >= findings.faithful_db ? `at least ${dbText(row.inputs_sqnr_db)}` : dbText(row.inputs_sqnr_db);
        const words = row.loss_db >= findings.diverging_loss_db ? 'It diverges here: ' : row.loss_db > 3 ? 'It loses here: ' : row.loss_db < -1 ? 'It gains: ' : 'It keeps what it gets: ';
        node.append(element('span', '', ` ${words}its inputs have ${from}${row.loss_db > 0.05 ? `, it loses ${row.loss_db.toFixed(1)} dB` : ''}.`));
      }
      if (growth.first_db !== null && hasValue(row.sqnr_db)) {
        const expected = growth.first_db - 10 * Math.log10(growth.depth[row.index]);
        const beyond = expected - row.sqnr_db;
        node.append(element('span', 'muted', ` Depth ${growth.depth[row.index]} alone explains ${expected.toFixed(1)} dB${beyond > 1 ? `; it is ${beyond.toFixed(1)} dB below` : ''}.`));
      }
      return node;
    }

    scores(row, details) {
      const node = element('div', 'scores');
      for (const metric of this.metrics) {
        const value = metric.value(row);
        const note = metric.index === undefined ? '' : details.notes[metric.index];
        if (value === null && !note) continue;
        const chip = element('span', 'chip');
        const score = element('b', 'score', numberText(value));
        const quality = hasValue(value) ? acc.qualityOf(row, metric) : null;
        if (quality !== null) {
          score.dataset.q = '';
          score.style.setProperty('--q', colourOf(quality));
        }
        if (row.outside_threshold.includes(metric.index)) score.classList.add('outside');
        chip.append(`${metric.title} `, score);
        chip.title = metric.hint;
        const remark = [this.threshold(row, metric), note].filter(Boolean).join('; ');
        if (remark) chip.append(element('small', 'muted', ` ${remark}`));
        node.append(chip);
      }
      return node;
    }

    threshold(row, metric) {
      const column = this.report.columns[metric.index];
      if (!column || column.threshold === null) return '';
      return `${row.outside_threshold.includes(metric.index) ? 'outside' : 'within'} ${numberText(column.threshold)}`;
    }

    ranges(row, details) {
      const ranges = [['golden', row.golden_min, row.golden_max], ['target', row.target_min, row.target_max]];
      const { encoding } = details;
      if (encoding && hasValue(encoding.min)) ranges.push(['calibrated', encoding.min, encoding.max]);
      const children = [];
      const known = ranges.filter(([, low, high]) => hasValue(low) && hasValue(high));
      const low = known.reduce((a, range) => Math.min(a, range[1]), Infinity);
      const span = known.reduce((a, range) => Math.max(a, range[2]), -Infinity) - low;
      if (span > 0) {
        const bars = element('div', 'ranges');
        for (const [label, from, to] of known) {
          const track = element('span', 'track');
          const bar = element('i', label);
          bar.style.left = `${100 * (from - low) / span}%`;
          bar.style.width = `${Math.max(0.5, 100 * (to - from) / span)}%`;
          track.append(bar);
          bars.append(element('span', '', label), track, element('span', 'num', `${numberText(from)} … ${numberText(to)}`));
        }
        children.push(bars);
      }
      if (encoding && encoding.text) children.push(element('p', 'encoding', `Encoding: ${encoding.text}`));
      const counts = details.statistics.filter(([name, golden, target]) => !['min', 'max'].includes(name) && !(['NaN', 'infinite'].includes(name) && golden === 0 && target === 0));
      children.push(table(['', 'golden', 'target'], counts.map(([name, golden, target]) => [name, numberText(golden), numberText(target)])));
      return block('Ranges', ...children);
    }

    rowButton(index) {
      const row = this.report.rows[index];
      const button = element('button', 'link name', row.readable_name);
      button.type = 'button';
      button.addEventListener('click', () => this.chooseRow(index));
      return button;
    }

    neighbours(title, rows) {
      if (rows.length === 0) return null;
      const shown = rows.slice(0, 12);
      const lines = shown.map((index) => {
        const row = this.report.rows[index];
        return [this.rowButton(index), row.layer_type, hasValue(row.agreement) ? acc.agreementText(row) : dbText(row.sqnr_db)];
      });
      if (rows.length > shown.length) lines.push([`and ${rows.length - shown.length} more`, '', '']);
      return block(title, table(null, lines));
    }

    elements(details) {
      if (details.worst.length === 0) return null;
      return block('Worst elements', table(['index', 'coordinates', 'golden', 'target'],
        details.worst.map(([index, coordinates, golden, target]) => [String(index), coordinates, numberText(golden), numberText(target)])));
    }

    inspection(details) {
      if (!details.inspection) return [];
      const folder = details.inspection.split('/').map(encodeURIComponent).join('/');
      return [['Histograms', 'Histograms'], ['CDF', 'CDF_plots'], ['Differences', 'Diff_plots']].flatMap(([text, file]) => {
        const link = element('a', '', text);
        link.href = `${folder}/${file}.html`;
        return [' · ', link];
      });
    }

    reproduction(row, details) {
      const node = block('More');
      const page = element('a', '', 'The page of this tensor');
      page.href = pageOf(this.report, row, null);
      node.append(page, ...this.inspection(details));
      const command = this.report.golden_command;
      if (command && command.length > 0 && !row.golden_name.includes(',')) {
        node.append(element('p', 'muted', 'Only this tensor of the golden run, again:'), this.command([...command, '--add_layer_outputs', row.golden_name]));
      }
      if (this.report.command.length > 0) node.append(element('p', 'muted', 'This report:'), this.command(this.report.command));
      return node;
    }

    command(words) {
      const text = ['snpe-accuracy-debugger', ...words].map(quoted).join(' ');
      const node = element('div', 'reproduce');
      const button = element('button', '', 'Copy');
      button.type = 'button';
      button.addEventListener('click', async () => {
        try {
          await navigator.clipboard.writeText(text);
          button.textContent = 'Copied';
        } catch {
          getSelection().selectAllChildren(code);   // Where the browser refuses: selected, to be copied by hand.
        }
      });
      const code = element('code', 'command', text);
      node.append(code, button);
      return node;
    }

    // ---- A node without a compared tensor -----------------------------------------------------

    // `heirs`: the compared tensors that carry on what it computes.
    showNode(side, node, heirs) {
      this.again = () => this.showNode(side, node, heirs);
      const head = element('div', 'panel-head');
      head.append(element('h2', 'name', node.outputs[0] || node.name));
      const meta = element('p', 'meta');
      meta.append(element('span', 'tag', node.type || '?'), element('span', '', `only in the ${side} graph`));
      if (node.name) meta.append(element('span', 'name', `node ${node.name}`));
      head.append(meta);
      const reason = element('p', 'warning', `Not compared: ${node.absence}.`);
      this.fill(head, reason, this.neighbours('Its result is in', heirs));
    }
  }

  return TensorPanel;
})();
