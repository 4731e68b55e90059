"""What a file may be called. Its name is not kept, but it says what somebody tried to hand in."""

import unicodedata
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST = 150
# Signs that turn the reading direction, by which ‘fdp.exe’ is made to look like ‘exe.pdf’.
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Programs, scripts, pages and drawings that can run something. ‘report.docx.pdf’ is an honest name, and stays one.
RUNNABLE = (
    "action apk app asp aspx bash bat bin cgi chm class cmd cpl dll dmg docm dotm exe gadget hta htm html inf jar js "
    "jse jsp lnk mht mhtml mjs msc msi msp phar php php3 php4 php5 php7 phtml pif pl potm pptm ps1 py rb reg scr sh "
    "shtml svg svgz swf url vb vbe vbs wsf wsh xhtml xht xlam xlsb xlsm xltm xml xsl"
)


def check_name(name: str) -> None:
    """Refuse a name that holds a path, hidden signs or a second type that could run, or that nobody can read."""
    if "/" in name or "\\" in name:
        raise ValidationError(
            _("The name of this file holds a path: give the file a plain name, such as ‘report.pdf’.")
        )
    if any(sign in TURNING or unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in name):
        raise ValidationError(_("The name of this file holds hidden signs: give the file a plain name."))
    if len(name) > LONGEST:
        raise ValidationError(
            _("The name of this file is longer than %(most)s signs: give the file a shorter name."),
            params={"most": LONGEST},
        )
    for suffix in PurePath(name).suffixes[:-1]:
        if suffix[1:].strip().lower() in RUNNABLE.split():
            raise ValidationError(
                _("The name of this file holds two types, ‘%(inner)s’ and ‘%(outer)s’: give the file a plain name."),
                params={"inner": suffix, "outer": PurePath(name).suffix},
            )
