"""Names of devices, for people."""

from django.utils.translation import gettext as _

# The first match counts, since many browsers also name the ones they derive from.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def describe_device(user_agent: str) -> str:
    """Return browser and system of a User-Agent header for people, such as 'Firefox on Linux'."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), _("Another program"))
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), _("another system"))
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
