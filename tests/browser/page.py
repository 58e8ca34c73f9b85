# SPDX-License-Identifier: GPL-2.0-or-later
"""Look at an acceptance record as a reader's browser does.

usage: page.py PAGE.html RECORD.json [SCREENSHOTS]

Debian's Chromium, driven by its chromedriver over the WebDriver protocol (W3C),
opens the page from disk. Checked: nothing is loaded and nothing runs; a phone
of 390 pixels shows it without scrolling sideways, at any place; the figures are
those of the JSON; no text has less contrast than WCAG's AA asks; headings,
landmarks, tables, names and languages are in order; printed on A4 it has pages
and nothing is wider than the sheet. Each fault is a line on standard error.
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

FAULTS = []


def fault(text):
    FAULTS.append(text)


def find(*names):
    for name in names:
        for folder in os.environ["PATH"].split(":") + ["/usr/lib/chromium"]:
            path = os.path.join(folder, name)
            if os.access(path, os.X_OK):
                return path
    sys.exit("page.py: none of %s is installed" % ", ".join(names))


class Browser:
    def __init__(self, profile):
        self.driver = subprocess.Popen(
            [find("chromedriver"), "--port=0"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        self.session = None
        try:
            self.begin(profile)
        except BaseException:
            self.close()
            raise

    def begin(self, profile):
        port = None
        for line in self.driver.stdout:
            match = re.search(r"successfully on port (\d+)", line)
            if match:
                port = match.group(1)
                break
        if not port:
            sys.exit("page.py: chromedriver does not start")
        self.base = "http://127.0.0.1:" + port
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu",
                     "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--no-first-run", "--disable-background-networking",
                     "--disable-extensions", "--user-data-dir=" + profile]
        answer = self.ask("POST", "/session", {"capabilities": {
            "alwaysMatch": {"goog:chromeOptions": {
                "binary": find("chromium"), "args": arguments},
                "goog:loggingPrefs": {"performance": "ALL",
                                      "browser": "ALL"}}}})
        self.session = "/session/" + answer["sessionId"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data=data, method=method,
            headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def do(self, method, path, body=None):
        return self.ask(method, self.session + path, body)

    def run(self, script, *args):
        return self.do("POST", "/execute/sync",
                       {"script": script, "args": list(args)})

    def devtools(self, command, **params):
        return self.do("POST", "/goog/cdp/execute",
                       {"cmd": command, "params": params})

    def close(self):
        try:
            if self.session:
                self.do("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(timeout=20)


OVERFLOW = """
const wide = document.documentElement.clientWidth;
const out = [];
if (document.documentElement.scrollWidth > wide)
    out.push('the page is ' + document.documentElement.scrollWidth);
for (const e of document.querySelectorAll('body *')) {
    if (e.closest('.wide') || e.closest('.skip') || e.tagName == 'TITLE')
        continue;
    const r = e.getBoundingClientRect();
    if (r.width && r.left >= 0 && r.right > wide + 1)
        out.push(e.tagName + ' ' + (e.className.baseVal ?? e.className) +
                 ' reaches ' + Math.round(r.right));
}
return out.slice(0, 5);
"""

CONTRAST = """
function parse(c) {
    const m = c.match(/[\\d.]+/g).map(Number);
    return m.length < 4 ? [...m, 1] : m;
}
function light(c) {
    const f = v => (v /= 255) <= 0.03928 ? v / 12.92
                                         : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]);
}
function ratio(a, b) {
    const x = light(a), y = light(b);
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
function behind(e) {
    if (e instanceof SVGElement && e.tagName == 'text') {
        let r = e.previousElementSibling;
        while (r && r.tagName != 'rect') r = r.previousElementSibling;
        return parse(getComputedStyle(r).fill);
    }
    for (; e; e = e.parentElement) {
        const c = parse(getComputedStyle(e).backgroundColor);
        if (c[3] == 1) return c;
    }
    return [255, 255, 255, 1];
}
const out = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || ['TITLE', 'title'].includes(e.tagName))
        continue;
    const s = getComputedStyle(e);
    const ink = parse(e instanceof SVGElement ? s.fill : s.color);
    const got = ratio(ink, behind(e));
    if (got < 4.5)
        out.push(got.toFixed(2) + ' for ' + walk.currentNode.data.slice(0, 40));
}
return [...new Set(out)].slice(0, 5);
"""

STRUCTURE = """
const out = [];
const all = q => [...document.querySelectorAll(q)];
if (!document.documentElement.lang) out.push('no language');
if (!document.title.trim()) out.push('no title');
for (const [q, n] of [['main', 1], ['h1', 1], ['header', 1], ['footer', 1]])
    if (all(q).length != n) out.push(all(q).length + ' of ' + q);
let last = 0;
for (const h of all('h1,h2,h3,h4,h5,h6')) {
    const level = Number(h.tagName[1]);
    if (level > last + 1) out.push('h' + level + ' behind h' + last);
    if (!h.textContent.trim()) out.push('an empty heading');
    last = level;
}
const ids = all('[id]').map(e => e.id);
if (new Set(ids).size != ids.length) out.push('an id twice');
for (const e of all('[aria-labelledby]'))
    for (const id of e.getAttribute('aria-labelledby').split(' '))
        if (!document.getElementById(id)) out.push('nothing is called ' + id);
for (const a of all('a[href^="#"]'))
    if (!document.getElementById(a.getAttribute('href').slice(1)))
        out.push('a link to nowhere');
for (const t of all('table')) {
    const heads = t.querySelectorAll('thead th').length;
    for (const th of t.querySelectorAll('th'))
        if (!th.scope) out.push('a head of a table without scope');
    for (const r of t.querySelectorAll('tbody tr'))
        if (heads && r.children.length != heads) out.push('a ragged table');
}
for (const s of all('svg'))
    if (s.getAttribute('aria-hidden') != 'true' &&
        !(s.getAttribute('role') == 'img' && s.querySelector('title')))
        out.push('a picture without a name');
for (const e of all('.wide'))
    if (e.tabIndex != 0 || !e.getAttribute('role'))
        out.push('a part that scrolls and cannot be reached by keys');
for (const u of all('ul,ol'))
    for (const c of u.children)
        if (c.tagName != 'LI') out.push('no item in a list');
for (const d of all('dl'))
    for (const c of d.children)
        if (!['DT', 'DD'].includes(c.tagName)) out.push('no term in a list');
if (all('script,iframe,object,embed,img,link,form,base,audio,video').length)
    out.push('an element that could load or run something');
for (const e of all('*'))
    for (const a of e.attributes)
        if (/^on/i.test(a.name) || /javascript:/i.test(a.value))
            out.push('an attribute that runs: ' + a.name);
return [...new Set(out)].slice(0, 8);
"""


def number(text):
    match = re.match(r"\s*(\d+)", text)
    return int(match.group(1)) if match else None


def check_figures(browser, record):
    shown = browser.run("""
        const out = {};
        for (const e of document.querySelectorAll('[data-figure]'))
            out[e.dataset.figure] = e.textContent;
        return out;""")
    claims = record["check"]["claims"]
    faults = record["faults"]
    want = {
        "claims": sum(c["verdict"] == "proved" for c in claims),
        "directions": len(record["matrix"]["pairs"]),
        "faults": faults["tried"],
        "points": faults["effects"]["isolation"]
        + faults["effects"]["safety"],
    }
    if record["lab"]:
        want["packets"] = record["lab"]["packets"]
    for name, value in want.items():
        if number(shown.get(name, "")) != value:
            fault("figure %s is %r, not %d" % (name, shown.get(name), value))
    text = browser.run("return document.body.textContent")
    for digest in [record["check"]["digest"], record["ruleset"]] + [
            f["sha256"] for f in record["files"]]:
        if digest not in text:
            fault("a digest of the record is not on the page")
    rows = browser.run(
        "return document.querySelectorAll('table.claims tbody tr').length")
    if rows != len(claims):
        fault("%d claims on the page, %d in the record" % (rows, len(claims)))


def check_loads(browser, url):
    for entry in browser.do("POST", "/se/log", {"type": "performance"}):
        message = json.loads(entry["message"])["message"]
        if message["method"] != "Network.requestWillBeSent":
            continue
        asked = message["params"]["request"]["url"]
        # the browser's own first page is none of ours
        if not message["params"]["documentURL"].startswith("file:"):
            continue
        if asked.split("#")[0] != url:
            fault("the page asks for " + asked)
    for entry in browser.do("POST", "/se/log", {"type": "browser"}):
        fault("the browser complains: " + entry["message"])
    if browser.run("return performance.getEntriesByType('resource').length"):
        fault("the page has loaded something")


def view(browser, width, height):
    browser.devtools("Emulation.setDeviceMetricsOverride", width=width,
                     height=height, deviceScaleFactor=1, mobile=width < 500)


def keep(browser, folder, name):
    if not folder:
        return
    size = browser.run("return [document.documentElement.clientWidth,"
                       "document.documentElement.scrollHeight]")
    shot = browser.devtools(
        "Page.captureScreenshot", captureBeyondViewport=True,
        clip={"x": 0, "y": 0, "width": size[0],
              "height": min(size[1], 14000), "scale": 1})
    with open(os.path.join(folder, name), "wb") as file:
        file.write(base64.b64decode(shot["data"]))


def check_paper(browser, folder):
    page = browser.do("POST", "/print", {
        "page": {"width": 21.0, "height": 29.7}, "background": True,
        "shrinkToFit": False})
    data = base64.b64decode(page)
    pages = len(re.findall(rb"/Type\s*/Page\b", data))
    boxes = set(re.findall(rb"/MediaBox\s*\[([^\]]*)\]", data))
    if not 2 <= pages <= 400:
        fault("printed it has %d pages" % pages)
    for box in boxes:
        width, height = [float(x) for x in box.split()[2:4]]
        if abs(width - 595) > 2 or abs(height - 842) > 2:
            fault("a page is no A4 sheet: %r" % box)
    if folder:
        with open(os.path.join(folder, "page.pdf"), "wb") as file:
            file.write(data)
    # as wide as the sheet between its margins
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    view(browser, 688, 1000)
    for text in browser.run(OVERFLOW.replace("e.closest('.wide') || ", "")):
        fault("on paper: " + text)
    browser.devtools("Emulation.setEmulatedMedia", media="screen")


def main():
    page, answer = sys.argv[1:3]
    folder = sys.argv[3] if len(sys.argv) > 3 else None
    url = "file://" + os.path.abspath(page)
    with open(answer, encoding="utf-8") as file:
        record = json.load(file)
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        try:
            browser.do("POST", "/url", {"url": url})
            check_loads(browser, url)
            check_figures(browser, record)
            for width, height in ((1280, 900), (390, 844)):
                view(browser, width, height)
                for text in browser.run(OVERFLOW):
                    fault("%d pixels wide: %s" % (width, text))
                for text in browser.run(CONTRAST):
                    fault("contrast: " + text)
                keep(browser, folder, "%d.png" % width)
            for text in browser.run(STRUCTURE):
                fault("structure: " + text)
            check_paper(browser, folder)
        finally:
            browser.close()
            time.sleep(0.1)
    for text in FAULTS:
        print(text, file=sys.stderr)
    sys.exit(1 if FAULTS else 0)


main()
