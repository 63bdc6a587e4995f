"""The service with its own certificate, and what it says when that cannot be used."""

import os
import ssl
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest

from deploy.demo import programs as started
from gate.settings import LaneSettings, PrinterSettings, ServerSettings, load
from tests import programs
from tests.programs import eventually

PRODUCTION = started.ROOT / "deploy" / "production"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    pem, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", key, "-out", pem, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return pem, key


def admin_link(environ: dict[str, str]) -> str:
    return subprocess.run(
        [sys.executable, "-m", "gate", "admin-link"], env={**os.environ, **environ},
        cwd=started.ROOT, capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip


async def test_with_a_certificate_it_speaks_tls_and_its_cookies_are_secure(certificate):
    pem, key = certificate
    with programs.running() as server:
        server.stop()
        environ = {
            "GATE_SERVER_PORT": str(server.port), "GATE_SERVER_DATA_DIR": str(server.data),
            "GATE_SERVER_TLS_CERTIFICATE": str(pem), "GATE_SERVER_TLS_KEY": str(key),
        }  # fmt: skip
        secure = started.start("server", ["gate", "serve"], environ, server.folder / "tls-logs")
        trusting = ssl.create_default_context(cafile=str(pem))
        url = f"https://localhost:{server.port}/readyz"

        def ready() -> bool:
            try:
                with urllib.request.urlopen(url, context=trusting, timeout=5) as answer:
                    return answer.status == 200
            except OSError:
                return False

        try:
            await eventually(ready, "https answers")
            link = admin_link({**environ, "SSL_CERT_FILE": str(pem)})
            assert link.startswith(f"https://127.0.0.1:{server.port}/welcome#")
        finally:
            started.stop([secure])


def test_a_certificate_that_is_not_there_is_told_by_name(tmp_path):
    environ = {**os.environ, "GATE_SERVER_TLS_CERTIFICATE": "/nowhere/certificate.pem",
               "GATE_SERVER_DATA_DIR": str(tmp_path), "GATE_SERVER_PORT": "1"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "gate", "serve"], env=environ, cwd=started.ROOT,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "server.tls_certificate /nowhere/certificate.pem" in done.stderr


@pytest.mark.parametrize("kind", [ServerSettings, LaneSettings, PrinterSettings])
def test_the_settings_shipped_for_production_are_good(kind):
    text = (PRODUCTION / "settings.toml").read_text(encoding="utf-8")
    chosen = load(kind, {}, text, "settings.toml")
    assert "badges.example.org" in getattr(chosen, "server_url", "") + getattr(
        chosen, "public_url", ""
    )
    assert tomllib.loads(text)


def test_each_unit_starts_a_program_there_is():
    for unit in PRODUCTION.glob("*.service"):
        line = next(x for x in unit.read_text().splitlines() if x.startswith("ExecStart="))
        program, *arguments = line.removeprefix("ExecStart=").split()
        module = {"gate": "gate", "kiosk": "kiosk", "badge-printer": "badge_printer"}[
            Path(program).name
        ]
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments, "--help"], cwd=started.ROOT,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{unit.name}: {done.stderr}"
