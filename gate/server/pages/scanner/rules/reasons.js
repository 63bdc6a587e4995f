// Which reasons open, against which a supervisor may admit, and for which the person is compared:
// the sets of gate/access/model.py.

export const OPENS = new Set(["admitted", "exited", "emergency", "overridden"]);
export const OVERRIDABLE = new Set([
  "not_approved", "needs_record", "not_collected", "wrong_event", "wrong_category", "wrong_day", "too_early",
  "too_late", "already_inside", "too_soon", "day_limit", "delegation_full", "second_look",
]);
/** For which a guard compares the person with their photo. */
export const COMPARED = new Set(["already_inside", "too_soon", "day_limit", "second_look"]);

class KeyError extends Error {
  name = "KeyError";
}

/** The value of a key that must be there: a decision on a hole in the tables is no decision. */
export function lookup(map, key) {
  if (!map.has(key)) throw new KeyError(String(key));
  return map.get(key);
}
