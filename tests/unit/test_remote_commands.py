"""What the operator's commands print."""

import numpy as np
import zxingcpp

from gate.commands.remote import in_blocks


def test_the_link_is_a_code_a_phone_reads_from_a_dark_terminal():
    """The blocks are drawn as a terminal draws them, and read as a phone reads them."""
    link = "https://gate.example.org/scan#ABCDE-FGH12"
    rows = []
    for line in in_blocks(link).splitlines():
        for half in ("▀", "▄"):
            rows.append([char in (half, "█") for char in line])
    light = np.array(rows, dtype=np.uint8).repeat(6, 0).repeat(6, 1) * 255
    assert [each.text for each in zxingcpp.read_barcodes(light)] == [link]
