"""`python -m deploy.demo.badge_pictures FOLDER`: badges of invented people in every script.

One PNG a badge, and sheets of them: what a designer looks at after each change of a template. The
tests render the same people. Each walks the real way, from a registration file's row to the page.
"""

import argparse
import json
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from nacl.signing import SigningKey as PrivateKey
from PIL import Image as Picture

from badge_printer.render import Renderer
from badge_printer.template import load
from gate.access.credential import sign
from gate.access.model import Credential, Holder
from gate.access.policy import Policy
from gate.access.policy_file import parse as parse_policy
from gate.access.wire import BadgeData
from gate.editions import example
from gate.server.api.printer import badge_data
from gate.server.registrations.parse import parse

DPI = 203.0
SHEET_COLUMNS, SHEET_ROWS = 6, 2
GAP = 12
WEEK = "wsis; ai4g; dialogue"


class Invented(NamedTuple):
    """A person of no country in particular, to show one thing a badge must get right."""

    what: str
    given: str
    family: str
    native: str = ""
    organisation: str = ""
    country: str = "Switzerland"
    category: str = "delegate"
    events: str = WEEK
    language: str = "en"
    shown: str = ""


PEOPLE = (
    Invented("vietnamese", "Phương Thảo", "Nguyễn Thị", "", "Bộ Thông tin và Truyền thông",
             "Việt Nam", language="vi"),
    Invented("cyrillic", "Ekaterina", "Shcherbakova", "Екатерина Щербакова",
             "Министерство цифрового развития", "Kyrgyzstan", "media", "dialogue", "ru"),
    Invented("greek", "Konstantinos", "Papadimitriou", "Κωνσταντίνος Παπαδημητρίου",
             "Υπουργείο Ψηφιακής Διακυβέρνησης", "Greece", "speaker", "ai4g", "el"),
    Invented("arabic", "Mohammed", "Al-Harbi", "محمد بن عبد الله الحربي",
             "هيئة الاتصالات وتقنية المعلومات (CRA)", "Qatar", "minister",
             f"{WEEK}; ministerial", "ar", "H.E. Mohammed Al-Harbi"),
    Invented("persian", "Pejman", "Golchin", "پژمان گلچین می‌خواهد",
             "وزارت ارتباطات و فناوری اطلاعات ۲۰۲۶", "Iran (Islamic Republic of)",
             "regulator", f"{WEEK}; ministerial", "fa"),
    Invented("urdu", "Zulfiqar", "Ali Bhatti", "ذوالفقار علی بھٹی", "وزارتِ انفارمیشن ٹیکنالوجی",
             "Pakistan", "academia", "wsis", "ur"),
    Invented("hebrew", "Shalom", "Ben-David", "שָׁלוֹם בן־דוד", "משרד התקשורת", "Israel",
             "private_sector", "ai4g: 8-10", "he"),
    Invented("devanagari", "Shrikrishna", "Dwivedi", "श्रीकृष्ण द्विवेदी", "दूरसंचार विभाग, भारत सरकार",
             "India", "delegate", "dialogue", "hi"),
    Invented("bengali", "Mohammad", "Srikanta", "মোহাম্মদ শ্রীকান্ত চট্টোপাধ্যায়", "ডাক ও টেলিযোগাযোগ বিভাগ",
             "Bangladesh", "civil_society", "wsis; dialogue", "bn"),
    Invented("tamil", "Srinivasan", "Gowri", "ஸ்ரீனிவாசன் கௌரி", "தகவல் தொழில்நுட்பத் துறை",
             "Sri Lanka", "exhibitor", "ai4g; wsis", "ta"),
    Invented("sinhala", "Lanka", "Wijesinghe", "ශ්‍රී ලංකා විජේසිංහ", "ක්‍රීඩා අමාත්‍යාංශය", "Sri Lanka",
             "academia", "ai4g", "si"),
    Invented("thai", "Kittithanya", "Chuenchuchit", "กิตติ์ธัญญา ชื่นชูจิตร์ที่นี่",
             "กระทรวงดิจิทัลเพื่อเศรษฐกิจและสังคม", "Thailand", "speaker", "ai4g", "th"),
    Invented("lao", "Somphone", "Khamphiou", "ສົມພອນ ຄຳຜິວ", "ກະຊວງ ເຕັກໂນໂລຊີ ແລະ ການສື່ສານ",
             "Lao People's Democratic Republic", "delegate", WEEK, "lo"),
    Invented("khmer", "Sreysros", "Oudom", "ស្រីស្រស់ ឧត្តម", "ក្រសួងប្រៃសណីយ៍និងទូរគមនាគមន៍", "Cambodia",
             "delegate", WEEK, "km"),
    Invented("myanmar", "Aung", "Khin Myint", "ဒေါ်အောင်ခင်မြင့်ကြည်", "ပို့ဆောင်ရေးနှင့် ဆက်သွယ်ရေးဝန်ကြီးဌာန",
             "Myanmar", "delegate", "wsis", "my"),
    Invented("georgian", "Nino", "Chavchanidze", "ნინო ჭავჭანიძე", "კომუნიკაციების კომისია",
             "Georgia", "regulator", f"{WEEK}; ministerial", "ka"),
    Invented("armenian", "Aram", "Khachatrian", "Արամ Խաչատրյան",
             "Հեռահաղորդակցության նախարարություն",
             "Armenia", "media", "ai4g", "hy"),
    Invented("ethiopic", "Tilahun", "Gessesse", "ጥላሁን ገሠሠ", "የኢኖቬሽንና ቴክኖሎጂ ሚኒስቴር", "Ethiopia",
             "delegate", WEEK, "am"),
    Invented("tibetan", "Tenzin", "Dorji", "བསྟན་འཛིན་རྡོ་རྗེ", "བརྡ་དོན་འཕྲུལ་རིག་ལྷན་ཁག", "Bhutan",
             "civil_society", "wsis", "dz"),
    Invented("chinese-simplified", "Linghuan", "Zhao", "赵令欢", "工业和信息化部 国际合作司 直角骨",
             "China", "delegate", WEEK, "zh"),
    Invented("chinese-traditional", "Ling-huan", "Chao", "趙令歡", "資訊通訊發展協會 直角骨",
             "Singapore", "private_sector", "ai4g", "zh-Hant"),
    Invented("japanese", "Naomi", "Watanabe", "渡邉 直美 髙橋", "総務省 国際戦略局 直角骨", "Japan",
             "academia", "wsis: 6-8; ai4g: 7-8", "ja"),
    Invented("korean", "Hee-chul", "Kim", "김희철", "과학기술정보통신부", "Republic of Korea",
             "speaker", "ai4g", "ko"),
    Invented("mongolian", "Özliibayar", "Ganbaatar", "Ганбаатарын Өлзийбаяр", "Монгол Улсын яам",
             "Mongolia", language="mn"),
    Invented("very-long", "Wolfeschlegelsteinhausen", "Bergerdorff de la Vega y Fernández-"
             "Villaverde von Hohenzollern-Sigmaringen", "Вольфешлегельштейнгаузен Бергердорф",
             "Permanent Mission of the Bolivarian Republic of Venezuela to the United Nations "
             "Office and other International Organizations in Geneva, Switzerland",
             "Venezuela (Bolivarian Republic of)", "civil_society", "wsis: 8-9; ai4g: 8-9", "es"),
    Invented("longest", "Ab" * 40, "Wm" * 40, "界" * 120, "Ministry " * 22, "Saint " * 13),
    Invented("one-letter", "O", "E"),
    Invented("one-name", "", "Suharyanti", organisation="Kementerian Komunikasi",
             country="Indonesia", language="id"),
    Invented("no-organisation", "Anne-Lise", "Favre-Bulle", country="", category="un_staff"),
    Invented("name-on-badge", "Maximilian", "Featherstonehaugh-Cholmondeley", organisation="UNESCO",
             country="United Kingdom of Great Britain and Northern Ireland", category="un_staff",
             shown="Max Fanshaw"),
    Invented("honours", "Thandiwe", "Nkosi", "", "Ministry of Communications and Digital "
             "Technologies", "South Africa", "minister", f"{WEEK}; ministerial",
             shown="H.E. Professor Dr Thandiwe Nkosi-Mthembu, Minister of Communications"),
    Invented("mixed", "Li Wei 李伟", "(محمد) ITU-T", "Li Wei 李伟 (محمد)",
             "ITU-T קבוצה 16, группа №5", "China", "staff", WEEK, "zh"),
    Invented("security", "Luc", "Zbinden", "", "Venue Security", "Switzerland", "security",
             f"{WEEK}; ministerial", "fr"),
    Invented("nothing-open", "Amina", "Diallo", "", "Palexpo SA", "Guinea", "contractor",
             "dialogue: 6", "fr"),
)  # fmt: skip


def badges(people: Iterable[Invented] = PEOPLE) -> dict[str, BadgeData]:
    """What the server would hand a printer for each of these people, by what they show."""
    people = tuple(people)
    policy = parse_policy(example(), "example edition")
    rows = [_row(each) for each in people]
    parsed = parse(json.dumps(rows).encode(), policy)
    if parsed.problems:
        raise ValueError(f"invented people do not import: {parsed.problems[0]}")
    made = {}
    for each, (_, registration) in zip(people, parsed.rows, strict=True):
        holder = Holder(zlib.crc32(each.what.encode()))
        text = _signed(policy, holder, each.category)
        made[each.what] = badge_data(registration, holder, 1, text, policy)
    return made


def _row(each: Invented) -> dict[str, str]:
    return {
        "code": f"R-{each.what}",
        "given": each.given.strip(),
        "family": each.family.strip(),
        "name on badge": each.shown,
        "native name": each.native,
        "organisation": each.organisation.strip(),
        "country": each.country.strip(),
        "category": each.category,
        "events": each.events,
        "language": each.language,
    }


def _signed(policy: Policy, holder: Holder, category: str) -> str:
    kind = next(each.kind for each in policy.categories.values() if each.id == category)
    claims = Credential(
        kind=kind, key_id=1, edition=policy.number, holder=holder, generation=1, profile=1,
        issued_min=policy.minutes(policy.epoch), expires_h=policy.expires_h(),
    )  # fmt: skip
    return sign(claims, PrivateKey(b"invented".ljust(32)))


def sheet(pages: list[Picture.Image]) -> Picture.Image:
    """Badges side by side at half size."""
    width, height = pages[0].width // 2, pages[0].height // 2
    columns = min(SHEET_COLUMNS, len(pages))
    rows = -(-len(pages) // columns)
    size = (columns * (width + GAP) + GAP, rows * (height + GAP) + GAP)
    made = Picture.new("RGB", size, (136, 136, 136))
    for at, page in enumerate(pages):
        row, column = divmod(at, columns)
        small = page.resize((width, height), Picture.Resampling.LANCZOS)
        made.paste(small, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    return made


def main() -> int:
    parser = argparse.ArgumentParser(prog="badge_pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--template", default="a6")
    parser.add_argument("--dpi", type=float, default=DPI)
    parser.add_argument("--only", default="", help="names of people, with commas")
    arguments = parser.parse_args()
    renderer = Renderer(load(arguments.template))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    only = set(filter(None, arguments.only.split(",")))
    pages = []
    for what, data in badges().items():
        if only and what not in only:
            continue
        path = arguments.folder / f"{what}.png"
        path.write_bytes(renderer.png(data, arguments.dpi))
        pages.append(Picture.open(path).convert("RGB"))
        for each in renderer.layout(data, arguments.dpi).left_out:
            print(f"{what}: left out: {each}", file=sys.stderr)
    per_sheet = SHEET_COLUMNS * SHEET_ROWS
    for number, first in enumerate(range(0, len(pages), per_sheet), 1):
        sheet(pages[first : first + per_sheet]).save(arguments.folder / f"sheet-{number}.png")
    print(f"{len(pages)} badges in {arguments.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
