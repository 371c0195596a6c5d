"""Keeps dbt from writing down what it does where nobody reads it: a message for every statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dbt_common.events import event_manager_client as client
from dbt_common.events.event_manager import EventManager


class _OnlyIfHeard(EventManager):
    def fire_event(
        self, e: Any, level: Any = None, node: Any = None, force_warn_or_error_handling: bool = False
    ) -> None:
        if self.loggers or self.callbacks or force_warn_or_error_handling or self.require_warn_or_error_handling:
            super().fire_event(e, level, node, force_warn_or_error_handling)


@contextmanager
def only_if_heard() -> Iterator[None]:
    """Inside the block dbt's events are made for its loggers and callbacks alone, and for warnings it may raise."""
    usual = client.get_event_manager()
    client.ctx_set_event_manager(_OnlyIfHeard())
    try:
        yield
    finally:
        client.ctx_set_event_manager(usual)
