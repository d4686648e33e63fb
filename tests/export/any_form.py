"""An official form for any call, its places in any order: a line, a block or a row of a table for each answer."""

from __future__ import annotations

import io
import zipfile
from itertools import count

from kjxm_desktop.core import call as calls
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.proposal import Proposal

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
    ),
}
_NO_TEXT = ("table", "file")


def with_form(proposal: Proposal, *, backwards: bool = False) -> Proposal:
    """Return `proposal` to a call that brings such a form; its controls from last to first when `backwards`."""
    call = calls.load_files({**proposal.call.files, calls.TEMPLATE: template(proposal.call, backwards=backwards)})
    return Proposal(call, proposal.data, proposal.media)


def template(call: Call, *, backwards: bool = False) -> bytes:
    left_out = {told["pointer"] for told in call.document["not_printed"]}
    controls = [one for one in call.form.controls if one.pointer not in left_out]
    if backwards:
        controls.reverse()
    ids = count(1)
    body = "".join(_place(one, ids, backwards) for one in controls if not one.in_table)
    document = f'<w:document xmlns:w="{_MAIN}"><w:body>{body}<w:sectPr/></w:body></w:document>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, told in {**_PARTS, "word/document.xml": document}.items():
            archive.writestr(name, told)
    return out.getvalue()


def _place(control: Control, ids: count[int], backwards: bool) -> str:
    if control.kind == "file":
        return ""
    if control.kind != "table":
        return f"<w:p><w:r><w:t>{control.pointer[1:].replace('/', ' ')}：</w:t></w:r></w:p>{_tagged(control, ids)}"
    columns = [one for one in control.columns if one.kind not in _NO_TEXT]
    if backwards:
        columns.reverse()
    grid = "".join('<w:gridCol w:w="900"/>' for _ in columns)
    told = '<w:tcPr><w:tcW w:w="900" w:type="dxa"/></w:tcPr>'
    cells = "".join(f"<w:tc>{told}{_tagged(one, ids)}<w:p/></w:tc>" for one in columns)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid><w:tr>{cells}</w:tr></w:tbl><w:p/>"


def _tagged(control: Control, ids: count[int]) -> str:
    return (
        f'<w:sdt><w:sdtPr><w:tag w:val="{control.pointer}"/><w:id w:val="{next(ids)}"/></w:sdtPr>'
        "<w:sdtContent><w:p><w:r><w:t>点击填写</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
