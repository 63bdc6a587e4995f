// Heard and felt without looking: high and short for green, low and long for red, twice for check.

const TONES = { green: [[1047, 0.15]], red: [[196, 0.5]], check: [[523, 0.18], [523, 0.18]] };
const BUZZES = { green: [60], red: [300, 80, 300], check: [120, 80, 120] };
let sound = null;

// Browsers let a page sound only once somebody has touched it: a finger counts as it is lifted.
for (const each of ["pointerup", "keydown"]) {
  addEventListener(each, () => { sound ??= opened(); again(); });
}
document.addEventListener("visibilitychange", again);

/** On iOS the switch for silence mutes a page's tones too, unless it says that it plays them. */
function opened() {
  if (navigator.audioSession) navigator.audioSession.type = "playback";
  return new AudioContext();
}

/** A phone call or the lock screen stops it ("interrupted" on iOS, "suspended" elsewhere). */
function again() {
  if (sound && sound.state !== "running" && !document.hidden) sound.resume().catch(() => null);
}

export function signal(colour) {
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(BUZZES[colour]);
  if (!sound) return;
  again();
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
