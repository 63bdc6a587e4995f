"""`deploy/dev fuzz [HOW_MANY]`: damaged, spliced and random badge texts; none may pass.

The suite runs 200,000; without a number the command runs five million and says how far it is.
"""

import random
import sys

from gate.access.credential import PREFIX, TEXT_CHARS, verify
from gate.access.model import Credential
from tests import venue

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
MANY = 5_000_000
STEP = 100_000


def fuzz(how_many: int, dice: random.Random) -> int:
    """How many damaged texts were believed: 0 when all is well. Any exception is a failure."""
    keys, edition = {1: venue.key()}, venue.policy().number
    genuine = [venue.badge(holder=holder, generation=holder % 5) for holder in range(1, 40)]
    known = set(genuine)
    believed = 0
    for _ in range(how_many):
        text = _damaged(dice, genuine)
        if isinstance(verify(text, edition, keys), Credential) and text not in known:
            believed += 1
    return believed


def _damaged(dice: random.Random, genuine: list[str]) -> str:
    text = dice.choice(genuine)
    match dice.randrange(8):
        case 0:  # one character another
            place = dice.randrange(len(text))
            return text[:place] + dice.choice(ALPHABET) + text[place + 1 :]
        case 1:  # two characters change places
            place = dice.randrange(len(text) - 1)
            return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        case 2:  # the claims of one, the signature of another
            cut = 2 + 24
            return text[:cut] + dice.choice(genuine)[cut:]
        case 3:  # a piece is missing, or stands twice
            a, b = sorted(dice.randrange(len(text)) for _ in range(2))
            return text[:a] + text[b:] if dice.random() < 0.5 else text[:b] + text[a:]
        case 4:  # random, in shape
            return PREFIX + "".join(dice.choices(ALPHABET, k=TEXT_CHARS - 2))
        case 5:  # any characters, any length
            return "".join(chr(dice.randrange(0x110000)) for _ in range(dice.randrange(200)))
        case 6:  # another case, or spaces around
            return dice.choice((text.lower(), f" {text}", f"{text}\n", text[:-1] + "\0"))
        case _:  # several random characters of the claims
            chars = list(text)
            for _ in range(dice.randrange(1, 6)):
                chars[dice.randrange(2, 26)] = dice.choice(ALPHABET)
            return "".join(chars)


def main(arguments: list[str]) -> int:
    how_many = int(arguments[0].replace("_", "").replace(",", "")) if arguments else MANY
    seed = random.SystemRandom().randrange(2**32)
    dice, believed = random.Random(seed), 0
    for done in range(0, how_many, STEP):
        believed += fuzz(min(STEP, how_many - done), dice)
        print(f"\r{done + STEP:,} of {how_many:,}, seed {seed}", end="", file=sys.stderr)
    print(f"\n{believed} of {how_many:,} damaged texts were believed (seed {seed})")
    return 1 if believed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
