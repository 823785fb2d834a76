"""The phone's page as a person has it: keys are pressed, buttons clicked, and what is shown is read."""

import contextlib
import json

import trio
from sdks import PASSWORD

WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""
"""What the page's policy forbids is gathered here."""

_CODES = {"Enter": 13, "Tab": 9, "Escape": 27, "Backspace": 8, " ": 32, "ArrowRight": 39, "ArrowDown": 40}
_SHIFT = 8


class PhonePage:
    """A page at `/phone`."""

    def __init__(self, page):
        self.page = page
        self.run = page.run

    @classmethod
    async def opened(cls, browser, url, before=""):
        page = await browser.page("about:blank")
        await browser.command("Page.addScriptToEvaluateOnNewDocument", page.session, source=WATCH + before)
        await page.open(url)
        return cls(page)

    async def until(self, condition, seconds=20):
        """Wait until a JavaScript expression is true; returns its value."""
        with trio.move_on_after(seconds):
            while True:
                with contextlib.suppress(AssertionError):  # the page is just being loaded
                    if found := await self.run(condition):
                        return found
                await trio.sleep(0.02)
        shown = await self.run("document.body?.innerText")
        raise AssertionError(f"{condition} was never true: {shown}\n{self.page.console}")

    async def sees(self, words):
        """Wait until these words are shown."""
        await self.until(f"document.body.innerText.includes({json.dumps(words)})")

    async def state(self, wanted, number=0):
        """Wait until the call with this number, the newest first, is in a state."""
        await self.until(f"document.querySelectorAll('.call')[{number}]?.dataset.state === '{wanted}'")

    async def click(self, selector):
        await self.run(f"document.querySelector({json.dumps(selector)}).click()")

    async def focused(self):
        """What has the focus: its id, else its classes."""
        return await self.run("document.activeElement.id || document.activeElement.className")

    async def press(self, *keys, shift=False):
        """Press keys of the keyboard, one after the other."""
        for key in keys:
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            code = _CODES.get(key, ord(key.upper()) if key.isalnum() and len(key) == 1 else 0)
            facts = {"key": key, "windowsVirtualKeyCode": code, "modifiers": _SHIFT if shift else 0}
            command, session = self.page.browser.command, self.page.session
            down = {**facts, "text": text} if text else facts
            await command("Input.dispatchKeyEvent", session, type="keyDown", **down)
            await command("Input.dispatchKeyEvent", session, type="keyUp", **facts)

    async def type(self, text):
        await self.press(*text)

    async def tab_to(self, wanted, limit=40):
        """Press Tab until something has the focus."""
        for _ in range(limit):
            if wanted in (await self.focused()).split():
                return
            await self.press("Tab")
        raise AssertionError(f"Tab never came to {wanted}, but to {await self.focused()}")

    async def logs_in(self, user="alice", password=PASSWORD):
        """Log in with the keyboard alone."""
        await self.until("!document.querySelector('#entrance').hidden")
        await self.run(
            f"for (const one of document.querySelectorAll('#user option')) if (one.value.startsWith('{user}@'))"
            " document.querySelector('#user').value = one.value; document.querySelector('#password').focus()"
        )
        await self.type(password)
        await self.press("Enter")

    async def calls(self, number):
        await self.run("document.querySelector('#number').focus()")
        await self.run("document.querySelector('#number').select()")
        await self.type(number)
        await self.press("Enter")

    async def well(self):
        """Nothing went wrong in the page, and nothing was forbidden."""
        assert self.page.console == []
        assert await self.run("violations") == []
