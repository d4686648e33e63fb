"""The form as widgets: one page for a section, one row for a control, one field for each kind of answer."""
