"""The part of ReportLab that the PDF writer uses: the package brings no types."""
