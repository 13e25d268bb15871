"""Lever moved to bands drawn: keys pressed in Chromium against a warm server, timed in the page.

Run `python -m bench.lab_page` with a Chromium at hand (`--chromium PATH`). The clock starts at the trusted key event
and stops in the frame after the last change of a chart's outline. Load of the machine is printed beside.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from socket import socket

HOOK = """
(() => {
  window.timed = [];
  let began = 0, last = 0;
  addEventListener("keydown", (event) => { if (event.isTrusted) { began = event.timeStamp; last = 0; } }, true);
  const watch = () => new MutationObserver(() => {
    if (!began) return;
    const mine = began;
    requestAnimationFrame(() => setTimeout(() => { if (mine === began) last = performance.now() - mine; }, 0));
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["d"] });
  if (document.body) watch(); else addEventListener("DOMContentLoaded", watch);
  window.taken = () => { const found = last; began = 0; last = 0; return found; };
})();
"""

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def free_port() -> int:
    """A port that nothing listens on."""
    with closing(socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def serve(port: int) -> subprocess.Popen[bytes]:
    """A server of its own, once it is warm."""
    words = [sys.executable, "-m", "ripeness", "serve", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
                if b'"ready":true' in answer.read().replace(b" ", b""):
                    return process
        except OSError:
            pass
        time.sleep(0.5)
    process.kill()
    raise SystemExit("the server did not become ready within two minutes")


def presses(address: str, chromium: str, lever: str, count: int, slow: float) -> list[float]:
    """Milliseconds of each press of an arrow key on a lever."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(HOOK)
        page.goto(address)
        slider = page.locator(f'[data-lever="{lever}"] input[type=range]')
        slider.wait_for()
        page.wait_for_timeout(2500)
        if slow > 1:
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slow})
        slider.focus()
        found = []
        for press in range(count + 5):
            page.keyboard.press("ArrowRight" if press % 40 < 20 else "ArrowLeft")
            page.wait_for_timeout(350)
            taken = page.evaluate("taken()")
            if press >= 5 and taken:
                found.append(float(taken))
        browser.close()
    return found


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--address", help="a server that runs already; without it one is started")
    asked.add_argument("--chromium", default="/usr/bin/chromium")
    asked.add_argument("--lever", default="cap_enforcement")
    asked.add_argument("--presses", type=int, default=40)
    asked.add_argument("--view", default="money")
    asked.add_argument("--slow", type=float, default=1.0, help="throttle the page's processor by this factor")
    given = asked.parse_args()
    port = free_port()
    server = None if given.address else serve(port)
    try:
        address = f"{given.address or f'http://127.0.0.1:{port}'}/?view={given.view}"
        found = sorted(presses(address, given.chromium, given.lever, given.presses, given.slow))
    finally:
        if server:
            server.terminate()
    if not found:
        raise SystemExit("no press changed a chart")
    p95 = found[min(round(0.95 * len(found)), len(found) - 1)]
    load = os.getloadavg()[0]
    print(
        f"view {given.view}, lever {given.lever}, {len(found)} of {given.presses} presses drew, load {load:.1f}"
    )
    print(
        f"lever moved to bands drawn: p50 {statistics.median(found):.0f} ms, p95 {p95:.0f} ms, most {found[-1]:.0f} ms"
    )


if __name__ == "__main__":
    main()
