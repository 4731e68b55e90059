"""The check of the XML parts of an Office document, by a parser that refuses document types and entities.

It uses Python's expat parser: a declared document type ends the parsing before an entity can be expanded, and no
external resource is fetched.
"""

import re
from collections.abc import Callable, Iterable
from xml.parsers import expat

from reporting.evidence.errors import (
    contains_macros,
    content_mismatch,
    declares_doctype,
    embeds_object,
    fetches_external,
    unsafe_link,
)
from reporting.evidence.links import is_remote, is_safe_link

MACRO_RELATIONS = {"vbaproject", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet"}
EMBEDDING_RELATIONS = {"oleobject", "control", "activexcontrolbinary"}
FETCHING_RELATIONS = {
    "attachedtemplate", "afchunk", "subdocument", "frame", "externallink", "externallinkpath", "connections",
    "querytable", "mailmergesource", "mailmergeheadersource", "webextension", "webextensiontaskpanes",
}  # fmt: skip
# A web video and a web extension load a web page into the document.
FETCHING_ELEMENTS = {
    "altchunk", "subdoc", "ddelink", "olelink", "webpr", "dbpr", "externalbook", "webvideopr", "webextension",
}  # fmt: skip
EMBEDDING_ELEMENTS = {"oleobject", "oleobj"}
FETCHING_FIELDS = {
    "DATABASE", "DDE", "DDEAUTO", "EMBED", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK", "RD",
}  # fmt: skip
FETCHING_FUNCTION = re.compile(r"\b(WEBSERVICE|IMAGE|RTD|CALL|REGISTER(?:\.ID)?|EXEC)\s*\(", re.IGNORECASE)
LINK_FIELD = re.compile(r"HYPERLINK\s+(?:\"([^\"]*)\"|(?!\\[a-z]\b)(\S+))", re.IGNORECASE)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
# Elements of drawings that display the target of their address.
DISPLAYING = {
    "imagedata",
    "fill",
    "image",
    "img",
    "stroke",
    "use",
    "feimage",
    "iframe",
    "embed",
    "object",
    "video",
    "audio",
}
STYLE_FETCHES = re.compile(r"@import|url\(\s*['\"]?\s*(?!#|data:image/)", re.IGNORECASE)
DRAWING_RUNS = {"script", "foreignobject", "handler"}


class PartReader:
    """A parser of one part in chunks, which refuses the document for forbidden content."""

    def __init__(self, part: str, *, is_drawing: bool = False):
        self.part, self.is_drawing = part, is_drawing
        self.types: dict[str, str] = {}
        self.fields: list[str] = []
        self.text: list[str] = []
        self.inner = 0  # open elements within the one whose text is collected
        self.local_names: dict[str, str] = {}
        parser = self.parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self.refuse_type
        parser.EntityDeclHandler = self.refuse_type
        parser.ProcessingInstructionHandler = self.instruction
        parser.StartElementHandler = self.start

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        try:
            self.parser.Parse(piece, final)
        except expat.ExpatError:
            raise content_mismatch() from None

    def refuse_type(self, *_declared: object) -> None:
        raise declares_doctype(self.part)

    def instruction(self, target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise fetches_external(target)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = self.local_names.get(name)
        if local is None:
            local = self.local_names[name] = name.rpartition(":")[2].lower()
        if self.parser.EndElementHandler is not None:
            self.inner += 1
        if self.is_drawing:
            self.check_drawing(local, attributes)
        if local in ELEMENTS:
            ELEMENTS[local](self, local, attributes)

    # Elements

    def refuse_fetching(self, local: str, _attributes: dict[str, str]) -> None:
        raise fetches_external(local)

    def refuse_embedding(self, local: str, _attributes: dict[str, str]) -> None:
        raise embeds_object(local)

    def relationship(self, _local: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2]
        target = attributes.get("Target", "")
        word = kind.lower()
        if word in MACRO_RELATIONS:
            raise contains_macros()
        if word in EMBEDDING_RELATIONS:
            raise embeds_object(kind)
        if word in FETCHING_RELATIONS:
            raise fetches_external(kind)
        if attributes.get("TargetMode", "").strip().lower() == "external" or is_remote(target):
            if word != "hyperlink":
                raise fetches_external(kind)
            if not is_safe_link(target):
                raise unsafe_link(target)

    def content_type(self, local: str, attributes: dict[str, str]) -> None:
        key = attributes.get("PartName", "") if local == "override" else f".{attributes.get('Extension', '')}"
        self.types[key.lower()] = attributes.get("ContentType", "")

    def displayed_target(self, local: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            attribute = name.rpartition(":")[2].lower()
            if attribute in ("src", "href", "data") and is_remote(value) and not value.startswith("data:image/"):
                raise fetches_external(f"{local} {value[:60]}")

    def simple_field(self, _local: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name.rpartition(":")[2].lower() == "instr":
                check_field(value)

    def field_mark(self, _local: str, attributes: dict[str, str]) -> None:
        """Handle the begin, separator and end of a field: Word splits fields into runs, and fields may be nested."""
        kinds = {name.rpartition(":")[2]: value for name, value in attributes.items()}
        match kinds.get("fldCharType"):
            case "begin":
                self.fields.append("")
            case "separate" if self.fields:
                check_field(self.fields[-1])
            case "end" if self.fields:
                check_field(self.fields.pop())

    def field_text(self, _local: str, _attributes: dict[str, str]) -> None:
        self.collect(self.end_field_text)

    def end_field_text(self, text: str) -> None:
        if not self.fields:
            check_field(text)
            return
        self.fields[-1] += text

    def formula(self, _local: str, _attributes: dict[str, str]) -> None:
        self.collect(check_formula)

    def style(self, _local: str, _attributes: dict[str, str]) -> None:
        if self.is_drawing:
            self.collect(check_style)

    def collect(self, then: Callable[[str], None]) -> None:
        """Call `then` with the text of this element when it ends, including the text of elements within it."""
        if self.parser.EndElementHandler is not None:
            return
        self.text, self.inner = [], 0
        self.parser.CharacterDataHandler = self.text.append

        def end(_name: str) -> None:
            self.inner -= 1
            if self.inner < 0:
                self.parser.CharacterDataHandler = self.parser.EndElementHandler = None
                then("".join(self.text))

        self.parser.EndElementHandler = end

    def check_drawing(self, local: str, attributes: dict[str, str]) -> None:
        if local in DRAWING_RUNS:
            raise embeds_object(f"SVG {local}")
        for name, value in attributes.items():
            attribute = name.rpartition(":")[2].lower()
            if attribute.startswith("on"):
                raise embeds_object(f"SVG {attribute}")
            if attribute == "href" and local == "a":
                if not is_safe_link(value):
                    raise unsafe_link(value)
            elif attribute in ("href", "src") and is_remote(value) and not value.startswith("data:image/"):
                raise fetches_external(f"SVG {local}")
            elif not name.startswith("xmlns"):
                check_style(value)


ELEMENTS = {
    **dict.fromkeys(FETCHING_ELEMENTS, PartReader.refuse_fetching),
    **dict.fromkeys(EMBEDDING_ELEMENTS, PartReader.refuse_embedding),
    **dict.fromkeys(DISPLAYING, PartReader.displayed_target),
    "relationship": PartReader.relationship,
    "override": PartReader.content_type,
    "default": PartReader.content_type,
    "fldsimple": PartReader.simple_field,
    "fldchar": PartReader.field_mark,
    "instrtext": PartReader.field_text,
    "f": PartReader.formula,
    **dict.fromkeys(
        ("definedname", "formula", "formula1", "formula2", "calculatedcolumnformula", "totalsrowformula"),
        PartReader.formula,
    ),
    "style": PartReader.style,
}


def check_field(instruction: str) -> None:
    """Refuse a Word field that fetches something or links to an unsafe target; its first word is its command."""
    parts = instruction.split(maxsplit=1)
    if parts and parts[0].upper() in FETCHING_FIELDS:
        raise fetches_external(parts[0])
    if link := LINK_FIELD.match(instruction.strip()):
        target = (link[1] or link[2] or "").replace("\\\\", "\\")  # a field writes a backslash twice
        if not is_safe_link(target):
            raise unsafe_link(target)


def check_formula(text: str) -> None:
    """Refuse an Excel formula with DDE (a bar outside of quotes), or with functions that fetch or run something."""
    bare = QUOTED.sub("", text)
    if "|" in bare:
        raise fetches_external("DDE")
    if function := FETCHING_FUNCTION.search(bare):
        raise fetches_external(function[1])


def check_style(text: str) -> None:
    if match := STYLE_FETCHES.search(text):
        raise fetches_external(match[0])


def read_types(pieces: Iterable[bytes], part: str) -> dict[str, str]:
    """Return the content types by part name, or by '.' and file extension, both in lower case."""
    reader = PartReader(part)
    for piece in pieces:
        reader.feed(piece)
    reader.feed(b"", final=True)
    return reader.types


def type_of_part(name: str, types: dict[str, str]) -> str:
    path = f"/{name}".lower()
    return types.get(path) or types.get(f".{path.rpartition('.')[2]}", "")
