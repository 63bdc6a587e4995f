// The operator's words for what the station says; a code without words is shown as it is.

const CONDITIONS = {
  offline: "Not reached",
  cover_open: "Cover or tray open",
  jam: "Paper jam",
  paper_out: "Out of paper",
  supply_out: "Out of ink, toner or ribbon",
  paused: "Paused at the printer",
  output_full: "Output is full",
  attention: "Stopped: look at the printer",
  stalled: "Nothing moves: look at the printer",
  wrong_paper: "Other paper is loaded",
  paper_low: "Paper is low",
  supply_low: "Ink, toner or ribbon is low",
  notice: "Needs attention soon",
};

const STATES = {
  queued: "Waiting",
  sent: "Being sent",
  printing: "Printing",
  printed: "Printed",
  failed: "Not printed",
  in_doubt: "In doubt",
};

const plain = (code) => code.replaceAll("_", " ");
export const condition = (code) => CONDITIONS[code] ?? plain(code);
export const state = (code) => STATES[code] ?? plain(code);

export function sheets(printer) {
  if (printer.stock === null) return "Paper is not counted";
  return printer.stock === 1 ? "1 sheet left" : `${printer.stock} sheets left`;
}

export function jobs(count) {
  return count === 1 ? "1 badge to print" : `${count} badges to print`;
}

export function records(count) {
  return count === 1 ? "1 printed badge" : `${count} printed badges`;
}
