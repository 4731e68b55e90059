from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from commitments import evidence
from commitments.evidence import check_file, evidence_path
from tests.factories import EvidenceFactory

PDF = b"%PDF-1.7\n"
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0"
ZIP = b"PK\x03\x04"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", PDF),
        ("REPORT.PDF", PDF),
        ("photo.png", PNG),
        ("photo.jpg", JPEG),
        ("photo.jpeg", JPEG),
        ("report.docx", ZIP),
        ("table.xlsx", ZIP),
    ],
)
def test_file_that_is_what_its_name_says_is_taken(name, content):
    file = SimpleUploadedFile(name, content + b"the rest")

    check_file(file)

    assert file.read() == content + b"the rest"


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "run.exe", "report", "report.pdf.exe", ".pdf"])
def test_file_of_another_type_is_refused(name):
    with pytest.raises(ValidationError) as refusal:
        check_file(SimpleUploadedFile(name, PDF))

    assert refusal.value.messages == ["This type of file is not taken: choose a PDF, DOCX, XLSX, PNG or JPEG."]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", b"<html>"),
        ("report.pdf", b" " + PDF),
        ("photo.png", JPEG),
        ("photo.jpg", PNG),
        ("report.docx", PDF),
        ("table.xlsx", b"MZ"),
    ],
)
def test_file_whose_content_is_not_what_its_name_says_is_refused(name, content):
    with pytest.raises(ValidationError) as refusal:
        check_file(SimpleUploadedFile(name, content))

    assert refusal.value.messages == ["The content of this file is not what its name says."]


def test_file_of_the_largest_size_is_taken_and_one_byte_more_is_refused(monkeypatch):
    monkeypatch.setattr(evidence, "MAX_BYTES", len(PDF))
    file = SimpleUploadedFile("report.pdf", PDF)

    check_file(file)

    with pytest.raises(ValidationError) as refusal:
        check_file(SimpleUploadedFile("report.pdf", PDF + b"x"))
    assert refusal.value.messages == ["This file is larger than 25 MB."]


def test_limit_is_25_megabytes():
    assert evidence.MAX_BYTES == 25 * 1024 * 1024


def test_path_keeps_only_the_type_of_the_name():
    path = evidence_path(None, "Confidential draft.PDF")

    folder, name = path.split("/")
    assert folder == "evidence"
    assert UUID(name.removesuffix(".pdf")).version == 4


def test_same_name_is_kept_under_another_path():
    assert evidence_path(None, "report.pdf") != evidence_path(None, "report.pdf")


@pytest.mark.django_db
def test_field_checks_the_file():
    piece = EvidenceFactory()
    piece.file = SimpleUploadedFile("page.html", b"<html>")

    with pytest.raises(ValidationError) as refusal:
        piece.full_clean()

    assert set(refusal.value.message_dict) == {"file"}
