"""The check of file names. The name is not stored, but it can show an attempt to disguise a file."""

import unicodedata
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_NAME_LENGTH = 150
# Characters that change the reading direction, which make ‘fdp.exe’ look like ‘exe.pdf’.
BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Suffixes of programs, scripts, pages and drawings that can run code. Names like ‘report.docx.pdf’ are allowed.
EXECUTABLE_SUFFIXES = (
    "action apk app asp aspx bash bat bin cgi chm class cmd cpl dll dmg docm dotm exe gadget hta htm html inf jar js "
    "jse jsp lnk mht mhtml mjs msc msi msp phar php php3 php4 php5 php7 phtml pif pl potm pptm ps1 py rb reg scr sh "
    "shtml svg svgz swf url vb vbe vbs wsf wsh xhtml xht xlam xlsb xlsm xltm xml xsl"
)


def check_name(name: str) -> None:
    """Refuse a name with a path, hidden characters or an inner executable suffix, or one that is too long."""
    if "/" in name or "\\" in name:
        raise ValidationError(
            _("The name of this file holds a path: give the file a plain name, such as ‘report.pdf’.")
        )
    if any(char in BIDI_CONTROLS or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in name):
        raise ValidationError(_("The name of this file holds hidden signs: give the file a plain name."))
    if len(name) > MAX_NAME_LENGTH:
        raise ValidationError(
            _("The name of this file is longer than %(most)s signs: give the file a shorter name."),
            params={"most": MAX_NAME_LENGTH},
        )
    for suffix in PurePath(name).suffixes[:-1]:
        if suffix[1:].strip().lower() in EXECUTABLE_SUFFIXES.split():
            raise ValidationError(
                _("The name of this file holds two types, ‘%(inner)s’ and ‘%(outer)s’: give the file a plain name."),
                params={"inner": suffix, "outer": PurePath(name).suffix},
            )
