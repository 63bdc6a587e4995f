// A worker that finds the badge being presented in a square of camera pixels. Any failure of the
// decoder is no sighting, never an error. QR Model 2 only: the wider family invents payloads.

import { prepareZXingModule, readBarcodes } from "/scan/vendor/zxing/reader/index.js";

const CAPTURE_ZONE = 0.9;
const WIDTH_MIN = 0.05;
const QUICK = {
  formats: ["QRCodeModel2"], maxNumberOfSymbols: 4, tryHarder: false, tryRotate: false, tryInvert: false,
  tryDownscale: true,
};
const THOROUGH = { ...QUICK, tryHarder: true, tryRotate: true, tryInvert: true, tryDenoise: true };

const ready = prepareZXingModule({
  overrides: { locateFile: () => "/scan/vendor/zxing/reader.wasm" }, fireImmediately: true,
});
ready.then(() => postMessage({ ready: true }), (error) => postMessage({ failed: String(error) }));

let frames = 0;

onmessage = async ({ data: { pixels, size } }) => {
  let text = null;
  try {
    frames += 1;
    const image = new ImageData(new Uint8ClampedArray(pixels), size, size);
    text = presented(await readBarcodes(image, frames % 3 ? QUICK : THOROUGH), size);
  } catch {
    // A frame that cannot be read is a frame without a badge.
  }
  postMessage({ text, pixels }, [pixels]);
};

/** The largest code in the middle, if it is large enough: not somebody's further back. */
function presented(results, size) {
  const margin = ((1 - CAPTURE_ZONE) / 2) * size;
  let nearest = null, largest = WIDTH_MIN * size;
  for (const { isValid, text, position: { topLeft, topRight, bottomLeft, bottomRight } } of results) {
    const width = Math.hypot(topRight.x - topLeft.x, topRight.y - topLeft.y);
    const x = (topLeft.x + bottomRight.x) / 2, y = (topRight.y + bottomLeft.y) / 2;
    const inside = Math.min(x, y) >= margin && Math.max(x, y) <= size - margin;
    if (isValid && text && inside && width >= largest) [nearest, largest] = [text, width];
  }
  return nearest;
}
