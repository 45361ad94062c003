#!/usr/bin/env python3
"""Looks at reports as people do: in a browser, on a phone and a desk, light and dark, on paper.

  report_screenshots.py REPORT.html... [-o DIR] [--chromium PROGRAM]

Opens each file in headless Chromium, takes a picture of the whole page for every width and theme
into DIR, and prints it to PDF. It fails (exit code 1) where a page scrolls sideways, where text has a
contrast below 4.5 to the page (AA), where a picture does not load, on a console message, and on a request for anything but
the file itself. Needs Chromium, and of Python only what comes with it.
"""
import argparse
import base64
import fcntl
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

WIDTHS = {"phone_small": 320, "phone": 390, "tablet": 768, "desk": 1280}

LOOK = """
(() => {
  const page = document.documentElement, wide = [];
  for (const e of document.body.querySelectorAll('*')) {
    if (e.closest('.scroll') || e.closest('.spoken')) continue;
    const box = e.getBoundingClientRect();
    if (box.right > page.clientWidth + 1) wide.push(e.tagName + '.' + e.getAttribute('class') + ' ' + Math.round(box.right));
  }
  const numbers = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const linear = (v) => v / 255 <= 0.04045 ? v / 255 / 12.92 : Math.pow((v / 255 + 0.055) / 1.055, 2.4);
  const light = (c) => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
  const ground = light(numbers(getComputedStyle(document.body).backgroundColor));
  const faint = new Set();
  for (const e of document.body.querySelectorAll('*')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const style = getComputedStyle(e), ink = light(numbers(e.ownerSVGElement ? style.fill : style.color));
    const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    if (contrast < 4.5) faint.add(e.tagName + '.' + e.getAttribute('class') + ' ' + contrast.toFixed(2));
  }
  return JSON.stringify({
    scroll: page.scrollWidth, client: page.clientWidth, height: page.scrollHeight, wide, faint: [...faint],
    broken: [...document.images].filter(i => !i.complete || !i.naturalWidth).length,
    images: document.images.length, untitled: [...document.images].filter(i => !i.alt).length,
    dark: getComputedStyle(document.body).backgroundColor});
})()
"""


class Browser:
    """Chromium's DevTools protocol over a pair of pipes."""

    def __init__(self, program: str, profile: str):
        reads, self.to = os.pipe()
        self.come, writes = os.pipe()
        # Out of the way of 3 and 4, where the browser looks for them.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (reads, writes)]
        flags = ["--headless=new", "--no-sandbox", "--remote-debugging-pipe", f"--user-data-dir={profile}", "--hide-scrollbars"]
        self.process = subprocess.Popen(
            [program, *flags], stderr=subprocess.DEVNULL, pass_fds=(3, 4),
            preexec_fn=lambda: [os.dup2(end, place) for end, place in zip(ends, (3, 4))])
        for end in (reads, writes, *ends):
            os.close(end)
        self.count, self.rest, self.events = 0, b"", []

    def receive(self) -> dict:
        while b"\0" not in self.rest:
            part = os.read(self.come, 1 << 20)
            if not part:
                raise RuntimeError("Chromium ended")
            self.rest += part
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def __call__(self, method: str, session: str | None = None, **parameters) -> dict:
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        os.write(self.to, json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        while (answer := self.receive()).get("id") != self.count:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def wait_for(self, method: str) -> None:
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.receive())


def complaints(events: list[dict]) -> list[str]:
    found = []
    for event in events:
        about = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent" if not about["request"]["url"].startswith(("file:", "data:")):
                found.append("request: " + about["request"]["url"])
            case "Log.entryAdded":
                found.append("log: " + about["entry"]["text"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                found.append("console: " + json.dumps(about)[:200])
    return found


def look(browser: Browser, page: pathlib.Path, device: str, theme: str, out: pathlib.Path) -> list[str]:
    target = browser("Target.createTarget", url="about:blank")["targetId"]
    session = browser("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    browser.events.clear()
    for domain in ("Page", "Runtime", "Network", "Log"):
        browser(domain + ".enable", session)
    width = WIDTHS[device]
    metrics = {"width": width, "height": 844, "deviceScaleFactor": 2 if width < 500 else 1, "mobile": width < 500}
    browser("Emulation.setDeviceMetricsOverride", session, **metrics)
    browser("Emulation.setEmulatedMedia", session, features=[{"name": "prefers-color-scheme", "value": theme}])
    browser("Page.navigate", session, url=page.resolve().as_uri())
    browser.wait_for("Page.loadEventFired")
    seen = json.loads(browser("Runtime.evaluate", session, expression=LOOK)["result"]["value"])
    wrong = complaints(browser.events)
    if seen["scroll"] > seen["client"] or seen["wide"]:
        wrong.append(f"scrolls sideways: {seen['scroll']} of {seen['client']}; {seen['wide'][:5]}")
    if seen["faint"]:
        wrong.append(f"too faint: {seen['faint'][:5]}")
    if seen["broken"] or seen["untitled"]:
        wrong.append(f"{seen['broken']} broken pictures, {seen['untitled']} without alt")
    clip = {"x": 0, "y": 0, "width": width, "height": seen["height"], "scale": 1}
    shot = browser("Page.captureScreenshot", session, captureBeyondViewport=True, clip=clip)
    (out / f"{page.parent.name}_{page.stem}_{device}_{theme}.png").write_bytes(base64.b64decode(shot["data"]))
    if device == "desk" and theme == "dark":  # paper is white all the same
        paper = browser("Page.printToPDF", session, printBackground=True, preferCSSPageSize=True)
        (out / f"{page.parent.name}_{page.stem}.pdf").write_bytes(base64.b64decode(paper["data"]))
    browser("Target.closeTarget", targetId=target)
    print(f"{page}: {device} {theme}: {width} x {seen['height']}, {seen['images']} pictures, ground {seen['dark']}: {'; '.join(wrong) or 'well'}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", type=pathlib.Path, nargs="+")
    parser.add_argument("-o", "--out", type=pathlib.Path, default=pathlib.Path("screenshots"))
    parser.add_argument("--chromium", default="chromium")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    wrong = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(arguments.chromium, profile)
        try:
            for page, device, theme in itertools.product(arguments.reports, WIDTHS, ("light", "dark")):
                wrong += len(look(browser, page, device, theme, arguments.out))
        finally:
            browser.process.terminate()
            browser.process.wait()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
