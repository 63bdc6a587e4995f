// A worker that says whose PIN this is: Argon2id takes a moment, and the camera must not wait for it.

importScripts("/scan/vendor/argon2.js");

onmessage = async ({ data: { pin, supervisors } }) => {
  for (const { number, verifier } of supervisors) {
    const good = await hashwasm.argon2Verify({ password: pin, hash: verifier.replaceAll("\0", "") }).catch(() => false);
    if (good) return postMessage({ number });
  }
  postMessage({ number: null });
};
