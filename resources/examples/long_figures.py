"""Figures and attachments of the long example (葵盘果胶联产颗粒饲料)."""

from math import exp
from pathlib import Path

from drawing import BLUE, BRICK, GRID, INK, LINE, OCHRE, PALE, QUIET, SLATE, TEAL, Axes, Sheet, grouped_bars, letter


def draw(fonts: Path, folder: Path) -> None:
    """Draw everything the long example shows or attaches into `folder`."""
    figures = folder / "figures"
    for make in (
        collection,
        storage,
        route,
        kinetics,
        flux,
        balance,
        feeding,
        cost,
        sensitivity,
        water,
        organisation,
    ):
        make(fonts).save(figures / f"{make.__name__}.png")
    demand(fonts).save_pdf(folder / "attachments" / "demand.pdf")
    agreement(fonts).save_pdf(folder / "attachments" / "agreement.pdf")
    welfare(fonts).save(folder / "attachments" / "welfare.png", 24)


def collection(fonts: Path) -> Sheet:
    """Draw theoretical and collectable heads of three districts, in tonnes of dry matter."""
    sheet = Sheet(fonts, 700)
    axes = Axes(sheet, (170, 90, 1460, 610), (0, 3), (0, 10000))
    axes.scale_y(range(0, 10001, 2000), "干葵盘（t/a）")
    groups = [("理论量", PALE[BLUE], (8320, 6240, 4640)), ("可收集量", BLUE, (5158, 3869, 2877))]
    grouped_bars(axes, ("五原片区（14 km）", "杭锦后旗片区（31 km）", "乌拉特前旗片区（38 km）"), groups)
    y = axes.y_of(1200)
    sheet.line([(170, y), (1460, y)], BRICK, 3, 12)
    sheet.text((axes.x_of(2), y - 42), "示范线年需\n1200 t", 25, BRICK)
    sheet.legend((190, 44), [("理论量", PALE[BLUE]), ("可收集量", BLUE)])
    return sheet


def storage(fonts: Path) -> Sheet:
    """Draw share of mouldy heads over 90 days for three ways of storing."""
    sheet = Sheet(fonts, 720)
    axes = Axes(sheet, (160, 60, 1180, 600), (0, 90), (0, 20))
    axes.scale_y(range(0, 21, 5), "霉变率（%）")
    axes.scale_x(range(0, 91, 15), "贮存时间（d）")
    rows = [
        ("整盘堆垛", BRICK, (0, 4.8, 9.6, 13.1, 15.6, 17.2, 18.0)),
        ("切碎晾晒", OCHRE, (0, 1.1, 2.3, 3.6, 4.7, 5.7, 6.4)),
        ("切碎低温干燥", TEAL, (0, 0.3, 0.6, 0.9, 1.2, 1.4, 1.6)),
    ]
    for name, colour, values in rows:
        axes.series(list(zip(range(0, 91, 15), values, strict=True)), colour)
        sheet.text((1200, axes.y_of(values[-1])), f"{name}  {values[-1]:g}%", 27, colour, True, "lm")
    sheet.line([(160, axes.y_of(3)), (1180, axes.y_of(3))], SLATE, 2, 10)
    sheet.text((axes.x_of(79), axes.y_of(3) - 20), "项目目标 ≤3%", 25, SLATE)
    return sheet


def route(fonts: Path) -> Sheet:
    """Draw the technical route from field to three products."""
    sheet = Sheet(fonts, 940)
    top = [
        ("田间捡拾切碎\n除砂", OCHRE),
        ("片区低温干燥\n水分 ≤12%", OCHRE),
        ("快检分级\n入库", OCHRE),
        ("三级逆流提取\n75 ℃ · 90 min", BLUE),
    ]
    for column, (words, colour) in enumerate(top):
        left = 40 + column * 370
        sheet.box((left, 40, left + 300, 150), words, colour)
        if column:
            sheet.arrow([(left - 70, 95), (left - 4, 95)])
    sheet.arrow([(1300, 150), (1300, 246)])
    sheet.text((1284, 198), "提取液", 25, QUIET, anchor="rm")
    middle = ["低醇沉淀\n55% 乙醇", "管式超滤\n0.9% → 3.2%", "酶法澄清\n浊度 <15 NTU"]
    for number, words in enumerate(middle):
        left = 410 + number * 370
        sheet.box((left, 250, left + 300, 360), words, BLUE)
    sheet.arrow([(1150, 305), (1084, 305)])
    sheet.arrow([(780, 305), (714, 305)])
    sheet.arrow([(410, 305), (344, 305)])
    sheet.box((40, 250, 340, 360), "压榨 · 真空干燥\n粉碎标准化", BLUE)
    sheet.box((410, 450, 710, 540), "双效精馏回收乙醇", SLATE)
    sheet.arrow([(520, 360), (520, 446)])
    sheet.arrow([(600, 450), (600, 364)])
    sheet.text((506, 404), "母液", 24, QUIET, anchor="rm")
    sheet.text((614, 404), "乙醇 93%", 24, QUIET, anchor="lm")
    sheet.box((780, 450, 1080, 540), "透过液浓缩", SLATE)
    sheet.arrow([(930, 360), (930, 446)])
    sheet.box((1150, 450, 1450, 540), "渣压榨 · 调 pH", TEAL)
    sheet.arrow([(1450, 95), (1484, 95), (1484, 495), (1454, 495)])
    sheet.text((1474, 405), "提取渣", 24, QUIET, anchor="rm")
    sheet.box((1150, 610, 1450, 700), "与秸秆两段发酵", TEAL)
    sheet.arrow([(1300, 540), (1300, 606)])
    for left, words, colour in ((40, "低甲氧基果胶", BLUE), (780, "含钾液还田", SLATE), (1150, "肉羊颗粒饲料", TEAL)):
        sheet.rect((left, 780, left + 300, 880), colour, None, 8)
        sheet.text((left + 150, 830), words, 30, "white", True)
    sheet.arrow([(190, 360), (190, 776)])
    sheet.arrow([(930, 540), (930, 776)])
    sheet.arrow([(1300, 700), (1300, 776)])
    sheet.text((206, 640), "145 kg", 26, QUIET, anchor="lm")
    sheet.text((946, 660), "K₂O 26 kg", 26, QUIET, anchor="lm")
    sheet.text((1316, 738), "约 2.8 t", 26, QUIET, anchor="lm")
    sheet.text((410, 830), "以每吨干葵盘计", 26, QUIET, anchor="lm")
    return sheet


def kinetics(fonts: Path) -> Sheet:
    """Draw yield over time at three temperatures, by consecutive first-order rates (per minute)."""
    sheet = Sheet(fonts, 760)
    axes = Axes(sheet, (160, 70, 1440, 640), (0, 180), (0, 16))
    axes.scale_y(range(0, 17, 4), "得率（%）")
    axes.scale_x(range(0, 181, 30), "提取时间（min）")
    rates = [("65 ℃", OCHRE, 0.016, 0.0009), ("75 ℃", BLUE, 0.030, 0.0022), ("85 ℃", BRICK, 0.052, 0.0056)]
    for _name, colour, release, loss in rates:
        axes.curve(lambda t, a=release, b=loss: 17.8 * a / (a - b) * (exp(-b * t) - exp(-a * t)), colour)
    sheet.line([(axes.x_of(94), axes.y_of(0)), (axes.x_of(94), axes.y_of(14.5))], BLUE, 2, 9)
    sheet.dot((axes.x_of(94), axes.y_of(14.47)), BLUE)
    sheet.text((axes.x_of(94), axes.y_of(14.5) - 28), "94 min，14.5%", 27, BLUE, True)
    sheet.dot((axes.x_of(48), axes.y_of(13.6)), BRICK)
    sheet.text((axes.x_of(48) - 14, axes.y_of(13.6) - 26), "48 min，13.6%", 26, BRICK, anchor="rm")
    sheet.legend((980, 560), [(name, colour) for name, colour, *_ in rates])
    return sheet


def flux(fonts: Path) -> Sheet:
    """Draw ultrafiltration flux over four hours with and without enzymatic clarification."""
    sheet = Sheet(fonts, 700)
    axes = Axes(sheet, (160, 60, 1440, 580), (0, 4), (0, 50))
    axes.scale_y(range(0, 51, 10), "通量（L/(m²·h)）")
    axes.scale_x((0, 1, 2, 3, 4), "运行时间（h）")
    hours = [step * 0.5 for step in range(9)]
    raw = (42, 31, 26, 22.5, 20, 18, 16.4, 15.1, 14)
    clear = (46, 42, 39.5, 37.8, 36.4, 35.4, 34.5, 33.7, 33)
    axes.series(list(zip(hours, raw, strict=True)), BRICK)
    axes.series(list(zip(hours, clear, strict=True)), BLUE)
    sheet.text((axes.x_of(3.1), axes.y_of(39)), "酶法澄清 + 间歇反冲", 28, BLUE, True)
    sheet.text((axes.x_of(3.1), axes.y_of(21.5)), "未澄清料液", 28, BRICK, True)
    sheet.line([(160, axes.y_of(30)), (1440, axes.y_of(30))], SLATE, 2, 10)
    sheet.text((180, axes.y_of(30) + 24), "周期末端下限 30", 25, SLATE, anchor="lm")
    return sheet


def balance(fonts: Path) -> Sheet:
    """Draw where one tonne of dry heads goes, band widths in proportion."""
    sheet = Sheet(fonts, 760)
    unit, top = 0.5, 90
    sheet.rect((60, top, 300, top + 1000 * unit), OCHRE)
    sheet.text((180, top + 250), "干葵盘\n1000 kg", 32, "white", True)
    parts = [
        ("果胶", "145 kg", 145, BLUE, ""),
        ("提取渣（干基）", "620 kg", 620, TEAL, "发酵损失 25 kg，余 595 kg\n配成颗粒饲料约 2.8 t"),
        ("可溶物", "190 kg", 190, SLATE, "随透过液与母液，含 K₂O 26 kg 还田"),
        ("洗涤与粉尘", "45 kg", 45, BRICK, "收尘回用或外运"),
    ]
    left, right, gap = top, 40.0, 40
    for name, amount, mass, colour, note in parts:
        high = mass * unit
        sheet.polygon(_band((300, left, left + high), (760, right, right + high)), PALE[colour])
        sheet.rect((760, right, 800, right + high), colour)
        middle = right + high / 2
        sheet.text((820, middle - (20 if note else 0)), f"{name}  {amount}", 29, colour, True, "lm")
        if note:
            sheet.text((820, middle + (34 if "\n" in note else 18)), note, 25, QUIET, anchor="lm")
        left, right = left + high, right + high + gap
    sheet.text((820, 40 + 36 + 34), "食品添加剂，GB 25533", 25, QUIET, anchor="lm")
    return sheet


def _band(start: tuple[float, float, float], end: tuple[float, float, float]) -> list[tuple[float, float]]:
    """Return the outline of a flow from (x, top, bottom) to (x, top, bottom), eased at both ends."""
    steps = [number / 40 for number in range(41)]

    def edge(which: int) -> list[tuple[float, float]]:
        ease = [s * s * (3 - 2 * s) for s in steps]
        return [
            (start[0] + s * (end[0] - start[0]), start[which] + e * (end[which] - start[which]))
            for s, e in zip(steps, ease, strict=True)
        ]

    return edge(1) + edge(2)[::-1]


def feeding(fonts: Path) -> Sheet:
    """Draw daily gain (left) and feed-to-gain ratio (right) for four shares of residue."""
    sheet = Sheet(fonts, 700)
    names = ("对照", "渣 15%", "渣 24%", "渣 33%")
    gain = Axes(sheet, (160, 80, 780, 600), (0, 4), (0, 280))
    gain.scale_y(range(0, 281, 70), "日增重（g/d）")
    grouped_bars(gain, names, [("日增重", BLUE, (221, 236, 239, 224))])
    ratio = Axes(sheet, (960, 80, 1460, 600), (0, 4), (5.6, 6.6))
    ratio.scale_y((5.6, 5.8, 6.0, 6.2, 6.4, 6.6), "料重比", "{:.1f}")
    points = [(0.5, 6.42), (1.5, 6.05), (2.5, 5.98), (3.5, 6.31)]
    ratio.series(points, OCHRE)
    for (x, y), name in zip(points, names, strict=True):
        sheet.text((ratio.x_of(x), ratio.y_of(y) + (30 if y < 6.2 else -28)), f"{y:.2f}", 26, INK)
        sheet.text((ratio.x_of(x), 632), name, 27)
    sheet.text((470, 36), "120 只羔羊，60 d 试验", 26, QUIET)
    sheet.text((1210, 36), "越低越省料", 26, QUIET)
    return sheet


def cost(fonts: Path) -> Sheet:
    """Draw cost of a tonne of pectin by item, before and after, in 万元."""
    sheet = Sheet(fonts, 800)
    axes = Axes(sheet, (160, 50, 900, 700), (0, 2), (0, 8))
    axes.scale_y(range(0, 9, 2), "完全成本（万元/t）")
    items = [
        ("干葵盘", 0.363, 0.310, OCHRE),
        ("助剂、酶与乙醇", 1.370, 0.554, BLUE),
        ("蒸汽与电", 2.410, 0.813, BRICK),
        ("水与废水", 0.390, 0.099, "#8FB7DE"),
        ("人工", 1.620, 0.683, TEAL),
        ("折旧与维修", 0.980, 0.426, SLATE),
        ("质检、销售与附加", 0.770, 0.748, "#B9A26A"),
    ]
    for place, column in ((0.5, 1), (1.5, 2)):
        base = 0.0
        for item in items:
            value = item[column]
            assert isinstance(value, float)
            axes.bar(place, 110, base, base + value, item[3])
            if value > 0.35:
                sheet.text((axes.x_of(place), axes.y_of(base + value / 2)), f"{value:.2f}", 25, "white")
            base += value
        sheet.text((axes.x_of(place), axes.y_of(base) - 26), f"{base:.2f}", 30, INK, True)
    for place, name in ((0.5, "200 L 装置推算"), (1.5, "示范线目标")):
        sheet.text((axes.x_of(place), 734), name, 28)
    for number, (name, before, after, colour) in enumerate(reversed(items)):
        y = 120 + number * 80
        sheet.rect((980, y - 13, 1006, y + 13), colour, None, 3)
        sheet.text((1020, y - 2), name, 27, INK, anchor="lm")
        sheet.text((1460, y - 2), f"{after - before:+.2f}".replace("-", "−"), 27, QUIET, anchor="rm")
    sheet.text((1460, 62), "变化（万元/t）", 25, QUIET, anchor="rm")
    return sheet


def sensitivity(fonts: Path) -> Sheet:
    """Draw yearly profit when one factor moves, the widest first, in 万元."""
    sheet = Sheet(fonts, 720)
    axes = Axes(sheet, (420, 60, 1440, 580), (450, 950), (0, 6))
    axes.scale_x(range(450, 951, 100), "年利润（万元）")
    rows = [
        ("果胶售价 ±20%", 488.8, 913.2),
        ("装置负荷 ±20%", 493.0, 909.0),
        ("果胶得率 ±10%", 594.9, 807.1),
        ("饲料售价 ±10%", 632.8, 769.2),
        ("蒸汽价格 ±30%", 672.4, 729.6),
        ("干盘价格 ±50%", 674.0, 728.0),
    ]
    for number, (name, low, high) in enumerate(rows):
        y = axes.y_of(5.5 - number)
        sheet.rect((axes.x_of(low), y - 26, axes.x_of(701), y + 26), BRICK)
        sheet.rect((axes.x_of(701), y - 26, axes.x_of(high), y + 26), TEAL)
        sheet.text((400, y), name, 28, INK, anchor="rm")
        sheet.text((axes.x_of(low) - 10, y), f"{low:.0f}", 25, QUIET, anchor="rm")
        sheet.text((axes.x_of(high) + 10, y), f"{high:.0f}", 25, QUIET, anchor="lm")
    sheet.line([(420, 580), (1440, 580)], LINE)
    sheet.line([(axes.x_of(701), 50), (axes.x_of(701), 580)], INK, 2)
    sheet.text((axes.x_of(701), 30), "基准 701", 27, INK, True)
    return sheet


def water(fonts: Path) -> Sheet:
    """Draw fresh water per tonne of dry heads by use, in cubic metres."""
    sheet = Sheet(fonts, 680)
    axes = Axes(sheet, (150, 100, 1460, 590), (0, 4), (0, 24))
    axes.scale_y(range(0, 25, 6), "新鲜水（m³/t 干盘）")
    groups = [
        ("200 L 装置，合计 38.0", SLATE, (12.0, 20.0, 3.2, 2.8)),
        ("示范线设计，合计 12.0", BLUE, (5.0, 4.2, 1.6, 1.2)),
    ]
    grouped_bars(axes, ("洗盘", "提取补水", "清洗", "锅炉与冷却"), groups, "{:.1f}")
    sheet.legend((170, 44), [(name, colour) for name, colour, _values in groups])
    return sheet


def organisation(fonts: Path) -> Sheet:
    """Draw who decides, who develops, who runs the line."""
    sheet = Sheet(fonts, 700)
    sheet.box((510, 30, 990, 130), "领导小组（五方负责人）\n每季度一次：预算、升档", BLUE, 27, True)
    sheet.box((40, 60, 340, 150), "专家顾问组", SLATE)
    sheet.box((1160, 60, 1460, 150), "财务审计", SLATE)
    sheet.line([(340, 105), (510, 105)], LINE, 2, 8)
    sheet.line([(990, 105), (1160, 105)], LINE, 2, 8)
    sheet.box((200, 250, 680, 350), "技术组（校方牵头）\n两周例会", BLUE)
    sheet.box((820, 250, 1300, 350), "现场组（果胶企业牵头）\n常驻五原", TEAL)
    for x in (440, 1060):
        sheet.arrow([(750, 130), (750, 190), (x, 190), (x, 246)])
    teams = [("收储组", OCHRE), ("提取组", BLUE), ("膜与回收组", BLUE), ("发酵饲料组", TEAL), ("标准核算组", SLATE)]
    sheet.line([(440, 350), (440, 430)], SLATE, 3)
    sheet.line([(1060, 350), (1060, 430)], SLATE, 3)
    sheet.line([(155, 430), (1345, 430)], SLATE, 3)
    for number, (name, colour) in enumerate(teams):
        left = 40 + number * 297
        sheet.arrow([(left + 116, 430), (left + 116, 486)])
        sheet.box((left, 490, left + 232, 570), name, colour, 28)
    works = ("工作一", "工作二", "工作三、五", "工作四", "工作六、七")
    for number, words in enumerate(works):
        sheet.text((40 + number * 297 + 116, 604), words, 26, QUIET)
    sheet.text((750, 662), "每组由校方与企业各出一名负责人，批记录双份保存", 26, QUIET)
    sheet.line([(40, 632), (1460, 632)], GRID, 2)
    return sheet


def demand(fonts: Path) -> Sheet:
    """Draw the letter in which the pectin maker states its need."""
    lines = (
        "本公司 2023 年以 200 L 装置试制葵盘果胶 46 批，平均得率 12.4%，",
        "每吨产品耗乙醇 1.60 t，测算成本 7.90 万元/t，尚不能投产。",
        "现提出如下技术需求：",
        "一、果胶得率不低于 14.5%（以洗净干葵盘计）；",
        "二、乙醇消耗不高于 0.45 t/t；",
        "三、完全成本不高于 3.80 万元/t；",
        "四、产品符合 GB 25533 的规定。",
        "本公司愿提供车间、公用工程和操作人员，并按协议承担费用。",
    )
    return letter(fonts, "技术需求证明", lines, "河套示例果胶科技有限公司", "2024年6月3日")


def agreement(fonts: Path) -> Sheet:
    """Draw the main points of the agreement between the five parties."""
    lines = (
        "一、干葵盘到厂价 450 元/t，上下浮动不超过 15%。",
        "二、提取渣当日清运，延误费用由延误方承担。",
        "三、已有知识产权归原权利人，共同成果按贡献约定份额。",
        "四、果胶企业在巴彦淖尔市内享有三年优先实施权。",
        "五、退出须提前 90 d 书面通知，并移交批记录。",
        "六、企业配套经费按里程碑到位，单独核算。",
    )
    return letter(fonts, "五方合作协议要点", lines, "五方代表（签章从略）", "2024年3月18日")


def welfare(fonts: Path) -> Sheet:
    """Draw the opinion of the animal welfare board on the feeding trial."""
    lines = (
        "试验名称：发酵葵盘渣颗粒饲料羔羊饲养试验",
        "试验动物：杜寒杂交羔羊 360 只，3 月龄",
        "审查意见：圈舍密度、供水、兽医巡查和退出标准安排适当，",
        "同意按方案开展。",
        "有效期：2025年12月至2026年6月",
    )
    return letter(fonts, "动物福利审查意见", lines, "内蒙古示例农牧业科学研究院", "2024年5月27日")
