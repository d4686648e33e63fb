"""The figure and the attachment of the nearly finished example (肉羊暖棚冬季通风)."""

from pathlib import Path

from drawing import BRICK, SLATE, TEAL, Axes, Sheet, letter


def draw(fonts: Path, folder: Path) -> None:
    """Draw everything the nearly finished example shows or attaches into `folder`."""
    ammonia(fonts).save(folder / "figures" / "ammonia.png")
    demand(fonts).save_pdf(folder / "attachments" / "demand.pdf")


def ammonia(fonts: Path) -> Sheet:
    """Draw ammonia in two sheds over a week, in mg/m³."""
    sheet = Sheet(fonts, 680)
    axes = Axes(sheet, (160, 60, 1240, 560), (0, 7), (0, 40))
    axes.scale_y(range(0, 41, 10), "氨浓度（mg/m³）")
    axes.scale_x(range(8), "第几天", "{:g}")
    days = [half / 2 for half in range(15)]
    plain = (25.4, 28.9, 27.1, 30.2, 26.3, 29.6, 24.8, 27.7, 26.0, 30.8, 28.2, 29.9, 25.7, 28.4, 27.3)
    fitted = (13.2, 14.1, 12.4, 13.8, 11.6, 13.1, 11.9, 14.4, 12.7, 14.6, 13.0, 13.9, 11.5, 12.8, 12.2)
    axes.series(list(zip(days, plain, strict=True)), BRICK)
    axes.series(list(zip(days, fitted, strict=True)), TEAL)
    sheet.line([(160, axes.y_of(15)), (1240, axes.y_of(15))], SLATE, 2, 10)
    sheet.text((1260, axes.y_of(27.3)), "对照棚", 28, BRICK, True, "lm")
    sheet.text((1260, axes.y_of(11.4)), "装换气装置", 28, TEAL, True, "lm")
    sheet.text((1260, axes.y_of(15.9)), "目标上限 15", 26, SLATE, anchor="lm")
    return sheet


def demand(fonts: Path) -> Sheet:
    """Draw the sheep farm's statement of need."""
    lines = (
        "本公司存栏基础母羊 1.2 万只，2023 年冬暖棚平均氨浓度",
        "27 mg/m³、相对湿度 92%，每栋烧煤 21 t，羔羊成活率 88%。",
        "需求：氨浓度不高于 15 mg/m³，煤耗不高于 14.5 t/栋，",
        "成活率不低于 92%，装置由牧户自行操作和清洗。",
        "本公司提供 12 栋同型暖棚作两个冬季的对照。",
    )
    return letter(fonts, "技术需求说明", lines, "呼伦贝尔示例牧业有限公司", "2024年6月6日")
