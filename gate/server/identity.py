"""Who is calling: a device or the operator by bearer token, staff by session cookie, or nobody."""

import hmac
from urllib.parse import urlsplit

from aiohttp import web

from gate.server.problem import Refused
from gate.server.roles import Anonymous, Caller, DeviceCaller, Staff
from gate.server.service import Service

COOKIE = "gate_session"
SECURE_COOKIE = "__Host-gate_session"
CSRF_HEADER = "X-CSRF-Token"
TOKEN_CHARS_MAX = 200


async def caller(request: web.Request, service: Service) -> Caller:
    """Raises Refused 401 for a token that is not, or no longer, good."""
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, token = header.partition(" ")
        token = token.strip()
        good = 0 < len(token) <= TOKEN_CHARS_MAX and token.isascii()
        if scheme.lower() != "bearer" or not good:
            raise Refused(401, "Not signed in", "expected `Authorization: Bearer TOKEN`")
        return await _by_token(token, service)
    token = request.cookies.get(cookie_name(service), "")
    if 0 < len(token) <= TOKEN_CHARS_MAX and (staff := await service.auth.session(token)):
        return staff
    return Anonymous()


async def _by_token(token: str, service: Service) -> Caller:
    if operator := service.auth.operator(token):
        return operator
    device = await service.devices.by_token(token)
    if device is None:
        raise Refused(401, "Token not accepted", "it is unknown or was revoked; enrol again")
    return DeviceCaller(device)


def check_same_site(request: web.Request) -> None:
    """A change that a browser makes must come from our own page."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    if site not in ("same-origin", "none") or (origin and _host(origin) != request.host):
        raise Refused(403, "Other site", "a change must come from this site's own page")


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def check_csrf(request: web.Request, staff: Staff) -> None:
    """A change by cookie must carry the page's own token."""
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), staff.csrf.encode()):
        raise Refused(403, "Stale page", f"the header {CSRF_HEADER} is missing; reload the page")


def cookie_name(service: Service) -> str:
    return SECURE_COOKIE if _secure(service) else COOKIE


def set_session(response: web.StreamResponse, service: Service, token: str) -> None:
    response.set_cookie(
        cookie_name(service),
        token,
        httponly=True,
        samesite="Strict",
        secure=_secure(service),
        path="/",
    )


def clear_session(response: web.StreamResponse, service: Service) -> None:
    # A browser takes a change to a `__Host-` cookie only with the marks it was set with.
    response.del_cookie(
        cookie_name(service), path="/", secure=_secure(service), httponly=True, samesite="Strict"
    )


def _secure(service: Service) -> bool:
    return service.settings.url.startswith("https://")
