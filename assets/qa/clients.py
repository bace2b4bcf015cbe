"""Proves a box that is served with the clients that people use, unmodified from PyPI.

    python3 -m venv venv && venv/bin/pip install roku rokuecp selenium
    cargo build && venv/bin/python assets/qa/clients.py target/debug/emulator
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import roku
import rokuecp
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.common.options import ArgOptions

ADDRESS = "127.0.0.97"


def check(what, holds):
    print("ok    " if holds else "FAILED", what, flush=True)
    if not holds:
        raise SystemExit(1)


def with_roku():
    box = roku.Roku(ADDRESS)
    check("roku: device info", box.device_info.model_name == "bonus-tv emulator")
    check("roku: apps", [app.id for app in box.apps] == ["bonus-tv"])
    check("roku: active app", box.active_app.id == "bonus-tv")
    check("roku: power", box.power_state == "On")
    for press in (box.down, box.right, box.up, box.select, box.back, box.info):
        press()
    box.literal("я1")
    box["bonus-tv"].launch()
    check("roku: icon", box["bonus-tv"].icon.startswith(b"\x89PNG"))


async def with_rokuecp():
    async with rokuecp.Roku(ADDRESS) as box:
        device = await box.update()
        check("rokuecp: name", device.info.name == "bonus-tv b0")
        check("rokuecp: app", device.app is not None and device.app.app_id == "bonus-tv")
        check("rokuecp: apps", [app.app_id for app in device.apps] == ["bonus-tv"])
        check("rokuecp: on", not device.state.standby)
        for key in ("down", "up", "info", "back", "volume_up"):
            await box.remote(key)
        await box.launch("bonus-tv", {"contentID": "tab:points"})
        await box.remote("poweroff")
        check("rokuecp: standby", (await box.update(full_update=True)).state.standby)
        await box.remote("poweron")
        check("rokuecp: on again", not (await box.update(full_update=True)).state.standby)


def with_selenium(url):
    options = ArgOptions()
    options.set_capability("appium:automationName", "BonusTV")
    options.set_capability("browserName", "bonus-tv")
    driver = webdriver.Remote(command_executor=url.rstrip("/"), options=options)
    try:
        driver.implicitly_wait(10)
        check("selenium: source", "<screen " in driver.page_source)
        check("selenium: xpath", driver.find_element(By.XPATH, "//tab[@selected='true']").is_displayed())
        catalog = driver.find_element(By.ID, "tab:catalog")
        check("selenium: text", catalog.text == "Каталог")
        check("selenium: rect", catalog.rect["width"] > 0)
        catalog.click()
        check("selenium: click walks the focus", driver.title == "Catalog")
        before = driver.switch_to.active_element
        webdriver.ActionChains(driver).send_keys(Keys.ARROW_DOWN).perform()
        check("selenium: actions", driver.switch_to.active_element != before)
        driver.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
        check("selenium: attribute", driver.switch_to.active_element.get_attribute("focused") == "true")
        check("selenium: css", driver.find_elements(By.CSS_SELECTOR, "screen list-item") != [])
        check("selenium: screenshot", driver.get_screenshot_as_png().startswith(b"\x89PNG"))
        driver.execute_script("bonus: clock", {"advance": "48h"})
        state = driver.execute_script("bonus: state")
        check("selenium: one clock", state["clock"]["box"] == state["clock"]["sandbox"])
        try:
            driver.find_element(By.XPATH, "//video")
            check("selenium: nothing is found where nothing is", False)
        except NoSuchElementException:
            check("selenium: nothing is found where nothing is", True)
    finally:
        driver.quit()


def main(emulator):
    with tempfile.TemporaryDirectory() as scratch:
        environment = dict(os.environ, TMPDIR=scratch)
        box = subprocess.Popen(
            [emulator, "serve", "--scenario", "vip", "--ecp", ADDRESS, "--size", "1280x720"],
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        try:
            ready = json.loads(box.stdout.readline())
            check("ready line", ready["ready"] and ready["boxes"][0]["ecp"] == f"{ADDRESS}:8060")
            with_selenium(ready["boxes"][0]["webdriver"])
            with_roku()
            asyncio.run(with_rokuecp())
        finally:
            box.send_signal(signal.SIGTERM)
            status = box.wait(timeout=30)
        check("SIGTERM ends it well", status == 0)
        check("nothing is left behind", list(Path(scratch).iterdir()) == [])


if __name__ == "__main__":
    main(sys.argv[1])
