"""Photos over the API: drawn anew, sealed, shown to whoever may see them; hostile files refused."""

import io
import struct
import zlib

import pytest
from nacl.exceptions import CryptoError
from PIL import Image

from gate.server.desk import photos
from gate.server.problem import Refused
from tests.integration import people
from tests.integration.people import row

PHOTO = "/api/v1/editions/{edition}/registrations/R-ANA1/photo"


def picture(width=900, height=1200, kind="JPEG", mode="RGB", **more) -> bytes:
    image = Image.new(mode, (width, height), "red")
    image.paste("blue", (0, 0, width, height // 2))
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb(side: int) -> bytes:
    """A small PNG that would be `side` x `side` pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 10_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
async def week(server):
    await server.import_rows(
        people.file(row("R-ANA1", given="Ana"), row("R-MIN1", "minister", "wsis; ministerial"))
    )
    return server


@pytest.fixture
async def desk(week):
    return await week.staff("desk", name="Amina")


async def test_a_photo_is_drawn_anew_upright_and_without_what_the_camera_wrote(week, desk):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    exif[0x010F] = "a camera"
    exif[0x8825] = {2: (46.0, 12.0, 0.0)}  # where it was taken
    sent = picture(1200, 900, exif=exif, comment=b"made at home")
    assert b"a camera" in sent
    assert (await desk.post(PHOTO, sent)).status == 204
    answer = await desk.get(PHOTO)
    assert answer.headers["Content-Type"] == "image/jpeg"
    shown = Image.open(io.BytesIO(answer.raw))
    assert (shown.size, shown.format, dict(shown.getexif())) == ((480, 640), "JPEG", {})
    assert b"a camera" not in answer.raw and b"made at home" not in answer.raw
    left, right = shown.getpixel((20, 320)), shown.getpixel((460, 320))
    assert left[0] > 200 > left[2] and right[2] > 200 > right[0], "turned as the camera meant"


async def test_in_the_database_a_photo_is_sealed_and_the_key_stands_beside_it_in_no_table(
    week, desk, database
):
    await desk.post(PHOTO, picture())
    sealed = await database.fetchval("SELECT body FROM photo")
    shown = (await desk.get(PHOTO)).raw
    assert shown[:64] not in sealed and b"JFIF" not in sealed
    key = week.service.settings.data_dir / "keys" / "photos.key"
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CryptoError):
        photos.box(week.service.settings.data_dir / "elsewhere").decrypt(sealed)


async def test_a_see_through_png_gets_a_white_ground(desk):
    out = io.BytesIO()
    Image.new("RGBA", (600, 800), (0, 0, 0, 0)).save(out, "PNG")
    assert (await desk.post(PHOTO, out.getvalue())).status == 204
    shown = Image.open(io.BytesIO((await desk.get(PHOTO)).raw))
    assert min(shown.getpixel((240, 320))) > 250


HOSTILE = {
    "nothing": b"",
    "words": b"this is a photo",
    "a page": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "a GIF": b"GIF89a" + b"\0" * 100,
    "a TIFF": b"II*\0" + b"\0" * 100,
    "half a JPEG": picture()[:2000],
    "a JPEG head and noise": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 50,
    "a PNG head only": b"\x89PNG\r\n\x1a\n",
    "a PNG that is a bomb": bomb(60_000),
    "a PNG that is a smaller bomb": bomb(6_500),
    "too small": picture(50, 50),
    "a PNG with a huge text": b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 300, 300, 8, 2, 0, 0, 0))
    + chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 90_000_000, 9)),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_refused_in_words_and_nothing_is_kept(name):
    with pytest.raises(Refused, match="Not a photo") as refused:
        await photos.redrawn(HOSTILE[name])
    assert refused.value.problem.status == 422
    assert "Traceback" not in refused.value.problem.detail


async def test_a_file_that_is_too_large_or_none_keeps_the_photo_that_is_there(desk):
    await desk.post(PHOTO, picture())
    before = (await desk.get(PHOTO)).raw
    assert (await desk.post(PHOTO, io.BytesIO(b"\xff\xd8\xff" + b"0" * 9_000_000))).status == 413
    assert (await desk.post(PHOTO, HOSTILE["words"])).title == "Not a photo"
    assert (await desk.get(PHOTO)).raw == before


async def test_who_is_not_of_the_desk_sees_no_photo(week, desk):
    await desk.post(PHOTO, picture())
    for role in ("operations", "supervisor", "operator"):
        assert (await (await week.staff(role)).get(PHOTO)).status == 403
    assert (await (await week.nobody()).get(PHOTO)).status == 401


async def test_taking_and_removing_a_photo_stand_in_the_history(desk):
    person = PHOTO.removesuffix("/photo")
    await desk.post(PHOTO, picture())
    assert (await desk.get(person)).good()["photo_at_ms"]
    assert (await desk.call("DELETE", PHOTO)).status == 204
    now = (await desk.get(person)).good()
    assert (now["photo_at_ms"], [h["act"] for h in now["history"]]) == (
        None, ["photo_removed", "photo"],
    )  # fmt: skip
    assert (await desk.get(PHOTO)).status == 404
    assert (await desk.call("DELETE", PHOTO)).status == 404
