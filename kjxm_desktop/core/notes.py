"""INTERIM by the lead until the rules helper's file replaces it: overwrite freely."""
def empty(): return {"done": [], "dismissed": [], "comments": [], "last_place": None}
def reason_for(notes, data, diagnostic): return None
def done_sections(notes): return list(notes.get("done", []))
def with_done(notes, section_id, done):
    return {**notes, "done": [s for s in notes.get("done", []) if s != section_id] + ([section_id] if done else [])}
