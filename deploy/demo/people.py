"""Invented registrations: 11,000 people of 169 countries, the same for the same seed.

Names come from Faker's locales in the country's own script; the Latin name is its
transliteration. No person is real, and every address is in the reserved domain example.org.
"""

import csv
import random
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from anyascii import anyascii
from babel import Locale
from faker import Faker

PEOPLE = 11_000
SEED = 2026
COLUMNS = ("code", "given name", "family name", "name on badge", "native name", "organisation",
           "country", "category", "events", "email", "language", "photo", "status")  # fmt: skip

COUNTRIES = """
AD AE AF AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH
CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ES ET FI FJ FR GA GB GD GE GH GM GN GQ
GR GT GY HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KR KW KZ LA LB LK LR LS LT
LU LV LY MA MC MD ME MG MK ML MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NZ OM PA PE PG PH
PK PL PT PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SN SO SR SV SZ TD TG TH TJ TN TR TT TZ UA
UG US UY UZ VE VN ZA ZM ZW
""".split()  # noqa: SIM905 - 169 lines would say no more
"""ISO 3166 codes of the 169 countries."""

LOCALES = {
    "AM": "hy_AM", "AT": "de_AT", "AZ": "az_AZ", "BD": "bn_BD", "BE": "nl_BE", "BG": "bg_BG",
    "BR": "pt_BR", "CA": "fr_CA", "CH": "fr_CH", "CN": "zh_CN", "CO": "es_CO", "CZ": "cs_CZ",
    "DE": "de_DE", "DK": "da_DK", "EE": "et_EE", "ES": "es_ES", "FI": "fi_FI", "FR": "fr_FR",
    "GB": "en_GB", "GE": "ka_GE", "GH": "en_GB", "GR": "el_GR", "CY": "el_GR", "HR": "hr_HR",
    "HU": "hu_HU", "ID": "id_ID", "IE": "en_IE", "IL": "he_IL", "IN": "hi_IN", "IR": "fa_IR",
    "AF": "fa_IR", "IT": "it_IT", "JP": "ja_JP", "KR": "ko_KR", "LT": "lt_LT", "LV": "lv_LV",
    "LK": "ta_IN", "MX": "es_MX", "NL": "nl_NL", "NO": "no_NO", "NP": "ne_NP", "NZ": "en_NZ",
    "PL": "pl_PL", "PT": "pt_PT", "RO": "ro_RO", "MD": "ro_RO", "RU": "ru_RU", "BY": "ru_RU",
    "KZ": "ru_RU", "KG": "ru_RU", "SE": "sv_SE", "SI": "sl_SI", "SK": "sk_SK", "TH": "th_TH",
    "TR": "tr_TR", "UA": "uk_UA", "US": "en_US", "VN": "vi_VN", "RS": "hr_HR", "PH": "fil_PH",
}  # fmt: skip
SPEAKS = {
    "ar_SA": "AE BH DJ DZ EG IQ JO KW LB LY MA MR OM QA SA SD SO TN KM TD",
    "fr_FR": "BF BI BJ CD CF CG CI CM GA GN HT LU MC MG ML NE RW SN TG AD",
    "es_ES": "AR BO CL CR CU DO EC GQ GT HN NI PA PE PY SV UY VE",
    "pt_PT": "AO CV MZ",
    "zh_TW": "SG",
}
_ARABIC = (
    "Mohammed/محمد Fatima/فاطمة Khalid/خالد Layla/ليلى Omar/عمر Noor/نور Yousef/يوسف Mariam/مريم "
    "Hassan/حسن Salma/سلمى Tariq/طارق Huda/هدى Karim/كريم Amal/أمل Ziad/زياد Rania/رانيا",
    "Al-Harbi/الحربي Mansour/منصور Haddad/حداد Al-Amin/الأمين Khoury/خوري Nasser/ناصر Saleh/صالح "
    "Al-Zahrani/الزهراني Farouk/فاروق Bakri/بكري Said/سعيد Othman/عثمان Rahman/رحمن Taha/طه",
)
PAIRED = {
    "ar_SA": _ARABIC,
    "fa_IR": (
        "Reza/رضا Parisa/پریسا Kaveh/کاوه Shirin/شیرین Behrouz/بهروز Nasrin/نسرین Farid/فرید",
        "Tehrani/تهرانی Karimi/کریمی Rostami/رستمی Jafari/جعفری Moradi/مرادی Sadeghi/صادقی",
    ),
    "he_IL": (
        "Noa/נועה David/דוד Tamar/תמר Yosef/יוסף Michal/מיכל Amir/אמיר",
        "Cohen/כהן Levi/לוי Mizrahi/מזרחי Peretz/פרץ Biton/ביטון Golan/גולן",
    ),
}
"""Scripts that write no vowels cannot be transliterated: their names come in pairs."""
UN_LANGUAGES = {"ar": "ar", "zh": "zh", "fr": "fr", "es": "es", "ru": "ru"}

CATEGORIES = (
    ("delegate", 34), ("private_sector", 17), ("civil_society", 11), ("academia", 9),
    ("exhibitor", 6), ("media", 4), ("speaker", 6), ("un_staff", 4), ("staff", 3), ("regulator", 1),
    ("contractor", 2.5), ("minister", 1), ("escort", 1), ("security", 1.5),
)  # fmt: skip
WHOLE_WEEK = "wsis; ai4g; dialogue"
EVENTS: dict[str, tuple[tuple[str, float], ...]] = {
    "minister": ((f"{WHOLE_WEEK}; ministerial", 9), ("dialogue", 1)),
    "regulator": ((f"{WHOLE_WEEK}; ministerial", 7), ("wsis; ministerial", 3)),
    "escort": ((f"{WHOLE_WEEK}; ministerial", 1),),
    "security": ((f"{WHOLE_WEEK}; ministerial", 1),),
    "un_staff": ((WHOLE_WEEK, 8), (f"{WHOLE_WEEK}; ministerial", 2)),
    "staff": ((WHOLE_WEEK, 1),),
    "contractor": ((WHOLE_WEEK, 1),),
    "exhibitor": (("ai4g; wsis", 7), ("ai4g", 3)),
    "media": ((WHOLE_WEEK, 6), ("ai4g", 3), ("dialogue", 1)),
}
OTHERS = (
    ("ai4g", 24), ("wsis; ai4g", 22), (WHOLE_WEEK, 20), ("wsis", 14), ("dialogue", 10),
    ("ai4g: 8-10", 4), ("wsis: 6-8; ai4g: 7-8", 3), ("wsis; dialogue", 3),
)  # fmt: skip
STATUSES = (("approved", 96.0), ("pending", 2.5), ("cancelled", 1.5))


def people(count: int = PEOPLE, seed: int = SEED) -> Iterator[tuple[str, ...]]:
    """Rows in the order of COLUMNS; every country occurs once there are 169 people."""
    dice = random.Random(seed)
    fakers = {country: Faker(_locale(country)) for country in COUNTRIES}
    for index, each in enumerate(fakers.values()):
        each.seed_instance(seed + index)
    names = Locale("en").territories
    host_share = [8 if c in ("CH", "FR", "US", "CN", "IN", "GB") else 1 for c in COUNTRIES]
    codes: set[str] = set()
    for place in range(count):
        known = place < len(COUNTRIES)
        country = COUNTRIES[place] if known else dice.choices(COUNTRIES, host_share)[0]
        yield _person(dice, fakers[country], country, str(names[country]), codes)


def _person(
    dice: random.Random, faker: Faker, country: str, country_name: str, codes: set[str]
) -> tuple[str, ...]:
    paired = PAIRED.get(_locale(country))
    given, family, native = faker.first_name(), faker.last_name(), ""
    if paired:
        givens, families = (part.split() for part in paired)
        given, native_given = dice.choice(givens).split("/")
        family, native_family = dice.choice(families).split("/")
        family = family.replace("_", " ")
        native = f"{native_given} {native_family.replace('_', ' ')}"
    elif not (given + family).isascii() and _script_differs(given + family):
        locale = _locale(country)
        native = f"{family}{given}" if locale[:2] in ("zh", "ja", "ko") else f"{given} {family}"
        given, family = anyascii(given).capitalize(), anyascii(family).capitalize()
    category = _pick(dice, CATEGORIES)
    code = ""
    while not code or code in codes:
        code = "R-" + "".join(dice.choices("23456789ABCDEFGHJKMNPQRSTUVWXYZ", k=8))
    codes.add(code)
    language = UN_LANGUAGES.get(_locale(country)[:2], "en")
    if dice.random() < 0.3:
        language = "en"
    shown = f"H.E. {given} {family}" if category == "minister" else ""
    email = f"{anyascii(family).lower()}.{code[2:].lower()}@example.org"
    return (
        code, given, family, shown, native, _organisation(dice, faker, category, country_name),
        country_name, category, _pick(dice, EVENTS.get(category, OTHERS)),
        "".join(c for c in email if c.isalnum() or c in ".@-"), language, "",
        _pick(dice, STATUSES),
    )  # fmt: skip


def _organisation(dice: random.Random, faker: Faker, category: str, country: str) -> str:
    if category in ("minister", "escort", "delegate"):
        return dice.choice(("Ministry of Digital Transformation of ", "Permanent Mission of ",
                            "Ministry of Communications of ")) + country  # fmt: skip
    if category == "regulator":
        return f"Communications Authority of {country}"
    if category == "un_staff":
        return dice.choice(("International Telecommunication Union", "UNESCO", "UNDP", "UNCTAD"))
    if category in ("staff", "security", "contractor"):
        return dice.choice(("Conference Services", "Palexpo SA", "Venue Security"))
    return str(faker.company())


def _locale(country: str) -> str:
    if country in LOCALES:
        return LOCALES[country]
    for locale, countries in SPEAKS.items():
        if country in countries.split():
            return locale
    return "en_GB"


def _script_differs(text: str) -> bool:
    """Not Latin, not even with accents."""
    return any(char.isalpha() and "LATIN" not in unicodedata.name(char, "") for char in text)


def _pick(dice: random.Random, weighted: Sequence[tuple[str, float]]) -> str:
    return dice.choices([word for word, _ in weighted], [weight for _, weight in weighted])[0]


def write(path: Path, count: int = PEOPLE, seed: int = SEED) -> None:
    """A CSV file as a registration system would export it."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(people(count, seed))
    part.rename(path)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else PEOPLE)
