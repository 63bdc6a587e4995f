"""The badge's number for people to read and say: seven characters of the pseudonym and a check.

Crockford's base 32 (no I, L, O, U); the check character is Luhn mod 32 (ISO/IEC 7812-1's method
over 32 characters): every single wrong character is noticed, and most swapped neighbours.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE = len(ALPHABET)
DIGITS = 7


def number(holder: int) -> str:
    """``XXXX-XXXX`` for a 32-bit pseudonym."""
    digits = [holder // BASE**place % BASE for place in range(DIGITS - 1, -1, -1)]
    text = "".join(ALPHABET[each] for each in [*digits, _check(digits)])
    return f"{text[:4]}-{text[4:]}"


def holder(text: str) -> int | None:
    """The pseudonym of a number as somebody typed it; None when it was mistyped."""
    plain = text.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    if len(plain) != DIGITS + 1 or any(char not in ALPHABET for char in plain):
        return None
    *digits, check = (ALPHABET.index(char) for char in plain)
    if check != _check(digits):
        return None
    value = 0
    for digit in digits:
        value = value * BASE + digit
    return value if value < 2**32 else None


def _check(digits: list[int]) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * (2 if place % 2 == 0 else 1)
        total += doubled // BASE + doubled % BASE
    return -total % BASE
