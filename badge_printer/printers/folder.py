"""A printer that is a folder of PDF files: for another program to print, and for trying out."""

import asyncio
import os
from pathlib import Path

from badge_printer.printers.printer import (
    AnswerLost,
    Document,
    NeverHadIt,
    Page,
    PrinterAway,
    Progress,
    Status,
    Step,
)

DPI = 300.0
_PART = ".part"


class FolderPrinter:
    """A file appears whole under its final name, or not at all."""

    def __init__(self, folder: Path, dpi: float = DPI) -> None:
        self._folder = folder
        self._dpi = dpi

    @property
    def address(self) -> str:
        return f"folder:{self._folder}"

    async def status(self) -> Status:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise PrinterAway(f"{self._folder}: {error.strerror}") from None
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise PrinterAway(f"{self._folder}: it may not be written to")
        return Status()

    async def resolution(self) -> float:
        return self._dpi

    async def prepare(self, page: Page) -> Document:
        return Document("application/pdf", await asyncio.to_thread(page.pdf, self._dpi), self._dpi)

    async def send(self, name: str, document: Document) -> str:
        try:
            await asyncio.to_thread(self._write, self._path(name), document.body)
        except OSError as error:
            if self._path(name).exists():
                raise AnswerLost(f"{self._folder}: {error.strerror}") from None
            raise PrinterAway(f"{self._folder}: {error.strerror}") from None
        return name

    async def find(self, name: str) -> str | None:
        if not self._path(name).exists():
            await self.status()
            raise NeverHadIt(name)
        return name

    async def progress(self, printer_job: str, name: str) -> Progress:
        return Progress(Step.DONE if self._path(name).exists() else Step.UNKNOWN)

    async def cancel(self, printer_job: str) -> None:
        """A file that is there is printed."""

    async def close(self) -> None:
        """Nothing is open."""

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.pdf"

    def _write(self, path: Path, body: bytes) -> None:
        part = path.with_suffix(_PART)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
