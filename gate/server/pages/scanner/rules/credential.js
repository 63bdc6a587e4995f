// The badge's QR text `P1`, read and verified: gate/access/credential.py, where the layout is told.
// The browser's own Ed25519 verifies; where it has none, @noble/ed25519 does.

const PREFIX = "P1", TEXT_CHARS = 122, CLAIMS_BYTES = 16, VERSION = 1;
const DOMAIN = new TextEncoder().encode("onsite-badge/P1\0");
const VALUE = new Map([..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"].map((char, value) => [char, value]));
const CLAIM = /^C1[0-9A-HJKMNP-TV-Z]{16}$/, CLAIM_CHARS = 18, LOOKALIKES = { O: "0", I: "1", L: "1" };
/** What Python calls white space around a text. */
const EDGES = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;
const KINDS = new Set([0, 1, 2, 3, 4, 5, 14]);

/** Any text whatever gives a credential or the reason (a string) there is none, never an error. */
export async function verify(text, edition, keys) {
  const raw = rawBytes(text);
  if (!raw) return isClaimCode(text) ? "claim_code" : "unreadable";
  const claims = raw.subarray(0, CLAIMS_BYTES), signature = raw.subarray(CLAIMS_BYTES);
  if (claims[0] >> 4 !== VERSION || !KINDS.has(claims[0] & 0x0f)) return "unreadable";
  const credential = unpack(claims);
  if (credential.edition !== edition) return "wrong_edition";
  const key = keys.get(credential.key_id);
  if (!key) return "unknown_key";
  const signed = new Uint8Array(DOMAIN.length + CLAIMS_BYTES);
  signed.set(DOMAIN);
  signed.set(claims, DOMAIN.length);
  return await isSigned(key, signature, signed) ? credential : "bad_signature";
}

export function isBadgeShaped(text) {
  return text.length === TEXT_CHARS && text.startsWith(PREFIX);
}

/** Whether a text is the mail's code for the kiosk, however people write it: gate/access/claim.py. */
function isClaimCode(text) {
  if (text.length > 4 * CLAIM_CHARS) return false;
  const plain = text.replace(EDGES, "").toUpperCase();
  return CLAIM.test(plain.slice(0, 2) + plain.slice(2).replace(/[OIL \u2010\u2011-]/g, (char) => LOOKALIKES[char] ?? ""));
}

function unpack(claims) {
  const view = new DataView(claims.buffer, claims.byteOffset, CLAIMS_BYTES);
  return {
    kind: view.getUint8(0) & 0x0f, key_id: view.getUint8(1), edition: view.getUint16(2),
    holder: view.getUint32(4), generation: view.getUint8(8), profile: view.getUint16(9),
    issued_min: view.getUint8(11) * 65536 + view.getUint16(12), expires_h: view.getUint16(14),
    claims: [...claims].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
  };
}

/** The 80 bytes of a text with the right shape, else null. */
function rawBytes(text) {
  if (!isBadgeShaped(text)) return null;
  const out = new Uint8Array(80);
  for (let from = PREFIX.length, to = 0; from < TEXT_CHARS; from += 3, to += 2) {
    const [low, middle, high] = [text[from], text[from + 1], text[from + 2]].map((char) => VALUE.get(char));
    if (low === undefined || middle === undefined || high === undefined) return null;
    const number = low + 45 * middle + 2025 * high;
    if (number > 0xffff) return null;
    out[to] = number >> 8;
    out[to + 1] = number & 0xff;
  }
  return out;
}

// --- the signature

const verifiers = new Map();

async function isSigned(key, signature, message) {
  let verifier = verifiers.get(key.public);
  if (!verifier) {
    verifier = await native(key.public).catch(() => library(key.public));
    verifiers.set(key.public, verifier);
  }
  return verifier(signature, message);
}

async function native(text) {
  const key = await crypto.subtle.importKey("raw", bytes(text), "Ed25519", false, ["verify"]);
  return (signature, message) => crypto.subtle.verify("Ed25519", key, signature, message);
}

async function library(text) {
  const { verifyAsync } = await import("/scan/vendor/ed25519.js");
  const key = bytes(text);
  // Without zip215 the rules are RFC 8032's, as the server's library has them.
  return (signature, message) => verifyAsync(signature, message, key, { zip215: false }).catch(() => false);
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
