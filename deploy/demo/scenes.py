"""Camera frames with a badge held into them, made from the badge's own picture. Seeded."""

import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Picture

from kiosk.decode import Image

WIDTH, HEIGHT = 1280, 720


@dataclass(frozen=True, slots=True)
class Pose:
    """How a badge is held. `height` of the badge as a share of the frame's; angles in degrees."""

    height: float = 0.85
    turn: float = 0.0
    tilt: float = 0.0
    x: float = 0.5
    y: float = 0.5
    blur: float = 0.0
    noise: float = 3.0
    light: float = 0.9


def picture(png: bytes) -> Image:
    """A badge's PNG as BGR pixels."""
    rgb = np.asarray(Picture.open(io.BytesIO(png)).convert("RGB"), dtype=np.uint8)
    return np.ascontiguousarray(rgb[:, :, ::-1])


def frame(badge: Image | None, pose: Pose, seed: int) -> Image:
    """1280 x 720 BGR: a hall out of focus, and the badge in front of it."""
    dice = np.random.default_rng(seed)
    scene = _hall(dice)
    if badge is not None:
        matrix = _held(badge, pose)
        flat = cv2.warpPerspective(badge, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(np.full(badge.shape[:2], 255, np.uint8), matrix, (WIDTH, HEIGHT))
        cv2.copyTo(flat, mask, scene)
    if pose.blur:
        scene = cv2.GaussianBlur(scene, (0, 0), pose.blur).astype(np.uint8)
    cv2.setRNGSeed(seed)
    noise = np.empty(scene.shape, np.int16)
    cv2.randn(noise, 0, pose.noise)
    dimmed = cv2.convertScaleAbs(scene, alpha=pose.light)
    return cv2.add(dimmed, noise, dtype=cv2.CV_8U).astype(np.uint8)


def _held(badge: Image, pose: Pose) -> Image:
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
