"""Every operation of the service, a module a subject; `ROUTES` of each is its table."""

from gate.server.api import (
    anomalies,
    command,
    compare,
    counts,
    desk,
    devices,
    digital,
    explain,
    imports,
    keys,
    kiosk,
    lane,
    lots,
    mail,
    pages,
    photos,
    places,
    printer,
    reprints,
    scanner,
    signing_in,
    staff,
    system,
    tickets,
)
from gate.server.routes import Route


def all_routes() -> tuple[Route, ...]:
    modules = (
        signing_in,
        staff,
        imports,
        desk,
        reprints,
        lots,
        photos,
        tickets,
        digital,
        mail,
        devices,
        command,
        explain,
        keys,
        places,
        lane,
        compare,
        kiosk,
        printer,
        counts,
        anomalies,
        system,
        pages,
        scanner,
    )
    return tuple(route for module in modules for route in module.ROUTES)
