"""Serves the sample pages as a server would: rendered templates, the real assets, the strict content policy.

``python -m tests.look.gallery DIRECTORY [NAME …]`` takes pictures: phone and desktop, both languages, light and dark.
"""

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

from kizuna.apps.season.files import TEMPLATES
from kizuna.doors.answers import page_policy
from kizuna.ground.i18n import LOCALES, load_translators
from kizuna.web.assets import load_assets
from kizuna.web.present import Presenter
from tests.chromium import ARGUMENTS, find_chromium
from tests.look.account_samples import account_samples
from tests.look.samples import samples
from tests.look.season_samples import FILES

POLICY = page_policy()
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


def pages() -> dict[str, bytes]:
    """Every sample by its path, /ja/home and so on."""
    presenter = Presenter(load_translators(), load_assets(more=FILES), [TEMPLATES])
    return {
        f"/{locale}/{name}": presenter.render(view).encode()
        for locale in LOCALES
        for name, view in {**samples(locale), **account_samples(locale)}.items()
    }


def qr() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1h3v3h-3zM5 5h2v2h-2z"/></svg>'


@contextmanager
def served() -> Generator[str]:
    """The address at which the samples are served for the time being."""
    files = {
        f"/assets/{name}": (asset.media_type, asset.body)
        for name, asset in load_assets(more=FILES).files.items()
    }
    files |= {path: ("text/html; charset=utf-8", body) for path, body in pages().items()}
    files["/qr.svg"] = ("image/svg+xml", qr())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = files.get(self.path.partition("?")[0], ("text/plain", b""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Take the pictures."""
    folder, wanted = Path(sys.argv[1]), sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                for path in pages():
                    _, locale, name = path.split("/")
                    shot = f"{name}-{size}-{locale}-{scheme}"
                    if wanted and not any(shot.startswith(start) for start in wanted):
                        continue
                    tab.goto(address + path)
                    tab.screenshot(path=folder / f"{shot}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
