"""The subject: calls, proposals, what is wrong with them, and how they are kept. No Qt, no paper."""
