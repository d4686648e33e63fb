"""Proposal to paper: `compose` turns data into blocks, the writers turn the same blocks into DOCX and PDF."""
