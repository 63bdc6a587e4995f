// Heard and felt without looking: high and short for green, low and long for red, twice for check.

const TONES = { green: [[1047, 0.15]], red: [[196, 0.5]], check: [[523, 0.18], [523, 0.18]] };
const BUZZES = { green: [60], red: [300, 80, 300], check: [120, 80, 120] };
let sound = null;

// Browsers let a page sound only once somebody has touched it.
for (const each of ["pointerdown", "keydown"]) {
  addEventListener(each, () => { sound ??= new AudioContext(); if (sound.state === "suspended") sound.resume(); });
}

export function signal(colour) {
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(BUZZES[colour]);
  if (!sound) return;
  let from = sound.currentTime;
  for (const [hertz, seconds] of TONES[colour]) {
    const wave = sound.createOscillator(), volume = sound.createGain();
    volume.gain.setValueAtTime(0.3, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + seconds);
    wave.frequency.value = hertz;
    wave.connect(volume).connect(sound.destination);
    wave.start(from);
    wave.stop(from + seconds);
    from += seconds + 0.08;
  }
}

/** The screen stays on while the page is in view. */
export function stayAwake() {
  const ask = () => document.hidden || navigator.wakeLock?.request("screen").catch(() => null);
  document.addEventListener("visibilitychange", ask);
  ask();
}
