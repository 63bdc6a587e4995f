// Small pictures of numbers: meters, sparklines, the curve of arrivals. Text only by textContent.

import uPlot from "/vendor/uplot/uPlot.esm.js";

const SVG = "http://www.w3.org/2000/svg";

export function node(tag, className, text) {
  const each = document.createElement(tag);
  if (className) each.className = className;
  if (text !== undefined) each.textContent = text;
  return each;
}

export function row(cells) {
  const line = node("tr");
  for (const cell of cells) {
    if (cell instanceof Node) line.append(cell);
    else line.append(node("td", "", cell));
  }
  return line;
}

export function meter(label, value, largest, shown, kind = "") {
  const line = node("div", `meter ${kind}`);
  const bar = node("span");
  const fill = node("i");
  fill.hidden = !value;
  fill.style.inlineSize = `${largest ? (100 * value) / largest : 0}%`;
  bar.append(fill);
  line.append(node("span", "", label), bar, node("b", "n", shown));
  return line;
}

export function spark(values) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", `0 0 ${values.length - 1} 10`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const top = Math.max(1, ...values);
  const points = values.map((value, at) => `${at} ${(9.5 - (9 * value) / top).toFixed(2)}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", `M0 10 L${points.join(" L")} L${values.length - 1} 10 Z`);
  svg.append(path);
  return svg;
}

/** The curve of a day: minutes since midnight against people who arrived so far. */
export class Curve {
  constructor(parent, number) {
    this.parent = parent;
    this.number = number;
    this.plot = null;
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(parent);
  }

  size() {
    return { width: Math.max(200, this.parent.clientWidth), height: 270 };
  }

  show(minutes) {
    const x = [], y = [];
    let sum = 0;
    for (const [minute, , people] of minutes) {
      if (x.length && minute > x.at(-1) + 1) { x.push(minute - 1); y.push(sum); }
      sum += people;
      x.push(minute);
      y.push(sum);
    }
    if (this.plot) this.plot.setData([x, y]);
    else this.plot = new uPlot(this.options(), [x, y], this.parent);
  }

  options() {
    const grid = { stroke: "#263240", width: 1 };
    const axis = { stroke: "#a3b1c0", grid, ticks: grid, font: "13px Noto Sans, sans-serif" };
    const hour = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
    return {
      ...this.size(),
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: (_, low, high) => [Math.min(low ?? 420, 420), Math.max(high ?? 1200, 1200)] },
                y: { range: (_, low, high) => [0, Math.max(10, (high ?? 0) * 1.08)] } },
      series: [{}, { stroke: "#58b0ff", width: 3, fill: "rgba(88,176,255,.14)", points: { show: false } }],
      axes: [
        { ...axis, incrs: [60, 120, 240], values: (_, ticks) => ticks.map(hour) },
        { ...axis, size: 64, values: (_, ticks) => ticks.map((each) => this.number(each)) },
      ],
    };
  }
}
