// The phone's camera: newest frame only, to the decoder in its worker, one at a time.

const SIZE_MAX = 720;
const FRAME_MS = 50;
const RETRY_MS = 2000;
/** A camera in use shows something new all the time; iOS takes it away for a call and says nothing. */
const STILL_MAX_MS = 5000;

export class Camera {
  #video;
  #said;
  #changed;
  #worker = new Worker("/scan/decoder.js", { type: "module" });
  #canvas = document.createElement("canvas");
  #context = this.#canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  #busy = false;
  #track = null;
  #torch = false;
  #looks = 0;
  #lookedAt = 0;
  /** "off", "starting", "on", "refused", "none", "lost" or "decoder". */
  state = "off";

  /** `said(text or null)` for every frame looked at; `changed()` when the state is another. */
  constructor(video, said, changed) {
    this.#video = video;
    this.#said = said;
    this.#changed = changed;
    this.#worker.onmessage = ({ data }) => this.#answer(data);
    this.#worker.onerror = () => this.#set("decoder");
    document.addEventListener("visibilitychange", () => {
      this.#lookedAt = performance.now();
      if (document.hidden || !this.#track) return;
      if (this.#track.readyState === "ended") this.start();
      else this.#video.play().catch(() => null);
    });
    setInterval(() => this.#watch(), RETRY_MS);
  }

  get hasTorch() { return Boolean(this.#track?.getCapabilities?.().torch); }
  get torch() { return this.#torch; }

  async start() {
    if (this.state === "starting") return;
    this.#set("starting");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: {
        facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 },
      } });
      this.#track?.stop();
      [this.#track] = stream.getVideoTracks();
      this.#track.onended = () => this.#lost();
      this.#video.srcObject = stream;
      await this.#video.play();
      this.#torch = false;
      this.#set("on");
      this.#lookedAt = performance.now();
      this.#next(++this.#looks);
    } catch (error) {
      if (error.name === "NotAllowedError" || error.name === "SecurityError") return this.#set("refused");
      this.#set(error.name === "NotFoundError" || !navigator.mediaDevices ? "none" : "lost");
      setTimeout(() => this.start(), RETRY_MS);
    }
  }

  async switchTorch() {
    const wanted = !this.#torch;
    try {
      await this.#track.applyConstraints({ advanced: [{ torch: wanted }] });
      this.#torch = wanted;
    } catch {
      this.#torch = false;
    }
    this.#changed();
  }

  #lost() {
    this.#set("lost");
    setTimeout(() => this.start(), RETRY_MS);
  }

  /** Still on, and nothing new to see: begin anew. */
  #watch() {
    if (this.state === "on" && !document.hidden && performance.now() - this.#lookedAt > STILL_MAX_MS) this.start();
  }

  /** `looks` says since which start: only the newest goes on. */
  #next(looks) {
    if (this.state !== "on" || looks !== this.#looks) return;
    const again = () => {
      this.#lookedAt = performance.now();
      this.#look();
      setTimeout(() => this.#next(looks), FRAME_MS);
    };
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(again);
    else again();
  }

  /** The middle square of the newest frame, as the guard sees it in the marked frame. */
  #look() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (this.#busy || document.hidden || !width) return;
    const side = Math.min(width, height), size = Math.min(side, SIZE_MAX);
    if (this.#canvas.width !== size) this.#canvas.width = this.#canvas.height = size;
    this.#context.drawImage(this.#video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, size, size);
    const pixels = this.#context.getImageData(0, 0, size, size).data.buffer;
    this.#busy = true;
    this.#worker.postMessage({ pixels, size }, [pixels]);
  }

  #answer({ text, failed, ready }) {
    if (failed) return this.#set("decoder");
    if (ready) return;
    this.#busy = false;
    this.#said(text);
  }

  #set(state) {
    this.state = state;
    this.#changed();
  }
}
