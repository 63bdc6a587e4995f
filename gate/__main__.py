"""`gate`: serve, import, enrol, revoke, places, claims, mail, policy... See `gate --help`."""

import argparse
import os
import sys
from pathlib import Path

from gate import __version__


def main() -> int:
    arguments = _parser().parse_args()
    try:
        return int(arguments.run(arguments))
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gate", description="On-site badges and access control.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the service")
    serve.set_defaults(run=_serve)

    importing = commands.add_parser("import", help="import registrations from a CSV or JSON file")
    importing.add_argument("file", type=Path)
    importing.add_argument("--dry-run", action="store_true", help="report, but store nothing")
    importing.set_defaults(run=_import)

    enrol = commands.add_parser("enrol", help="a one-time code for a lane, kiosk or printer")
    enrol.add_argument("device", help="its name, such as north-1-a")
    enrol.add_argument("--role", choices=("lane", "kiosk", "printer"), default="lane")
    enrol.add_argument("--gate", help="the gate a lane stands at")
    enrol.add_argument("--direction", choices=("entry", "exit"), default="entry")
    enrol.set_defaults(run=_enrol)

    revoke = commands.add_parser("revoke", help="cut off a device that was lost: it wipes itself")
    revoke.add_argument("device", help="its name, such as north-1-a")
    revoke.set_defaults(run=_revoke)
    _signing_keys(commands)

    _lots(commands.add_parser("lots", help="the print shop's badges; and taking a lot back"))
    _spares(commands.add_parser("spares", help="badges printed ahead that are nobody's yet"))
    _places(commands.add_parser("places", help="rooms with a hard limit; and after a restore"))

    claims = commands.add_parser("claims", help="claim codes for the mailing, as CSV")
    claims.set_defaults(run=_claims)

    link = commands.add_parser("admin-link", help="a one-time link that makes an account")
    link.add_argument(
        "--role",
        action="append",
        dest="roles",
        choices=("admin", "operations", "desk", "desk_lead", "supervisor", "operator"),
    )
    link.set_defaults(run=_admin_link)
    replay = commands.add_parser(
        "replay", help="derive every stored decision again, and name each that differs"
    )
    replay.set_defaults(run=_replay)
    _mail(commands.add_parser("mail", help="send claim codes by mail, and see how that went"))
    _policy(commands.add_parser("policy", help="check, explain and print a policy file"))
    return parser


def _signing_keys(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    shown = commands.add_parser("keys", help="the badge-signing keys, and how many badges each has")
    shown.set_defaults(run=_keys)
    added = commands.add_parser("add-key", help="a new signing key: it signs from now on")
    added.set_defaults(run=_add_key)
    stolen = commands.add_parser(
        "revoke-key", help="a signing key was stolen: only badges the record names open from now on"
    )
    stolen.add_argument("key", type=int, help="its number; the first key of an edition is 1")
    stolen.set_defaults(run=_revoke_key)
    retired = commands.add_parser(
        "withdraw-key", help="an older key has had its time: its badges open nothing from now on"
    )
    retired.add_argument("key", type=int, help="its number, as `gate keys` shows it")
    retired.add_argument("--dry-run", action="store_true", help="count; withdraw nothing")
    retired.add_argument("--yes", action="store_true", help="do not ask")
    retired.set_defaults(run=_withdraw_key)


def _places(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_places_shown)
    commands = parser.add_subparsers(metavar="COMMAND")
    doubt = commands.add_parser(
        "doubt", help="the whole server was restored: grant no place until every lane was heard"
    )
    doubt.set_defaults(run=_places_doubted)
    trust = commands.add_parser("trust", help="every lane was heard since: grant places again")
    trust.add_argument(
        "--without-unheard",
        action="store_true",
        help="lanes that were not heard are off for good, and their rooms were counted",
    )
    trust.set_defaults(run=_places_trusted)
    free = commands.add_parser("free", help="take back what a lane that was cut off still holds")
    free.add_argument("lane", help="its name, as `gate places` shows it")
    free.add_argument(
        "--off-for-good",
        action="store_true",
        help="it is switched off or was wiped: it lets nobody in any more",
    )
    free.set_defaults(run=_places_freed)


def _lots(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_lots_shown)
    commands = parser.add_subparsers(metavar="COMMAND")
    back = commands.add_parser(
        "take-back", help="spoilt or lost: what waits opens nothing, and kiosks print new badges"
    )
    back.add_argument("lot", help="its name, as `gate lots` shows it")
    back.add_argument("--why", required=True, help="what happened; it stands in each history")
    back.add_argument("--dry-run", action="store_true", help="count; take nothing back")
    back.add_argument("--yes", action="store_true", help="do not ask")
    back.set_defaults(run=_lot_taken_back)


def _spares(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_spares_shown)
    commands = parser.add_subparsers(metavar="COMMAND")
    new = commands.add_parser("add", help="sign some; print them with badge-printer bulk")
    new.add_argument("count", type=int, help="how many; at most 500 at once")
    new.add_argument("--category", required=True, help="as in the policy: delegate")
    new.add_argument("--events", required=True, help='as in a file: "wsis; ai4g: 7-8"')
    new.set_defaults(run=_spares_added)


def _mail(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    send = commands.add_parser("send", help="to everybody approved, or to some")
    send.add_argument("codes", nargs="*", metavar="CODE", help="codes of registrations")
    send.add_argument("--again", action="store_true", help="also to those who have had one")
    send.add_argument("--dry-run", action="store_true", help="show one mail and count; send none")
    send.set_defaults(run=_mail_send)
    status = commands.add_parser("status", help="how many were sent, and which were not")
    status.set_defaults(run=_mail_status)
    bounces = commands.add_parser("bounces", help="note what came back: .eml files, mbox, maildir")
    bounces.add_argument("paths", nargs="+", metavar="PATH", help="a file, a mailbox or a folder")
    bounces.set_defaults(run=_mail_bounces)


def _policy(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, words in (("check", "is the file good?"), ("table", "who may enter what, when")):
        each = commands.add_parser(name, help=words)
        each.add_argument("file", nargs="?", default="example", help="default: the example edition")
        each.set_defaults(run=_policy_file, name=name)
    compare = commands.add_parser("compare", help="whose access differs between two files")
    compare.add_argument("old")
    compare.add_argument("new")
    compare.set_defaults(run=_compare)
    preview = commands.add_parser(
        "preview", help="how many people of the running service a new file would admit or refuse"
    )
    preview.add_argument("file")
    preview.set_defaults(run=_preview)
    explain = commands.add_parser("explain", help="why a badge opens a gate at a moment, or not")
    whom = explain.add_mutually_exclusive_group(required=True)
    whom.add_argument("--registration", default="", help="code of a registration on the server")
    whom.add_argument("--badge", default="", help="a badge's QR text; judged by the server")
    whom.add_argument(
        "--claims",
        default="",
        metavar="'CATEGORY EVENT[:DAYS] ...'",
        help="an imagined badge, such as 'delegate dialogue'; needs no server",
    )
    explain.add_argument("--gate", required=True)
    explain.add_argument("--at", required=True, help="venue time, such as 2026-07-08T09:00")
    explain.add_argument("--direction", choices=("entry", "exit"), default="entry")
    explain.add_argument("--file", default="example", help="policy file; default: the example")
    explain.set_defaults(run=_explain)


def _serve(arguments: argparse.Namespace) -> int:
    try:
        from gate.commands.serve import serve
    except ModuleNotFoundError as error:
        sys.exit(f"gate serve needs the `server` extra ({error.name} is missing)")
    return serve()


def _import(arguments: argparse.Namespace) -> int:
    from gate.commands.remote import import_file

    return import_file(arguments.file, arguments.dry_run)


def _enrol(arguments: argparse.Namespace) -> int:
    from gate.commands.remote import enrol

    return enrol(arguments.device, arguments.role, arguments.gate, arguments.direction)


def _revoke(arguments: argparse.Namespace) -> int:
    from gate.commands.remote import revoke

    return revoke(arguments.device)


def _keys(arguments: argparse.Namespace) -> int:
    from gate.commands.keys import show

    return show()


def _add_key(arguments: argparse.Namespace) -> int:
    from gate.commands.keys import add

    return add()


def _revoke_key(arguments: argparse.Namespace) -> int:
    from gate.commands.keys import revoke

    return revoke(arguments.key)


def _withdraw_key(arguments: argparse.Namespace) -> int:
    from gate.commands.keys import withdraw

    return withdraw(arguments.key, arguments.dry_run, arguments.yes)


def _lots_shown(_: argparse.Namespace) -> int:
    from gate.commands.lots import show

    return show()


def _lot_taken_back(arguments: argparse.Namespace) -> int:
    from gate.commands.lots import take_back

    return take_back(arguments.lot, arguments.why, arguments.dry_run, arguments.yes)


def _spares_shown(_: argparse.Namespace) -> int:
    from gate.commands.spares import show

    return show()


def _spares_added(arguments: argparse.Namespace) -> int:
    from gate.commands.spares import add

    return add(arguments.count, arguments.category, arguments.events)


def _places_shown(arguments: argparse.Namespace) -> int:
    from gate.commands.places import show

    return show()


def _places_doubted(arguments: argparse.Namespace) -> int:
    from gate.commands.places import doubt

    return doubt()


def _places_trusted(arguments: argparse.Namespace) -> int:
    from gate.commands.places import trust

    return trust(arguments.without_unheard)


def _places_freed(arguments: argparse.Namespace) -> int:
    from gate.commands.places import free

    return free(arguments.lane, arguments.off_for_good)


def _admin_link(arguments: argparse.Namespace) -> int:
    from gate.commands.remote import admin_link

    return admin_link(arguments.roles or ["admin"])


def _mail_send(arguments: argparse.Namespace) -> int:
    from gate.commands.remote import mail_send

    return mail_send(arguments.codes, arguments.again, arguments.dry_run)


def _mail_bounces(arguments: argparse.Namespace) -> int:
    from gate.commands.bounces import bounces

    return bounces(arguments.paths)


def _mail_status(arguments: argparse.Namespace) -> int:
    from gate.commands.remote import mail_status

    return mail_status()


def _claims(arguments: argparse.Namespace) -> int:
    from gate.commands.remote import claims

    return claims()


def _replay(_: argparse.Namespace) -> int:
    try:
        from gate.commands.replay import replay
    except ModuleNotFoundError as error:
        sys.exit(f"gate replay needs the `server` extra ({error.name} is missing)")
    return replay()


def _policy_file(arguments: argparse.Namespace) -> int:
    from gate.commands import policy

    return {"check": policy.check, "table": policy.table}[arguments.name](arguments.file)


def _compare(arguments: argparse.Namespace) -> int:
    from gate.commands.policy import compare

    return compare(arguments.old, arguments.new)


def _preview(arguments: argparse.Namespace) -> int:
    from gate.commands.policy import preview

    return preview(arguments.file)


def _explain(arguments: argparse.Namespace) -> int:
    from gate.commands.policy import explain

    a = arguments
    return explain(a.file, a.registration, a.badge, a.claims, a.gate, a.at, a.direction)


if __name__ == "__main__":
    sys.exit(main())
