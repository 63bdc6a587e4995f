"""Badges of people who do not exist, in every script: what templates are tried and previewed with.

Their codes carry no signature, so that no gate admits one that was printed by mistake.
"""

import io
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from PIL import Image as Picture
from PIL.ImageDraw import Draw

from gate.access.credential import TEXT_CHARS
from gate.access.model import CategoryId
from gate.access.policy import Policy
from gate.access.policy_file import parse
from gate.access.wire import BadgeData, DayChips
from gate.editions import example

TEXT = "P1" + "TEST" * ((TEXT_CHARS - 2) // 4)
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
    Invented("telugu", "Srinivasulu", "Krishnamurthy", "శ్రీనివాసులు కృష్ణమూర్తి",
             "సమాచార సాంకేతిక శాఖ", "India", "academia", "ai4g", "te"),
    Invented("kannada", "Shrikanth", "Krishnamurthy", "ಶ್ರೀಕಾಂತ್ ಕೃಷ್ಣಮೂರ್ತಿ",
             "ಮಾಹಿತಿ ತಂತ್ರಜ್ಞಾನ ಇಲಾಖೆ", "India", "private_sector", "wsis", "kn"),
    Invented("malayalam", "Sreelakshmi", "Krishnankutty", "ശ്രീലക്ഷ്മി കൃഷ്ണൻകുട്ടി",
             "വിവരസാങ്കേതികവിദ്യാ വകുപ്പ്", "India", "delegate", "dialogue", "ml"),
    Invented("gujarati", "Shrikrishna", "Pragneshwar", "શ્રીકૃષ્ણ પ્રજ્ઞેશ્વર",
             "વિજ્ઞાન અને ટેકનોલોજી વિભાગ", "India", "exhibitor", "ai4g", "gu"),
    Invented("gurmukhi", "Gurpreet", "Singh Dhillon", "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ ਢਿੱਲੋਂ",
             "ਸੂਚਨਾ ਤਕਨਾਲੋਜੀ ਵਿਭਾਗ", "India", "speaker", "ai4g", "pa"),
    Invented("odia", "Shrikanta", "Pattanayak", "ଶ୍ରୀକାନ୍ତ ପଟ୍ଟନାୟକ", "ସୂଚନା ପ୍ରଯୁକ୍ତି ବିଭାଗ",
             "India", "civil_society", "wsis", "or"),
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
    Invented("thaana", "Ahmed", "Shareef", "އަޙްމަދު ޝަރީފް", "މިނިސްޓްރީ އޮފް ކޮމިއުނިކޭޝަން",
             "Maldives", "delegate", WEEK, "dv"),
    Invented("nko", "Solimana", "Kante", "ߛߟߌߡߊ߬ߣߊ߬ ߞߊ߲ߕߍ߫", "ߞߎߡߦߊ߫ ߡߊߛߐ߬ߟߊ", "Guinea",
             "media", "wsis", "nqo"),
    Invented("tifinagh", "Idir", "Amezyan", "ⵉⴷⵉⵔ ⴰⵎⵥⵢⴰⵏ", "ⵜⴰⵎⴰⵡⴰⵙⵜ ⵏ ⵜⵏⵎⵎⴰⵍ", "Morocco",
             "academia", "ai4g", "zgh"),
    Invented("syriac", "Gabriel", "Aydin", "ܓܒܪܐܝܠ ܐܝܕܝܢ", "ܒܝܬ ܨܘܒܐ ܕܡܠܦܢܐ", "Iraq",
             "civil_society", "dialogue", "syc"),
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
    Invented("mongolian-script", "Ganbaatar", "Bold", "ᠭᠠᠨᠪᠠᠭᠠᠲᠤᠷ ᠪᠣᠯᠤᠳ", "ᠮᠣᠩᠭᠣᠯ ᠤᠯᠤᠰ", "Mongolia",
             language="mn"),
    Invented("decomposed", unicodedata.normalize("NFD", "Phương Thảo"),
             unicodedata.normalize("NFD", "Åström-Nguyễn"),
             unicodedata.normalize("NFD", "김희철 ガギグ"),
             unicodedata.normalize("NFD", "Bộ Thông tin"),
             "Sweden", language="ko"),
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


LONGEST = Invented(
    "trial", "Wolfeschlegelsteinhausen", "Featherstonehaugh-Cholmondeley",
    "Константин Константинопольский", "Permanent Mission to the United Nations Office and other "
    "International Organizations in Geneva", "Venezuela (Bolivarian Republic of)",
)  # fmt: skip
"""As long as names of real people get; every template must set it large enough to be read."""


@lru_cache(maxsize=1)
def _policy() -> Policy:
    return parse(example(), "example edition")


def categories() -> Sequence[tuple[str, str]]:
    """(id, name) of each category of the example edition."""
    return [(each.id, each.name) for each in _policy().categories.values()]


def sample(person: Invented, category: str = "", photo: bytes = b"") -> BadgeData:
    """This person's badge, with every event of the example edition on its days. Raises KeyError
    for a category that edition has not."""
    policy = _policy()
    look = policy.categories[CategoryId(category or person.category)]
    days = tuple(
        DayChips(day, tuple((e.short, e.colour) for e in policy.events.values() if day in e.days))
        for day in policy.days
    )
    return BadgeData(
        code=f"SAMPLE-{person.what}", text=TEXT, holder=0, generation=1, given=person.given,
        family=person.family, name_on_badge=person.shown, native_name=person.native,
        organisation=person.organisation, country=person.country, category=look.id,
        category_name=look.name, category_colour=look.colour, language=person.language, days=days,
        edition_name=policy.name, edition_place=policy.place,
        events={event.short: event.name for event in policy.events.values()}, photo=photo,
    )  # fmt: skip


@lru_cache(maxsize=1)
def portrait(size: tuple[int, int] = (600, 800)) -> bytes:
    """A drawn face that is nobody's, as the JPEG a camera would give."""
    width, height = size
    made = Picture.new("RGB", size, (206, 214, 226))
    pen = Draw(made)
    pen.ellipse((width * 0.12, height * 0.66, width * 0.88, height * 1.5), fill=(43, 75, 112))
    pen.rectangle((width * 0.42, height * 0.5, width * 0.58, height * 0.7), fill=(214, 166, 134))
    pen.ellipse((width * 0.29, height * 0.16, width * 0.71, height * 0.62), fill=(230, 184, 152))
    pen.chord(
        (width * 0.27, height * 0.12, width * 0.73, height * 0.6), 180, 360, fill=(74, 50, 38)
    )
    raw = io.BytesIO()
    made.save(raw, "JPEG", quality=90)
    return raw.getvalue()
