// SPDX-License-Identifier: BSD-3-Clause
// Where the nodes of a graph go. Networks are chains of blocks: the graph is cut where a single node
// carries everything ("waists"), each block between two waists is laid out by dagre, equal blocks
// once, and the blocks are strung on a straight spine. So the time grows with the number of nodes
// and not faster. The build puts this file, with dagre in scope, into a function that a worker runs
// (wrap_worker.cmake).
'use strict';

const kNodeWidth = 156;
const kNodeHeight = 40;
const kGap = 30;            // Between a node and the next one below.
const kLongRanks = 32;      // An edge over more ranks runs beside the graph, not through it.
const kFastAbove = 1000;    // Nodes of a block; above, the ranker that is quicker but makes longer edges, which cost later.
const kLaneWidth = 9;

// The longest way from a source to each node; sources go right above what reads them first.
const ranksOf = (count, edges) => {
  const rank = new Int32Array(count);
  const reads = new Uint8Array(count);
  const byTarget = edges.slice().sort((a, b) => a[1] - b[1]);
  for (const [from, to] of byTarget) {
    rank[to] = Math.max(rank[to], rank[from] + 1);
    reads[to] = 1;
  }
  const firstReader = new Int32Array(count).fill(-1);
  for (const [from, to] of edges) {
    if (firstReader[from] < 0 || rank[to] < firstReader[from]) firstReader[from] = rank[to];
  }
  for (let node = 0; node < count; node++) {
    if (!reads[node] && firstReader[node] > 0) rank[node] = firstReader[node] - 1;
  }
  return rank;
};

// The nodes that are alone on their rank, with no edge passing by; in the order of the ranks.
const waistsOf = (rank, edges, ranks) => {
  const alone = new Int32Array(ranks).fill(-1);
  rank.forEach((r, node) => { alone[r] = alone[r] === -1 ? node : -2; });
  const passing = new Int32Array(ranks + 1);
  for (const [from, to] of edges) {
    if (rank[to] - rank[from] < 2) continue;
    passing[rank[from] + 1]++;
    passing[rank[to]]--;
  }
  const waists = [];
  for (let r = 0, over = 0; r < ranks; r++) {
    over += passing[r];
    if (over === 0 && alone[r] >= 0) waists.push(alone[r]);
  }
  return waists;
};

// Blocks in order: their nodes, and the waists at both ends (-1 for none).
const blocksOf = (rank, waists, ranks) => {
  const block = new Int32Array(ranks);   // Of each rank, waists counted to the block above.
  let next = 0;
  for (let r = 0; r < ranks; r++) {
    block[r] = next;
    if (next < waists.length && rank[waists[next]] === r) next++;
  }
  const blocks = Array.from({ length: waists.length + 1 }, (_, i) => ({ nodes: [], edges: [], top: waists[i - 1] ?? -1, bottom: waists[i] ?? -1 }));
  blocks.forEach(({ nodes, top }) => { if (top >= 0) nodes.push(top); });
  rank.forEach((r, node) => blocks[block[r]].nodes.push(node));
  return { blocks, blockOf: (node) => block[rank[node]] };
};

// A block's own coordinates by dagre: of each node, and the bends of each edge.
const layOut = (nodes, edges) => {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({
    rankdir: 'TB', nodesep: 22, edgesep: 14, ranksep: kGap, acyclicer: 'greedy',
    ranker: nodes > kFastAbove ? 'longest-path' : 'network-simplex',
  });
  for (let node = 0; node < nodes; node++) graph.setNode(String(node), { width: kNodeWidth, height: kNodeHeight });
  for (const [from, to] of edges) graph.setEdge(String(from), String(to), {});
  dagre.layout(graph);
  return {
    nodes: Array.from({ length: nodes }, (_, node) => { const { x, y } = graph.node(String(node)); return [x, y]; }),
    edges: edges.map(([from, to]) => graph.edge(String(from), String(to)).points.map(({ x, y }) => [x, y])),
  };
};

// Rank by rank, for blocks that are too deep for dagre's recursion.
const layOutInRows = (nodes, edges, rank) => {
  const used = new Map();
  const lowest = rank.reduce((a, b) => Math.min(a, b), Infinity);
  const placed = Array.from({ length: nodes }, (_, node) => {
    const column = used.get(rank[node]) || 0;
    used.set(rank[node], column + 1);
    return [(column % 2 ? -1 : 1) * Math.ceil(column / 2) * (kNodeWidth + 22), (rank[node] - lowest) * (kNodeHeight + kGap)];
  });
  return { nodes: placed, edges: edges.map(([from, to]) => [[placed[from][0], placed[from][1] + kNodeHeight / 2], [placed[to][0], placed[to][1] - kNodeHeight / 2]]) };
};

// Edges over many ranks: down a lane at the right, one lane for each source, shared where they do
// not meet.
const laneEdges = (edges, x, y, right) => {
  const bySource = new Map();
  for (const edge of edges) {
    if (!bySource.has(edge[0])) bySource.set(edge[0], []);
    bySource.get(edge[0]).push(edge);
  }
  const lanes = [];   // The lowest y that each is taken to.
  const routed = [];
  for (const [from, group] of [...bySource].sort((a, b) => y[a[0]] - y[b[0]])) {
    const end = group.reduce((low, [, to]) => Math.max(low, y[to]), -Infinity);
    let lane = lanes.findIndex((taken) => taken < y[from]);
    if (lane < 0) lane = lanes.push(0) - 1;
    lanes[lane] = end;
    const at = right + 16 + lane * kLaneWidth;
    for (const [source, to] of group) {
      routed.push({
        from: source, to, long: true,
        points: [[x[source] + kNodeWidth / 2, y[source]], [at, y[source]], [at, y[to]], [x[to] + kNodeWidth / 2, y[to]]],
      });
    }
  }
  return { routed, width: lanes.length ? 16 + lanes.length * kLaneWidth : 0 };
};

// `count` nodes in topological order, `edges` as [from, to] with from < to. Gives centres x, y of
// the nodes, edges with their points, and the extent.
const layoutGraph = ({ count, edges }) => {
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  if (count === 0) return { x, y, edges: [], left: 0, right: 0, bottom: 0, blocks: 0, laidOut: 0, nodeWidth: kNodeWidth, nodeHeight: kNodeHeight };
  const rank = ranksOf(count, edges);
  const ranks = rank.reduce((a, b) => Math.max(a, b), 0) + 1;
  const short = edges.filter(([from, to]) => rank[to] - rank[from] <= kLongRanks);
  const long = edges.filter(([from, to]) => rank[to] - rank[from] > kLongRanks);
  const { blocks, blockOf } = blocksOf(rank, waistsOf(rank, short, ranks), ranks);
  for (const edge of short) blocks[blockOf(edge[1])].edges.push(edge);

  const known = new Map();
  const routed = [];
  let top = 0;
  for (const block of blocks) {
    if (block.nodes.length === 0) continue;
    const local = new Map(block.nodes.map((node, i) => [node, i]));
    const inside = block.edges.map(([from, to]) => [local.get(from), local.get(to)]);
    const key = `${block.nodes.length}:${inside.join(';')}`;
    if (!known.has(key)) {
      try {
        known.set(key, layOut(block.nodes.length, inside));
      } catch {
        known.set(key, layOutInRows(block.nodes.length, inside, block.nodes.map((node) => rank[node])));
      }
    }
    const placed = known.get(key);
    // The waists lie on x = 0. The lower one is alone on its rank, so that it can be moved there.
    const spine = block.top >= 0 ? placed.nodes[0][0] : block.bottom >= 0 ? placed.nodes[local.get(block.bottom)][0]
      : (Math.min(...placed.nodes.map((p) => p[0])) + Math.max(...placed.nodes.map((p) => p[0]))) / 2;
    const down = block.top >= 0 ? y[block.top] - placed.nodes[0][1] : top - placed.nodes.reduce((low, p) => Math.min(low, p[1]), Infinity);
    block.nodes.forEach((node, i) => {
      if (node === block.top) return;
      x[node] = placed.nodes[i][0] - spine;
      y[node] = placed.nodes[i][1] + down;
      top = Math.max(top, y[node]);
    });
    const shift = block.bottom >= 0 ? -x[block.bottom] : 0;
    if (block.bottom >= 0) x[block.bottom] = 0;
    block.edges.forEach(([from, to], i) => {
      const points = placed.edges[i].map(([px, py]) => [px - spine, py + down]);
      if (to === block.bottom) points[points.length - 1][0] += shift;
      routed.push({ from, to, points });
    });
  }
  let left = Infinity;
  let right = -Infinity;
  for (let node = 0; node < count; node++) {
    left = Math.min(left, x[node] - kNodeWidth / 2);
    right = Math.max(right, x[node] + kNodeWidth / 2);
  }
  for (const edge of routed) for (const [px] of edge.points) { left = Math.min(left, px); right = Math.max(right, px); }
  const lanes = laneEdges(long, x, y, right);
  return {
    x, y, edges: routed.concat(lanes.routed), left, right: right + lanes.width, bottom: top + kNodeHeight / 2,
    blocks: blocks.length, laidOut: known.size, nodeWidth: kNodeWidth, nodeHeight: kNodeHeight,
  };
};
