// Whose badge was refused, for a guard to compare: the figure beside the light, on a phone and on a
// lane's own screen. It holds a person for as long as the light lasts, and nothing afterwards.

/** Show what is awaited, and then who came: `person` is a promise of { name, about, photo (base64),
    alt, note }, or of null. Nobody comes to a figure that was wiped or is another's by then. */
export async function compare(figure, awaited, person) {
  const turn = Symbol("turn");
  figure.turn = turn;
  put(figure, { note: awaited });
  const found = await person;
  if (found && figure.turn === turn) put(figure, found);
}

export function wipe(figure) {
  if (figure.hidden) return;
  figure.turn = null;
  put(figure, {});
  figure.hidden = true;
}

function put(figure, { name = "", about = "", photo = "", alt = "", note = "" }) {
  const [picture, nobody, { children: [named, more, noted] }] = figure.children;
  if (photo) picture.src = `data:image/jpeg;base64,${photo}`;
  else picture.removeAttribute("src");
  picture.alt = alt;
  picture.hidden = !photo;
  nobody.toggleAttribute("hidden", Boolean(photo));
  named.textContent = name;
  more.textContent = about;
  noted.textContent = note;
  figure.hidden = false;
}
