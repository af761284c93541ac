// SPDX-License-Identifier: BSD-3-Clause
// Draws what a GraphView shows: only the nodes and edges in view, and the strip of the whole graph.
'use strict';

acc.GraphPainter = (() => {
  const { clamp01 } = acc;
  const kOverview = 16;        // Width of the strip that shows the whole graph.
  const kTextScale = 0.42;     // Below, text would not be legible.
  const kBoxScale = 0.14;      // Below, boxes would be a few pixels.
  const kBand = 512;           // Height of the bands that the view sorts edges into.

  const lastPart = (name) => {
    const parts = name.split('/').filter(Boolean);
    return parts.length ? parts[parts.length - 1] : name;
  };

  class GraphPainter {
    constructor(view) {
      this.view = view;
    }

    paint() {
      if (!this.view.laidOut || !this.view.looks || !(this.view.width > 0)) return;
      const context = this.view.canvas.getContext('2d');
      const ratio = devicePixelRatio || 1;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, this.view.width, this.view.height);
      context.save();
      context.beginPath();
      context.rect(0, 0, this.view.inner, this.view.height);
      context.clip();
      context.translate(this.view.offsetX, this.view.offsetY);
      context.scale(this.view.scale, this.view.scale);
      this.paintEdges(context);
      const visible = this.view.visible();
      this.view.painted = visible.length;
      for (const i of visible) this.paintNode(context, i);
      context.restore();
      this.paintOverview(context);
    }

    trace(context, points) {
      context.moveTo(points[0][0], points[0][1]);
      for (let i = 1; i < points.length - 1; i++) {
        const [x, y] = points[i];
        const [nextX, nextY] = points[i + 1];
        const isLast = i === points.length - 2;
        context.quadraticCurveTo(x, y, isLast ? nextX : (x + nextX) / 2, isLast ? nextY : (y + nextY) / 2);
      }
      if (points.length === 2) context.lineTo(points[1][0], points[1][1]);
    }

    // Down a lane with rounded corners.
    traceLane(context, points) {
      context.moveTo(points[0][0], points[0][1]);
      context.arcTo(points[1][0], points[1][1], points[2][0], points[2][1], 8);
      context.arcTo(points[2][0], points[2][1], points[3][0], points[3][1], 8);
      context.lineTo(points[3][0], points[3][1]);
    }

    paintEdges(context) {
      const top = -this.view.offsetY / this.view.scale;
      const bottom = (this.view.height - this.view.offsetY) / this.view.scale;
      const chosen = this.view.place.get(this.view.selected) ?? -1;
      const seen = new Set();
      for (let band = Math.floor(top / kBand); band <= Math.floor(bottom / kBand); band++) {
        for (const edge of this.view.bands.get(band) || []) seen.add(edge);
      }
      for (const edge of this.view.longEdges) {
        if (this.view.laidOut.y[edge.from] < bottom && this.view.laidOut.y[edge.to] > top) seen.add(edge);
      }
      const lit = [];
      context.lineWidth = Math.min(3, 1.2 / Math.min(1, this.view.scale * 1.4));
      context.strokeStyle = this.view.theme.muted;
      context.globalAlpha = 0.55;
      context.beginPath();
      for (const edge of seen) {
        if (edge.from === chosen || edge.to === chosen) lit.push(edge);
        else if (edge.long) this.traceLane(context, edge.points);
        else this.trace(context, edge.points);
      }
      context.stroke();
      context.globalAlpha = 1;
      if (this.view.scale > kTextScale) this.paintHeads(context, seen);
      if (lit.length === 0) return;
      context.strokeStyle = this.view.theme.accent;
      context.lineWidth *= 2;
      context.beginPath();
      for (const edge of lit) edge.long ? this.traceLane(context, edge.points) : this.trace(context, edge.points);
      context.stroke();
    }

    paintHeads(context, edges) {
      context.fillStyle = this.view.theme.muted;
      context.beginPath();
      for (const { points, long } of edges) {
        const [x, y] = points.at(-1);
        if (long) {
          context.moveTo(x, y);
          context.lineTo(x + 6, y - 3.5);
          context.lineTo(x + 6, y + 3.5);
        } else {
          context.moveTo(x, y);
          context.lineTo(x - 3.5, y - 6);
          context.lineTo(x + 3.5, y - 6);
        }
      }
      context.fill();
    }

    paintNode(context, i) {
      const node = this.view.graph.nodes[this.view.shown[i]];
      const { nodeWidth: width, nodeHeight: height } = this.view.laidOut;
      const x = this.view.laidOut.x[i] - width / 2;
      const y = this.view.laidOut.y[i] - height / 2;
      const look = this.view.looks[i];
      const absent = node.rows.length === 0;
      if (this.view.scale < kBoxScale) {
        context.fillStyle = look.colour || this.view.theme.line;
        context.fillRect(x, y, width, height);
      } else {
        this.paintBox(context, x, y, look, absent);
      }
      this.paintRing(context, i, x, y);
      if (this.view.scale >= kTextScale) this.paintText(context, this.view.shown[i], look, x, y, absent);
      if (this.view.flag !== null && node.rows.includes(this.view.flag)) this.paintFlag(context, x, y);
    }

    paintBox(context, x, y, look, absent) {
      const { nodeWidth: width, nodeHeight: height } = this.view.laidOut;
      context.beginPath();
      context.roundRect(x, y, width, height, 7);
      context.fillStyle = this.view.theme.panel;
      context.fill();
      if (look.colour) {
        context.globalAlpha = 0.2;
        context.fillStyle = look.colour;
        context.fill();
        context.globalAlpha = 1;
        context.save();
        context.clip();
        context.fillRect(x, y, 6, height);
        context.restore();
      }
      context.beginPath();
      context.roundRect(x, y, width, height, 7);
      context.setLineDash(absent ? [4, 3] : []);
      context.lineWidth = 1;
      context.strokeStyle = look.colour || this.view.theme.muted;
      context.stroke();
      context.setLineDash([]);
    }

    paintRing(context, i, x, y) {
      const { nodeWidth: width, nodeHeight: height } = this.view.laidOut;
      const node = this.view.shown[i];
      const ring = node === this.view.selected ? this.view.theme.accent : this.view.matches.has(node) ? this.view.theme.warn : node === this.view.hovered ? this.view.theme.muted : null;
      if (!ring) return;
      const line = Math.max(node === this.view.hovered && node !== this.view.selected ? 1.5 : 3, 2 / this.view.scale);
      context.strokeStyle = ring;
      context.lineWidth = line;
      context.beginPath();
      context.roundRect(x - line / 2, y - line / 2, width + line, height + line, 8);
      context.stroke();
    }

    // Cut at its end, or at its beginning where names differ at the end.
    fitted(context, text, width, keepsEnd) {
      const whole = context.measureText(text).width;
      if (whole <= width) return text;
      const cut = (length) => keepsEnd ? `…${text.slice(-length)}` : `${text.slice(0, length)}…`;
      let length = Math.max(1, Math.floor(text.length * width / whole));
      while (length > 1 && context.measureText(cut(length)).width > width) length--;
      return cut(length);
    }

    // What was fitted once stays so: measuring text is what drawing costs.
    textsOf(context, index, look) {
      const node = this.view.graph.nodes[index];
      const key = `${look.score}`;
      if (node.texts && node.texts.key === key) return node.texts;
      context.font = '600 12px system-ui, sans-serif';
      const room = this.view.laidOut.nodeWidth - 22;
      const scoreWidth = look.score ? context.measureText(look.score).width + 8 : 0;
      const kind = node.type || '?';
      // A long type has the first line for itself; the score goes below it.
      const isBeside = context.measureText(kind).width <= room - scoreWidth;
      const type = this.fitted(context, kind, isBeside ? room - scoreWidth : room, false);
      context.font = '11px system-ui, sans-serif';
      const corner = [!isBeside && look.score, look.cpu && 'CPU'].filter(Boolean).join(' · ');
      const cornerWidth = corner ? context.measureText(corner).width + 8 : 0;
      const below = node.rows.length === 0 && node.absence ? node.absence : lastPart(this.view.nameOf(index));
      node.texts = { key, type, beside: isBeside ? look.score : '', below: this.fitted(context, below, room - cornerWidth, true), corner };
      return node.texts;
    }

    paintText(context, index, look, x, y, absent) {
      const { nodeWidth: width } = this.view.laidOut;
      const texts = this.textsOf(context, index, look);
      context.textBaseline = 'alphabetic';
      context.font = '600 12px system-ui, sans-serif';
      context.fillStyle = absent ? this.view.theme.muted : this.view.theme.ink;
      context.fillText(texts.type, x + 13, y + 16);
      context.textAlign = 'right';
      context.fillText(texts.beside, x + width - 9, y + 16);
      context.font = '11px system-ui, sans-serif';
      context.fillStyle = look.cpu ? this.view.theme.warn : this.view.theme.ink;
      context.fillText(texts.corner, x + width - 9, y + 31);
      context.textAlign = 'left';
      context.font = `${absent ? 'italic ' : ''}11px system-ui, sans-serif`;
      context.fillStyle = this.view.theme.muted;
      context.fillText(texts.below, x + 13, y + 31);
    }

    paintFlag(context, x, y) {
      const { nodeWidth: width, nodeHeight: height } = this.view.laidOut;
      const size = Math.max(1, 0.55 / this.view.scale);
      context.fillStyle = this.view.theme.bad;
      context.beginPath();
      context.moveTo(x - 4, y + height / 2);
      context.lineTo(x - 4 - 9 * size, y + height / 2 - 6 * size);
      context.lineTo(x - 4 - 9 * size, y + height / 2 + 6 * size);
      context.fill();
      if (this.view.scale < 0.3) return;
      context.font = '600 11px system-ui, sans-serif';
      context.textBaseline = 'middle';
      const text = this.view.flagText;
      const textWidth = context.measureText(text).width;
      context.beginPath();
      context.roundRect(x + width / 2 - textWidth / 2 - 8, y - 19, textWidth + 16, 17, 8);
      context.fill();
      context.fillStyle = this.view.theme.panel;
      context.fillText(text, x + width / 2 - textWidth / 2, y - 10);
    }

    // The whole graph in a strip: the worst colour of each line, and what is in view.
    paintOverview(context) {
      const left = this.view.inner;
      context.fillStyle = this.view.theme.bg;
      context.fillRect(left, 0, kOverview, this.view.height);
      const { bottom, y } = this.view.laidOut;
      const high = Math.max(2, this.view.height / Math.max(1, this.view.shown.length) - 0.5);
      for (const i of this.view.byY) {
        const { colour } = this.view.looks[i];
        if (!colour) continue;
        context.fillStyle = colour;
        context.fillRect(left + 3, y[i] / bottom * (this.view.height - high), kOverview - 5, high);
      }
      const from = clamp01(-this.view.offsetY / this.view.scale / bottom) * this.view.height;
      const to = clamp01((this.view.height - this.view.offsetY) / this.view.scale / bottom) * this.view.height;
      context.strokeStyle = this.view.theme.ink;
      context.lineWidth = 1.5;
      context.strokeRect(left + 1.5, from + 1, kOverview - 3, Math.max(4, to - from - 2));
      const chosen = this.view.place.get(this.view.selected);
      if (chosen !== undefined) {
        context.fillStyle = this.view.theme.accent;
        context.fillRect(left, y[chosen] / bottom * (this.view.height - high) - 1, kOverview, 3);
      }
    }
  }

  GraphPainter.band = kBand;
  GraphPainter.overview = kOverview;

  return GraphPainter;
})();
