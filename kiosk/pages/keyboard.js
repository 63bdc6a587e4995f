// An on-screen keyboard for the fields of a form: a kiosk has no other. Case is not needed.
// Keys never take the focus, so that what is typed goes where the caret is.

const LATIN = ["1234567890", "qwertyuiop", "asdfghjkl-", "zxcvbnm._@"];
const LAYOUTS = {
  latin: { label: "ABC", rows: LATIN },
  azerty: { label: "ABC", rows: ["1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn-._@"] },
  cyrillic: { label: "АБВ", rows: ["йцукенгшщз", "хъфывапрол", "джэячсмить", "бюё-"] },
  arabic: { label: "ابج", rows: ["ضصثقفغعهخح", "جشسيبلاتنم", "كطذدظزورةى", "ءأإآؤئ-"] },
  digits: { label: "", rows: ["123", "456", "789", "0"] },
};
const SCRIPTS = { ru: "cyrillic", ar: "arabic", fr: "azerty" };

/** Draw the keyboard into `box` for `fields`; `word(id)` names the keys, `typed()` is told. */
export function keyboard(box, fields, language, word, typed, only = "") {
  const latin = language === "fr" ? "azerty" : "latin";
  const order = [latin, "cyrillic", "arabic"];
  let field = fields[0];
  let layout = only || SCRIPTS[language] || latin;

  function key(label, name, act, kind = "") {
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.className = kind;
    button.textContent = label;
    if (name) button.setAttribute("aria-label", name);
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => { act(); typed(); });
    return button;
  }

  function put(text) {
    const from = field.selectionStart ?? field.value.length;
    if (field.value.length - (field.selectionEnd - from) + text.length > field.maxLength) return;
    field.setRangeText(text, from, field.selectionEnd ?? from, "end");
  }

  function erase() {
    const from = field.selectionStart, to = field.selectionEnd;
    if (from === to && from > 0) field.setRangeText("", [...field.value.slice(0, from)].slice(0, -1).join("").length, to, "end");
    else field.setRangeText("", from, to, "end");
  }

  function draw() {
    const rows = LAYOUTS[layout].rows.map((row) => {
      const line = document.createElement("div");
      line.append(...[...row].map((char) => key(char, "", () => put(char))));
      return line;
    });
    const last = document.createElement("div");
    const remove = key("⌫", word("kiosk-key-delete"), erase, "wide");
    if (only) {
      rows.at(-1).append(remove);
      box.replaceChildren(...rows);
      return;
    }
    const next = order[(order.indexOf(layout) + 1) % order.length];
    last.append(
      key(LAYOUTS[next].label, "", () => { layout = next; draw(); }, "wide"),
      key(word("kiosk-key-space"), "", () => put(" "), "widest"),
      remove,
    );
    if (fields.length > 1) last.append(key(word("kiosk-key-next"), "", () => fields[(fields.indexOf(field) + 1) % fields.length].focus(), "wide"));
    box.replaceChildren(...rows, last);
  }

  for (const each of fields) {
    each.addEventListener("focus", () => {
      field = each;
      if (only) return;
      const wanted = each.id === "email" ? latin : SCRIPTS[language] || latin;
      if (wanted !== layout) { layout = wanted; draw(); }
    });
  }
  draw();
  field.focus();
}
