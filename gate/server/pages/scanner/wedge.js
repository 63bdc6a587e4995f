// A hand scanner that types like a keyboard (USB or Bluetooth), wherever the focus is. A person's
// typing in a field is left alone: nobody types twenty characters sixty milliseconds apart.

const FIELD_GAP_MS = 60, FIELD_CHARS_MIN = 20;
const GAP_MS = 1000;
const CHARS_MAX = 4096;
/** AIM's symbology identifier, then the ECI escape for UTF-8: scanners put either, or both. */
const PREFIX = /^(\][A-Za-z][0-9A-Za-z])?(\\000026)?/;

export function wedge(said) {
  let typed = "", last = 0;
  addEventListener("keydown", (event) => {
    const field = event.target.closest?.("input, textarea, select");
    // By the keys' own time: a page that is busy for a moment must not tear a badge apart.
    const gap = event.timeStamp - last;
    if (gap > (field ? FIELD_GAP_MS : GAP_MS)) typed = "";
    last = event.timeStamp;
    if (event.key === "Enter" || event.key === "Tab") {
      const text = clean(typed), length = typed.length;
      typed = "";
      if (!text || (field && length < FIELD_CHARS_MIN)) return;
      event.preventDefault();
      event.stopPropagation();
      if (field && "value" in field) field.value = field.value.slice(0, Math.max(0, field.value.length - length));
      said(text);
    } else if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) {
      if (typed.length < CHARS_MAX) typed += event.key;
      // A badge has spaces in it, and a space presses the button that has the focus.
      if (!field && typed.length > 1) {
        document.activeElement?.blur();
        event.preventDefault();
      }
    }
  }, true);
}

/** A line as the badge says it, as kiosk/scanner.py has it; a badge never ends in a space. */
function clean(line) {
  return line.trim().replace(PREFIX, "");
}
