"""What visitors do and see, in words."""

from playwright.sync_api import expect


def write(page, text):
    """Writes something and presses Enter."""
    page.get_by_role("textbox", name="Message to").fill(text)
    page.keyboard.press("Enter")


def sees(page, *texts):
    """The page shows exactly these messages, in this order."""
    expect(page.locator("#messages > .message .text")).to_have_text(list(texts))


def connected(page):
    expect(page.get_by_role("status").filter(has_text="Connected")).to_be_visible()


def lost(page):
    expect(page.locator("#state")).not_to_contain_text("Connected")


def name_of(page):
    return page.locator("#my-name").inner_text()


def rename(page, name):
    page.locator("#rename").click()
    page.get_by_role("textbox", name="Your name").fill(name)
    page.keyboard.press("Enter")
