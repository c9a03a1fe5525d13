"""From a click to the drawn page in Chromium on the same machine, median, at scale 50.

A full page is a click in the navigation on a page that was seen before; a fragment is
another list on the conversion page, which runs alone. Drawn is the last change of the
document, or the last word written on a canvas, before a pause in which nothing changes
and nothing runs. What stands within a canvas is for screen readers and not drawn: tables
put it there a quarter of a second after their cells.

The home is `benchmarks.serving.large_home`'s.
"""

from __future__ import annotations

import statistics
import time

from playwright.sync_api import Page, sync_playwright

from benchmarks import report
from benchmarks.serving import CHROMIUM, PREPARING_SECONDS, large_home, serving
from data.accounts.sample import sample_password
from data.installation.home import Home

PAGES = ("acquisition", "conversion", "learning", "renewal", "plans")
LIST = "[class*=st-key-conversion_list] button"
ROUNDS = 5
HEARD = """
  const written = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (...words) {
    window.lastWritten = performance.now();
    return written.apply(this, words);
  };
  window.WebSocket = class extends WebSocket {
    constructor(...way) {
      super(...way);
      this.addEventListener('message', () => { window.lastMessage = performance.now(); });
    }
  };
"""
DRAWN = """
async ([target, place]) => {
  const runs = () => !document.querySelector('[data-test-script-state=notRunning]');
  const clicked = performance.now();
  let changed = clicked;
  const drawn = () => Math.max(changed, window.lastWritten || 0);
  const shown = change => !(change.target.closest || (_ => null)).call(change.target, 'canvas');
  const watch = new MutationObserver(changes => {
    if (changes.some(shown)) changed = performance.now();
  });
  watch.observe(document.body, {subtree: true, childList: true, characterData: true});
  document.querySelectorAll(target)[place].click();
  const pause = () => performance.now() - Math.max(drawn(), window.lastMessage);
  while (window.lastMessage < clicked || runs() || pause() < 500) {
    if (performance.now() - clicked > 60000) throw new Error(`${target} drew nothing in a minute`);
    await new Promise(again => setTimeout(again, 20));
  }
  watch.disconnect();
  return drawn() - clicked;
}
"""


def _drawn(page: Page, target: str, place: int = 0) -> float:
    """Milliseconds from a click on an element to the last change it brings."""
    taken: float = page.evaluate(DRAWN, [target, place])
    return taken


def _link(name: str) -> str:
    return f"[data-testid=stSidebarNav] a[href$='/{name}']"


def main() -> None:
    """Click through the pages, then through the lists of one page."""
    home = large_home()
    with serving(home, log=home / "clicks.log") as (port, _), sync_playwright() as playwright:
        time.sleep(PREPARING_SECONDS)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(HEARD)
        page.goto(f"http://127.0.0.1:{port}/")
        page.fill("input[name=user]", "manager")
        page.fill("input[name=password]", sample_password(Home(home)))
        page.press("input[name=password]", "Enter")
        page.wait_for_selector(_link(PAGES[0]), timeout=60_000)
        page.wait_for_selector("[data-test-script-state=notRunning]", timeout=60_000)
        page.wait_for_timeout(5_000)
        for name in PAGES:
            _drawn(page, _link(name))
        pages = [_drawn(page, _link(name)) for _round in range(ROUNDS) for name in PAGES]
        _drawn(page, _link("conversion"))
        lists = [_drawn(page, LIST, place) for _round in range(ROUNDS) for place in (1, 0)]
        browser.close()
    report("click_page", statistics.median(pages), "ms", 450)
    report("click_fragment", statistics.median(lists), "ms", 200)


if __name__ == "__main__":
    main()
