"""`unwind alerts`: tell what is new since it was last told, over the addresses of UNWIND_ALERT_URLS."""

from __future__ import annotations

from ingestion.clock import run_clock
from ingestion.errors import UnwindError
from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.alerts import news, recall, remember, standing
from orchestration.console import out, told_plainly

ADDRESSES = "UNWIND_ALERT_URLS"


class NotDelivered(UnwindError):
    """An address did not take an alert; it will be told again."""


@told_plainly
def tell(dry_run: bool) -> int:
    """Exit code 0, also when there is nothing to tell."""
    said = tell_news(dry_run)
    for line in said:
        out.print(line, markup=False, soft_wrap=True)
    if not said:
        out.print("nothing new")
    elif dry_run:
        out.print(f"{len(said)} alert(s), not sent and not remembered")
    return 0


def tell_news(dry_run: bool = False) -> list[str]:
    """Send what is new, remember it, and return it. Raises NotDelivered, and remembers nothing then."""
    settings = Settings()
    places = Places(settings.data_dir)
    alerts, told = standing(places, settings, run_clock(settings)), recall(places)
    said = news(alerts, told)
    if dry_run:
        return said
    if said:
        _send(said, settings)
    if {alert.key: alert.state for alert in alerts} != told:
        remember(places, alerts)
    return said


def _send(said: list[str], settings: Settings) -> None:
    addresses = (settings.secret(ADDRESSES) or "").split()
    if not addresses:
        raise NotDelivered(
            f"{len(said)} alert(s) and nobody to tell: set {ADDRESSES} to one or more Apprise addresses, e.g. "
            "mailto://…, slack://… or json://host/path; --dry-run shows the alerts"
        )
    import apprise

    post = apprise.Apprise()
    # An address may hold a password, so it is counted and never named.
    unusable = sum(not post.add(address) for address in addresses)
    if unusable:
        raise NotDelivered(f"{unusable} of {len(addresses)} addresses in {ADDRESSES} are none that Apprise knows")
    if not post.notify(title="unwind", body="\n".join(said)):
        raise NotDelivered(f"not every address in {ADDRESSES} took the alert; it is told again next time")
