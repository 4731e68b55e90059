"""Build files of the types allowed and not allowed as evidence."""

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
from PIL import Image

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"


def pdf(words: str = "", *more: str | bytes, catalog: str = "", page: str = "", trailer: str = "") -> bytes:
    """Return a PDF of one page, with `words` in a comment and `more` objects from number 4 on."""
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>{page}>>",
        *more,
    ]
    content, places = f"%PDF-1.7\n% {words}\n".encode(), []
    for number, content_of_object in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (
            number,
            content_of_object if isinstance(content_of_object, bytes) else content_of_object.encode(),
        )
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        content
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(content)}\n%%EOF\n"
        ).encode()
    )


PDF = pdf()


def pdf_packed(**catalog) -> bytes:
    """Return a PDF with its objects, also those of `catalog`, in a compressed stream."""
    content = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        for name, value in catalog.items():
            document.Root[f"/{name}"] = value
        document.save(content, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return content.getvalue()


def pdf_locked(**passwords: str) -> bytes:
    content = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(content, encryption=pikepdf.Encryption(**passwords))
    return content.getvalue()


def picture(form: str = "PNG", size: tuple[int, int] = (4, 3)) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, "teal").save(content, form)
    return content.getvalue()


def content_types(main_type: str, more: str = "") -> str:
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/main.xml" ContentType="{main_type}"/>{more}</Types>'
    )


def relation(kind: str, target: str, *, external: bool = True) -> str:
    """Return the relationships of an Office part: one of a kind."""
    mode = ' TargetMode="External"' if external else ""
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        f'{kind}" Target="{target}"{mode}/></Relationships>'
    )


def archive(members: dict[str, bytes | str]) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as zip_file:
        for name, content_of_object in members.items():
            zip_file.writestr(name, content_of_object)
    return content.getvalue()


def office(main_type: str, **more: bytes) -> bytes:
    """Return an Office document with `more` members: 'word__media__a_png' means word/media/a.png."""
    named = {named_part(name): content for name, content in more.items()}
    return archive({"[Content_Types].xml": content_types(main_type), "main.xml": "<w/>"} | named)


def named_part(name: str) -> str:
    return re.sub(r"_(?=(xml|rels|bin|png|svg|docx|xlsx)(_|$))", ".", name.replace("__", "/"))


def docx(**more: bytes) -> bytes:
    return office(WORD, **more)


def xlsx(**more: bytes) -> bytes:
    return office(EXCEL, **more)
