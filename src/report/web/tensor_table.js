// SPDX-License-Identifier: BSD-3-Clause
// The table of tensors: sorted, filtered, with only the rows in the page that can be seen.
'use strict';

acc.TensorTable = (() => {
  const { byId, element, hasValue, numberText, colourOf, judgesSignal, qualityOf } = acc;
  const kOverscan = 150;

  // Options:
  //   rows, columns   what acc.indexRows() and columnsOf() made
  //   host            the element that scrolls
  //   linkOf(row)     where a name leads
  //   choose(row)     a click on the row, or on its name without a key
  //   isMarked(row)   whether it bears the mark of the first to diverge
  //   rowHeight       in pixels, as the style sheet has it; 32 unless given
  //   selects         a click on a name chooses too, instead of following the link
  // The page has the inputs #filter, #verdict and #processor (in a label of its own), and #count.
  class TensorTable {
    constructor(options) {
      Object.assign(this, options);
      this.rowHeight ??= 32;
      this.mixed = acc.mixesProcessors(this.rows);
      this.order = this.rows.slice();
      this.sort = { column: this.columns[0], descending: false };
      this.first = this.last = -1;
      this.selected = -1;
      this.grid = element('table');
      this.body = element('tbody');
      this.empty = element('p', 'empty', 'No tensor fits the filter.');
      this.grid.append(this.head(), this.body);
      this.host.append(this.grid, this.empty);
      this.listen();
      this.update();
    }

    cell(row, column) {
      const value = column.value(row);
      const cell = element('td', `${column.numeric ? 'n' : ''}${column.link ? 'sticky wide' : ''}${column.wide ? 'wide' : ''}${column.whole ? 'whole' : ''}`);
      if (column.link) {
        const link = element('a', 'name', value);
        link.href = this.linkOf(row);
        link.title = value;
        cell.append(link);
      } else if (column.verdict) {
        cell.append(element('span', `verdict ${value === 'match' ? 'match' : value === 'suspicious' ? 'suspicious' : value === 'not judged' ? 'open' : ''}`, value));
      } else if (column.processor) {
        if (value) cell.append(element('span', this.mixed && value === 'CPU' ? 'tag cpu' : '', value));
      } else if (column.score) {
        cell.append(this.score(row, column, value));
      } else {
        cell.textContent = column.plain ? value : column.numeric ? numberText(value) : value;
        if (!column.numeric && value) cell.title = value;
      }
      return cell;
    }

    score(row, column, value) {
      const score = element('span', 'score', numberText(value));
      const quality = hasValue(value) ? qualityOf(row, column) : null;
      if (quality !== null) {
        score.dataset.q = '';
        score.style.setProperty('--q', colourOf(quality));
      }
      if (row.swallowed) score.title = row.swallowed;
      if (column.index !== undefined && row.outside_threshold.includes(column.index)) {
        score.classList.add('outside');
        score.title = 'outside the threshold';
      }
      return score;
    }

    row(row, position) {
      const line = element('tr', this.isMarked(row) ? 'mark' : '');
      line.id = `t${row.index}`;
      line.setAttribute('aria-rowindex', position + 2);
      if (row.index === this.selected) line.setAttribute('aria-selected', 'true');
      for (const column of this.columns) line.append(this.cell(row, column));
      line.addEventListener('click', (event) => this.click(event, row));
      return line;
    }

    // A click with a key leaves the link to the browser; a selection of text is no click.
    click(event, row) {
      const onLink = event.target.closest('a');
      if (onLink && (!this.selects || event.ctrlKey || event.metaKey || event.shiftKey)) return;
      if (!onLink && String(getSelection()) !== '') return;
      event.preventDefault();
      this.choose(row);
    }

    spacer(count) {
      const line = element('tr', 'spacer');
      const cell = element('td');
      cell.colSpan = this.columns.length;
      cell.style.height = `${count * this.rowHeight}px`;
      line.append(cell);
      return line;
    }

    // Renders what the scroll position shows.
    render(force) {
      const top = Math.floor(this.host.scrollTop / this.rowHeight);
      const visible = Math.ceil(this.host.clientHeight / this.rowHeight);
      if (!force && top >= this.first + (this.first > 0 ? kOverscan / 3 : 0)
          && top + visible <= this.last - (this.last < this.order.length ? kOverscan / 3 : 0)) return;
      this.first = Math.max(0, top - kOverscan);
      this.last = Math.min(this.order.length, top + visible + kOverscan);
      const lines = this.order.slice(this.first, this.last).map((row, i) => this.row(row, this.first + i));
      if (this.first > 0) lines.unshift(this.spacer(this.first));
      if (this.last < this.order.length) lines.push(this.spacer(this.order.length - this.last));
      this.body.replaceChildren(...lines);
      this.empty.hidden = this.order.length > 0;
    }

    // Values that are empty or say nothing come last whatever the direction.
    compare(a, b) {
      const { column, descending } = this.sort;
      const valueOf = (row) => column.score && !judgesSignal(row, column) ? null : column.value(row);
      const x = valueOf(a);
      const y = valueOf(b);
      const missing = (v) => v === null || v === undefined || v === '';
      if (missing(x) || missing(y)) return missing(x) - missing(y) || a.index - b.index;
      const order = column.numeric ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true });
      return (descending ? -order : order) || a.index - b.index;
    }

    update() {
      const words = byId('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
      const verdict = byId('verdict').value;
      const processor = byId('processor').value;
      this.order = this.rows.filter((row) => (!verdict || row.verdict === verdict) && (!processor || row.processor === processor) && words.every((word) => row.search.includes(word)));
      this.order.sort((a, b) => this.compare(a, b));
      byId('count').textContent = `${this.order.length} of ${this.rows.length}`;
      this.grid.setAttribute('aria-rowcount', this.order.length + 1);
      this.host.scrollTop = 0;
      this.render(true);
    }

    // The first click on a score shows the worst first.
    sortBy(column, header) {
      const worstFirst = column.score && (column.scale === 'error' || column.scale === 'loss');
      const descending = this.sort.column === column ? !this.sort.descending : Boolean(worstFirst);
      this.sort = { column, descending };
      this.grid.querySelectorAll('th').forEach((th) => th.removeAttribute('aria-sort'));
      header.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      this.update();
    }

    head() {
      const line = element('tr');
      for (const column of this.columns) {
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
    }

    // Up and down move between the rows' links, also to rows that are not in the page yet.
    move(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const line = event.target.closest('tbody tr');
      if (!step || !line) return;
      event.preventDefault();
      const next = step > 0 ? line.nextElementSibling : line.previousElementSibling;
      const link = next && next.querySelector('a');
      if (link) link.focus();
    }

    // Brings the row into the middle third; false where the filter hides it.
    reveal(index) {
      const position = this.order.findIndex((row) => row.index === index);
      if (position < 0) return false;
      const top = position * this.rowHeight;
      if (top < this.host.scrollTop || top > this.host.scrollTop + this.host.clientHeight - 3 * this.rowHeight) {
        this.host.scrollTop = Math.max(0, top - this.host.clientHeight / 3);
      }
      this.render(true);
      return true;
    }

    scrollTo(index) {
      if (!this.reveal(index)) return;
      byId(`t${index}`).querySelector('a').focus({ preventScroll: true });
      this.host.scrollIntoView({ block: 'nearest' });
    }

    select(index) {
      this.selected = index;
      if (index < 0 || !this.reveal(index)) this.render(true);
    }

    listen() {
      const verdicts = [...new Set(this.rows.map((row) => row.verdict))];
      byId('verdict').append(new Option('all', ''), ...verdicts.map((verdict) => new Option(verdict, verdict)));
      byId('verdict').addEventListener('change', () => this.update());
      const processors = acc.mixesProcessors(this.rows) ? [...new Set(this.rows.map((row) => row.processor).filter(Boolean))].sort() : [];
      byId('processor').append(new Option('all', ''), ...processors.map((processor) => new Option(processor, processor)));
      byId('processor').parentElement.hidden = processors.length === 0;
      byId('processor').addEventListener('change', () => this.update());
      byId('filter').addEventListener('input', () => this.update());
      this.host.addEventListener('scroll', () => this.render(false), { passive: true });
      this.host.addEventListener('keydown', (event) => this.move(event));
      document.addEventListener('themechange', () => this.render(true));
    }
  }

  const text = (title, value, extra) => ({ title, value, ...extra });
  const number = (title, value) => ({ title, value, numeric: true });

  // What computed a tensor is a column where it is known.
  TensorTable.columnsOf = (metrics, rows) => [
    { title: '#', value: (row) => row.index + 1, numeric: true, plain: true },
    text('Name', (row) => row.readable_name, { link: true }),
    text('Layer Type', (row) => row.layer_type, { whole: true }),
    ...(rows.some((row) => row.processor) ? [text('Computed by', (row) => row.processor, { processor: true })] : []),
    text('Verdict', (row) => row.verdict, { verdict: true }),
    ...metrics,
    ...(rows.some((row) => row.layer) ? [text('Role', (row) => row.layer ? row.layer.role : ''), text('Largest part', (row) => row.layer ? row.layer.largest_part : '')] : []),
    number('Size', (row) => row.size),
    text('Tensor_dims', (row) => row.dims ? (row.dims.join('x') || 'scalar') : ''),
    number('golden_min', (row) => row.golden_min),
    number('golden_max', (row) => row.golden_max),
    number('target_min', (row) => row.target_min),
    number('target_max', (row) => row.target_max),
    text('Golden name', (row) => row.golden_name),
    ...(rows.some((row) => row.readable_name !== row.name) ? [text('Target name', (row) => row.name)] : []),
    text('Matched by', (row) => row.matched_by),
    text('Note', (row) => row.note, { wide: true }),
  ];

  return TensorTable;
})();
