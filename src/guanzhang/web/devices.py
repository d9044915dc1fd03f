"""What a person calls the device behind a User-Agent line: "Chrome · Windows"."""

from __future__ import annotations

# In this order: Edge also says Chrome, Chrome also says Safari; what is named first wins.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("MicroMessenger", "微信"),
    ("QQBrowser", "QQ 浏览器"),
    ("360SE", "360 浏览器"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_name(agent: str) -> str:
    """The browser and the system; the line itself, cut, when neither is known."""
    names = [
        next((name for mark, name in table if mark in agent), "")
        for table in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(name for name in names if name) or agent[:40]
