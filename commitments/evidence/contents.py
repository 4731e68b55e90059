"""Whether a file is the document or picture that its name says."""

import os
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image

MAX_PIXELS = 40_000_000
CHUNK = 1024 * 1024
# An action that starts a program of the reader's. The name may be written with the numbers of its letters.
LAUNCH = re.compile(rb"/S\s*/" + b"".join(b"(?:%c|#%02x|#%02X)" % (sign, sign, sign) for sign in b"Launch") + rb"\b")


def not_what_it_says() -> ValidationError:
    return ValidationError(_("The content of this file is not what its name says, or it is damaged."))


def check_pdf(file) -> None:
    """A PDF from its first byte to its end-of-file mark, which starts no program by an action in plain sight."""
    file.seek(0)
    if not file.read(5) == b"%PDF-":
        raise not_what_it_says()
    file.seek(-min(file.size, 1024), os.SEEK_END)
    if b"%%EOF" not in file.read():
        raise not_what_it_says()
    file.seek(0)
    before = b""
    while chunk := file.read(CHUNK):
        if LAUNCH.search(before + chunk):
            raise ValidationError(_("This PDF would start a program: save it without that, and choose it again."))
        before = chunk[-64:]


def check_image(file, form: str) -> None:
    """A picture that can be decoded to its end, of a size that a camera or scanner makes."""
    file.seek(0)
    try:
        with Image.open(file, formats=[form]) as picture:
            pixels = picture.width * picture.height
            if pixels <= MAX_PIXELS:
                picture.draft(picture.mode, (1, 1))  # a JPEG is decoded small: less to hold, and no less checked
                picture.load()
    except Exception:  # decoders of hostile bytes fail in more ways than they say
        raise not_what_it_says() from None
    if pixels > MAX_PIXELS:
        raise ValidationError(
            _("This picture has more than %(most)s million pixels: make it smaller, and choose it again."),
            params={"most": MAX_PIXELS // 1_000_000},
        )
