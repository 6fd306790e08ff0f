// The neighbourhood of one node: a pane that pyvis' vis-network draws, whatever drew the map.

import { h, icon, ICONS, plain, replace } from "./dom.js";
import { claimsAmong, neighbourhood, rings } from "./graph.js";
import { GraphView } from "./graphview.js";
import { radius } from "./shapes.js";
import { VisStage } from "./stage_vis.js";
import { S } from "./strings.js";

const LIMIT = 300;

export class Pane {
  // `change(patch)` sets state; `graph`: GraphView's callbacks.
  constructor(model, pyvis, { change, graph }) {
    Object.assign(this, { model, pyvis, change, graph });
    this.element = h("div", { class: "pane" });
    this.view = null;
  }

  near(seed, depth, seen) {
    return neighbourhood(this.model, seed, depth, { limit: LIMIT, allowed: (claim) => seen.claim[claim] });
  }

  show(seed, near, seen, state, theme) {
    this.close();
    const claims = claimsAmong(this.model, near.nodes, (claim) => seen.claim[claim]);
    this.view = new GraphView(this.model, theme, { ...this.graph, name: S.paneName(plain(this.model.label(seed), 80)), help: "map-help", every: true, home: seed });
    replace(this.element, this.view.element, this.bar(near, state));
    const { points, outer } = rings(this.model, near, state.big ? 1 : 1.5);
    const grow = Math.max(1, (outer / 240) ** 0.7);
    const content = {
      nodes: near.nodes.map((node) => ({ id: node, shape: this.pyvis.shapes[this.model.typeName(node)], x: points.get(node)[0], y: points.get(node)[1] })),
      edges: claims.map((claim) => ({ id: claim, from: this.model.paper[claim], to: this.model.concept[claim] })),
      options: this.pyvis.options,
    };
    const size = (node) => grow * Math.min(node === seed ? 16 : 11, radius(this.model, node) + (node === seed ? 5 : 1.5));
    this.start = () => {
      const edgeStyle = (now, claim) => ({ color: now.strong, width: this.model.roles[this.model.role[claim]] === "introduces" ? 2.2 : 1 });
      this.view.start((host, hooks) => new VisStage(host, content, { ...hooks, radius: size, edgeStyle }), near.nodes, claims);
    };
    // The stage measures its host, so it starts once the pane stands in the page.
    requestAnimationFrame(() => this.view?.element.isConnected && !this.view.stage && this.start());
  }

  bar(near, state) {
    const depths = [1, 2, 3].map((depth) => h("button", { type: "button", id: `depth-${depth}`, "aria-pressed": String(state.depth === depth), onclick: () => this.change({ depth }) }, String(depth)));
    const move = h("input", { type: "checkbox", id: "physics", onchange: (event) => this.view?.stage?.move(event.target.checked) });
    return h(
      "div",
      { class: "pane-bar" },
      h("span", { class: "muted", id: "depth-label" }, S.depth),
      h("div", { class: "segments", role: "group", "aria-labelledby": "depth-label" }, depths),
      h("label", { class: "switch" }, move, S.physics),
      h("span", { class: "muted pane-note" }, this.note(near)),
      h("button", { type: "button", id: "enlarge", class: "icon-button", "aria-pressed": String(state.big), "aria-label": state.big ? S.shrink : S.enlarge, title: state.big ? S.shrink : S.enlarge, onclick: () => this.change({ big: !state.big }) }, icon(ICONS.grow)),
    );
  }

  note({ nodes, total }) {
    return total === 1 && this.model.degree[nodes[0]] ? S.paneFiltered : S.paneNote(nodes.length, total);
  }

  paint(theme) {
    if (this.view?.stage) this.view.paint(theme);
  }

  close() {
    if (this.view?.stage) this.view.destroy();
    this.view = null;
    replace(this.element);
  }
}
