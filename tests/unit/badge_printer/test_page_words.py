"""The operator's page says everything in every language."""

import re
from importlib.resources import files

import pytest

from badge_printer.page_words import COUNTED, names, page_words
from badge_printer.printers.printer import Condition
from badge_printer.queue import State
from gate.words.words import LANGUAGES, Words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_page_arrives_with_the_same_holes_as_in_english(language):
    said, english = page_words(language), page_words("en")
    assert said.language == language
    assert said.right_to_left == (language == "ar")
    assert said.messages.keys() == english.messages.keys() == set(names()) - COUNTED
    for name, text in said.messages.items():
        assert text.strip()
        assert holes(text) == holes(english.messages[name]), name


def holes(text):
    return set(re.findall(r"\{\w+\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_take_the_form_of_their_language(language):
    counted = page_words(language).counted
    assert counted.keys() == COUNTED
    for name, forms in counted.items():
        for number in (0, 1, 2, 3, 11, 21, 105):
            wanted = Words(language).say(name, {"n": number})
            assert wanted in {form.replace("{n}", str(number)) for form in forms.values()}


def test_every_condition_of_a_printer_and_every_state_of_a_job_has_its_own_words():
    for language in LANGUAGES:
        messages = page_words(language).messages
        for kind, codes in (("condition", Condition), ("state", State)):
            said = {messages[f"station-{kind}-{each.replace('_', '-')}"] for each in codes}
            assert len(said) == len(codes)


def test_no_word_is_left_in_the_page_itself():
    page = (files("badge_printer") / "pages" / "operator.html").read_text("utf-8")
    body = page[page.index("<body>") :]
    body = re.sub(r"<option[^>]*>.*?</option>|<code[^>]*>.*?</code>", "", body)
    assert not re.findall(r">\s*([^<>\s][^<>]*)<", body)


def test_every_message_of_the_station_is_used():
    written = (files("gate.words") / "en.ftl").read_text("utf-8")
    assert set(re.findall(r"(?m)^(station-[a-z-]+) =", written)) == set(names())
