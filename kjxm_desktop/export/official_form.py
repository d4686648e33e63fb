"""The institute's own form filled in: what a call with a `template.docx` prints as DOCX.

Each content control whose tag is understood (`core.form_places`) takes its answer, in the looks of the place; rows grow
with the answers; everything else of the form stays as it is. The PDF of such a call is our own layout all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kjxm_desktop.core import official_form
from kjxm_desktop.core.call import TEMPLATE, Call
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.export import docx_base, docx_parcel, official_form_rows
from kjxm_desktop.export.blocks import Document
from kjxm_desktop.export.docx_parcel import Parcel
from kjxm_desktop.export.official_form_marks import add_draft_mark
from kjxm_desktop.export.official_form_package import Package
from kjxm_desktop.export.official_form_places import Filling
from kjxm_desktop.export.official_form_values import Values


@dataclass(frozen=True)
class Filled:
    """A form filled in; `places` are the pointers of its answers by the bookmark at which each begins."""

    places: Mapping[str, str]
    document: Document
    package: Package

    def packed(self, parcel: Parcel | None = None) -> bytes:
        """Return the DOCX, with `parcel` inside; the same form, answers and time give the same bytes."""
        extra = docx_parcel.parts(parcel) if parcel is not None else ()
        return self.package.packed(self.document.created, extra)

    def tells_around(self, text: str) -> bool:
        """Tell whether `text` stands in a header or footer."""
        around = (root for name, root in self.package.roots.items() if name != self.package.main)
        return any(text in "".join(root.itertext()) for root in around)


def has_form(call: Call) -> bool:
    """Tell whether `call` brings a form of its own."""
    return TEMPLATE in call.files


def fill(proposal: Proposal, document: Document, sizes: Mapping[str, tuple[int, int]]) -> Filled:
    """Return the form of the call of `proposal` with its answers in.

    `document` is our own layout of the same answers: its title, time, code and mark are those of the form; `sizes` are
    width and height in pixels of the pictures by SHA-256. Raises KjxmError call.* for a form that cannot be read.
    """
    package = Package(official_form.read(proposal.call.files[TEMPLATE]))
    values = Values(proposal, document, sizes)
    filling = Filling(package, proposal, values)
    for name, root in package.roots.items():
        official_form_rows.grow(root, proposal.call, values.rows)
        filling.fill(name, root)
    filling.number()
    if document.furniture.draft_mark:
        add_draft_mark(package, document.furniture.draft_mark)
    package.add_properties(docx_base.core_properties(document))
    return Filled(filling.places, document, package)
