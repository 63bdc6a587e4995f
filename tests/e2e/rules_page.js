// Runs the phone's rules over cases that arrive as JSON, for test_phone_rules.py.

import { Debounce } from "/scan/debounce.js";
import { admitted } from "/scan/rules/decide.js";
import { Said, colourOf, titleOf } from "/scan/said.js";
import { verify } from "/scan/rules/credential.js";
import { decide } from "/scan/rules/decide.js";
import { Known } from "/scan/rules/known.js";
import { readPolicy } from "/scan/rules/policy.js";
import { Whereabouts, readMove } from "/scan/rules/presence.js";

const moment = (text) => (text === null ? null : Date.parse(text));

function key(each) {
  return {
    ...each, kinds: new Set(each.kinds), profiles: each.profiles && new Set(each.profiles),
    not_before: moment(each.not_before), not_after: moment(each.not_after),
  };
}

function profile(each) {
  return { ...each, entitlements: each.entitlements.map((e) => ({ ...e, days: new Set(e.days) })) };
}

function facts(each, world) {
  const seen = each.presence;
  return {
    ...each, keys: world.keys[each.keys], profiles: world.profiles,
    presence: seen && { ...seen, entered_at: moment(seen.entered_at) },
  };
}

/** A world: one policy, its profiles, the sets of keys, and cases of [scan, facts]. */
function world(text) {
  const data = JSON.parse(text);
  const policy = readPolicy(JSON.parse(data.policy));
  const shared = {
    keys: data.keys.map((keys) => new Map(keys.map((k) => [k.key_id, key(k)]))),
    profiles: new Map(data.profiles.map((p) => [p.number, profile(p)])),
  };
  return data.cases.map(([scan, known]) => [{ ...scan, at: moment(scan.at) }, facts(known, shared), policy]);
}

function fold({ policy, records, questions }, Fold) {
  const where = new Fold(readPolicy(JSON.parse(policy)));
  for (const each of records) where.add(each);
  return questions.map(([zone, holder, at]) =>
    [where.presence(zone, holder, at), where.inside(zone, at), where.dated(at)]);
}

let kept = [];
let folded = [];

export const run = {
  decide: (text) => JSON.stringify(world(text).map((each) => decide(...each))),

  /** Keep cases and what Python said, for `noticed`. */
  keep(text, said) {
    const answers = JSON.parse(said).map((each) => JSON.stringify(each));
    kept = world(text).map((each, place) => [each, answers[place]]);
    return kept.filter(([each, answer]) => JSON.stringify(decide(...each)) !== answer).length;
  },

  /** Whether a changed copy of decide.js says something else about any kept case. */
  async noticed(url) {
    const other = await import(url).catch(() => null);
    if (!other) return true;
    return kept.some(([each, answer]) => JSON.stringify(other.decide(...each)) !== answer);
  },

  presence: (text) => JSON.stringify(fold(JSON.parse(text), Whereabouts)),

  /** Keep logs and what they amount to, for `noticedPresence`. */
  keepLogs(texts) {
    folded = texts.map((text) => JSON.parse(text))
      .map((each) => [each, JSON.stringify(fold(each, Whereabouts))]);
  },

  async noticedPresence(url) {
    const other = await import(url).catch(() => null);
    if (!other) return true;
    try {
      return folded.some(([each, said]) => JSON.stringify(fold(each, other.Whereabouts)) !== said);
    } catch {
      return true;
    }
  },

  async verify(text) {
    const { texts, keys, edition } = JSON.parse(text);
    const known = new Map(keys.map((k) => [k.key_id, key(k)]));
    const found = [];
    for (const each of texts) found.push(await verify(each, edition, known));
    return JSON.stringify(found);
  },

  async walk(text) {
    const { snapshot, rows, moves, scans, name, local } = JSON.parse(text);
    const known = new Known(snapshot), records = [];
    known.usesRights = true;
    known.places = (zone) => zone.capacity - 1;
    known.localMode = local;
    for (const [place, scan] of scans.entries()) {
      for (const row of rows[place] ?? []) known.apply(row);
      for (const move of moves[place] ?? []) known.whereabouts.take(readMove(move));
      const judged = await known.judge(scan.text, { ...scan, at: moment(scan.at) });
      const record = await known.record(judged, { ...name, number: place + 1 });
      known.add(record);
      records.push([record, judged.decision, judged.raised]);
    }
    return JSON.stringify(records);
  },

  debounce(text) {
    const seen = new Debounce();
    return JSON.stringify(JSON.parse(text).map(([way, read, at]) => seen[way](read, at)));
  },

  /** Every decision in words: [title, colour, sentence, attention]. */
  async words(text, language) {
    const { words } = await import("/pages/words.js");
    const speech = await words(language), said = new Said(speech);
    return JSON.stringify(world(text).map(([scan, facts, policy]) => {
      const decision = decide(scan, facts, policy), opens = admitted(decision);
      return [titleOf(decision, opens, speech.say), colourOf(decision, opens),
        said.decision(decision, policy, scan.at), decision.attention.map((code) => said.attention(code))];
    }));
  },

  clock(text) {
    const { policy, moments, walls } = JSON.parse(text);
    const { clock } = readPolicy(JSON.parse(policy));
    return JSON.stringify([moments.map((ms) => clock.local(ms)), walls.map((w) => clock.moment(...w))]);
  },
};

window.run = run;
