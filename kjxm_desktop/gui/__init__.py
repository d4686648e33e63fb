"""Everything Qt: the session, the pages built from the form, the window around them."""
