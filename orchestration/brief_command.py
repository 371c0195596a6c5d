"""`unwind brief`: where the page of the current release is, and its charts as pictures. Drawing is `brief/`."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.brief.words import PAGES
from orchestration.candidate import DATABASE
from orchestration.console import out, told_plainly
from orchestration.refusals import NoSuchRelease


@told_plainly
def show(is_opened: bool, language: str, pictures: Path | None) -> int:
    """Print the page's path; it was made with the release and is never made again for looking at it."""
    pages = {str(name): page for name, page in PAGES.items()}
    if language not in pages:
        raise ValueError(f"the brief is written in {' and '.join(pages)}, not in {language}")
    published = Places(Settings().data_dir).published
    if not (published / DATABASE).exists():
        raise NoSuchRelease(f"no release at {published}; `unwind run` makes the first one")
    folder = (published / DATABASE).resolve().parent
    if pictures:
        from orchestration.brief.render import draw_charts

        for path in draw_charts(folder / DATABASE, pictures):
            out.print(str(path), soft_wrap=True)
        return 0
    page = folder / pages[language]
    if not page.exists():
        raise NoSuchRelease(f"release {folder.name} was made before there was a brief; the next run brings one")
    out.print(str(page), soft_wrap=True)
    if is_opened:
        webbrowser.open(page.as_uri())
    return 0
