"""Camera frames with a badge held into them, made from the badge's own picture. Seeded."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Picture

from kiosk.decode import Image

WIDTH, HEIGHT = 1280, 720


@dataclass(frozen=True, slots=True)
class Pose:
    """How a badge is held. `height` of the badge as a share of the frame's; angles in degrees;
    `motion` of the hand while the shutter is open, in pixels, towards `heading`."""

    height: float = 0.85
    turn: float = 0.0
    tilt: float = 0.0
    x: float = 0.5
    y: float = 0.5
    blur: float = 0.0
    noise: float = 3.0
    light: float = 0.9
    motion: float = 0.0
    heading: float = 0.0


def picture(png: bytes) -> Image:
    """A badge's PNG as BGR pixels."""
    rgb = np.asarray(Picture.open(io.BytesIO(png)).convert("RGB"), dtype=np.uint8)
    return np.ascontiguousarray(rgb[:, :, ::-1])


def frame(badge: Image | None, pose: Pose, seed: int) -> Image:
    """1280 x 720 BGR: a hall out of focus, and the badge in front of it."""
    dice = np.random.default_rng(seed)
    scene = _hall(dice)
    if badge is not None:
        matrix = held(badge, pose)
        flat = cv2.warpPerspective(badge, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(np.full(badge.shape[:2], 255, np.uint8), matrix, (WIDTH, HEIGHT))
        if pose.motion > 1:
            smear = _smear(pose.motion, pose.heading)
            flat, mask = cv2.filter2D(flat, -1, smear), cv2.filter2D(mask, -1, smear)
            share = (mask.astype(np.float32) / 255)[:, :, None]
            scene = (scene * (1 - share) + flat).astype(np.uint8)
        else:
            cv2.copyTo(flat, mask, scene)
    if pose.blur:
        scene = cv2.GaussianBlur(scene, (0, 0), pose.blur).astype(np.uint8)
    cv2.setRNGSeed(seed)
    noise = np.empty(scene.shape, np.int16)
    cv2.randn(noise, (0, 0, 0), (pose.noise,) * 3)
    dimmed = cv2.convertScaleAbs(scene, alpha=pose.light)
    return cv2.add(dimmed, noise, dtype=cv2.CV_8U).astype(np.uint8)


def raised(badge: Image, pose: Pose, count: int, seed: int) -> Iterator[Image]:
    """A badge lifted towards the camera: from `pose` on it comes nearer in a hand that is never
    quite still, so that each frame has its own place and its own shake."""
    dice = np.random.default_rng(seed)
    for step in range(count):
        yield frame(
            badge,
            replace(
                pose,
                height=pose.height * (1 + 0.06 * step),
                turn=pose.turn + dice.normal(0, 1),
                tilt=pose.tilt + dice.normal(0, 2),
                x=pose.x + dice.normal(0, 0.006),
                y=pose.y + dice.normal(0, 0.006),
                motion=pose.motion * dice.uniform(0.3, 1.3),
                heading=dice.uniform(0, 180),
            ),
            seed + step,
        )


def _smear(length: float, heading: float) -> Image:
    """The kernel of a straight motion."""
    side = 2 * int(length / 2 + 1) + 1
    kernel = np.zeros((side, side), np.float32)
    angle, middle = np.radians(heading), side // 2
    for share in np.linspace(-0.5, 0.5, 4 * side):
        x, y = middle + share * length * np.cos(angle), middle + share * length * np.sin(angle)
        kernel[round(y), round(x)] += 1
    return kernel / kernel.sum()  # type: ignore[return-value]


def held(badge: Image, pose: Pose) -> Image:
    """The perspective from the badge's corners to the frame's pixels."""
    rows, columns = badge.shape[:2]
    half_h = pose.height * HEIGHT / 2
    half_w = half_h * columns / rows
    turn, tilt = np.radians(pose.turn), np.radians(pose.tilt)
    corners = []
    for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        # Turned in the picture, then leaned back: what is further away is smaller.
        x = sx * half_w * np.cos(turn) - sy * half_h * np.sin(turn)
        y = sx * half_w * np.sin(turn) + sy * half_h * np.cos(turn)
        depth = 1 + np.sin(tilt) * x / WIDTH
        corners.append((pose.x * WIDTH + x * np.cos(tilt) / depth, pose.y * HEIGHT + y / depth))
    source = np.float32([(0, 0), (columns, 0), (columns, rows), (0, rows)])  # type: ignore[arg-type]
    return cv2.getPerspectiveTransform(source, np.float32(corners))  # type: ignore[arg-type,return-value]


def _hall(dice: np.random.Generator) -> Image:
    small = dice.integers(40, 170, (9, 16, 3), dtype=np.uint8)
    return cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def film(badges: list[Image], folder: Path, seed: int, shown: int = 14, empty: int = 26) -> int:
    """A folder of frames: each badge comes into view, is held, and goes. The number of frames."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(seed)
    count = 0
    for badge in badges:
        x, y, turn = 0.5 + dice.normal(0, 0.03), 0.5, dice.normal(0, 6)
        for step in range(shown + empty):
            height = 0.6 + 0.35 * min(1.0, step / 8)
            pose = Pose(height, turn, dice.normal(0, 4), x, y, light=0.85)
            image = frame(badge if step < shown else None, pose, seed + count)
            cv2.imwrite(str(folder / f"{count:05d}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 82])
            count += 1
    return count
