"""Whether a printer took a badge or certainly did not, from whatever it answers or does not."""

import struct
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from badge_printer.printers import ipp_http
from badge_printer.printers.ipp import IppPrinter
from badge_printer.printers.ipp_http import Http
from badge_printer.printers.printer import (
    AnswerLost,
    Document,
    DocumentRefused,
    PrinterAway,
    PrinterBusy,
    Step,
)

DOCUMENT = Document("application/pdf", b"%PDF", 300)
IPP = "application/ipp"


def status(code, *groups):
    body = struct.pack(">BBHI", 2, 0, code, 1) + b"".join(groups) + b"\x03"
    return web.Response(body=body, content_type=IPP)


def drop(request):
    request.transport.abort()
    return web.Response()


@asynccontextmanager
async def answering(answer):
    """A printer whose every answer is this; more than one ask is answered alike."""

    async def serve(request):
        await request.read()
        return answer(request) if callable(answer) else answer

    app = web.Application(client_max_size=0)
    app.router.add_post("/ipp/print", serve)
    async with TestServer(app) as server:
        printer = IppPrinter(Http(URL(f"ipp://127.0.0.1:{server.port}/ipp/print")), 105, 148)
        try:
            yield printer
        finally:
            await printer.close()


def http(code):
    return lambda request: web.Response(status=code, text="no")


JOB_7 = b"\x02\x21\x00\x06job-id\x00\x04\x00\x00\x00\x07"
TOOK_OR_NOT = {
    "taken": (lambda r: status(0, JOB_7), None),
    "taken, with a wish ignored": (lambda r: status(1, JOB_7), None),
    "taken, without a number": (lambda r: status(0), AnswerLost),
    "busy": (lambda r: status(0x0507), PrinterBusy),
    "not accepting": (lambda r: status(0x0506), PrinterBusy),
    "cannot read this": (lambda r: status(0x040A), DocumentRefused),
    "its own fault": (lambda r: status(0x0500), AnswerLost),
    "nonsense": (lambda r: web.Response(body=b"<html>", content_type=IPP), AnswerLost),
    "nothing": (drop, AnswerLost),
    "HTTP 500": (http(500), AnswerLost),
    "HTTP 503": (http(503), PrinterBusy),
    "wrong path": (http(404), DocumentRefused),
    "wants a password": (http(401), DocumentRefused),
    "wants TLS": (http(426), DocumentRefused),
    "elsewhere": (http(302), DocumentRefused),
}


@pytest.mark.parametrize("what", TOOK_OR_NOT)
async def test_what_an_answer_to_a_print_job_means(what):
    answer, expected = TOOK_OR_NOT[what]
    async with answering(answer) as printer:
        if expected is None:
            assert await printer.send("badge-1", DOCUMENT) == "7"
        else:
            with pytest.raises(expected):
                await printer.send("badge-1", DOCUMENT)


@pytest.mark.parametrize("what", [each for each in TOOK_OR_NOT if not each.startswith("taken")])
async def test_a_question_that_is_not_answered_is_asked_again_later(what):
    async with answering(TOOK_OR_NOT[what][0]) as printer:
        with pytest.raises(PrinterAway):
            await printer.status()


async def test_nobody_there_took_nothing():
    printer = IppPrinter(Http(URL("ipp://127.0.0.1:9/ipp/print")), 105, 148)
    with pytest.raises(PrinterAway, match="Connection refused"):
        await printer.send("badge-1", DOCUMENT)
    await printer.close()


async def test_an_endless_answer_is_cut_off(monkeypatch):
    monkeypatch.setattr(ipp_http, "ANSWER_BYTES_MAX", 1000)
    async with answering(lambda r: web.Response(body=bytes(2000), content_type=IPP)) as printer:
        with pytest.raises(AnswerLost, match="larger than any printer's"):
            await printer.send("badge-1", DOCUMENT)


async def test_a_password_goes_to_the_printer_and_nowhere_else():
    seen = []

    def answer(request):
        seen.append((request.headers.get("Authorization"), request.url.path))
        return status(0, b"\x04")

    async with answering(answer) as printer:
        printer._http.url = printer._http.url.with_user("desk").with_password("secret")
        await printer.status()
        assert printer.address == f"ipp://127.0.0.1:{printer._http.url.port}/ipp/print"
    assert seen == [("Basic ZGVzazpzZWNyZXQ=", "/ipp/print")]


def job(*fields):
    return b"\x02" + b"".join(
        struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(raw)) + raw
        for tag, name, raw in fields
    )


def state(number, *reasons):
    first, *more = reasons or (b"none",)
    return job(
        (0x23, b"job-state", struct.pack(">i", number)),
        (0x44, b"job-state-reasons", first),
        *((0x44, b"", each) for each in more),
    )


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        (state(3), Step.WAITING),
        (state(4, b"job-hold-until-specified"), Step.WAITING),
        (state(5, b"job-printing"), Step.PRINTING),
        (state(6, b"printer-stopped"), Step.PRINTING),
        (state(7, b"job-canceled-at-device"), Step.STOPPED),
        (state(8, b"aborted-by-system"), Step.STOPPED),
        (state(8, b"aborted-by-system", b"document-format-error"), Step.UNPRINTABLE),
        (state(9, b"job-completed-successfully"), Step.DONE),
        (state(9, b"job-completed-with-warnings"), Step.DONE),
        (state(9, b"job-completed-with-errors"), Step.STOPPED),
        (job((0x42, b"job-name", b"somebody else's")), Step.UNKNOWN),
        (b"", Step.STOPPED),
    ],
)
async def test_what_a_jobs_state_means(answer, step):
    async with answering(lambda r: status(0, answer)) as printer:
        assert (await printer.progress("7", "badge-1")).step is step


async def test_a_job_number_of_another_kind_of_printer_is_unknown():
    async with answering(lambda r: status(0)) as printer:
        assert (await printer.progress("badge-k-1", "badge-k-1")).step is Step.UNKNOWN
