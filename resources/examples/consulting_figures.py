"""Figures and the attachment of the consulting example (光伏治沙收益分配)."""

from pathlib import Path

from drawing import BLUE, INK, OCHRE, QUIET, SLATE, TEAL, Sheet, letter


def draw(fonts: Path, folder: Path) -> None:
    """Draw everything the consulting example shows or attaches into `folder`."""
    for make in (framework, shares):
        make(fonts).save(folder / "figures" / f"{make.__name__}.png")
    demand(fonts).save_pdf(folder / "attachments" / "demand.pdf")


def framework(fonts: Path) -> Sheet:
    """Draw four stages, what each takes in and gives out, and the way back from the trial."""
    sheet = Sheet(fonts, 640)
    stages = [
        ("调查", "24 座场站 · 360 户\n288 个样方", "数据集", OCHRE),
        ("核算", "电、草、畜、沙四项\n三种情景", "可复算测算表", BLUE),
        ("设计", "先扣管护费\n再按贡献分配", "规则与合同范本", BLUE),
        ("试用", "两个旗县\n三个月", "软件与建议稿", TEAL),
    ]
    for number, (name, work, result, colour) in enumerate(stages):
        left = 40 + number * 373
        sheet.rect((left, 40, left + 300, 110), colour, None, 8)
        sheet.text((left + 150, 75), name, 32, "white", True)
        sheet.box((left, 130, left + 300, 250), work, colour)
        sheet.box((left, 330, left + 300, 410), result, SLATE, 28, True)
        sheet.arrow([(left + 150, 250), (left + 150, 326)])
        if number:
            sheet.arrow([(left - 73, 75), (left - 4, 75)])
    sheet.arrow([(1309, 410), (1309, 480), (936, 480), (936, 414)])
    sheet.text((1122, 508), "试用意见修正规则", 26, QUIET)
    sheet.line([(40, 560), (1460, 560)], SLATE, 2, 10)
    sheet.text((750, 598), "企业、牧户与部门在开题、中期、结题三个节点参加评议", 27, INK)
    return sheet


def shares(fonts: Path) -> Sheet:
    """Draw who gets the surplus of a mu today and in the trial computation, in per cent."""
    sheet = Sheet(fonts, 470)
    parties = [("企业", BLUE), ("集体", SLATE), ("牧户", OCHRE), ("管护基金", TEAL)]
    sheet.legend((250, 50), parties)
    for row, (name, values) in enumerate((("现行做法", (68, 11, 19, 2)), ("试算结果", (49, 12, 27, 12)))):
        x, top = 250.0, 110 + row * 140
        sheet.text((230, top + 45), name, 30, INK, True, "rm")
        for value, (_party, colour) in zip(values, parties, strict=True):
            wide = value * 11.4
            sheet.rect((x, top, x + wide, top + 90), colour)
            if value > 5:
                sheet.text((x + wide / 2, top + 45), f"{value}%", 29, "white", True)
            else:
                sheet.text((x + wide + 10, top + 45), f"{value}%", 27, INK, anchor="lm")
            x += wide
    sheet.text((820, 425), "9 座场站预访，每亩年均剩余收益 210 元", 26, QUIET)
    return sheet


def demand(fonts: Path) -> Sheet:
    """Draw the power company's request for the study."""
    lines = (
        "本公司在库布其沙漠边缘运营光伏治沙电站 3 座，装机 680 MW，",
        "板下管护费用每年约 510 万元，责任边界与分摊依据不清。",
        "请研究：一、管护成本的合理标准与分摊规则；",
        "二、与集体、牧户长期合作的合同条款；",
        "三、电价变化时的再议价办法。",
        "本公司愿提供脱敏台账并接待现场调查。",
    )
    return letter(fonts, "政策研究需求函", lines, "鄂尔多斯示例新能源有限公司", "2024年6月4日")
