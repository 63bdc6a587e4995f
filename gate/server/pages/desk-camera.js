// The desk's camera: a portrait taken or chosen and cropped, and a badge read from the picture.

import { node } from "/pages/figures.js";
import { dialog } from "/pages/desk-forms.js";

const WIDTH = 720, HEIGHT = 960;
const BYTES_MAX = 8_000_000;
const SCAN_SIDE = 720, SCAN_EVERY_MS = 60;

async function camera(video) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1920 }, height: { ideal: 1080 } }, audio: false });
  video.srcObject = stream;
  await video.play();
  return () => stream.getTracks().forEach((track) => track.stop());
}

function screen() {
  const video = node("video");
  Object.assign(video, { muted: true, playsInline: true, autoplay: true });
  return video;
}

/** Resolves to {blob} of a cropped portrait, {remove: true}, or null. */
export async function portrait(desk, hasOne) {
  const say = desk.say, view = node("div", "view"), video = screen(), fault = node("p", "problem");
  fault.setAttribute("role", "alert");
  video.className = "mirror";
  view.append(video);
  const bar = node("div", "choices"), shoot = button(say("desk-photo-shoot")), choose = button(say("desk-photo-choose"));
  const again = button(say("desk-photo-again")), file = node("input"), hint = node("p", "soft", say("desk-photo-crop"));
  Object.assign(file, { type: "file", accept: "image/jpeg,image/png", hidden: true });
  file.id = "photo-file";
  hint.hidden = again.hidden = true;
  bar.append(shoot, choose, again, file);
  let stop = () => {}, crop = null, ended = false;

  const live = async () => {
    fault.textContent = "";
    crop = null;
    view.replaceChildren(video);
    hint.hidden = again.hidden = true;
    shoot.hidden = false;
    stop();
    try {
      stop = await camera(video);
      if (ended) stop();
    } catch {
      shoot.hidden = true;
      fault.textContent = say("desk-no-camera");
    }
  };
  const still = (picture, width, height) => {
    stop();
    crop = cropper(picture, width, height);
    view.replaceChildren(crop.canvas);
    fault.textContent = "";
    shoot.hidden = true;
    hint.hidden = again.hidden = false;
    crop.canvas.focus();
  };
  shoot.addEventListener("click", async () => {
    if (!video.videoWidth) return;
    still(await createImageBitmap(video), video.videoWidth, video.videoHeight);
  });
  choose.addEventListener("click", () => file.click());
  again.addEventListener("click", live);
  file.addEventListener("change", async () => {
    const chosen = file.files[0];
    file.value = "";
    if (!chosen) return;
    try {
      if (chosen.size > BYTES_MAX) throw new Error("too large");
      const picture = await createImageBitmap(chosen);
      still(picture, picture.width, picture.height);
    } catch {
      fault.textContent = say("desk-photo-not");
    }
  });
  const box = document.getElementById("dialog"), content = [view, hint, fault, bar];
  if (hasOne) {
    const remove = button(say("desk-photo-remove"));
    remove.addEventListener("click", () => box.finish({ remove: true }));
    bar.append(remove);
  }
  const asking = dialog(desk, say("desk-photo"), content, () => (crop ? { crop } : null), say("desk-photo-use"));
  live();
  const given = await asking;
  ended = true;
  stop();
  if (!given?.crop) return given;
  return { blob: await given.crop.blob() };
}

function button(text) {
  const each = node("button", "second", text);
  each.type = "button";
  return each;
}

/** A canvas in a badge's shape over a picture: drag moves it, wheel and + - zoom, arrows move. */
function cropper(picture, width, height) {
  const canvas = node("canvas"), pen = canvas.getContext("2d");
  Object.assign(canvas, { width: WIDTH, height: HEIGHT, tabIndex: 0 });
  const least = Math.max(WIDTH / width, HEIGHT / height);
  let scale = least, x = (WIDTH - width * scale) / 2, y = (HEIGHT - height * scale) / 2;
  const draw = () => {
    x = Math.min(0, Math.max(WIDTH - width * scale, x));
    y = Math.min(0, Math.max(HEIGHT - height * scale, y));
    pen.drawImage(picture, x, y, width * scale, height * scale);
  };
  const zoom = (factor) => {
    const next = Math.min(least * 6, Math.max(least, scale * factor));
    x = WIDTH / 2 - ((WIDTH / 2 - x) * next) / scale;
    y = HEIGHT / 2 - ((HEIGHT / 2 - y) * next) / scale;
    scale = next;
    draw();
  };
  const move = (dx, dy) => {
    x += dx;
    y += dy;
    draw();
  };
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const ratio = WIDTH / canvas.clientWidth;
    move(event.movementX * ratio, event.movementY * ratio);
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.08 : 1 / 1.08);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const keys = { "+": () => zoom(1.1), "-": () => zoom(1 / 1.1), ArrowLeft: () => move(-24, 0), ArrowRight: () => move(24, 0), ArrowUp: () => move(0, -24), ArrowDown: () => move(0, 24) };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  draw();
  return { canvas, blob: () => new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92)) };
}

/** Resolves to the text of a badge held in front of the camera, or null. */
export async function filmed(desk) {
  const say = desk.say, view = node("div", "view wide"), video = screen(), fault = node("p", "problem");
  fault.setAttribute("role", "alert");
  view.append(video);
  const box = document.getElementById("dialog");
  const asking = dialog(desk, say("desk-scan"), [node("p", "soft", say("desk-scan-hold")), view, fault], null);
  let stop = () => {}, worker = null, timer = 0, ended = false;
  const failed = () => { fault.textContent = say("desk-no-camera"); };
  try {
    worker = new Worker("/scan/decoder.js", { type: "module" });
    worker.onerror = failed;
    const canvas = new OffscreenCanvas(SCAN_SIDE, SCAN_SIDE), pen = canvas.getContext("2d", { willReadFrequently: true });
    const send = () => {
      if (ended) return;
      const side = Math.min(video.videoWidth, video.videoHeight);
      if (!side) { timer = setTimeout(send, SCAN_EVERY_MS); return; }
      pen.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, SCAN_SIDE, SCAN_SIDE);
      const { data } = pen.getImageData(0, 0, SCAN_SIDE, SCAN_SIDE);
      worker.postMessage({ pixels: data.buffer, size: SCAN_SIDE }, [data.buffer]);
    };
    // Listened to before the camera is waited for: a decoder that is ready first says so only once.
    worker.onmessage = ({ data }) => {
      if (data.failed) failed();
      else if (data.text?.startsWith("P1")) box.finish(data.text);
      else timer = setTimeout(send, SCAN_EVERY_MS);
    };
    stop = await camera(video);
  } catch {
    failed();
  }
  const text = await asking;
  ended = true;
  clearTimeout(timer);
  worker?.terminate();
  stop();
  return text;
}
