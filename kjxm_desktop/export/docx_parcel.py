"""The parts of a DOCX that carry data: one item of custom XML and the custom properties (ECMA-376 part 1, 15.2.5-6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from kjxm_desktop.export import docx_xml
from kjxm_desktop.export.docx_package import MAIN, ExtraPart

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_TEXT_PROPERTIES = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # the format of custom properties that every program knows
_FIRST_PROPERTY = 2  # 0 and 1 are reserved
_LONGEST_PROPERTY = 255  # UTF-16 units; Word cuts what is longer


class Parcel(Protocol):
    """What travels inside a document: an item of custom XML and a few short texts."""

    @property
    def xml(self) -> bytes:
        """Return the whole part: one element, UTF-8."""
        ...

    @property
    def item_id(self) -> str:
        """Return the id by which programs tell items apart: "{8-4-4-4-12}" in hexadecimal."""
        ...

    @property
    def properties(self) -> Mapping[str, str]:
        """Return the custom properties by name, each of at most 255 UTF-16 units."""
        ...


def parts(parcel: Parcel) -> Iterator[ExtraPart]:
    """Yield the parts that carry `parcel`.

    Raises ValueError for a custom property longer than 255 UTF-16 units: Word would cut it.
    """
    properties = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    yield ExtraPart(
        "customXml/item1.xml", parcel.xml, "", MAIN,
        f"{_OFFICE}/relationships/customXml", "../customXml/item1.xml",
    )  # fmt: skip
    yield ExtraPart(
        "customXml/itemProps1.xml", _item_properties(parcel.item_id), properties, "customXml/item1.xml",
        f"{_OFFICE}/relationships/customXmlProps", "itemProps1.xml",
    )  # fmt: skip
    if parcel.properties:
        yield ExtraPart(
            "docProps/custom.xml", _custom_properties(parcel.properties),
            "application/vnd.openxmlformats-officedocument.custom-properties+xml", "",
            f"{_OFFICE}/relationships/custom-properties", "docProps/custom.xml",
        )  # fmt: skip


def _item_properties(item_id: str) -> bytes:
    return (
        f'{docx_xml.HEAD}<ds:datastoreItem xmlns:ds="{_OFFICE}/customXml" ds:itemID={docx_xml.quoted(item_id)}>'
        "<ds:schemaRefs/></ds:datastoreItem>"
    ).encode()


def _custom_properties(told: Mapping[str, str]) -> bytes:
    inside = "".join(
        f'<property fmtid="{_TEXT_PROPERTIES}" pid="{at}" name={docx_xml.quoted(name)}>'
        f"<vt:lpwstr>{docx_xml.escaped(_short(name, value))}</vt:lpwstr></property>"
        for at, (name, value) in enumerate(told.items(), _FIRST_PROPERTY)
    )
    return (
        f'{docx_xml.HEAD}<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
        f"{inside}</Properties>"
    ).encode()


def _short(name: str, value: str) -> str:
    if len(value.encode("utf-16-le")) // 2 > _LONGEST_PROPERTY:
        raise ValueError(f"custom property {name} is too long")
    return value
