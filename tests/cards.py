"""Plain badge cards with a real signed code, as pixels: quick to draw, the code always there."""

import cv2
import numpy as np
import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_ALPHA_NUM, QRData

from deploy.demo import scenes
from kiosk.vision.symbol import BADGE_MODULES

PX_PER_MM = 6
WIDTH_MM, HEIGHT_MM, CODE_MM = 105, 148, 42
CODE_SHARE = CODE_MM / HEIGHT_MM
"""Of the card's height, by which `scenes.Pose.height` is measured."""


def code(text):
    """The modules of a badge's code, True where dark, without the quiet zone."""
    drawn = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    drawn.add_data(QRData(text, mode=MODE_ALPHA_NUM), optimize=0)
    drawn.make(fit=True)
    return np.array(drawn.get_matrix(), bool)


def card(text):
    """A6 upright, BGR: a coloured band, lines of print, the code below on white."""
    page = np.full((HEIGHT_MM * PX_PER_MM, WIDTH_MM * PX_PER_MM, 3), 244, np.uint8)
    page[: 25 * PX_PER_MM] = (120, 60, 20)
    for row, line in enumerate(("AMINA", "EXAMPLE", "Ministry of Examples")):
        place = (10 * PX_PER_MM, (40 + 14 * row) * PX_PER_MM)
        cv2.putText(page, line, place, cv2.FONT_HERSHEY_DUPLEX, 1.9 - 0.4 * row, (30, 30, 30), 3)
    side = CODE_MM * PX_PER_MM
    black = np.where(code(text), 20, 244).astype(np.uint8)
    square = cv2.resize(black, (side, side), interpolation=cv2.INTER_NEAREST)
    left, top = (WIDTH_MM - CODE_MM) * PX_PER_MM // 2, (HEIGHT_MM - CODE_MM - 14) * PX_PER_MM
    page[top : top + side, left : left + side] = square[:, :, None]
    return page


def height_for(module_px):
    """`scenes.Pose.height` at which a module of the code measures so many pixels."""
    return module_px * BADGE_MODULES / CODE_SHARE / scenes.HEIGHT


def corners(pose):
    """Where the code's corners are in the frame, as decode.Quad."""
    side, left = CODE_MM * PX_PER_MM, (WIDTH_MM - CODE_MM) * PX_PER_MM // 2
    top = (HEIGHT_MM - CODE_MM - 14) * PX_PER_MM
    blank = np.empty((HEIGHT_MM * PX_PER_MM, WIDTH_MM * PX_PER_MM, 3), np.uint8)
    edge = [(left, top), (left + side, top), (left + side, top + side), (left, top + side)]
    return cv2.perspectiveTransform(np.array([edge], np.float64), scenes.held(blank, pose))[0] - 0.5
