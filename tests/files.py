"""Real files of each type that evidence may be, and of the sorts that it may not be."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"


def pdf(words: str = "") -> bytes:
    return PDF.replace(b"trailer", f"% {words}\ntrailer".encode())


def picture(form: str = "PNG", size: tuple[int, int] = (4, 3)) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, "teal").save(content, form)
    return content.getvalue()


def content_types(main_type: str) -> str:
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/main.xml" ContentType="{main_type}"/></Types>'
    )


def archive(members: dict[str, bytes | str]) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as made:
        for name, said in members.items():
            made.writestr(name, said)
    return content.getvalue()


def office(main_type: str, **more: bytes) -> bytes:
    """An Office document; `more` are further members, '__' in a name standing for a slash."""
    named = {name.replace("__", "/"): content for name, content in more.items()}
    return archive({"[Content_Types].xml": content_types(main_type), "main.xml": "<w/>"} | named)


def docx(**more: bytes) -> bytes:
    return office(WORD, **more)


def xlsx(**more: bytes) -> bytes:
    return office(EXCEL, **more)
