"""The segments of an 835 file, numbered, once its envelope has been found whole."""

import re
from dataclasses import dataclass

import oxedi

SHOWN_CHARACTERS = 60
SHOWN_PAYMENT_ELEMENTS = 4  # the rest of BPR is bank accounts
BARE_DELIMITERS = oxedi.Delimiters(element=b"*", component=b":", segment=b"~")

# oxedi reads on whatever it finds and reports. These of its findings mean that part of the file
# is missing or belongs to another one; the rest says how strict the sender was.
_CUT_OFF = "UnterminatedLoop"
_WRONG_COUNT = "ControlCountMismatch"
_BROKEN_ENVELOPE = {"ControlNumberMismatch", "ControlElementMissing"}
_UNKNOWN_SEGMENT = "UnknownSegment"


class RefusedFileError(Exception):
    """A file that is refused whole; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; `position` counts from 1 at the first segment of the file.

    Every element is the tuple of its components: one component when it isn't a composite.
    """

    position: int
    name: str
    elements: tuple[tuple[str, ...], ...]
    text: str

    def get(self, element: int, component: int = 1) -> str | None:
        """Text of an element's component, both counted from 1 as X12 does; None when empty."""
        components = self.elements[element - 1] if element <= len(self.elements) else ()
        text = components[component - 1].strip() if component <= len(components) else ""
        return text or None

    @property
    def shown(self) -> str:
        """The segment's text for a message: its beginning, and no bank account."""
        text = self.text[:SHOWN_CHARACTERS]
        separator = self.text[len(self.name) :][:1]
        if self.name == "BPR" and separator:
            text = separator.join(text.split(separator)[: SHOWN_PAYMENT_ELEMENTS + 1])
        return text if text == self.text else f"{text}…"

    def refuse(self, reason: str) -> RefusedFileError:
        """The error that names this segment and why the file is refused for it."""
        return RefusedFileError(f"segment {self.position} ({self.shown}): {reason}")


@dataclass(frozen=True)
class SegmentFile:
    """Segments of a whole file, and what was odd about it but no reason to refuse it."""

    segments: list[Segment]
    warnings: list[str]


def read_segments(content: bytes, accept_wrong_counts: bool = False) -> SegmentFile:
    """Split an 835 file into segments, after checking that nothing of it is missing.

    A file normally starts with ISA. One that starts with ST, because somebody took the envelope
    off, is read with the usual delimiters: ST to SE carries a count and a control number of its
    own, and its money is checked as in any other file, so it is provably whole without ISA.

    The trailers SE, GE and IEA must be there, with the control numbers of their headers and the
    counts of what lies between. A wrong count means that segments were lost or added on the way,
    and lines without money (a remark, a date) leave no other trace. With `accept_wrong_counts`,
    for a sender that can't count, it is only a warning.

    Raises RefusedFileError for all that, and for a file that is no 835.
    """
    if b"\x00" in content:
        raise RefusedFileError("the file holds a NUL byte, so it is damaged or no text")
    is_bare = re.match(rb"(\xef\xbb\xbf)?\s*(GS|ST)\*", content) is not None
    try:
        result = oxedi.parse(content, delimiters=BARE_DELIMITERS if is_bare else None)
    except oxedi.ParseError as error:
        raise RefusedFileError(f"it is not X12: {error}") from error
    decoder = _Decoder(content, result.document.delimiters.segment)
    numbers: dict[int, int] = {}
    segments: list[Segment] = []
    for index in range(len(result.document)):
        raw = result.document[index]
        if raw.id:  # empty after the last terminator, or between two
            numbers[index] = len(segments)
            segments.append(decoder.segment(raw, len(segments) + 1))
    _check_is_835(segments)
    warnings = []
    unknown: list[Segment] = []
    for finding in result.diagnostics:
        segment = segments[numbers.get(-1 if finding.segment is None else finding.segment, -1)]
        if finding.kind == _CUT_OFF:
            raise RefusedFileError(f"the file is cut off: {finding.rule}")
        if finding.kind in _BROKEN_ENVELOPE:
            raise segment.refuse(finding.rule)
        if finding.kind == _WRONG_COUNT:
            reason = f"{finding.rule}, so segments were lost or added on the way"
            if not accept_wrong_counts:
                raise segment.refuse(reason)
            warnings.append(f"accepted as asked: segment {segment.position}: {reason}")
        if finding.kind == _UNKNOWN_SEGMENT:
            unknown.append(segment)
    if unknown:
        first = unknown[0]
        warnings.append(
            f"{len(unknown)} segment(s) that no 835 has were ignored, "
            f"the first at {first.position} ({first.name})"
        )
    if segments[0].name == "ISA" and segments[0].get(15) == "T":
        warnings.append("the sender marks it as a test (ISA15 is T)")
    return SegmentFile(segments, warnings)


def _check_is_835(segments: list[Segment]) -> None:
    headers = [segment for segment in segments if segment.name == "ST"]
    if not headers:
        raise RefusedFileError("not an 835: it holds no transaction (ST)")
    for header in headers:
        if header.get(1) != "835":
            raise header.refuse(f"not an 835: ST01 is {header.get(1) or 'empty'}")


class _Decoder:
    """X12 has no declared encoding: UTF-8 if the whole file is that, else Latin-1."""

    def __init__(self, content: bytes, terminator: bytes) -> None:
        self._terminator = terminator
        try:
            content.decode("utf-8")
            self._encoding = "utf-8"
        except UnicodeDecodeError:
            self._encoding = "latin-1"

    def segment(self, raw: oxedi.Segment, position: int) -> Segment:
        elements = tuple(
            tuple(part.decode(self._encoding) for part in element)
            if isinstance(element, list)
            else (element.decode(self._encoding),)
            for element in raw.elements
        )
        body = raw.raw.strip().removesuffix(self._terminator)
        name = raw.id.decode(self._encoding)
        return Segment(position, name, elements, body.decode(self._encoding).lstrip("\ufeff"))
