"""Files that no honest program writes: damaged, foreign, and made to exhaust whoever opens them."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator


def zipped(*parts: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return target.getvalue()


def document(body: bytes) -> bytes:
    """Return a DOCX of `body` and as little else as can be."""
    family = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    whole = b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (family, body)
    return zipped(("_rels/.rels", _links((b"officeDocument", b"word/document.xml"))), ("word/document.xml", whole))


def workbook(rows: bytes, strings: bytes = b"") -> bytes:
    """Return an XLSX of one sheet of `rows` with its shared `strings`."""
    family = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    book = b'<workbook %s xmlns:r="%s"><sheets><sheet name="a" sheetId="1" r:id="worksheet"/></sheets></workbook>'
    links = _links((b"worksheet", b"sheet.xml"), (b"sharedStrings", b"strings.xml"))
    return zipped(
        ("_rels/.rels", _links((b"officeDocument", b"xl/workbook.xml"))),
        ("xl/workbook.xml", book % (family, _OFFICE)),
        ("xl/_rels/workbook.xml.rels", links),
        ("xl/sheet.xml", b"<worksheet %s><sheetData>%s</sheetData></worksheet>" % (family, rows)),
        ("xl/strings.xml", b"<sst %s>%s</sst>" % (family, strings)),
    )


_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _links(*told: tuple[bytes, bytes]) -> bytes:
    inside = [b'<Relationship Id="%s" Type="%s/%s" Target="%s"/>' % (kind, _OFFICE, kind, to) for kind, to in told]
    family = b"http://schemas.openxmlformats.org/package/2006/relationships"
    return b'<Relationships xmlns="%s">%s</Relationships>' % (family, b"".join(inside))


def flipped(data: bytes) -> bytes:
    """Return `data` with one bit of its middle the other way round."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :]


def without_entry(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist() if info.filename != name]
    return zipped(*parts)


def bomb() -> bytes:
    """Return a file of 130 kB that holds 128 MB of zeros."""
    zeros = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(zeros.compress(bytes(16 << 20)) for _ in range(8)) + zeros.flush()
    return _one(b"content/proposal.json", packed, 128 << 20)


def lying() -> bytes:
    """Return a file whose one part tells 10 bytes and holds a million."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return _one(b"content/proposal.json", packer.compress(bytes(1_000_000)) + packer.flush(), 10)


def _one(name: bytes, packed: bytes, size: int, listed: int = 1) -> bytes:
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), size, len(name), 0) + name + packed
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(packed), size, len(name), 0, 0, 0, 0, 0, 0
    )
    entries = (entry + name) * listed
    return local + entries + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, listed, listed, len(entries), len(local), 0)


def same_entry_again_and_again() -> bytes:
    """Return a file that lists its one part of 5 MB two hundred times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return _one(b"media/" + b"0" * 64, packer.compress(bytes(5_000_000)) + packer.flush(), 5_000_000, 200)


def many_entries() -> bytes:
    """Return a ZIP that lists 120,000 empty parts, as ZIP64 has to."""
    name = b"media/%064x"
    here = [
        struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 70, 0) + name % at for at in range(120_000)
    ]
    size = len(here[0])
    listed = [
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 70, 0, 0, 0, 0, 0, at * size) + name % at
        for at in range(120_000)
    ]
    parts, entries = b"".join(here), b"".join(listed)
    count = 120_000 & 0xFFFF
    return parts + entries + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(entries), len(parts), 0)


def picture_bomb() -> bytes:
    """Return a PNG of 30,000 × 30,000 black pixels in a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def mutated(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield `count` damaged forms of a draft, the same for the same `seed`, every one other than `data`.

    Bits are turned, pieces cut out, doubled, exchanged and overwritten, headers given other numbers, parts left out,
    doubled, renamed and put in another order.
    """
    chance = random.Random(seed)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    for _ in range(count):
        changed = data
        while changed == data:
            kind = chance.choice((_turn, _turn, _cut, _double, _exchange, _overwrite, _edit_header, _edit_header))
            changed = kind(data, chance) if chance.random() < 0.85 else _edit_parts(parts, chance)
        yield changed


def _piece(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data))
    return start, min(len(data), start + chance.choice((1, 4, 30, 512, 4_096)))


def _turn(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(data: bytes, chance: random.Random) -> bytes:
    start, end = _piece(data, chance)
    return data[:start] if chance.random() < 0.3 else data[:start] + data[end:]


def _double(data: bytes, chance: random.Random) -> bytes:
    start, end = _piece(data, chance)
    return data[:end] + data[start:]


def _exchange(data: bytes, chance: random.Random) -> bytes:
    (one, end), (other, other_end) = sorted((_piece(data, chance), _piece(data, chance)))
    if end > other:
        return data
    return data[:one] + data[other:other_end] + data[end:other] + data[one:end] + data[other_end:]


def _overwrite(data: bytes, chance: random.Random) -> bytes:
    start, end = _piece(data, chance)
    filled = bytes(end - start) if chance.random() < 0.5 else chance.randbytes(end - start)
    return data[:start] + filled + data[end:]


def _edit_header(data: bytes, chance: random.Random) -> bytes:
    mark = chance.choice((b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"))
    at = chance.choice(_places(data, mark)) + chance.randrange(46)
    number = chance.choice((0, 1, 8, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, len(data)))
    packed = struct.pack("<I", number)[: chance.choice((1, 2, 4))]
    return data[:at] + packed + data[at + len(packed) :] if at + len(packed) <= len(data) else data


def _places(data: bytes, mark: bytes) -> list[int]:
    found, at = [], data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + 1)
    return found


def _edit_parts(parts: list[tuple[str, bytes]], chance: random.Random) -> bytes:
    edited = list(parts)
    at = chance.randrange(len(edited))
    name, content = edited[at]
    match chance.randrange(5):
        case 0:
            del edited[at]
        case 1:
            edited.insert(chance.randrange(len(edited)), (name + "x", content))
        case 2:
            edited[at] = (chance.choice(("../x", "C:\\x", "CON", "content/\u202ejson", name.upper())), content)
        case 3:
            edited[at] = (name, chance.choice((b"", content[:-1], content + b" ", b"{}", bytes(1_000))))
        case _:
            chance.shuffle(edited)
    return zipped(*edited, compression=chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))


OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
WORD = zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w:document/>"))

DRAFTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _sound: b"",
    "one byte": lambda _sound: b"P",
    "cut in half": lambda sound: sound[: len(sound) // 2],
    "cut by one byte": lambda sound: sound[:-1],
    "one byte more": lambda sound: sound + b"\0",
    "one bit flipped": flipped,
    "first bit flipped": lambda sound: bytes([sound[0] ^ 1]) + sound[1:],
    "a picture": lambda _sound: picture_bomb(),
    "an old Word file": lambda _sound: OLD_WORD,
    "a new Word file": lambda _sound: WORD,
    "an empty ZIP": lambda _sound: zipped(),
    "text": lambda _sound: "一份申报书\n".encode(),
    "a program and a draft": lambda sound: b"MZ" + sound,
    "without its answers": lambda sound: without_entry(sound, "content/proposal.json"),
    "without its call": lambda sound: without_entry(sound, "call/form.json"),
    "a part twice": lambda sound: sound + sound,
    "a ZIP bomb": lambda _sound: bomb(),
    "sizes that lie": lambda _sound: lying(),
    "one part two hundred times": lambda _sound: same_entry_again_and_again(),
    "many parts": lambda _sound: many_entries(),
    "a way out": lambda _sound: zipped(("mimetype", b"application/vnd.kjxm.proposal"), ("../../x", b"x")),
}

DATA: dict[str, bytes] = {
    "empty": b"",
    "cut": b'{"project": {"title": "a',
    "white space": b"  \n",
    "a picture": picture_bomb(),
    "a ZIP": WORD,
    "an old Word file": OLD_WORD,
    "two values": b"{} {}",
    "a comment": b'{"project": {} // x\n}',
    "a comma too many": b'{"project": {"title": "a",}}',
    "not a number": b'{"project": {"readiness": {"now": NaN}}}',
    "endless": b'{"project": {"readiness": {"now": Infinity}}}',
    "endless below": b'{"project": {"readiness": {"now": -Infinity}}}',
    "too large": b'{"project": {"readiness": {"now": 1e999}}}',
    "too many digits": b'{"project": {"readiness": {"now": ' + b"9" * 5000 + b"}}}",
    "a doubled key": b'{"project": {"title": "a", "title": "b"}}',
    "a lone surrogate": b'{"project": {"title": "\\ud800"}}',
    "a lone surrogate in a key": b'{"project": {"\\udfff": "a"}}',
    "3,000 levels of lists": b'{"project": {"title": ' + b"[" * 3000 + b"]" * 3000 + b"}}",
    "3,000 levels of objects": b'{"a":' * 3000 + b"1" + b"}" * 3000,
    "3,000 levels unclosed": b"[" * 3000,
    "100,000 levels": b"[" * 100_000 + b"]" * 100_000,
    "UTF-16 with a mark": '{"project": {"title": "题目"}}'.encode("utf-16"),
    "UTF-16 without": '{"project": {"title": "题目"}}'.encode("utf-16-le"),
    "UTF-32": '{"project": {}}'.encode("utf-32-be"),
    "GB 18030": '{"project": {"title": "题目"}}'.encode("gb18030"),
    "a list": b"[]",
    "a string": b'"project"',
    "a number": b"1",
    "null": b"null",
    "an unknown section": b'{"projekt": {"title": "a"}}',
    "an unknown key": b'{"project": {"titel": "a"}}',
    "an unknown key with nothing behind it": b'{"projekt": ""}',
    "a row that is nothing": b'{"team": {"members": [null]}}',
    "a caption above its cap": b'{"approach": {"route": [{"type": "table", "rows": [[[]]], "caption": "'
    + b"a" * 1001
    + b'"}]}}',
    "an unknown key in a row": b'{"team": {"members": [{"name": "a", "nmae": "b"}]}}',
    "a section that is a list": b'{"project": ["a"]}',
    "a line that is a number": b'{"project": {"title": 1}}',
    "a line with two lines": b'{"project": {"title": "a\\nb"}}',
    "money as a number": b'{"budget": {"income": {"special": 30.5}}}',
    "money as yes": b'{"budget": {"income": {"special": true}}}',
    "an integer as a string": b'{"project": {"readiness": {"now": "3"}}}',
    "an integer as yes": b'{"project": {"readiness": {"now": true}}}',
    "an integer with a point": b'{"project": {"readiness": {"now": 3.0}}}',
    "yes as a string": b'{"commitment": {"truth": "true"}}',
    "yes as one": b'{"commitment": {"truth": 1}}',
    "a table that is an object": b'{"team": {"members": {"name": "a"}}}',
    "a row that is a string": b'{"team": {"members": ["a"]}}',
    "two rows with one id": b'{"team": {"members": [{"id": "a"}, {"id": "a"}]}}',
    "choices that are one string": b'{"project": {"tasks": "a"}}',
    "a choice in a choice": b'{"project": {"tasks": [["a"]]}}',
    "rich text that is a number": b'{"summary": {"text": 1}}',
    "a block of no kind": b'{"summary": {"text": [{"runs": []}]}}',
    "a block of an unknown kind": b'{"summary": {"text": [{"type": "video"}]}}',
    "a block that is a list": b'{"summary": {"text": [[]]}}',
    "a picture that is not there": b'{"approach": {"route": [{"type": "picture", "file": "nowhere.png"}]}}',
    "a picture by a digest": b'{"approach": {"route": [{"type": "picture", "media": "' + b"0" * 64 + b'"}]}}',
    "a picture bomb": b'{"approach": {"route": [{"type": "picture", "file": "bomb.png"}]}}',
    "a picture that is none": b'{"approach": {"route": [{"type": "picture", "file": "text.png"}]}}',
    "a picture that is empty": b'{"approach": {"route": [{"type": "picture", "file": "empty.png"}]}}',
    "an attachment by a digest": b'{"attachments": {"files": [{"media": "' + b"0" * 64 + b'"}]}}',
    "a file name that is a number": b'{"attachments": {"files": [{"file": 1}]}}',
    "a line above its cap": b'{"project": {"title": "' + b"a" * 1001 + b'"}}',
    "rich text above its cap": b'{"summary": {"text": "' + b"a" * 20_001 + b'"}}',
    "more rows than can be": b'{"team": {"members": [' + b",".join([b"{}"] * 20_001) + b"]}}",
    "21 MB": b'{"project": {"title": "' + b" " * 21_000_000 + b'"}}',
    "two million values": b"[" + b"1," * 2_000_000 + b"1]",
}
