"""Figures and attachments of the key-technology example (厚壁磁体晶界扩散)."""

from math import erfc
from pathlib import Path

from drawing import BLUE, OCHRE, QUIET, SLATE, TEAL, Axes, Sheet, letter


def draw(fonts: Path, folder: Path) -> None:
    """Draw everything the key-technology example shows or attaches into `folder`."""
    for make in (route, profile, coercivity):
        make(fonts).save(folder / "figures" / f"{make.__name__}.png")
    for make in (demand, own_funds):
        make(fonts).save_pdf(folder / "attachments" / f"{make.__name__}.pdf")


def route(fonts: Path) -> Sheet:
    """Draw six steps in a ring of two rows, each with the threshold that opens the next."""
    sheet = Sheet(fonts, 620)
    steps = [
        ("基体晶界通道设计", "扩散系数提高 ≥3 倍", OCHRE),
        ("低熔点含铽合金", "氧含量 ≤0.15%", OCHRE),
        ("两大面定量涂覆", "涂量偏差 ≤3%", BLUE),
        ("分段扩散热处理", "心表差 ≤96 kA/m", BLUE),
        ("中心性能检验", "预测误差 ≤40 kA/m", TEAL),
        ("样机退磁校核", "不可逆损失 ≤2%", TEAL),
    ]
    for number, (name, gate, colour) in enumerate(steps):
        column, row = (number, 0) if number < 3 else (5 - number, 1)
        left, top = 40 + column * 515, 40 + row * 300
        sheet.box((left, top, left + 390, top + 100), f"{number + 1}  {name}", colour, 30, True)
        sheet.text((left + 195, top + 132), gate, 27, QUIET)
    for left, right in ((430, 551), (945, 1066)):
        sheet.arrow([(left, 90), (right, 90)])
        sheet.arrow([(right + 4, 390), (left + 4, 390)])
    sheet.arrow([(1265, 196), (1265, 336)])
    sheet.text((750, 566), "不达门槛即退回上一步；第二年中期心表差仍大于 130 kA/m 时启用复合备选方案", 27, SLATE)
    return sheet


def profile(fonts: Path) -> Sheet:
    """Draw relative concentration across 18 mm after 20 h, fed from both faces."""
    sheet = Sheet(fonts, 720)
    axes = Axes(sheet, (160, 60, 1440, 600), (0, 18), (0, 1.1))
    axes.scale_y((0, 0.2, 0.4, 0.6, 0.8, 1.0), "相对浓度")
    axes.scale_x(range(0, 19, 3), "距一侧表面的距离（mm）")
    for name, colour, diffusivity, at in (("目标基体", BLUE, 4.6e-10, 0.62), ("现有基体", OCHRE, 1.2e-10, 0.14)):
        reach = 2 * (diffusivity * 20 * 3600) ** 0.5 * 1000
        axes.curve(lambda x, r=reach: erfc(x / r) + erfc((18 - x) / r), colour)
        middle = 2 * erfc(9 / reach)
        sheet.dot((axes.x_of(9), axes.y_of(middle)), colour)
        sheet.text((axes.x_of(9), axes.y_of(at)), f"{name}  中心 {middle:.2f}", 28, colour, True)
    return sheet


def coercivity(fonts: Path) -> Sheet:
    """Draw coercivity across a 12 mm sample for the commercial and the staged process."""
    sheet = Sheet(fonts, 720)
    axes = Axes(sheet, (170, 60, 1440, 600), (0, 12), (1350, 1700))
    axes.scale_y(range(1350, 1701, 50), "矫顽力（kA/m）")
    axes.scale_x(range(0, 13, 2), "距一侧表面的距离（mm）")
    depths = (0, 2, 4, 6, 8, 10, 12)
    staged = (1640, 1605, 1560, 1522, 1560, 1605, 1640)
    commercial = (1618, 1520, 1440, 1404, 1440, 1520, 1618)
    axes.series(list(zip(depths, staged, strict=True)), BLUE)
    axes.series(list(zip(depths, commercial, strict=True)), OCHRE)
    sheet.text((axes.x_of(6), axes.y_of(1640)), "分段工艺  心表差 118", 28, BLUE, True)
    sheet.text((axes.x_of(6), axes.y_of(1374)), "商业工艺  心表差 214", 28, "#8A5A00", True)
    return sheet


def demand(fonts: Path) -> Sheet:
    """Draw the magnet maker's statement of need."""
    lines = (
        "本公司年产风电磁体约 900 t，主要规格厚度 12 至 18 mm，",
        "现以整体加镝 2.4% 的方式生产。",
        "需求：18 mm 磁体重稀土用量不高于 0.45%，",
        "平均矫顽力不低于 1600 kA/m，中心与表面之差不大于 96 kA/m，",
        "批内磁通偏差不大于 1.5%。",
        "本公司提供全流程产线与一台 300 kg 真空炉用于试制。",
    )
    return letter(fonts, "技术需求说明", lines, "包头示例磁材有限公司", "2024年5月30日")


def own_funds(fonts: Path) -> Sheet:
    """Draw the magnet maker's promise of its own share."""
    lines = (
        "项目名称：风电用低重稀土烧结钕铁硼晶界扩散关键技术",
        "本公司承诺投入自有资金 150.26 万元，",
        "用于真空炉改造、试验箱、原料、能耗与试制人工，",
        "按里程碑到位，单独核算，接受审计。",
    )
    return letter(fonts, "配套经费承诺", lines, "包头示例磁材有限公司", "2024年6月5日")
