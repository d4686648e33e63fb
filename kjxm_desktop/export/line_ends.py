"""Which characters begin no line and which end none (避头尾, GB/T 15834-2011 5.1): the same in PDF and DOCX."""

from __future__ import annotations

NOT_FIRST = frozenset(
    "，。、；：！？…—”’）》〉」』】〕〗｝％‰℃·～/／,.;:!?)]}%°›»–ー々〻ㄧ︒︑︐﹐﹑﹒﹔﹕﹖﹗）．＂＇｡､｣”’"
)
NOT_LAST = frozenset("“‘（《〈「『【〔〖｛([{＄￥￡#№§‹«$¥£")
