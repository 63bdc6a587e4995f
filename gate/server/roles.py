"""Who may do what: roles of staff and devices, and the permissions a route can ask for."""

from dataclasses import dataclass
from enum import StrEnum

from gate.access.ledger import RecordKind
from gate.access.wire import DeviceRole
from gate.server.store.devices import Device


class Permission(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    VIEW_COUNTS = "view_counts"
    READ_PEOPLE = "read_people"
    WRITE_PEOPLE = "write_people"
    APPROVE_PEOPLE = "approve_people"
    """Let somebody in who was not: approve a walk-in, release a hold."""
    MANAGE_DEVICES = "manage_devices"
    MANAGE_STAFF = "manage_staff"
    COMMAND = "command"
    """Emergency-open, freeze, sweep; who may override at lanes."""
    LOOK_INTO = "look_into"
    """See who stands behind an anomaly: that one person, on record."""
    DEVICE = "device"
    LANE = "lane"
    PRINT = "print"
    """All badges as they are drawn: for print stations alone. A kiosk stands among strangers; it
    gets its badges sealed (`claim`)."""
    KIOSK = "kiosk"


class Role(StrEnum):
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    OPERATIONS = "operations"
    DESK = "desk"
    DESK_LEAD = "desk_lead"
    ADMIN = "admin"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(),
    Role.SUPERVISOR: frozenset({Permission.VIEW_COUNTS, Permission.COMMAND, Permission.LOOK_INTO}),
    Role.OPERATIONS: frozenset({Permission.VIEW_COUNTS}),
    Role.DESK: frozenset({Permission.READ_PEOPLE, Permission.WRITE_PEOPLE}),
    Role.DESK_LEAD: frozenset(
        {Permission.READ_PEOPLE, Permission.WRITE_PEOPLE, Permission.APPROVE_PEOPLE}
    ),
    Role.ADMIN: frozenset(
        {
            Permission.VIEW_COUNTS,
            Permission.READ_PEOPLE,
            Permission.WRITE_PEOPLE,
            Permission.APPROVE_PEOPLE,
            Permission.MANAGE_DEVICES,
            Permission.MANAGE_STAFF,
            Permission.COMMAND,
            Permission.LOOK_INTO,
        }
    ),
}
DEVICE_GRANTS: dict[DeviceRole, frozenset[Permission]] = {
    DeviceRole.LANE: frozenset({Permission.DEVICE, Permission.LANE}),
    DeviceRole.KIOSK: frozenset({Permission.DEVICE, Permission.KIOSK}),
    DeviceRole.PRINTER: frozenset({Permission.DEVICE, Permission.PRINT}),
}
RECORD_KINDS: dict[DeviceRole, frozenset[RecordKind]] = {
    DeviceRole.LANE: frozenset(RecordKind)
    - {RecordKind.PRINTED, RecordKind.SWEPT, RecordKind.FREED},
    DeviceRole.KIOSK: frozenset({RecordKind.PRINTED}),
    DeviceRole.PRINTER: frozenset({RecordKind.PRINTED}),
}
"""What each may write into the log: a printer's token cannot make anybody appear inside, and only
the server itself empties a zone or takes another's places back."""


@dataclass(frozen=True, slots=True)
class Anonymous:
    permissions = frozenset({Permission.PUBLIC})


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody signed in, or the operator's own command line (`csrf` empty: no cookie)."""

    name: str
    roles: tuple[Role, ...]
    csrf: str = ""

    @property
    def permissions(self) -> frozenset[Permission]:
        granted = frozenset[Permission]().union(*(GRANTS[role] for role in self.roles))
        return granted | {Permission.PUBLIC, Permission.SIGNED_IN}


@dataclass(frozen=True, slots=True)
class DeviceCaller:
    device: Device

    @property
    def permissions(self) -> frozenset[Permission]:
        return DEVICE_GRANTS[self.device.role] | {Permission.PUBLIC}


Caller = Anonymous | Staff | DeviceCaller
